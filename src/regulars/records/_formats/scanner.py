"""A careful reader for the rare stretch of a file that the fast one refuses: what is broken is set aside, not lost.

A row that is too short or too long, or whose quotes make no sense, is broken by itself: reading goes on at the next
line. A quoted field may span lines, but not more than a hundred: beyond that its quote is taken as never closed.
"""

from dataclasses import dataclass, field

from regulars.records._formats.dialects import Dialect

MOST_LINES = 100
"""Over how many lines one row may go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One row that could not be cut into fields, or a cell that says what the row is and cannot be understood."""

    line: int
    reason: str
    text: str
    column: str | None = None


@dataclass(slots=True, kw_only=True)
class Scan:
    """What a stretch came to; `rest` is the unfinished end that belongs to the next stretch."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    rest: str = ""


def scan(text: str, dialect: Dialect, *, width: int, first_line: int, is_last: bool) -> Scan:
    """Cut text into rows of `width` fields; `first_line` is the number of its first line in the file."""
    found = Scan()
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    place = 0
    while place < len(lines):
        span = _span(lines, place, dialect)
        if span == 0 and not is_last and len(lines) - place <= MOST_LINES:
            found.rest = "\n".join(lines[place:]) + ("\n" if text.endswith("\n") else "")
            break
        place += _take(found, lines[place : place + max(span, 1)], dialect, (width, first_line + place))
    return found


def _span(lines: list[str], place: int, dialect: Dialect) -> int:
    """Return over how many lines the row at `place` goes until its quotes pair; 0 if they never do."""
    quotes = 0
    for span, line in enumerate(lines[place : place + MOST_LINES], start=1):
        quotes += line.count('"') if dialect.has_quotes else 0
        if quotes % 2 == 0:
            return span
    return 0


def _take(found: Scan, lines: list[str], dialect: Dialect, place: tuple[int, int]) -> int:
    """Keep the row that these lines make, or set its first line aside; return how many lines were used."""
    width, number = place
    row = "\n".join(lines)
    if dialect.is_blank(row):
        return len(lines)
    try:
        fields = dialect.fields(row)
    except ValueError:
        found.broken.append(Broken(line=number, reason=_quote_fault(lines[0]), text=lines[0]))
        return 1
    if not any(cell.strip() for cell in fields[width:]):
        fields = fields[:width]  # empty cells beyond the last column lose nothing
    if len(fields) == width:
        found.rows.append(fields)
        found.lines.append(number)
        return len(lines)
    reason = "row_too_short" if len(fields) < width else "row_too_long"
    found.broken.append(Broken(line=number, reason=reason, text=lines[0]))
    return 1


def _quote_fault(line: str) -> str:
    return "quote_unclosed" if line.count('"') % 2 else "quote_misplaced"
