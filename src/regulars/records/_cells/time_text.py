"""One time as people write it. Only what has one reading is read; 1/2/2024 waits until somebody says the order.

Taken: 2024-01-02, 2024/1/2, 2024.1.2, 20240102, 2024年1月2日, 2 Jan 2024, 02-Jan-24, January 2, 2024, and 13/2/2024 (no
month is the 13th). Of a year of two digits 70 is 1970 and 69 is 2069; 31.12.24 may be of 2024 or of 2031, and so
waits for the order too. With or without a time (10:20, 10:20:30.5, 2:30 PM, 下午2:30, 10时20分), with or without an
offset (Z, +0200, +08:00, GMT+2) or the zone whose clocks showed it ([Europe/Berlin]). A fraction of a second is cut
after six digits.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np

from regulars.records._cells.zones import zone_of

UNREADABLE, AMBIGUOUS = "time_unreadable", "time_ambiguous"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)",
        r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)",
        r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)",
        r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{2})(?!\d)",
        rf"(?P<d>\d{{1,2}})(?:[snrt][tdh])?[ -]{_NAME}[ ,-]+(?P<y>\d{{4}})(?!\d)",
        rf"(?P<d>\d{{1,2}})(?P<sep>[- ]){_NAME}(?P=sep)(?P<c>\d{{2}})(?!\d)",
        rf"{_NAME} (?P<d>\d{{1,2}})(?:[snrt][tdh])?,? (?P<y>\d{{4}})(?!\d)",
    )
)
_TIME = re.compile(
    r"(?:[T\s,]\s*|(?<=[日号]))(?P<half>上午|下午)?\s*(?P<h>\d{1,2})[:时](?P<min>\d{1,2})分?"
    r"(?::?(?P<s>\d{1,2})秒?(?:[.,](?P<frac>\d{1,9}))?)?\s*(?P<ampm>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|z|(?:UTC|GMT)(?:[+-]\d{1,2}(?::\d{2})?(?!\d))?|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?)?"
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<h>\d{1,2}):?(?P<min>\d{2})?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as read: microseconds since 1970, in UTC if it named its offset, else on the wall; or the fault.

    `unclear`: the clocks that it names never showed it, or twice; see `UNCLEAR`.
    """

    micros: int = 0
    is_utc: bool = False
    fault: str = ""
    unclear: int = 0


@lru_cache(maxsize=65536)
def moment_of(text: str, order: str | None = None) -> Moment:
    """Read one time; `order` (dmy, mdy, ymd) says how 1/2/2024 is meant.

    >>> moment_of("1/2/2024").fault, moment_of("1/2/2024", "dmy") == moment_of("2024年2月1日")
    ('time_ambiguous', True)
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.endswith("]") and " [" in text:
        bare, _, zone = text[:-1].rpartition(" [")
        return _on_the_clock_of(bare, zone, order)
    for pattern in _DATES:
        found = pattern.match(text)
        if found is None:
            continue
        day = _day(found.groupdict(), order)
        if isinstance(day, str):
            return Moment(fault=day)
        return _with_time(day, text, found.end())
    return Moment(fault=UNREADABLE)


def as_written(text: str) -> str:
    """Return a time as the file has it: without the zone that was put behind it, unless that is what went wrong.

    >>> as_written("2024-01-02 10:00 [UTC]"), as_written("2024-01-02 10:00 [Nowhere]")
    ('2024-01-02 10:00', '2024-01-02 10:00, Nowhere')
    """
    bare, _, zone = text[:-1].rpartition(" [")
    if not (bare and text.endswith("]")):
        return text
    return bare if _is_zone(zone) else f"{bare}, {zone}"


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _on_the_clock_of(text: str, zone: str, order: str | None) -> Moment:
    """Read a time as the clocks of a zone showed it; an offset in the time itself is stronger, a day has no clock."""
    moment = moment_of(text, order)
    if moment.fault or moment.is_utc or ":" not in text:
        return moment
    if not _is_zone(zone):
        return Moment(fault=UNREADABLE)
    clocks, wall = zone_of(zone), np.array([moment.micros], dtype=np.int64)
    unclear = clocks.unclear(wall)
    return Moment(micros=int(clocks.to_utc(wall)[0]), is_utc=True, unclear=0 if unclear is None else int(unclear[0]))


def _day(parts: dict[str, str | None], order: str | None) -> tuple[int, int, int] | str:
    """Return year, month and day, or the fault."""
    if "c" in parts and "name" not in parts:
        return _of_short_year(int(parts["a"] or 0), int(parts["b"] or 0), int(parts["c"] or 0), order)
    year = int(parts.get("y") or 0)
    if "a" in parts:
        return _ordered(year, int(parts["a"] or 0), int(parts["b"] or 0), order)
    day = int(parts["d"] or 0)
    if "name" not in parts:
        return (year, int(parts["m"] or 0), day)
    name = str(parts["name"]).casefold()
    known = [number for number, month in enumerate(_MONTHS, start=1) if name in {month, month[:3], month[:4]}]
    if not known:
        return UNREADABLE
    if "c" not in parts:
        return (year, known[0], day)
    short = int(parts["c"] or 0)
    return (_whole_year(day), known[0], short) if order == "ymd" else (_whole_year(short), known[0], day)


def _ordered(year: int, first: int, second: int, order: str | None) -> tuple[int, int, int] | str:
    """Return the day that 1/2/2024 means: as said, else the only one that a calendar has, else the fault."""
    if order is not None:
        days = {"dmy": (year, second, first), "mdy": (year, first, second)}
        return days.get(order, UNREADABLE)
    if first > 12:
        return (year, second, first)
    return (year, first, second) if second > 12 or first == second else AMBIGUOUS


def _of_short_year(first: int, second: int, third: int, order: str | None) -> tuple[int, int, int] | str:
    """Return the day that 31/12/24 means: as said, else the only one that a calendar has, else the fault."""
    days = {
        "dmy": (_whole_year(third), second, first),
        "mdy": (_whole_year(third), first, second),
        "ymd": (_whole_year(first), second, third),
    }
    if order is not None:
        return days[order]
    possible = {day for day in days.values() if _is_in_calendar(day)}
    if not possible:
        return UNREADABLE
    return possible.pop() if len(possible) == 1 else AMBIGUOUS


def _whole_year(year: int) -> int:
    return year + (1900 if year >= 70 else 2000)


def _is_in_calendar(day: tuple[int, int, int]) -> bool:
    try:
        date(*day)
    except ValueError:
        return False
    return True


def _with_time(day: tuple[int, int, int], text: str, end: int) -> Moment:
    found = _TIME.fullmatch(text, end) if end < len(text) else None
    if end < len(text) and found is None:
        return Moment(fault=UNREADABLE)
    parts = found.groupdict() if found else {}
    hour = _hour(parts)
    if hour is None:
        return Moment(fault=UNREADABLE)
    fraction = (parts.get("frac") or "")[:6].ljust(6, "0")
    clock = (hour, int(parts.get("min") or 0), int(parts.get("s") or 0), int(fraction))
    try:
        moment = datetime(*day, *clock, tzinfo=UTC)
    except ValueError:
        return Moment(fault=UNREADABLE)
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    return _shifted(micros, parts.get("zone"))


def _hour(parts: dict[str, str | None]) -> int | None:
    """Return the hour from 0 to 23; None if a half of the day is named and the hour does not fit into it."""
    hour = int(parts.get("h") or 0)
    half = (parts.get("half") or parts.get("ampm") or "").casefold()
    if not half:
        return hour
    if parts.get("ampm") and not 1 <= hour <= 12:
        return None
    is_afternoon = half == "下午" or half.startswith("p")
    if hour >= 12:
        return hour if is_afternoon else hour - 12
    return hour + 12 if is_afternoon else hour


def _shifted(micros: int, zone: str | None) -> Moment:
    if zone is None:
        return Moment(micros=micros)
    found = _OFFSET.search(zone)
    if found is None:
        return Moment(micros=micros, is_utc=True)
    hours, minutes = int(found["h"]), int(found["min"] or 0)
    if hours > 15 or minutes > 59:
        return Moment(fault=UNREADABLE)
    offset = (hours * 60 + minutes) * 60 * 1_000_000
    return Moment(micros=micros - offset if found["sign"] == "+" else micros + offset, is_utc=True)
