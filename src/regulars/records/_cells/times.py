"""Times: stored as naive UTC, with the day on the business's calendar beside them.

A time without an offset is the business's own clock. Times before 1970 and days after today are set aside: one row
of 2090 is not believed. Of bare numbers, eight digits are a date, ten are seconds and thirteen milliseconds since 1970
(UTC); five are days as Excel counts them, from 1900 or from 1904, which only a setting can say.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells.cells import Cells, Faults, Mask, by_distinct, doubles_of, integers_of, marked, mask_of
from regulars.records._cells.text import as_text, tidy
from regulars.records._cells.time_text import AMBIGUOUS, UNREADABLE, moment_of
from regulars.records._cells.zones import Micros, Unclear, Zone

SERIAL = "time_serial"
_EPOCH = date(1970, 1, 1)
_LAST_INSTANT = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""

_LEAP_YEAR = r"(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DATE = (
    r"(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    rf"|02-(?:0[1-9]|1\d|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_ISO = rf"^{_DATE}(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?)?$"
_ISO_LENGTHS = {10, 16, 19}
_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_NUMBER = r"^(?:\d{5}(?:\.\d+)?|\d{10}(?:\.\d+)?|\d{13})$"
_SERIAL_OF_1970 = {"1900": 25_569, "1904": 24_107}
"""The number that Excel has for 1970-01-01 in each of its two calendars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What times are read by: the business's zone, today, how 1/2/2024 and Excel's days are meant, if later is kept."""

    zone: Zone
    today: date
    order: str | None
    excel_dates: str | None = None
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
        return _of_numbers(column, clock, may_be_later=may_be_later)
    return _of_text(as_text(column), clock, may_be_later=may_be_later)


def _of_numbers(column: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    """Read a column of numbers: yyyymmdd as the text it looks like, the others by their size."""
    numbers = doubles_of(column)
    missing = ~mask_of(column.is_valid()) | np.isnan(numbers)
    is_date = (numbers >= 1e7) & (numbers < 1e8) & (np.floor(numbers) == numbers)
    if is_date.any():
        text = pa.array(np.where(is_date, numbers, 0.0).astype(np.int64), mask=~is_date | missing).cast(pa.string())
        dates = by_distinct(text, lambda distinct: _of_distinct(distinct, clock, may_be_later=may_be_later))
        if (is_date | missing).all():
            return dates
        others = _of_numbers(pa.array(numbers, mask=missing | is_date), clock, may_be_later=may_be_later)
        return _either(dates, others, is_date)
    instants, faults, unclear = _instants(numbers, missing, clock)
    return _finished(instants, missing, faults, clock, may_be_later=may_be_later, unclear=unclear)


def _either(first: Cells, second: Cells, is_first: Mask) -> Cells:
    mask, none = pa.array(is_first), np.zeros(len(is_first), dtype=np.uint8)
    own, other = (none if cells.faults is None else cells.faults for cells in (first, second))
    return Cells(
        values=pc.if_else(mask, first.values, second.values),
        days=pc.if_else(mask, first.days, second.days),
        faults=np.where(is_first, own, other),
        unclear=second.unclear,  # a date without a time is never unclear
    )


def _instants(
    numbers: NDArray[np.float64], missing: Mask, clock: Clock
) -> tuple[Micros, Faults | None, Unclear | None]:
    """Return the instants that bare numbers are: seconds, milliseconds, or days as Excel counts them; and the unclear.

    Only the last are of the business's clocks.
    """
    seconds, millis = (numbers >= 1e9) & (numbers < 1e10), (numbers >= 1e12) & (numbers < 1e13)
    serials = (numbers >= 1e4) & (numbers < 1e5)
    instants = np.rint(np.where(seconds, numbers * 1e6, np.where(millis, numbers * 1e3, 0.0))).astype(np.int64)
    faults = marked(None, ~(seconds | millis | serials | missing), UNREADABLE)
    if not serials.any():
        return instants, faults, None
    if clock.excel_dates is None:
        return instants, marked(faults, serials, SERIAL), None
    days = np.where(serials, numbers - _SERIAL_OF_1970[clock.excel_dates], 0.0)
    # Excel keeps the time of day as a fraction of a day, good to about a millisecond.
    wall = np.rint(days * 86_400_000).astype(np.int64) * 1_000
    return np.where(serials, clock.zone.to_utc(wall), instants), faults, clock.zone.unclear(wall)


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
    if column.type.tz is not None:
        return _finished(micros, missing, faults, clock, may_be_later=may_be_later)
    unclear = clock.zone.unclear(micros)
    return _finished(clock.zone.to_utc(micros), missing, faults, clock, may_be_later=may_be_later, unclear=unclear)


def _of_text(column: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    """Read text: ISO times all at once, of the others every distinct one."""
    wall = None if column.null_count else _iso(column)
    if wall is not None:
        missing = np.zeros(len(column), dtype=bool)
        unclear = clock.zone.unclear(wall)
        return _finished(clock.zone.to_utc(wall), missing, None, clock, may_be_later=may_be_later, unclear=unclear)
    return by_distinct(column, lambda distinct: _of_distinct(distinct, clock, may_be_later=may_be_later))


def _iso(column: pa.Array) -> Micros | None:
    """Return ISO times as they stand on the clock; None if any is none."""
    lengths = pc.min_max(pc.binary_length(column))
    if lengths["min"].as_py() == lengths["max"].as_py() in _ISO_LENGTHS:
        # Arrow takes the same times of these lengths, in a tenth of the time, and some of the year 0.
        with suppress(pa.ArrowInvalid):
            wall = integers_of(column.cast(pa.timestamp("us")).view(pa.int64()))
            if wall.min() >= 0:
                return wall
    if not pc.all(pc.match_substring_regex(column, _ISO), min_count=0).as_py():
        return None
    return integers_of(column.cast(pa.timestamp("us")).view(pa.int64()))


def _of_distinct(distinct: pa.Array, clock: Clock, *, may_be_later: bool) -> Cells:
    cells = tidy(distinct)
    is_iso = pc.match_substring_regex(cells.values, _ISO)
    quick = pc.if_else(is_iso, cells.values, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))
    micros = np.array(integers_of(quick.view(pa.int64())))
    missing = ~mask_of(cells.values.is_valid())
    is_utc = np.zeros(len(micros), dtype=bool)
    faults = cells.faults
    instants, unclear = np.zeros(len(micros), dtype=np.int64), np.zeros(len(micros), dtype=np.uint8)
    is_number = mask_of(pc.match_substring_regex(cells.values, _NUMBER))
    if is_number.any():
        numbers = doubles_of(
            pc.if_else(pa.array(is_number), cells.values, pa.scalar(None, pa.string())).cast(pa.float64())
        )
        instants, number_faults, of_numbers = _instants(numbers, ~is_number, clock)
        unclear = unclear if of_numbers is None else of_numbers
        faults = (
            number_faults if faults is None else faults if number_faults is None else np.maximum(faults, number_faults)
        )
    rest = np.flatnonzero(~missing & ~mask_of(is_iso) & ~is_number)
    if len(rest):
        moments = [moment_of(text, clock.order) for text in cells.values.take(pa.array(rest)).to_pylist()]
        micros[rest] = [moment.micros for moment in moments]
        is_utc[rest] = [moment.is_utc for moment in moments]
        unclear[rest] = [moment.unclear for moment in moments]
        for fault in (UNREADABLE, AMBIGUOUS):
            faults = marked(faults, _at(rest, [moment.fault == fault for moment in moments], len(micros)), fault)
    instants = np.where(is_number, instants, np.where(is_utc, micros, clock.zone.to_utc(micros)))
    own = clock.zone.unclear(np.where(is_utc | is_number, 0, micros))
    unclear = unclear if own is None else np.maximum(unclear, own)
    return _finished(instants, missing, faults, clock, may_be_later=may_be_later, unclear=unclear)


def _at(places: NDArray[np.int64], hits: list[bool], rows: int) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    mask[places] = hits
    return mask


def _finished(
    instants: Micros,
    missing: Mask,
    faults: Faults | None,
    clock: Clock,
    *,
    may_be_later: bool,
    unclear: Unclear | None = None,
) -> Cells:
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
        unclear=unclear if unclear is not None and unclear.any() else None,
    )
