"""From a wall clock to UTC and from UTC to a day, for whole columns at once.

The offsets come from Python's time-zone data (the package `tzdata` where the system has none), so every platform
and both engines see the same ones. A wall time that happens twice when clocks go back, or never when they go
forward, is read with the offset that was in force before the change (PEP 495's fold = 0), and told (`Zone.unclear`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Micros = NDArray[np.int64]
Unclear = NDArray[np.uint8]
"""For each time 0, or the place of a word in `UNCLEAR`."""

UNCLEAR = ("", "time_never", "time_twice")
"""What a wall time can be when clocks are changed: one that no clock showed, or one that they showed twice."""
_NEVER, _TWICE = np.uint8(1), np.uint8(2)

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=3)
"""No zone has changed its clocks and changed them back within it since 1970."""
_FIRST, _LAST = datetime(1969, 12, 30, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone's offsets: `offsets[i]` is in force before `changes[i]` (UTC), the last one ever after."""

    changes: Micros
    wall_changes: Micros
    offsets: Micros

    def to_utc(self, wall: Micros) -> Micros:
        """Return the instants at which this zone's clocks showed the given times (microseconds)."""
        return np.subtract(wall, self._in_force(self.wall_changes, wall))

    def unclear(self, wall: Micros) -> Unclear | None:
        """Return which wall times never were or were twice, as clocks were changed; None where none is.

        Midnight is taken for a day without a time, which is never unclear.
        """
        if not len(self.changes) or not len(wall) or wall.min() >= self.wall_changes[-1]:
            return None
        place = np.minimum(np.searchsorted(self.wall_changes, wall, side="right"), len(self.changes) - 1)
        forward = self.offsets[place + 1] - self.offsets[place]
        ends = self.wall_changes[place]
        is_near = (wall >= ends - np.abs(forward)) & (wall < ends) & (np.mod(wall, DAY) != 0)
        if not is_near.any():
            return None
        return np.where(is_near, np.where(forward > 0, _NEVER, _TWICE), np.uint8(0))

    def days(self, instants: Micros) -> NDArray[np.int32]:
        """Return the day on this zone's calendar at each instant, in days since 1970-01-01."""
        wall = np.add(instants, self._in_force(self.changes, instants))
        return np.floor_divide(wall, DAY).astype(np.int32)

    def _in_force(self, changes: Micros, times: Micros) -> Micros:
        if not len(changes):
            return self.offsets
        return self.offsets[np.searchsorted(changes, times, side="right")]


@lru_cache(maxsize=16)
def zone_of(name: str) -> Zone:
    """Return the offsets of a zone, such as Asia/Shanghai, from 1970 to 2100."""
    zone = ZoneInfo(name)
    changes: list[int] = []
    offsets = [_offset(zone, _FIRST)]
    moment = _FIRST
    while moment < _LAST:
        following = moment + _STEP
        if _offset(zone, following) != offsets[-1]:
            change = _change_between(zone, moment, following)
            changes.append(_micros(change))
            offsets.append(_offset(zone, change))
        moment = following
    before, after = np.array(offsets[:-1], dtype=np.int64), np.array(offsets[1:], dtype=np.int64)
    instants = np.array(changes, dtype=np.int64)
    return Zone(
        changes=instants,
        wall_changes=instants + np.maximum(before, after),
        offsets=np.array(offsets, dtype=np.int64),
    )


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    start = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        low, high = (middle, high) if _offset(zone, middle) == start else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) * SECOND


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
