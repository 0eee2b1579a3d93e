"""Totals below a list of people: no time tells them from a person, as it does for orders, so other things have to.

A row is taken for a total only if it stands last (but for other totals and blank rows), the word stands where the
person is named, and nothing else stands in it but amounts. 合计 or "Total:" is nobody's name; a bare Total may be, so
its row must also leave a column empty in which a person's word would have stood, and tell no count there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.cells import Mask, mask_of
from regulars.records._cells.text import as_text, tidy
from regulars.records._formats.texts import Piece
from regulars.records._recognition.headers import Layout
from regulars.records._rows.summaries import SUMMARY

_NO_NAME = r"^(?i:grand|sub|overall)[ -]?(?i:totals?)\s*(?:$|[:：(（\d])|^(?i:totals?|sum)\s*[:：(（]"
_NO_NAME += r"|^(?:合计|总计|小计|共计|总共|汇总|合計|總計|小計|共計)\s*(?:$|[:：(（\d])"
_PERHAPS_A_NAME = r"^(?i:totals?|sum)(?:$|\s+\d)"
_COUNT = r"^[^\w]{0,2}\d{1,6}(?:[.,]\d{1,2})?\s?[人名位个家户元]?$"
_AMOUNTS = frozenset({"money", "number"})


def without_closing_totals(pieces: Iterable[Piece], layout: Layout) -> Iterator[Piece]:
    """Yield the pieces of a file, the totals at its end counted as such where records need nothing but a person."""
    if [column.role for column in layout.kind.columns if column.required] != ["key"]:
        yield from pieces
        return
    waiting: list[Piece] = []
    for piece in pieces:
        if len(piece.lines):
            yield from waiting
            waiting = []
        waiting.append(piece)
    for piece in waiting:
        yield _without_totals(piece, layout)


def _without_totals(piece: Piece, layout: Layout) -> Piece:
    roles = {place: layout.kind.column(name).role for name, place in layout.sources().items()}
    key = layout.sources()["customer_id"]
    if not len(piece.lines):
        return piece
    named = pc.utf8_trim_whitespace(as_text(piece.columns[key]))
    # Nearly every list ends with a person, which is found out by one look.
    if not pc.any(pc.match_substring_regex(named, f"{_NO_NAME}|{_PERHAPS_A_NAME}")).as_py():
        return piece
    texts = {place: tidy(as_text(column)).values for place, column in piece.columns.items()}
    filled = {place: mask_of(text.is_valid()) for place, text in texts.items()}
    said = {place: mask_of(pc.invert(pc.match_substring_regex(text, _COUNT))) for place, text in texts.items()}
    others = [place for place in filled if place != key and roles.get(place) not in _AMOUNTS]
    is_total = mask_of(pc.match_substring_regex(named, _NO_NAME)) & ~_any(said, others)
    if any(place in roles for place in others):
        is_total |= mask_of(pc.match_substring_regex(named, _PERHAPS_A_NAME)) & ~_any(filled, others)
    is_blank = ~_any(filled, list(filled))
    # Everything after the last row that is neither.
    records = np.flatnonzero(~(is_total | is_blank))
    is_total[: records[-1] + 1 if len(records) else 0] = False
    totals = int(np.count_nonzero(is_total))
    if not totals:
        return piece
    kept = pa.array(~is_total)
    return replace(
        piece,
        columns={place: column.filter(kept) for place, column in piece.columns.items()},
        lines=piece.lines[~is_total],
        left_out={**piece.left_out, SUMMARY: piece.left_out.get(SUMMARY, 0) + totals},
        taken_as={code: mask[~is_total] for code, mask in piece.taken_as.items()},
    )


def _any(filled: Mapping[int, Mask], places: list[int]) -> Mask:
    """Return the rows in which something stands in one of these columns."""
    found = np.zeros_like(next(iter(filled.values())))
    for place in places:
        found |= filled[place]
    return found
