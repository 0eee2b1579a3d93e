"""A table as it is shown: words and formatted numbers, each cell knowing how it is set."""

from dataclasses import dataclass, field

_DEGREES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's heading; numbers are set to the right."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: `heat` 0-9 shades it, `notes` stand under its text in small print, `meter` 0-1 draws a bar."""

    text: str
    heat: int | None = None
    notes: tuple[str, ...] = ()
    meter: float | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A caption, headings and rows; the first cell of a row is its heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: list[list[Cell]] = field(default_factory=list)


def columns(*headings: str) -> tuple[Column, ...]:
    """Return columns; a heading led by # is one of numbers.

    >>> [column.is_number for column in columns("Group", "#Customers")]
    [False, True]
    """
    return tuple(Column(text=heading.removeprefix("#"), is_number=heading.startswith("#")) for heading in headings)


def cells(*texts: str) -> list[Cell]:
    """Return a row of plain cells."""
    return [Cell(text=text) for text in texts]


def heat(share: float, *, top: float) -> int:
    """Return the shade of a share among shares of at most `top`: 0 for none, 9 for the top.

    >>> heat(0, top=0.5), heat(0.01, top=0.5), heat(0.5, top=0.5)
    (0, 1, 9)
    """
    if share <= 0 or top <= 0:
        return 0
    return max(1, min(_DEGREES, round(_DEGREES * share / top)))
