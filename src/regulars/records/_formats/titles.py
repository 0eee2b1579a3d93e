"""Which of a table's first rows is its header? Reports put titles, dates and logos above it.

The header of a named export is one wherever it stands. Else the first row is it unless a later one clearly is: one
that holds at least two known headers, more than the first row does, and more filled cells than any row above it; or
the first full row below a title of one cell.
"""

from collections.abc import Collection, Sequence

from regulars.records._exports.finding import is_of_an_export
from regulars.records._words import known_headers, plain

ROWS_LOOKED_AT = 30
"""How far down a header is looked for."""


def header_place(rows: Sequence[Sequence[str]], named: Collection[str]) -> int:
    """Return the place of the header among a table's first rows; `named` are headers that a person named.

    >>> header_place([["Orders 2024"], ["customer", "order date", "amount"], ["ana", "2024-01-02", "5"]], ())
    1
    """
    looked_at = rows[:ROWS_LOOKED_AT]
    if not looked_at:
        return 0
    exported = next((place for place, row in enumerate(looked_at) if is_of_an_export(row)), None)
    if exported is not None:
        return exported
    filled = [sum(bool(cell.strip()) for cell in row) for row in looked_at]
    known = [known_in(row, named) for row in looked_at]
    best = next((place for place, count in enumerate(known) if count >= 2), 0)
    if known[0] >= 2 or (best and known[best] > known[0] and filled[best] > max(filled[:best])):
        return best
    if filled[0] == 1 and max(filled) >= 3:
        return next(place for place, count in enumerate(filled) if count >= 3)
    return 0


def known_in(row: Sequence[str], named: Collection[str]) -> int:
    """Return how many cells of a row are headers that some kind of records knows, or that a person named."""
    by_person = {plain(header) for header in named}
    return sum(bool(bare) and (bare in known_headers() or bare in by_person) for bare in map(plain, row))
