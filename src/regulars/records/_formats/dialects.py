"""How a text file is cut into fields: its delimiter, and where its header ends."""

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass

from regulars.core import RegularsError
from regulars.records._exports.finding import is_of_an_export
from regulars.records._formats.titles import header_place, known_in

BLANKS = " "
"""The delimiter that stands for runs of blanks and tabs."""

_CANDIDATES = ("\t", ",", ";", "|", BLANKS)
_LINES_LOOKED_AT = 50
_HALF = 0.5
_RUN = re.compile(r"[ \t]+")


class DelimiterInvalid(RegularsError):
    """Something that cannot delimit."""

    code = "delimiter_invalid"
    template = (
        "{delimiter} cannot be the delimiter of {file}. Give one character such as , ; | or a blank for runs of blanks."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One delimiter; quotes mean what RFC 4180 says, except between runs of blanks, where they mean nothing."""

    delimiter: str

    @property
    def has_quotes(self) -> bool:
        """Whether a field may be wrapped in double quotes."""
        return self.delimiter != BLANKS

    def fields(self, row: str) -> list[str]:
        """Return the fields of one row (which may span lines inside quotes).

        Raises:
            ValueError: a quote is not closed or stands where none may.
        """
        if self.delimiter == BLANKS:
            return _RUN.split(row.strip(" \t"))
        if '"' not in row:
            return row.split(self.delimiter)
        try:
            return next(csv.reader([row], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise ValueError(str(error)) from error

    def is_blank(self, row: str) -> bool:
        """Whether a line is empty but for blanks: such a line is no row."""
        return not row.strip(" \t") and (self.delimiter == BLANKS or self.delimiter not in row)


def dialect_of(lines: list[str], *, file: str, stated: str | None, named: Collection[str] = ()) -> Dialect:
    """Return the dialect that cuts these first lines into known (or `named`) headers and equally many fields.

    Raises:
        DelimiterInvalid: what was stated cannot delimit.
    """
    if stated is not None:
        delimiter = {"\\t": "\t"}.get(stated, stated)
        if len(delimiter) != 1 or delimiter in '"\r\n\0' or not delimiter.isascii():
            raise DelimiterInvalid(file=file, delimiter=repr(stated))
        return Dialect(delimiter=delimiter)
    candidates = [Dialect(delimiter=delimiter) for delimiter in _CANDIDATES]
    rows = _rows(lines[:_LINES_LOOKED_AT])
    return max(candidates, key=lambda dialect: _merit(dialect, rows, named))


def _rows(lines: list[str]) -> list[str]:
    """Return the rows that these lines make: lines are joined until their quotes pair; blank ones are none."""
    rows, open_row = [], ""
    for line in lines:
        open_row = f"{open_row}\n{line}" if open_row else line
        if open_row.count('"') % 2 == 0:
            rows.append(open_row)
            open_row = ""
    return [row for row in rows if row.strip()] or lines


def _merit(dialect: Dialect, rows: list[str], named: Collection[str]) -> tuple[bool, bool, int, float, bool, int]:
    """Return what speaks for a dialect: the headers of a named export, then known ones, then that rows are as wide.

    Known headers in the very first row speak louder than more of them in a row below it, which may be one of words.
    """
    cut = [_fields_or_none(dialect, row) for row in rows]
    place = header_place(cut, named)
    counts = [len(fields) for fields in cut[place:]]
    if not counts or counts[0] < 2:
        return (False, False, 0, 0.0, False, 0)
    agreeing = sum(count == counts[0] for count in counts) / len(counts)
    fields = cut[place]
    known = known_in(fields, named)
    if not dialect.has_quotes and agreeing <= _HALF:
        known = 0  # a word between blanks, as in "Date de vente,Nom", is no header unless the rows are cut so too
    is_first = place == 0 and known >= 2
    return (is_of_an_export(fields), is_first, known, agreeing, dialect.has_quotes, counts[0])


def _fields_or_none(dialect: Dialect, row: str) -> list[str]:
    try:
        return dialect.fields(row)
    except ValueError:
        return []
