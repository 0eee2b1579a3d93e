"""A text file as batches of text columns: any size, any of the dialects, every row numbered by its line.

The file is taken in blocks of whole rows. A block goes to Arrow's reader with a fixed dialect; one that it refuses,
or whose quotes make no sense, goes to the scanner, which sets the broken rows aside and keeps the others.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from regulars.core import RegularsError
from regulars.records._formats.dialects import Dialect, dialect_of
from regulars.records._formats.encodings import Decoding, decoding_of
from regulars.records._formats.scanner import MOST_LINES, Broken, scan
from regulars.records._formats.stored import Stored
from regulars.records._formats.titles import ROWS_LOOKED_AT, header_place

_SAMPLE = 1 << 20
_LONGEST_ROW = 1 << 26
_QUOTE, _NEWLINE = ord('"'), ord("\n")
_OUTER_BLANKS = re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_BLANK_RUN = re.compile(rb"[ \t]+")


class FileEmpty(RegularsError):
    """A file without a single line."""

    code = "file_empty"
    template = "{file} is empty. Export it again, or leave it out."


class RowEndless(RegularsError):
    """A file that goes on and on without ending a row."""

    code = "row_endless"
    template = (
        "{file}: from line {line} on there is no end of a row within 64 MB. It does not look like a table of records."
    )


class ColumnsMismatch(RegularsError):
    """A list of column names that is longer or shorter than the file is wide."""

    code = "columns_mismatch"
    template = "{file} has {found} columns, but --columns names {named}. Name every one in order ('_' for one to skip)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of a source: the wanted columns by place, the line of each row, and what could not be cut into rows.

    `left_out` counts rows that stand between those of this piece and of the one before, and are no records, by code;
    `taken_as` says in which rows something unclear was taken one way already, by code; `withdrawn` is what such of
    its rows say whose orders do not count, by place, and `why_withdrawn` under which code; `keyed_by` says in which
    rows the key is an address, a phone, a name ..., where rows differ in that.
    """

    columns: dict[int, pa.Array]
    lines: NDArray[np.int64]
    broken: Sequence[Broken] = ()
    done: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    taken_as: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    withdrawn: Mapping[int, pa.Array] = field(default_factory=dict)
    why_withdrawn: pa.Array | None = None
    keyed_by: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file whose encoding, delimiter and header are known."""

    stored: Stored
    file: str
    headers: tuple[str, ...]
    decoding: Decoding
    dialect: Dialect
    skip: int
    first_line: int
    titles: int = 0

    @property
    def total(self) -> int:
        """Its size in bytes: what `Piece.done` counts towards."""
        return self.stored.size

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows after the header, block by block; only the columns at these places.

        Raises:
            RowEndless: a row does not end.
        """
        if self.titles:
            yield self._titles(places)
        rest, line, done, skip = b"", self.first_line, 0, self.skip
        for chunk, is_last in _with_last(_unified(self.decoding.chunks(self.stored))):
            buffer, skip = rest + chunk[skip:], max(skip - len(chunk), 0)
            done += len(chunk)
            if len(buffer) > _LONGEST_ROW:
                raise RowEndless(file=self.file, line=line)
            piece, used = self._piece(buffer, places, line, is_last=is_last)
            line += buffer.count(b"\n", 0, used)
            rest = buffer[used:]
            if piece is not None:
                yield replace(piece, done=done)

    def _titles(self, places: Sequence[int]) -> Piece:
        """Return a piece without rows that tells of those above the header."""
        nothing = pa.array([], pa.string())
        lines = np.zeros(0, dtype=np.int64)
        return Piece(columns=dict.fromkeys(places, nothing), lines=lines, left_out={"title_row": self.titles})

    def _piece(self, buffer: bytes, places: Sequence[int], line: int, *, is_last: bool) -> tuple[Piece | None, int]:
        """Return the rows of the buffer's whole rows, and how many bytes they take."""
        if is_last and buffer and not buffer.endswith(b"\n"):
            buffer += b"\n"
        cut = _cut(buffer, self.dialect, is_last=is_last) if self.dialect.has_quotes else _cut_blanks(buffer)
        if cut is None:
            return self._scanned(buffer, places, line, is_last=is_last)
        if not len(cut.row_lines):
            return None, cut.end
        columns = _read(cut.block, self.dialect, len(self.headers), places)
        if columns is None or len(columns[places[0]]) != len(cut.row_lines):
            return self._scanned(buffer, places, line, is_last=is_last)
        return Piece(columns=columns, lines=cut.row_lines + line), cut.end

    def _scanned(self, buffer: bytes, places: Sequence[int], line: int, *, is_last: bool) -> tuple[Piece, int]:
        end = buffer.rfind(b"\n") + 1
        text = buffer[:end].decode("utf-8")
        found = scan(text, self.dialect, width=len(self.headers), first_line=line, is_last=is_last)
        columns = {place: pa.array([row[place] for row in found.rows], pa.string()) for place in places}
        piece = Piece(columns=columns, lines=np.array(found.lines, dtype=np.int64), broken=found.broken)
        return piece, end - len(found.rest.encode("utf-8"))


def open_text(
    stored: Stored,
    *,
    file: str,
    columns: Sequence[str],
    encoding: str | None,
    delimiter: str | None,
    named: Collection[str] = (),
) -> TextFile:
    """Find out how a text file is written, and what its header says (or `columns`, for a file without one).

    `named` are headers that a person named: they tell the header from titles above it.

    Raises:
        FileEmpty: there is no line in it.
        RowEndless: its first line does not end.
        ColumnsMismatch: `columns` are more or fewer than the file has.
        EncodingUnknown, EncodingInvalid, EncodingWrong, DelimiterInvalid: as in the files of those names.
    """
    decoding = decoding_of(stored, file=file, stated=encoding)
    sample = _sample(decoding, stored)
    blank = len(sample) - len(sample.lstrip("\n \t"))
    skipped = sample.rfind("\n", 0, blank) + 1
    lines = sample[skipped:].split("\n")
    if not any(line.strip() for line in lines):
        raise FileEmpty(file=file)
    if len(lines) == 1 and len(sample) >= _SAMPLE:
        raise RowEndless(file=file, line=1)
    dialect = dialect_of(lines[:-1] or lines, file=file, stated=delimiter, named=named)
    rows = _first_rows(lines, dialect, at_most=1 if columns else ROWS_LOOKED_AT)
    place = 0 if columns else header_place([row.fields for row in rows], named)
    header = rows[place].fields
    if columns and len(columns) != len(header):
        raise ColumnsMismatch(file=file, found=len(header), named=len(columns))
    before = sample[: skipped + (0 if columns else rows[place].end)]
    return TextFile(
        stored=stored,
        file=file,
        headers=tuple(columns) or tuple(header),
        decoding=decoding,
        dialect=dialect,
        skip=len(before.encode("utf-8")),
        first_line=1 + before.count("\n"),
        titles=place,
    )


def _sample(decoding: Decoding, stored: Stored) -> str:
    text = b""
    for chunk in _unified(decoding.chunks(stored)):
        text += chunk
        if len(text) >= _SAMPLE:
            break
    return text[:_SAMPLE].decode("utf-8", "ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One of the first rows, and the letter at which the next one starts."""

    fields: list[str]
    end: int


def _first_rows(lines: list[str], dialect: Dialect, *, at_most: int) -> list[_Row]:
    """Return the first rows that are not blank; one whose quotes make no sense is cut at every delimiter."""
    rows: list[_Row] = []
    place = end = 0
    while place < len(lines) and len(rows) < at_most:
        fields, span = _row_at(lines, place, dialect)
        row = "\n".join(lines[place : place + span])
        place, end = place + span, end + len(row) + 1
        if not dialect.is_blank(row):
            rows.append(_Row(fields=fields, end=end))
    return rows


def _row_at(lines: list[str], place: int, dialect: Dialect) -> tuple[list[str], int]:
    for span in range(1, min(len(lines) - place, 20) + 1):
        try:
            return dialect.fields("\n".join(lines[place : place + span])), span
        except ValueError:
            continue
    return lines[place].split(dialect.delimiter), 1


def _with_last(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each chunk and whether it is the last; at least one, if only an empty one."""
    held = next(chunks, b"")
    for chunk in chunks:
        yield held, False
        held = chunk
    yield held, True


def _unified(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks with every line break as one newline: CR LF, or a CR where a file knows no LF."""
    held, old_mac = b"", None
    for chunk in chunks:
        joined = held + chunk
        held = b"\r" if joined.endswith(b"\r") else b""
        joined = joined[: len(joined) - len(held)]
        if old_mac is None and joined:
            old_mac = b"\r" in joined and b"\n" not in joined
        if b"\r" in joined:
            joined = joined.replace(b"\r", b"\n") if old_mac else joined.replace(b"\r\n", b"\n")
        yield joined
    if held:
        yield b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Whole rows cut off a buffer: where they end, their bytes, and on which line (from 0) each row starts."""

    end: int
    block: bytes
    row_lines: NDArray[np.int64]


def _cut(buffer: bytes, dialect: Dialect, *, is_last: bool) -> _Cut | None:
    """Return the whole rows of a buffer; None if its quotes make no sense."""
    letters = np.frombuffer(buffer, dtype=np.uint8)
    newlines = np.flatnonzero(letters == _NEWLINE)
    quotes = np.flatnonzero(letters == _QUOTE) if b'"' in buffer else newlines[:0]
    # With an even number of quotes before it, a newline stands outside of them and ends a row.
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0] if len(quotes) else newlines
    end = int(ends[-1]) + 1 if len(ends) else 0
    # Many lines, or the end of the file, inside one pair of quotes: more likely a quote that was never closed.
    is_open = len(newlines) - int(np.searchsorted(newlines, end)) > MOST_LINES or (is_last and end < len(buffer))
    if is_open or not _quotes_pair(letters, quotes[quotes < end], dialect):
        return None
    starts = np.concatenate((newlines[:0], [0], ends[:-1] + 1))[: len(ends)]
    lines = np.arange(len(ends)) if ends is newlines else np.searchsorted(newlines, starts)
    lines = lines[ends != starts]
    return _Cut(end=end, block=buffer[:end], row_lines=lines.astype(np.int64))


def _cut_blanks(buffer: bytes) -> _Cut:
    """Return the whole rows of a buffer, each run of blanks made one tab."""
    end = buffer.rfind(b"\n") + 1
    block = _BLANK_RUN.sub(b"\t", _OUTER_BLANKS.sub(b"", buffer[:end]))
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _NEWLINE)
    starts = np.concatenate((ends[:0], [0], ends[:-1] + 1))[: len(ends)]
    return _Cut(end=end, block=block, row_lines=np.flatnonzero(ends != starts).astype(np.int64))


def _quotes_pair(letters: NDArray[np.uint8], quotes: NDArray[np.int64], dialect: Dialect) -> bool:
    """Whether every quote opens a field, closes one, or is half of a doubled one."""
    if not len(quotes):
        return True
    edges = np.array([ord(dialect.delimiter), _NEWLINE], dtype=np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    starts = (opening == 0) | np.isin(letters[opening - 1], edges)
    ends = np.isin(letters[np.minimum(closing + 1, len(letters) - 1)], edges)
    doubled = closing[:-1] + 1 == opening[1:]
    starts[1:] |= doubled
    ends[:-1] |= doubled
    return bool(starts.all() and ends.all())


def _read(block: bytes, dialect: Dialect, width: int, places: Sequence[int]) -> dict[int, pa.Array] | None:
    """Return the wanted columns of a block of whole rows, as text; None if Arrow refuses it."""
    names = [str(place) for place in range(width)]
    wanted = [names[place] for place in places]
    quoted = dialect.has_quotes and b'"' in block
    delimiter = dialect.delimiter if dialect.has_quotes else "\t"
    try:
        table = csv.read_csv(
            pa.py_buffer(block),
            read_options=csv.ReadOptions(column_names=names, block_size=len(block)),
            parse_options=csv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {place: table.column(str(place)).combine_chunks() for place in places}
