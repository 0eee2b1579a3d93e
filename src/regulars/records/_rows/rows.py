"""From the columns of a piece to the rows of a raw table: what can be read is kept, what cannot is set aside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.core import RegularsError
from regulars.records._cells import contacts
from regulars.records._cells.cells import FAULT, REASONS, Cells, Faults, Mask, by_distinct, marked, mask_of, nothing
from regulars.records._cells.decimals import read_money, read_number, read_year
from regulars.records._cells.masking import masked
from regulars.records._cells.personal import any_suspect
from regulars.records._cells.text import (
    FIRST_OF_SEVERAL,
    as_text,
    names_several,
    read_currency,
    read_flag,
    read_id,
    read_key,
    read_text,
    read_word,
    silence_of,
)
from regulars.records._cells.time_text import as_written
from regulars.records._cells.times import Clock, read_time
from regulars.records._cells.zones import UNCLEAR
from regulars.records._formats.scanner import Broken
from regulars.records._formats.texts import Piece
from regulars.records._kinds import QUARANTINE, TYPES, Column, raw_schema
from regulars.records._recognition.headers import Layout
from regulars.records._results import DateOrder, Refused
from regulars.records._rows.answers import left_empty
from regulars.records._rows.consents import on_the_safe_side
from regulars.records._rows.date_orders import DateOrders
from regulars.records._rows.evidence import DecimalMarks
from regulars.records._rows.losses import Lost, lose
from regulars.records._rows.rates import Rates
from regulars.records._rows.summaries import FOOTER, SUMMARY, footer_lines, is_summary, no_records
from regulars.records._rows.unusable import Unusable, unusable_keys, without_unusable

_LONGEST_RAW = 500


class DateAmbiguous(RegularsError):
    """A date that can be read in two ways, and nobody said how."""

    code = "date_ambiguous"
    template = (
        "{file}, line {line}: '{value}' in column '{column}' can be read in two ways. "
        "Say which with --date-order: dmy (day first), mdy (month first) or ymd (year first)."
    )


class ColumnUnusable(RegularsError):
    """A typed column whose type cannot be what it is mapped to."""

    code = "column_unusable"
    template = (
        "{file}: column '{column}' holds {type}, which cannot be read as {role}. Map another with --map {name}=HEADER."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one file is read: where its columns stand, and by which rules."""

    file_id: int
    file: str
    layout: Layout
    clock: Clock
    marks: DecimalMarks
    dates: DateOrders
    rates: Rates
    is_export: bool = False

    def times(self, column: pa.Array, name: str, *, may_be_later: bool) -> Cells:
        """Read a column of times, in the order of days that is said, or that the column proves."""
        cells = read_time(column, self._clock_of(name), may_be_later=may_be_later)
        if not self.dates.could_decide(name, cells):
            return cells
        return read_time(column, self._clock_of(name), may_be_later=may_be_later)

    def _clock_of(self, name: str) -> Clock:
        return replace(self.clock, order=self.dates.of(name))


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one file came to so far."""

    read: int = 0
    accepted: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    taken_as: dict[str, int] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)
    has_personal_keys: bool = False
    has_names_for_keys: bool = False
    first_fault: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)
    unusable: Unusable = field(default_factory=Unusable)
    date_orders: dict[str, DateOrder] = field(default_factory=dict)

    @property
    def quarantined(self) -> int:
        """How many rows were set aside."""
        return sum(self.reasons.values())

    def leave_out(self, code: str, rows: int) -> None:
        """Count rows that are no records of what happened."""
        if rows:
            self.read += rows
            self.left_out[code] = self.left_out.get(code, 0) + rows

    def take_back(self, code: str, rows: int) -> None:
        """Count accepted rows as none after all: what they say is told elsewhere."""
        self.accepted -= rows
        self.read -= rows
        self.leave_out(code, rows)

    def refused(self) -> dict[str, Refused]:
        """Return what is told of the rows set aside, by reason."""
        lost = {code: self.lost.get(code, Lost()) for code in self.reasons}
        return {
            code: Refused(
                rows=rows,
                line=self.first_fault[code][0],
                column=self.first_fault[code][1],
                example=self.first_fault[code][2],
                amount=lost[code].amount,
                amount_unknown=rows - lost[code].known if lost[code].amount is not None else 0,
            )
            for code, rows in sorted(self.reasons.items())
        }

    def take(self, code: str, rows: int) -> None:
        """Count accepted rows in which something unclear was taken one way."""
        if rows:
            self.taken_as[code] = self.taken_as.get(code, 0) + rows


def rows_of(piece: Piece, reading: Reading, tally: Tally) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the rows that could be read, and those set aside.

    Raises:
        DateAmbiguous, DateOrderMixed: a date has two readings, no order was said, and the column proves none.
        ColumnUnusable: a column's type is foreign to its meaning.
    """
    sources = reading.layout.sources()
    cells = {name: _read(piece.columns[place], name, reading) for name, place in sources.items()}
    if (place := reading.layout.name_place) is not None:
        key = cells["customer_id"]
        cells["customer_id"] = replace(
            key, values=contacts.named(key.values, read_text(piece.columns[place], silence="text").values)
        )
    cells = reading.rates.applied(cells, reading.layout.kind)
    taken = dict(piece.taken_as)
    role = reading.layout.key_role
    if role in FIRST_OF_SEVERAL and not reading.is_export:
        taken[FIRST_OF_SEVERAL[role]] = names_several(piece.columns[sources["customer_id"]], role=role)
    if reading.layout.kind.name == "consents":
        cells, unclear = on_the_safe_side(cells, undated_on=reading.clock if reading.is_export else None)
        taken |= unclear
    if reading.is_export and reading.layout.kind.name == "feedback":
        cells, in_words = left_empty(cells)
        taken |= in_words
    unusable: dict[str, Mask] = {}
    if reading.layout.kind.name == "profiles":
        cells, unusable = without_unusable(cells, key_role=role, today=reading.clock.today)
    elif "customer_id" in cells:
        unusable = unusable_keys(cells["customer_id"], key_role=role, sorts=piece.keyed_by, today=reading.clock.today)
    taken |= _unclear_times(cells)
    faults, at = _first_faults(cells, reading)
    _refuse_ambiguous_dates(cells, piece, reading)
    raw = _raw_batch(cells, piece, reading)
    tally.signs.update(*(cell.signs for cell in cells.values()))
    kept = raw if faults is None else raw.filter(pa.array(faults == 0))
    bad = np.zeros(0, dtype=np.int64) if faults is None else _without_no_records(piece, faults, reading, tally)
    tally.accepted += kept.num_rows
    for code, mask in taken.items():
        tally.take(code, int(np.count_nonzero(mask if faults is None else mask & (faults == 0))))
    tally.unusable.add(unusable, faults, piece, reading.layout)
    tally.has_names_for_keys = tally.has_names_for_keys or _any_by_name(piece, role, faults)
    if reading.layout.key_role == "customer_id" and not tally.has_personal_keys:
        keys = [reading.layout.kind.column(name).key_name for name in reading.layout.kind.keys]
        tally.has_personal_keys = any(any_suspect(kept.column(key)) for key in keys)
    if reading.layout.kind.name == "orders":
        lose(tally.lost, cells, bad, faults, [broken.reason for broken in piece.broken])
    aside = _set_aside(piece, reading, tally, _Bad(rows=bad, faults=faults, at=at, names=list(cells)))
    tally.read += kept.num_rows + aside.num_rows
    return kept, aside


def _any_by_name(piece: Piece, role: str, faults: Faults | None) -> bool:
    """Whether nothing but a name says whose row it is, in any row without a fault."""
    named = piece.keyed_by.get("name") if piece.keyed_by else np.full(len(piece.lines), role == "name")
    return named is not None and bool(np.any(named if faults is None else named & (faults == 0)))


def _read(column: pa.Array, name: str, reading: Reading) -> Cells:
    spec = reading.layout.kind.column(name)
    kind = column.type
    if pa.types.is_nested(kind):
        header = reading.layout.headers[reading.layout.sources()[name]]
        raise ColumnUnusable(file=reading.file, column=header, type=kind, role=spec.role, name=name)
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        column = column.dictionary_decode()
    cells = _READERS[spec.role](column, spec, reading)
    if not spec.required or spec.role == "key":
        return cells
    faults = (
        marked(cells.faults, ~mask_of(cells.values.is_valid()), "value_missing")
        if cells.values.null_count
        else cells.faults
    )
    return replace(cells, faults=faults)


def _key(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    if reading.is_export:
        # Each key has the form of its own sort already, and one form for all would harm the others.
        return read_key(column, role="customer_id", silence="text")
    return read_key(column, role=reading.layout.key_role if spec.name == "customer_id" else "customer_id")


def _time(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    return reading.times(column, spec.name, may_be_later=spec.may_be_later)


def _decimal(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    read = read_money if spec.role == "money" else read_number
    cells = read(column, reading.marks.of(spec.name))
    return read(column, reading.marks.of(spec.name)) if reading.marks.could_decide(cells) else cells


def _identifier(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    cells = read_text(column, silence=silence_of(spec.name))
    if spec.name != "birth_date":
        return cells
    order = reading.clock.order
    if order is None and contacts.any_birth_unclear(cells.values):
        order = reading.dates.decide(spec.name)
    if order is None:
        return cells

    def in_order(distinct: pa.Array) -> Cells:
        births = [None if text is None else contacts.birth_in_order(text, order) for text in distinct.to_pylist()]
        return Cells(values=pa.array(births, pa.string()))

    return replace(cells, values=by_distinct(cells.values, in_order).values)


def _word(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    return read_word(column, place=(reading.layout.kind.name, spec.name))


def _flag(column: pa.Array, spec: Column, reading: Reading) -> Cells:
    return read_flag(column, place=(reading.layout.kind.name, spec.name))


_READERS: Mapping[str, Callable[[pa.Array, Column, Reading], Cells]] = {
    "key": _key,
    "identifier": _identifier,
    "text": lambda column, spec, reading: (
        read_id(column) if spec.name.endswith("_id") else read_text(column, silence=silence_of(spec.name))
    ),
    "word": _word,
    "flag": _flag,
    "currency": lambda column, spec, reading: read_currency(column),
    "time": _time,
    "money": _decimal,
    "number": _decimal,
    "year": lambda column, spec, reading: read_year(column),
}


def _unclear_times(cells: Mapping[str, Cells]) -> dict[str, Mask]:
    """Return the rows with a time that clocks never showed, or twice, for they were changed; by code."""
    found: dict[str, Mask] = {}
    for unclear in (cell.unclear for cell in cells.values() if cell.unclear is not None):
        for place, code in enumerate(UNCLEAR[1:], start=1):
            mask = np.equal(unclear, place)
            found[code] = found[code] | mask if code in found else mask
    return found


def _first_faults(cells: Mapping[str, Cells], reading: Reading) -> tuple[Faults | None, NDArray[np.int64]]:
    """Return each row's first fault in the order of the columns, and the place of the column it is in."""
    faults: Faults | None = None
    at = np.zeros(0, dtype=np.int64)
    for place, cell in enumerate(cells.values()):
        if cell.faults is None or not cell.faults.any():
            continue
        if faults is None:
            faults, at = cell.faults.copy(), np.full(len(cell.faults), place, dtype=np.int64)
        else:
            fresh = (faults == 0) & (cell.faults != 0)
            faults[fresh], at[fresh] = cell.faults[fresh], place
    return faults, at


def _refuse_ambiguous_dates(cells: Mapping[str, Cells], piece: Piece, reading: Reading) -> None:
    for name, cell in cells.items():
        if cell.faults is None:
            continue
        rows = np.flatnonzero(cell.faults == FAULT["time_ambiguous"])
        if len(rows):
            reading.dates.check(name)
            place = reading.layout.sources()[name]
            (value,) = _shown(piece.columns[place].slice(int(rows[0]), 1), reading.layout.kind.column(name), reading)
            header = reading.layout.headers[place].strip()
            raise DateAmbiguous(
                file=reading.file, line=int(piece.lines[rows[0]]), column=header, value=(value or "").strip()
            )


def _shown(column: pa.Array, spec: Column, reading: Reading) -> list[str | None]:
    """Return cells as they stand in the file: what a recipe put behind a time is nobody's writing."""
    texts: list[str | None] = as_text(column).to_pylist()
    if not reading.is_export or spec.role != "time":
        return texts
    return [None if text is None else as_written(text) for text in texts]


def _raw_batch(cells: Mapping[str, Cells], piece: Piece, reading: Reading) -> pa.RecordBatch:
    rows, kind = len(piece.lines), reading.layout.kind
    arrays = [pa.array(np.full(rows, reading.file_id, dtype=np.int32)), pa.array(piece.lines)]
    for column in kind.columns:
        cell = cells.get(column.name)
        arrays.append(nothing(rows, TYPES[column.role]) if cell is None else cell.values)
        if column.role == "time":
            arrays.append(nothing(rows, pa.date32()) if cell is None else cell.days)
    schema = raw_schema(kind)
    arrays += [nothing(rows, field.type) for field in list(schema)[len(arrays) :]]  # no cell fills these
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _without_no_records(piece: Piece, faults: Faults, reading: Reading, tally: Tally) -> NDArray[np.int64]:
    """Return the bad rows, but for those that are no records at all, which are counted."""
    bad, sources = np.flatnonzero(faults), reading.layout.sources()
    required = {column.name for column in reading.layout.kind.columns if column.role == "time" and column.required}
    times = {place for name, place in sources.items() if name in required}
    left = no_records(piece.columns, bad, times)
    for code, mask in left.items():
        tally.leave_out(code, int(np.count_nonzero(mask)))
    return bad[~np.logical_or.reduce(list(left.values()))] if left else bad


def _broken_records(piece: Piece, tally: Tally) -> list[Broken]:
    """Return the rows that could not be cut into fields; count the totals among them, and what a piece leaves out."""
    for code, rows in piece.left_out.items():
        tally.leave_out(code, rows)
    records = [broken for broken in piece.broken if not is_summary(broken)]
    tally.leave_out(SUMMARY, len(piece.broken) - len(records))
    ends = footer_lines(records)
    tally.leave_out(FOOTER, len(ends))
    return [broken for broken in records if broken.line not in ends]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bad:
    rows: NDArray[np.int64]
    faults: Faults | None
    at: NDArray[np.int64]
    names: list[str]


def _set_aside(piece: Piece, reading: Reading, tally: Tally, bad: _Bad) -> pa.RecordBatch:
    """Return the quarantine rows of a piece: what was no row at all, and what has a fault in a column."""
    cut_badly = _broken_records(piece, tally)
    lines = [broken.line for broken in cut_badly]
    columns: list[str | None] = [broken.column for broken in cut_badly]
    reasons = [broken.reason for broken in cut_badly]
    values: list[str | None] = [broken.text for broken in cut_badly]
    sources = reading.layout.sources()
    for place in np.unique(bad.at[bad.rows]) if len(bad.rows) else ():
        rows = bad.rows[bad.at[bad.rows] == place]
        name = bad.names[place]
        source = sources[name]
        header = reading.layout.headers[source].strip()
        lines.extend(piece.lines[rows].tolist())
        columns.extend([header] * len(rows))
        reasons.extend(REASONS[fault] for fault in bad.faults[rows].tolist()) if bad.faults is not None else None
        spec = reading.layout.kind.column(bad.names[place])
        values.extend(_shown(piece.columns[source].take(pa.array(rows)), spec, reading))
    for line, column, reason, value in zip(lines, columns, reasons, values, strict=True):
        tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
        first = tally.first_fault.get(reason)
        if first is None or line < first[0]:
            tally.first_fault[reason] = (line, column or "", masked((value or "")[:60]))
    shown = [None if value is None else value[:_LONGEST_RAW] for value in values]
    file_ids = np.full(len(lines), reading.file_id, dtype=np.int32)
    arrays = [pa.array(file_ids), pa.array(lines, pa.int64()), pa.array(columns, pa.string())]
    arrays += [pa.array(reasons, pa.string()), pa.array(shown, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, schema=QUARANTINE)
