"""What is this source? A text file, a Parquet file or a table; and what do its headers say."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from regulars.core import RegularsError
from regulars.records._headers import Layout
from regulars.records._proposals import layout_of
from regulars.records._results import Source
from regulars.records._tables import open_parquet, open_table
from regulars.records._texts import FileEmpty, Piece, open_text

_FORMATS = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
)


class FileMissing(RegularsError):
    """A path where nothing is."""

    code = "file_missing"
    template = "There is no file {path}. Check the name; files are looked for from the current folder."


class FileIsFolder(RegularsError):
    """A folder where a file was expected."""

    code = "file_is_folder"
    template = "{path} is a folder. Name the files inside it that hold records, such as {path}/orders.csv."


class FileUnreadable(RegularsError):
    """A file that the system does not let us read."""

    code = "file_unreadable"
    template = "{path} cannot be read: {problem}. Check its permissions, or copy it elsewhere."


class FormatUnknown(RegularsError):
    """A file of a format that is not read."""

    code = "format_unknown"
    template = "{file} is {format}, not CSV or Parquet. Save it as CSV (UTF-8) and try again."


class Content(Protocol):
    """One table of columns under headers, whatever it is kept in, read piece by piece."""

    @property
    def file(self) -> str:
        """The name people know it by; a table inside a file is named after both, such as `book.xlsx/Orders`."""

    @property
    def headers(self) -> tuple[str, ...]:
        """What its columns are called, as they stand."""

    @property
    def total(self) -> int:
        """How much there is of it, in what `Piece.done` counts; 0: unknown."""

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows, only the columns at these places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A table of records that was understood, before its rows are read."""

    file: str
    content: Content
    layout: Layout
    sha256: str | None
    size: int | None


def open_source(source: Source, *, place: int) -> tuple[Opened, ...]:
    """Find out what a source is, and which tables of records it holds: a file may hold more than one.

    `place` is its place among the sources, which names a table that has no name.

    Raises:
        FileMissing, FileIsFolder, FileUnreadable, FormatUnknown, FileEmpty: there is no table of records at the path.
    """
    if isinstance(source.data, Path):
        return _open_path(source, source.data)
    file = source.kind or f"table {place + 1}"
    content = open_table(source.data, file=file, columns=source.columns)
    return (Opened(file=file, content=content, layout=layout_of(content, source), sha256=None, size=None),)


def _open_path(source: Source, path: Path) -> tuple[Opened, ...]:
    file = path.name
    start = _start_of(path)
    if not start:
        raise FileEmpty(file=file)
    content: Content
    if start.startswith(b"PAR1"):
        content = open_parquet(path, file=file, columns=source.columns)
        with path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    else:
        found = next((name for mark, name in _FORMATS if start.startswith(mark)), None)
        if found is not None:
            raise FormatUnknown(file=file, format=found)
        content = open_text(
            path, file=file, columns=source.columns, encoding=source.encoding, delimiter=source.delimiter
        )
        sha256 = content.decoding.sha256
    layout, size = layout_of(content, source), path.stat().st_size
    return (Opened(file=file, content=content, layout=layout, sha256=sha256, size=size),)


def _start_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise FileIsFolder(path=path)
        with path.open("rb") as opened:
            return opened.read(16)
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except (OSError, ValueError) as error:
        raise FileUnreadable(path=path, problem=getattr(error, "strerror", None) or str(error)) from error
