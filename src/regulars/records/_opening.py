"""What is this source? A text file, a Parquet file or a table; and what do its headers say."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from regulars.core import RegularsError
from regulars.records._export_content import export_contents
from regulars.records._exports import find_export
from regulars.records._headers import Layout, recognise
from regulars.records._recipes import Export, exports
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


class ExportUnfit(RegularsError):
    """A file that was said to be a named export and has not the columns of one."""

    code = "export_unfit"
    template = (
        "{file} lacks columns that every table of {export} needs ({title}). "
        "Leave out --as {export}, or name the columns with --map. Its recipe is listed by: regulars sources"
    )


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
    export: Export | None = None


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
    return _understood(content, source, sha256=None, size=None)


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
    return _understood(content, source, sha256=sha256, size=path.stat().st_size)


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


def _understood(content: Content, source: Source, *, sha256: str | None, size: int | None) -> tuple[Opened, ...]:
    """Return the tables of a content: those of the named export it is, else the one its headers tell."""
    found = None if source.columns else find_export(content.headers, kind=source.kind, mapping=source.mapping)
    asked = exports().get(source.kind or "")
    if found is None and asked is not None:
        raise ExportUnfit(file=content.file, export=asked.name, title=asked.title)
    if found is None or (found.export.last_resort and _is_ordinary(content, source)):
        layout = recognise(content.headers, file=content.file, kind=source.kind, mapping=source.mapping)
        return (Opened(file=content.file, content=content, layout=layout, sha256=sha256, size=size),)
    return tuple(
        Opened(file=one.file, content=one, layout=one.layout, sha256=sha256, size=size, export=found.export)
        for one in export_contents(content, found)
    )


def _is_ordinary(content: Content, source: Source) -> bool:
    """Whether the ordinary rules understand it as more than people, which every file with an e-mail address is."""
    try:
        layout = recognise(content.headers, file=content.file, kind=source.kind, mapping=source.mapping)
    except RegularsError:
        return False
    return layout.kind.name != "profiles"
