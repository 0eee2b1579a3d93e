"""What is this source? Text, Parquet, a workbook, an archive of these or a table; and what do its headers say."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from regulars.core import RegularsError
from regulars.records._exports.content import export_contents
from regulars.records._exports.finding import Found, find_export
from regulars.records._exports.recipes import Export, exports
from regulars.records._formats.archives import ArchiveBroken, ArchiveNested, unpacked, zip_kind
from regulars.records._formats.stored import Stored, stored_at
from regulars.records._formats.tables import open_parquet, open_table
from regulars.records._formats.texts import FileEmpty, Piece, open_text
from regulars.records._formats.workbooks import WorkbookBroken, open_workbook
from regulars.records._marks import N_
from regulars.records._recognition.headers import (
    ColumnMissing,
    ColumnMissingEntirely,
    HeaderLineMissing,
    HeaderMissing,
    KindUnknown,
    Layout,
    recognise,
)
from regulars.records._recognition.proposals import MappingUnconfirmed, confirmed_for, layout_of
from regulars.records._recognition.referrers import with_referrers
from regulars.records._recognition.whole_names import WithWholeNames, told_by_halves, with_whole_names
from regulars.records._results import Source

_ZIP, _OLE, _PARQUET = b"PK", b"\xd0\xcf\x11\xe0", b"PAR1"
_PICTURE, _RECORDING = N_("a picture"), N_("a recording")
_FORMATS = (
    (b"\x1f\x8b", N_("compressed by gzip")),
    (b"%PDF", N_("a PDF document")),
    (b"SQLite format 3\x00", N_("an SQLite database")),
    (b"{\\rtf", N_("a text document (RTF)")),
    (b"7z\xbc\xaf", N_("a 7z archive")),
    (b"Rar!", N_("a RAR archive")),
    *((mark, _PICTURE) for mark in (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")),
    *((mark, _RECORDING) for mark in (b"OggS\x00", b"fLaC\x00", b"ID3\x02", b"ID3\x03", b"ID3\x04", b"\xff\xfb")),
)
_RIFF = {b"WEBP": _PICTURE, b"WAVE": _RECORDING, b"AVI ": _RECORDING}
_BOXES = {b"heic": _PICTURE, b"heix": _PICTURE, b"mif1": _PICTURE, b"avif": _PICTURE}
"""What a file is that begins with RIFF, a length and a form; or with a length, `ftyp` and a brand."""
_PAGE = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")
_NO_RECORDS = (KindUnknown, HeaderLineMissing, MappingUnconfirmed)
_NOT_WHAT_WAS_SAID = (ColumnMissing, ColumnMissingEntirely, HeaderMissing)


class FormatUnknown(RegularsError):
    """A file of a format that is not read."""

    code = "format_unknown"
    template = "{file} is {format}. What is read: CSV and its kin, Excel (.xlsx, .xls), Parquet, and ZIP of these."
    texts = frozenset({"format"})


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
    """A table of records that was understood, before its rows are read.

    `tables_left_out`: the other tables of the same source that are not read, with the reason; told once a source.
    `is_beside`: its rows are those of another table of the same source, read as another kind.
    """

    file: str
    content: Content
    layout: Layout
    sha256: str | None
    size: int | None
    tables_left_out: Mapping[str, str] = field(default_factory=dict)
    export: Export | None = None
    is_beside: bool = False


def open_source(source: Source, *, place: int) -> tuple[Opened, ...]:
    """Find out what a source is, and which tables of records it holds: a file may hold more than one.

    `place` is its place among the sources, which names a table that has no name. Of several tables in a file those
    that are no records of any kind are left out and named.

    Raises:
        FileMissing, FileIsFolder, FileIsDevice, FileUnreadable, FormatUnknown, FileEmpty: no table is at the path.
        RegularsError: what is there cannot be read or understood; see the readers of its format.
    """
    if isinstance(source.data, Path):
        return _tables_of(_Found.at(source.data), source)
    file = source.kind or f"table {place + 1}"
    content = open_table(source.data, file=file, columns=source.columns)
    return _understood(content, source, sha256=None, size=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A file, or a member of an archive."""

    file: str
    stored: Stored
    is_member: bool = False

    @classmethod
    def at(cls, path: Path) -> "_Found":
        return cls(file=path.name, stored=stored_at(path))

    def sha256(self) -> str:
        with self.stored.open() as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


@dataclass(slots=True)
class _Tables:
    """The tables met in one source, and those that are left out."""

    opened: list[Opened] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    refused: list[RegularsError] = field(default_factory=list)


def _tables_of(found: _Found, source: Source) -> tuple[Opened, ...]:
    tables = _Tables()
    _meet(found, source, tables)
    if not tables.opened:
        raise tables.refused[0]
    return (replace(tables.opened[0], tables_left_out=tables.left_out), *tables.opened[1:])


def _kind_of_zip(found: _Found) -> str:
    """Return the kind of a ZIP archive; a damaged workbook is one to who saved it, whatever it is packed as."""
    try:
        return zip_kind(found.stored, file=found.file)
    except ArchiveBroken as error:
        if found.file.lower().endswith((".xlsx", ".xlsm")):
            raise WorkbookBroken(file=found.file, problem=error.params["problem"]) from error
        raise


def _meet(found: _Found, source: Source, tables: _Tables) -> None:
    """Open one file; an archive member by member."""
    start = found.stored.start(512)
    if not start:
        return _leave_out(found.file, FileEmpty(file=found.file), tables)
    is_zip = start.startswith(_ZIP) and start[2:4] in {b"\x03\x04", b"\x05\x06", b"\x07\x08"}
    kind = _kind_of_zip(found) if is_zip else ""
    if kind == "zip":
        if found.is_member:
            raise ArchiveNested(file=found.file)
        for name, stored in unpacked(found.stored, file=found.file):
            _meet(_Found(file=name, stored=stored, is_member=True), source, tables)
    elif kind == "xlsx" or start.startswith(_OLE):
        book = open_workbook(
            found.stored,
            file=found.file,
            columns=source.columns,
            named=source.mapping.values(),
            is_archive=bool(kind),
        )
        tables.left_out |= book.left_out
        _recognise_all(book.sheets, found, source, tables)
    elif start.startswith(_PARQUET):
        content = open_parquet(found.stored, file=found.file, columns=source.columns)
        _recognise_all([content], found, source, tables)
    else:
        _meet_text(found, source, tables, kind or _format_of(start))
    return None


def _meet_text(found: _Found, source: Source, tables: _Tables, other: str | None) -> None:
    if other:
        return _leave_out(found.file, FormatUnknown(file=found.file, format=other), tables)
    try:
        content = open_text(
            found.stored,
            file=found.file,
            columns=source.columns,
            encoding=source.encoding,
            delimiter=source.delimiter,
            named=source.mapping.values(),
        )
    except FileEmpty as error:
        return _leave_out(found.file, error, tables)
    return _recognise_all([content], found, source, tables)


def _recognise_all(contents: Sequence[Content], found: _Found, source: Source, tables: _Tables) -> None:
    sha256, size = found.sha256(), found.stored.size
    for content in contents:
        try:
            tables.opened.extend(_understood(content, source, sha256=sha256, size=size))
        except (*_NO_RECORDS, *_NOT_WHAT_WAS_SAID) as error:
            if isinstance(error, _NOT_WHAT_WAS_SAID) and source.kind is None and not source.mapping:
                raise
            _leave_out(content.file, error, tables)


_WHY_LEFT_OUT = {
    FileEmpty: "empty_table",
    FormatUnknown: "format_unknown",
    MappingUnconfirmed: "mapping_unconfirmed",
}


def _leave_out(file: str, error: RegularsError, tables: _Tables) -> None:
    """Take note of a table that is none of records: an error if the source has no other."""
    tables.refused.append(error)
    tables.left_out[file] = _WHY_LEFT_OUT.get(type(error), "no_records")


def _format_of(start: bytes) -> str | None:
    known = next((name for mark, name in _FORMATS if start.startswith(mark)), None)
    if start.startswith(b"RIFF"):
        known = _RIFF.get(start[8:12])
    elif start[4:8] == b"ftyp":
        known = _BOXES.get(start[8:12], _RECORDING)
    elif start.startswith(b"BM") and start[6:10] == bytes(4):
        known = _PICTURE
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return known or (N_("a web page or XML, whatever its name says") if bare.startswith(_PAGE) else None)


def _understood(content: Content, source: Source, *, sha256: str | None, size: int | None) -> tuple[Opened, ...]:
    """Return the tables of a content: the one confirmed, those of its named export, or what its headers tell."""
    named = with_whole_names(content)
    content = named.origin if isinstance(named, WithWholeNames) else content
    is_told = confirmed_for(named.headers, source) is not None
    found = None if is_told else _export_of(content, source)
    asked = exports().get(source.kind or "")
    if found is None and asked is not None:
        raise ExportUnfit(file=content.file, export=asked.name, title=asked.title)
    if found is None:
        layout = layout_of(named, source)
        if layout.told_by == "headers" and _export_of(content, replace(source, kind=None, mapping={})) is not None:
            # Its headers alone would have been read by the recipe: it was the person who said otherwise.
            layout = replace(layout, told_by="person")
        content = named
        layout, referrals = with_referrers(content, told_by_halves(content, layout))
        if referrals is not None:
            content = referrals.origin
        opened = Opened(file=content.file, content=content, layout=layout, sha256=sha256, size=size)
        if referrals is None:
            return (opened,)
        beside = replace(opened, file=referrals.file, content=referrals, layout=referrals.layout, is_beside=True)
        return (opened, beside)
    return tuple(
        Opened(
            file=one.file,
            content=one,
            layout=one.layout,
            sha256=sha256,
            size=size,
            export=found.export,
            is_beside=not one.plan.is_first,
        )
        for one in export_contents(content, found)
    )


def _export_of(content: Content, source: Source) -> Found | None:
    """Return the named export that it is read as, if no person says more."""
    found = None if source.columns else find_export(content.headers, kind=source.kind, mapping=source.mapping)
    is_ordinary = found is not None and found.export.last_resort and _is_ordinary(content, source, found)
    return None if is_ordinary else found


def _is_ordinary(content: Content, source: Source, found: Found) -> bool:
    """Whether the ordinary rules understand it as more than people, which every file with an e-mail address is.

    They do not where they would leave a question of the survey unread, and its answers with it.
    """
    try:
        layout = recognise(content.headers, file=content.file, kind=source.kind, mapping=source.mapping)
    except RegularsError:
        return False
    questions = found.places_of("score") if layout.kind.name == "feedback" else frozenset()
    return layout.kind.name != "profiles" and questions <= set(layout.sources().values())
