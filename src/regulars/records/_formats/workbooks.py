"""Excel workbooks, .xlsx and .xls: every visible sheet that holds records is one table, named `book.xlsx/Sheet`.

What kind a workbook is, its bytes say and not its name. It is read in a process of its own (`workbook_process`), whose
rows wait in a nameless temporary file until they are wanted.
"""

import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import RegularsError
from regulars.records._formats import workbook_process
from regulars.records._formats.archives import contents_of, refuse_bombs
from regulars.records._formats.scanner import Broken
from regulars.records._formats.stored import Copy, Stored
from regulars.records._formats.texts import ColumnsMismatch, Piece
from regulars.records._formats.titles import ROWS_LOOKED_AT, header_place

_LARGEST_UNPACKED = 4 << 30
_LARGEST_EXACT = 2**53
_OUT_OF_MEMORY = b"memory allocation"


class WorkbookBroken(RegularsError):
    """A workbook that cannot be read."""

    code = "workbook_broken"
    template = "{file} is an Excel workbook that cannot be read: {problem}. Open it in Excel and save it again."


class WorkbookLocked(RegularsError):
    """A workbook that asks for a password."""

    code = "workbook_locked"
    template = "{file} asks for a password. Open it in Excel, save it without one, and try again."


class WorkbookTooLarge(RegularsError):
    """A workbook whose reading would take all the memory there is."""

    code = "workbook_too_large"
    template = (
        "{file} would take more than {gigabytes} GB of memory to open: its sheets are too large, or it is damaged. "
        "Save each sheet as CSV (UTF-8) and try again."
    )


class WorkbookSuspicious(RegularsError):
    """A workbook that is made to do harm."""

    code = "workbook_suspicious"
    template = "{file} declares what no workbook needs and what harms its reader; it was not opened. Export it again."


class WorkbookEmpty(RegularsError):
    """A workbook without anything in a visible sheet."""

    code = "workbook_empty"
    template = (
        "{file} has no visible sheet in which anything stands. Unhide the sheet with the records, or leave it out."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook whose header was found."""

    file: str
    headers: tuple[str, ...]
    total: int
    tables: Copy
    start: int
    width: int
    skip: int
    titles: int

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows below the header, only the columns at these places.

        A row with a formula that has no value, or with an error, in one of these columns is set aside.
        """
        skip, done = self.skip, 0
        for batch in _batches(self.tables, self.start):
            done += batch.num_rows
            rows, skip = batch.slice(skip), max(skip - batch.num_rows, 0)
            titles = {"title_row": self.titles} if self.titles and done == batch.num_rows else {}
            rows, broken = _with_values(rows, places)
            columns = {place: _cells(rows, place) for place in places}
            lines = rows.column("line").to_numpy()
            yield Piece(columns=columns, lines=lines, broken=broken, done=done, left_out=titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The sheets of a workbook in which something stands, and the others with the reason why they are not read."""

    sheets: tuple[Sheet, ...]
    left_out: dict[str, str] = field(default_factory=dict)


def open_workbook(
    stored: Stored, *, file: str, columns: Sequence[str], named: Collection[str], is_archive: bool
) -> Workbook:
    """Read a workbook's sheets into a temporary file, and find the header of each.

    Raises:
        ArchiveSuspicious, WorkbookSuspicious, WorkbookTooLarge: reading it would do harm.
        WorkbookLocked, WorkbookBroken, WorkbookEmpty: there is nothing to read.
        ColumnsMismatch: `columns` are more or fewer than the only sheet has.
    """
    if is_archive:
        refuse_bombs(contents_of(stored, file=file), file=file, most=_LARGEST_UNPACKED)
    tables, note = _read_apart(stored, file)
    if not note["tables"]:
        raise WorkbookEmpty(file=file)
    sheets = tuple(_sheet(each, tables, file, (columns, named)) for each in note["tables"])
    return Workbook(sheets=sheets, left_out={f"{file}/{name}": why for name, why in note["left_out"].items()})


def _read_apart(stored: Stored, file: str) -> tuple[Copy, dict[str, Any]]:
    """Have another process read the workbook; return where its tables lie and its note on them."""
    tables = Copy()
    # The process must not find other modules beside its own file, hence -P.
    command = [sys.executable, "-P", str(Path(workbook_process.__file__))]
    with stored.for_process() as workbook:
        ran = subprocess.run(command, stdin=workbook, stdout=tables.file, stderr=subprocess.PIPE, check=False)  # noqa: S603
    if ran.returncode:
        if _OUT_OF_MEMORY in ran.stderr or b"MemoryError" in ran.stderr:
            raise WorkbookTooLarge(file=file, gigabytes=workbook_process.MEMORY >> 30)
        raise WorkbookBroken(file=file, problem="its reader stopped")
    size = tables.size
    length = int.from_bytes(tables.read_at(size - 8, 8), "little")
    note: dict[str, Any] = json.loads(tables.read_at(size - 8 - length, length))
    _refuse(note, file)
    return tables, note


def _refuse(note: dict[str, Any], file: str) -> None:
    match note.get("refused"):
        case "locked":
            raise WorkbookLocked(file=file)
        case "too_large":
            raise WorkbookTooLarge(file=file, gigabytes=workbook_process.MEMORY >> 30)
        case "suspicious":
            raise WorkbookSuspicious(file=file)
        case "broken":
            raise WorkbookBroken(file=file, problem=note["problem"])


def _sheet(found: dict[str, Any], tables: Copy, file: str, stated: tuple[Sequence[str], Collection[str]]) -> Sheet:
    columns, named = stated
    first = _first_rows(tables, found["start"], found["width"])
    place = 0 if columns else header_place(first, named)
    name = f"{file}/{found['name']}"
    if columns and len(columns) != found["width"]:
        raise ColumnsMismatch(file=name, found=found["width"], named=len(columns))
    return Sheet(
        file=name,
        headers=tuple(columns) or tuple(first[place]),
        total=found["rows"],
        tables=tables,
        start=found["start"],
        width=found["width"],
        skip=0 if columns else place + 1,
        titles=place,
    )


def _first_rows(tables: Copy, start: int, width: int) -> list[list[str]]:
    batch = next(_batches(tables, start)).slice(0, ROWS_LOOKED_AT)
    columns = [pc.fill_null(_as_text(batch, place), "").to_pylist() for place in range(width)]
    return [list(row) for row in zip(*columns, strict=True)]


def _batches(tables: Copy, start: int) -> Iterator[pa.RecordBatch]:
    with tables.open() as opened:
        opened.seek(start)
        with pa.ipc.open_stream(opened) as stream:
            yield from stream


def _cells(batch: pa.RecordBatch, place: int) -> pa.Array:
    """Return a column as numbers if it holds nothing else, for then nobody need ask what its decimal mark is."""
    texts = batch.column(f"t{place}")
    return batch.column(f"n{place}") if texts.null_count == len(texts) else _as_text(batch, place)


def _as_text(batch: pa.RecordBatch, place: int) -> pa.Array:
    texts, numbers = batch.column(f"t{place}"), batch.column(f"n{place}")
    if numbers.null_count == len(numbers):
        return texts
    written = pa.array([None if number is None else _written(number) for number in numbers.to_pylist()], pa.string())
    return pc.coalesce(texts, written)


def _written(number: float) -> str:
    """Return a number among text as text that is read back to the same value, or shows that it lost digits.

    >>> [_written(number) for number in (5.0, 12.345, 0.00001, 2.0**60)]
    ['5', '12.3450', '0.00001', '1.152921504606847e+18']
    """
    if abs(number) >= _LARGEST_EXACT:
        return f"{number:.15e}"
    text = format(Decimal(repr(number)), "f").removesuffix(".0")
    # Exactly three digits after the point would look like thousands.
    return text + "0" if re.search(r"\.\d{3}$", text) else text


def _with_values(rows: pa.RecordBatch, places: Sequence[int]) -> tuple[pa.RecordBatch, list[Broken]]:
    """Return the rows whose cells at these places all have a value, and the others."""
    marks = rows.column("without_value")
    if marks.null_count == len(marks):
        return rows, []
    wanted, broken, bad = set(places), [], np.zeros(len(marks), dtype=bool)
    for row in np.flatnonzero(marks.is_valid().to_numpy(zero_copy_only=False)):
        without = [place for place in json.loads(marks[int(row)].as_py()) if place in wanted]
        if without:
            bad[row] = True
            text = rows.column(f"t{without[0]}")[int(row)].as_py()
            broken.append(
                Broken(line=rows.column("line")[int(row)].as_py(), reason="formula_without_value", text=str(text))
            )
    return rows.filter(pa.array(~bad)), broken
