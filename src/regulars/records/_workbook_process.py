"""Reads a workbook in a process of its own: `python _workbook_process.py < book.xlsx > book.tables`.

Out come the rows of every visible sheet as streams of Arrow batches, then a note (JSON) on where each begins, then the
note's length. A damaged workbook can make its reader ask for any amount of memory, or end the whole process; here that
costs this process, whose memory is limited, and nothing else. So this file imports nothing of the package.

Each column has two forms, of which one is filled in a batch: `t0` text, `n0` numbers. A time is text in ISO form.
"""

import contextlib
import datetime
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO
from xml.etree import ElementTree

import pyarrow as pa
import python_calamine as calamine

MEMORY = 4 << 30
MOST_CELLS = 40_000_000
_ROWS = 16_384
_LARGEST_EXACT = 2**53
_LONGEST_PART = 16 << 20
_CELL = re.compile(rb"<(?:\w+:)?c(?: ([^>]*))?>(.*?)</(?:\w+:)?c>", re.DOTALL)
_CELL_START = re.compile(rb"<(?:\w+:)?c[ >]")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_COLUMN = re.compile(rb' r="([A-Z]{1,3})\d')
_ROW = re.compile(rb'row [^>]*?r="(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<|<(?:\w+:)?is>")
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
    except Refused as refused:
        note["refused"] = str(refused)
    except MemoryError:
        note["refused"] = "too_large"
    except (calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError, OSError) as error:
        note["refused"], note["problem"] = "broken", (str(error) or type(error).__name__).splitlines()[0][:200]
    written = json.dumps(note).encode()
    out.write(written + len(written).to_bytes(8, "little"))


def _write(workbook: BinaryIO, out: BinaryIO, note: dict[str, Any]) -> None:
    surveyed = _survey(workbook) if workbook.read(2) == b"PK" else {}
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
    for row, cells in enumerate(sheet.iter_rows()):
        if row in below:
            for column, value in below[row]:
                cells[column] = value
        if row in marked:
            for column in marked[row]:
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
    """Return the text and the numbers of some cells of one column; one of the two is empty."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return pa.array(cells, pa.string()), pa.nulls(len(cells), pa.float64())
    if kinds <= {int, float}:
        return pa.nulls(len(cells), pa.string()), pa.array(map(float, cells), pa.float64())
    if kinds <= {int, float, str} and all(cell == "" for cell in cells if isinstance(cell, str)):
        numbers = [None if cell == "" else float(cell) for cell in cells]
        return pa.nulls(len(cells), pa.string()), pa.array(numbers, pa.float64())
    return pa.array([_text(cell) for cell in cells], pa.string()), pa.nulls(len(cells), pa.float64())


def _text(cell: Any) -> str:
    """Return a cell as text that is read back to the same value.

    >>> [_text(cell) for cell in (5.0, 12.345, 2.0**60, True)]
    ['5', '12.3450', '1.152921504606847e+18', 'true']
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        if abs(cell) >= _LARGEST_EXACT:
            return f"{cell:.15e}"
        text = format(Decimal(repr(cell)), "f").removesuffix(".0")
        # Exactly three digits after the point would look like thousands.
        return text + "0" if re.search(r"\.\d{3}$", text) else text
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


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


if __name__ == "__main__":
    main()
