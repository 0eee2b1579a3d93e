"""Reads a workbook in a process of its own: `python workbook_process.py < book.xlsx > book.tables`.

Out come the rows of every visible sheet as streams of Arrow batches, then a note (JSON) on where each begins, then the
note's length. A damaged workbook can make its reader ask for any amount of memory, or end the whole process; here that
costs this process, whose memory is limited, and nothing else. So this file imports nothing of the package.

Each column has two forms: `t0` the cells that are text, `n0` those that are numbers. A time is text in ISO form.
"""

import contextlib
import datetime
import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.etree import ElementTree

import pyarrow as pa
import python_calamine as calamine

MEMORY = 4 << 30
MOST_CELLS = 40_000_000
_ROWS = 16_384
_LONGEST_PART = 16 << 20
_CELL = re.compile(rb"<(?:\w+:)?c(?: ([^>]*))?>(.*?)</(?:\w+:)?c>", re.DOTALL)
_CELL_START = re.compile(rb"<(?:\w+:)?c[ >]")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_COLUMN = re.compile(rb' r="([A-Z]{1,3})\d')
_ROW = re.compile(rb'row [^>]*?r="(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<|<(?:\w+:)?is>")
_NO_SECTOR = 0xFFFFFFFA
_OLD_FORMULA, _OLD_ERROR, _OLD_SHEET, _RECALCULATED, _BEGINS, _ENDS = 0x0006, 0x0205, 0x0085, 0x01C1, 0x0809, 0x000A
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Places = dict[tuple[int, int], str]
"""Cells that hold no value, though something stands in them, by row and column from 0, with what stands there."""


class Refused(Exception):
    """A workbook that is not read, for a reason that has a code."""


def main() -> None:
    """Read the workbook at standard input; write its tables, or the reason why there are none."""
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415  (there is none on Windows)

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    out = sys.stdout.buffer
    note: dict[str, Any] = {"tables": [], "left_out": {}}
    try:
        _write(sys.stdin.buffer, out, note)
    except calamine.PasswordError:
        note["refused"] = "locked"
    except calamine.CalamineError as error:
        note["refused"], note["problem"] = "locked" if _is_encrypted(sys.stdin.buffer) else "broken", _brief(error)
    except Refused as refused:
        note["refused"] = str(refused)
    except MemoryError:
        note["refused"] = "too_large"
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, ValueError, KeyError, OSError) as error:
        note["refused"], note["problem"] = "broken", _brief(error)
    written = json.dumps(note).encode()
    out.write(written + len(written).to_bytes(8, "little"))


def _brief(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


def _is_encrypted(workbook: BinaryIO) -> bool:
    """Whether this is a container of the old kind around an encrypted workbook of the new kind."""
    workbook.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in workbook.read()


def _write(workbook: BinaryIO, out: BinaryIO, note: dict[str, Any]) -> None:
    is_new = workbook.read(2) == b"PK"
    workbook.seek(0)
    surveyed = _survey(workbook) if is_new else survey_old(workbook.read())
    workbook.seek(0)
    opened = calamine.CalamineWorkbook.from_filelike(workbook)
    for sheet in opened.sheets_metadata:
        if sheet.typ is not calamine.SheetTypeEnum.WorkSheet:
            note["left_out"][sheet.name] = "chart_sheet"
        elif sheet.visible is not calamine.SheetVisibleEnum.Visible:
            note["left_out"][sheet.name] = "hidden_sheet"
        else:
            table = opened.get_sheet_by_name(sheet.name)
            if table.start is None:
                note["left_out"][sheet.name] = "empty_table"
                continue
            start = out.tell()
            rows = _write_sheet(table, surveyed.get(sheet.name, {}), out)
            note["tables"].append({"name": sheet.name, "start": start, "rows": rows, "width": table.width})


def _write_sheet(sheet: calamine.CalamineSheet, without: Places, out: BinaryIO) -> int:
    width = sheet.width
    names = [("line", pa.int64()), ("without_value", pa.string())]
    names += [(f"t{place}", pa.string()) for place in range(width)]
    names += [(f"n{place}", pa.float64()) for place in range(width)]
    schema = pa.schema(names)
    written = 0
    with pa.ipc.new_stream(out, schema) as stream:
        rows = _numbered(sheet, without)
        while batch := list(islice(rows, _ROWS)):
            columns = [_column(cells) for cells in zip(*(cells for _, cells, _ in batch), strict=True)]
            lines = pa.array([line for line, _, _ in batch], pa.int64())
            marks = pa.array([mark for _, _, mark in batch], pa.string())
            arrays = [lines, marks, *(text for text, _ in columns), *(number for _, number in columns)]
            stream.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            written += len(batch)
    return written


def _numbered(sheet: calamine.CalamineSheet, without: Places) -> Iterator[tuple[int, list[Any], str | None]]:
    """Yield the rows in which something stands: the row's number, its cells, and which of them have no value."""
    below, first = _merged_below(sheet), sheet.start[1] if sheet.start else 0
    marked: dict[int, list[int]] = {}
    for row, column in without:
        marked.setdefault(row, []).append(column - first)
    last_row = max(marked, default=0)
    after = ([""] * sheet.width for _ in range(last_row - (sheet.end[0] if sheet.end else 0)))
    every: Iterator[list[Any]] = chain(sheet.iter_rows(), after)
    for row, cells in enumerate(every):
        if row in below:
            for column, value in below[row]:
                cells[column] = value
        if row in marked:
            for column in (column for column in marked[row] if 0 <= column < len(cells)):
                cells[column] = without[row, column + first]
            yield row + 1, cells, json.dumps(sorted(marked[row]))
        elif cells.count("") < len(cells):
            yield row + 1, cells, None


def _merged_below(sheet: calamine.CalamineSheet) -> dict[int, list[tuple[int, Any]]]:
    """Return what a merged cell says of the rows below its first, by row.

    Text and times hold for every row that the cell spans. A number may be an amount, and would be counted twice.
    """
    first = sheet.start[1] if sheet.start else 0
    tops: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, last) in sheet.merged_cell_ranges or []:
        if bottom > top and column == last:
            tops.setdefault(top, []).append((column - first, bottom))
    below: dict[int, list[tuple[int, Any]]] = {}
    last_row = sheet.end[0] if sheet.end else 0
    for row, cells in enumerate(sheet.iter_rows() if tops else ()):
        for column, bottom in tops.get(row, ()):
            value = cells[column] if 0 <= column < len(cells) else ""
            if value != "" and isinstance(value, str | datetime.date):
                for each in range(row + 1, min(bottom, last_row) + 1):
                    below.setdefault(each, []).append((column, value))
    return below


def _column(cells: tuple[Any, ...]) -> tuple[pa.Array, pa.Array]:
    """Return the text and the numbers of some cells of one column; each is missing where the other stands."""
    kinds = set(map(type, cells))
    if kinds <= {int, float}:
        return pa.nulls(len(cells), pa.string()), pa.array(map(float, cells), pa.float64())
    texts = [None if cell == "" or type(cell) in {int, float} else _text(cell) for cell in cells]
    if not kinds & {int, float}:
        return pa.array(texts, pa.string()), pa.nulls(len(cells), pa.float64())
    numbers = [float(cell) if type(cell) in {int, float} else None for cell in cells]
    return pa.array(texts, pa.string()), pa.array(numbers, pa.float64())


def _text(cell: Any) -> str:
    """Return what is no number as text; a time in its ISO form.

    >>> [_text(cell) for cell in ("x", True, datetime.datetime(2024, 1, 2, 3, 4), datetime.date(2024, 1, 2))]
    ['x', 'true', '2024-01-02 03:04:00', '2024-01-02']
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def _survey(workbook: BinaryIO) -> dict[str, Places]:
    """Look through the sheets before they are read: how large are they, and where does a formula have no value?"""
    found = {}
    with zipfile.ZipFile(workbook) as archive:
        for name, part in _parts(archive).items():
            found[name] = _surveyed(archive, part)
    return found


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive in which each sheet is kept, by the sheet's name."""
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    relations, sheets = names.get("xl/_rels/workbook.xml.rels"), names.get("xl/workbook.xml")
    if relations is None or sheets is None:
        return {}
    targets = {each.get("Id"): each.get("Target", "") for each in _parsed(archive, relations).iter()}
    parts = {}
    for sheet in _parsed(archive, sheets).iter():
        target = targets.get(sheet.get(_RELATION)) if sheet.tag.endswith("}sheet") else None
        if target is not None:
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path.lower() in names:
                parts[sheet.get("name", "")] = names[path.lower()]
    return parts


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    with archive.open(part) as opened:
        text = opened.read(_LONGEST_PART)
    # No workbook declares entities; a bomb does.
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused("suspicious")
    return ElementTree.fromstring(text)  # noqa: S314  (without declarations there is nothing to expand)


def _surveyed(archive: zipfile.ZipFile, part: str) -> Places:
    """Return the cells of a sheet that hold a formula without a value, or an error.

    Raises:
        Refused: it spans so many cells that reading it would take all memory.
    """
    rest, last_row = b"", 0
    letters: set[bytes] = set()
    without: Places = {}
    with archive.open(part) as opened:
        while chunk := opened.read(1 << 20):
            text = rest + chunk
            cut = _last_cell(text)
            text, rest = text[:cut], text[cut:]
            last_row = max(last_row, _look(text, letters, without))
    last_row = max(last_row, _look(rest, letters, without))
    if last_row * max(map(_column_number, letters), default=0) > MOST_CELLS:
        raise Refused("too_large")
    return without


def _last_cell(text: bytes) -> int:
    """Return where the last cell begins, which may not be whole yet."""
    starts = [found.start() for found in _CELL_START.finditer(text, max(len(text) - (1 << 17), 0))]
    return starts[-1] if starts else len(text)


def _look(text: bytes, letters: set[bytes], without: Places) -> int:
    """Note the columns and the cells without a value in a stretch of a sheet; return its last row."""
    letters.update(set(_COLUMN.findall(text)))
    if b"<f" in text or b":f" in text or b't="e"' in text:
        for cell in _CELL.finditer(text):
            _note_without_value(cell[1] or b"", cell[2], without)
    return max(map(int, _ROW.findall(text)), default=0)


def _note_without_value(attributes: bytes, inside: bytes, without: Places) -> None:
    place, formula, value = _PLACE.search(attributes), _FORMULA.search(inside), _VALUE.search(inside)
    if place is None:
        return
    is_error = b't="e"' in attributes
    shown = (value[1] or b"").decode("utf-8", "replace") if value and is_error else ""
    if is_error and shown.upper() != "#N/A":
        without[int(place[2]) - 1, _column_number(place[1]) - 1] = shown or "#ERROR"
    elif formula and not value and b't="str"' not in attributes:
        text = (formula[1] or b"").decode("utf-8", "replace")
        without[int(place[2]) - 1, _column_number(place[1]) - 1] = f"={text[:200]}"


def survey_old(content: bytes) -> dict[str, Places]:
    """Look through the sheets of an .xls: where does a formula have no value, where an error?

    Excel always writes a formula's value. Programs that only write formulas leave an empty text there, as Excel does
    where the value is one: so formulas are without a value if none of the workbook has any, and nothing says that a
    spreadsheet program ever calculated it. One that writes 0 instead cannot be told from a true 0.
    """
    try:
        stream = _stream_of(content)
        sheets = {name: list(_formulas(stream, start)) for name, start in _sheets_old(stream)}
        is_calculated = any(kind == _RECALCULATED for kind, _ in _records(stream, 0))
    except (struct.error, IndexError, ValueError):
        return {}  # what is damaged, its reader tells
    is_calculated |= any(shown == "" for cells in sheets.values() for _, shown in cells)
    without = {"=", "#ERROR", *_ERRORS.values()} - {_ERRORS[0x2A]} - ({"="} if is_calculated else set())
    return {name: {place: shown for place, shown in cells if shown in without} for name, cells in sheets.items()}


def _stream_of(content: bytes) -> bytes:
    """Return the stream of records in a compound file (MS-CFB)."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    folder, more = struct.unpack_from("<I16xI", content, 48)
    tables = list(struct.unpack_from("<109I", content, 76))
    for sector in _chained(more, lambda place: struct.unpack_from("<I", content, (place + 2) * size - 4)[0]):
        tables += struct.unpack_from(f"<{size // 4 - 1}I", content, (sector + 1) * size)
    following: list[int] = []
    for table in (table for table in tables if table < _NO_SECTOR):
        following += struct.unpack_from(f"<{size // 4}I", content, (table + 1) * size)

    def joined(first: int) -> bytes:
        return b"".join(content[(at + 1) * size : (at + 2) * size] for at in _chained(first, following.__getitem__))

    entries = joined(folder)
    for start in range(0, len(entries) - 127, 128):
        name = entries[start : start + 64].decode("utf-16-le", "replace").partition("\0")[0]
        if name.lower() in {"workbook", "book"}:
            first, length = struct.unpack_from("<II", entries, start + 116)
            return joined(first)[:length]
    return b""


def _chained(first: int, after: Callable[[int], int]) -> Iterator[int]:
    """Yield the sectors of a chain; one that bites its tail ends."""
    met: set[int] = set()
    while first < _NO_SECTOR and first not in met:
        met.add(first)
        yield first
        first = after(first)


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the kind and the place of each record of the workbook or of a sheet (MS-XLS), charts in it skipped."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        depth += (kind == _BEGINS) - (kind == _ENDS)
        if depth == 1:
            yield kind, start + 4
        elif depth < 1:
            return
        start += 4 + length


def _sheets_old(stream: bytes) -> Iterator[tuple[str, int]]:
    """Yield the name of each sheet and where its records begin."""
    for kind, at in _records(stream, 0):
        if kind == _OLD_SHEET:
            start, letters, is_wide = struct.unpack_from("<I2xBB", stream, at)
            name = stream[at + 8 : at + 8 + letters * (1 + (is_wide & 1))]
            yield name.decode("utf-16-le" if is_wide & 1 else "latin-1"), start


def _formulas(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the places of formulas and errors with what they show: an error, = for an empty text, else nothing."""
    for kind, at in _records(stream, start):
        if kind == _OLD_ERROR and stream[at + 7]:
            yield struct.unpack_from("<HH", stream, at), _ERRORS.get(stream[at + 6], "#ERROR")
        elif kind == _OLD_FORMULA:
            row, column, sort, code, is_special = struct.unpack_from("<HH2xB1xB3xH", stream, at)
            shown = {2: _ERRORS.get(code, "#ERROR"), 3: "="}.get(sort, "") if is_special == 0xFFFF else ""
            yield (row, column), shown


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


if __name__ == "__main__":
    main()
