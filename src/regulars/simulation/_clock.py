"""The shop's own time: how fast it passes on each day, and when in a day things happen.

A busy day is a long day. A Poisson process of constant rate in shop time is, by the calendar, a non-homogeneous
one with seasons, weekdays and sales days (the time-rescaling theorem), and every closed form stays exact. One unit
of shop time is a day of the mean day; all processes of this room run on it and are turned into dates by `at`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, tau
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from regulars.simulation._plan import Language

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Times: TypeAlias = npt.NDArray[np.datetime64]

FORECAST_DAYS = 365

_WEEKDAYS: dict[Language, tuple[float, ...]] = {
    "en": (0.85, 0.90, 0.95, 1.00, 1.10, 1.35, 0.85),
    "zh": (0.90, 0.92, 0.95, 0.98, 1.05, 1.15, 1.10),
}
_DAY_SHARES = (0.0, 0.15, 0.35, 0.50, 0.70, 0.90, 1.0)
_DAY_HOURS = (8.5, 11.0, 13.5, 16.0, 19.0, 21.0, 22.5)
# Chinese New Year's day (month, day) of each year; other years pass without a Spring Festival.
_NEW_YEARS = {
    2010: (2, 14),
    2011: (2, 3),
    2012: (1, 23),
    2013: (2, 10),
    2014: (1, 31),
    2015: (2, 19),
    2016: (2, 8),
    2017: (1, 28),
    2018: (2, 16),
    2019: (2, 5),
    2020: (1, 25),
    2021: (2, 12),
    2022: (2, 1),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
    2030: (2, 3),
    2031: (1, 23),
    2032: (2, 11),
    2033: (1, 31),
    2034: (2, 19),
    2035: (2, 8),
}


@dataclass(frozen=True, slots=True)
class ShopClock:
    """Shop time at the start of every day from the first day on; a year past the last day, for what is expected."""

    first_day: date
    days: int
    starts: Floats

    @property
    def end(self) -> float:
        """The end of the last day (a hair before it, so that nothing falls on the day after)."""
        return float(self.starts[self.days]) * (1 - 1e-9)

    @property
    def forecast_time(self) -> float:
        """How much shop time passes in the 365 days after the last day."""
        return float(self.starts[self.days + FORECAST_DAYS] - self.starts[self.days])

    def day_number(self, moments: Floats) -> Ints:
        """Return the number of the day (0: the first) of moments in shop time."""
        return np.asarray(np.searchsorted(self.starts, moments, side="right") - 1, dtype=np.int64)

    def dates(self, moments: Floats) -> Times:
        """Return the calendar day of moments in shop time."""
        return np.asarray(np.datetime64(self.first_day, "D") + self.day_number(moments))

    def at(self, moments: Floats) -> Times:
        """Return the local time, to the second, of moments in shop time; the shop is open from 8:30 to 22:30."""
        number = self.day_number(moments)
        share = (moments - self.starts[number]) / (self.starts[number + 1] - self.starts[number])
        seconds = (np.interp(share, _DAY_SHARES, _DAY_HOURS) * 3600).astype(np.int64)
        midnight = (np.datetime64(self.first_day, "D") + number).astype("datetime64[s]")
        return np.asarray(midnight + seconds)


def open_clock(first_day: date, days: int, language: Language) -> ShopClock:
    """Return the clock of a shop of that language, scaled so that the mean day from first to last has length 1."""
    calendar = [first_day + timedelta(days=number) for number in range(days + FORECAST_DAYS)]
    speed = np.array([_busyness(day, language) for day in calendar])
    starts = np.concatenate([[0.0], np.cumsum(speed / speed[:days].mean())])
    return ShopClock(first_day=first_day, days=days, starts=starts)


def _busyness(day: date, language: Language) -> float:
    """Return how busy a day is: gifts in December, weekends, and the sales days of the country."""
    season = 1 + 0.15 * cos(tau * (day.timetuple().tm_yday - 340) / 365.25)
    sales = _chinese_sales(day) if language == "zh" else _american_sales(day)
    return season * _WEEKDAYS[language][day.weekday()] * sales


def _chinese_sales(day: date) -> float:
    """Boost 618 and Double 11, and the fortnight before Spring Festival; the festival week itself is quiet."""
    if (day.month == 6 and 16 <= day.day <= 18) or (day.month == 11 and 9 <= day.day <= 11):
        return 3.5 if day.day in {11, 18} else 1.8
    festival = _NEW_YEARS.get(day.year)
    until = (date(day.year, *festival) - day).days if festival else 365
    if 1 <= until <= 14:
        return 1.5
    return 0.3 if -6 <= until <= 0 else 1.0


def _american_sales(day: date) -> float:
    """Boost Black Friday to Cyber Monday and the weeks before Christmas; Christmas Day is quiet."""
    thanksgiving = date(day.year, 11, 28) - timedelta(days=(date(day.year, 11, 28).weekday() - 3) % 7)
    since = (day - thanksgiving).days
    if 1 <= since <= 4:
        return 3.5 if since in {1, 4} else 1.8
    if day.month == 12 and day.day <= 22:
        return 1.4
    return 0.2 if (day.month, day.day) in {(12, 25), (1, 1)} else 1.0
