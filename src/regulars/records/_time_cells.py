"""Times: stored as naive UTC, with the day on the business's calendar beside them.

A time without an offset is the business's own clock. Times before 1970 and days after today are set aside: one row
of 2090 is not believed.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells import Cells, Faults, Mask, by_distinct, integers_of, marked, mask_of
from regulars.records._text_cells import as_text, tidy
from regulars.records._time_text import AMBIGUOUS, UNREADABLE, moment_of
from regulars.records._zones import Micros, Zone

_EPOCH = date(1970, 1, 1)
_LAST_INSTANT = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""

_DATE = (
    r"\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))"
)
_ISO = rf"^{_DATE}(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?)?$"
_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What times are read by: the business's zone, today, how 1/2/2024 is meant, and whether later days are kept."""

    zone: Zone
    today: date
    order: str | None
    keeps_later: bool = False

    @property
    def last_day(self) -> int:
        """Today, in days since 1970."""
        return (self.today - _EPOCH).days


def read_time(column: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    """Read times of any type; `may_be_later` allows days after today."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _of_timestamps(column, clock, may_be_later=may_be_later)
    if pa.types.is_date(kind):
        return _of_timestamps(column.cast(pa.timestamp("ms")), clock, may_be_later=may_be_later)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        whole = column.cast(pa.float64(), safe=False)
        whole = pc.if_else(pc.is_nan(whole), pa.scalar(None, pa.float64()), whole)
        column = pc.if_else(_is_eight_digits(whole), whole, pa.scalar(-1.0)).cast(pa.int64())
    return _of_text(as_text(column), clock, may_be_later=may_be_later)


def _is_eight_digits(numbers: pa.Array) -> pa.Array:
    """Where a number can be yyyymmdd; any other number is no time, and its column says so row by row."""
    return pc.and_(pc.and_(pc.greater_equal(numbers, 1e7), pc.less(numbers, 1e8)), pc.equal(pc.floor(numbers), numbers))


def _of_timestamps(column: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    raw = integers_of(column.view(pa.int64()))
    missing = ~mask_of(column.is_valid())
    if column.type.unit == "ns":
        micros = np.floor_divide(raw, 1_000)
        far = np.zeros(len(raw), dtype=bool)
    else:
        factor = _UNITS[column.type.unit]
        far = (raw > _LAST_INSTANT // factor) | (raw < -_LAST_INSTANT // factor)
        micros = np.where(far, 0, raw) * factor if far.any() else raw * factor
    faults = marked(None, far, "out_of_range")
    instants = micros if column.type.tz is not None else clock.zone.to_utc(micros)
    return _finished(instants, missing, faults, clock, may_be_later=may_be_later)


def _of_text(column: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    """Read text: ISO times all at once, of the others every distinct one."""
    if pc.all(pc.match_substring_regex(column, _ISO), min_count=0).as_py() and column.null_count == 0:
        wall = integers_of(column.cast(pa.timestamp("us")).view(pa.int64()))
        missing = np.zeros(len(column), dtype=bool)
        return _finished(clock.zone.to_utc(wall), missing, None, clock, may_be_later=may_be_later)
    return by_distinct(column, lambda distinct: _of_distinct(distinct, clock, may_be_later=may_be_later))


def _of_distinct(distinct: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    cells = tidy(distinct)
    is_iso = pc.match_substring_regex(cells.values, _ISO)
    quick = pc.if_else(is_iso, cells.values, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))
    micros = np.array(integers_of(quick.view(pa.int64())))
    missing = ~mask_of(cells.values.is_valid())
    is_utc = np.zeros(len(micros), dtype=bool)
    faults = cells.faults
    rest = np.flatnonzero(~missing & ~mask_of(is_iso))
    if len(rest):
        moments = [moment_of(text, clock.order) for text in cells.values.take(pa.array(rest)).to_pylist()]
        micros[rest] = [moment.micros for moment in moments]
        is_utc[rest] = [moment.is_utc for moment in moments]
        for fault in (UNREADABLE, AMBIGUOUS):
            faults = marked(faults, _at(rest, [moment.fault == fault for moment in moments], len(micros)), fault)
    instants = np.where(is_utc, micros, clock.zone.to_utc(micros))
    return _finished(instants, missing, faults, clock, may_be_later=may_be_later)


def _at(places: NDArray[np.int64], hits: list[bool], rows: int) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    mask[places] = hits
    return mask


def _finished(instants: Micros, missing: Mask, faults: Faults | None, clock: Clock, *, may_be_later: bool) -> Cells:
    """Return instants with their days; too early and too late ones become faults."""
    days = clock.zone.days(instants)
    faults = marked(faults, (days < 0) & ~missing, "too_early")
    if not (may_be_later or clock.keeps_later):
        faults = marked(faults, (days > clock.last_day) & ~missing, "after_today")
    mask = missing if missing.any() else None
    return Cells(
        values=pa.array(instants, mask=mask).view(pa.timestamp("us")),
        days=pa.array(days, mask=mask).view(pa.date32()),
        faults=faults,
    )
