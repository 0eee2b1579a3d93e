"""Days and windows. Nothing here knows what day it is: every figure is told its `as_of`."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The `days` days that end at `end`, both ends inclusive.

    >>> last = Window(end=date(2024, 3, 31), days=31)
    >>> last.start, last.before().end, last.year_before().end
    (datetime.date(2024, 3, 1), datetime.date(2024, 2, 29), datetime.date(2023, 3, 31))
    """

    end: date
    days: int

    @property
    def start(self) -> date:
        """The first day inside the window."""
        return self.end - timedelta(days=self.days - 1)

    def before(self) -> "Window":
        """Return the window of the same length that ends the day before this one starts."""
        return Window(end=self.end - timedelta(days=self.days), days=self.days)

    def year_before(self) -> "Window":
        """Return the window of the same length that ends on the same date a year earlier (29 Feb: 28 Feb)."""
        last_year = self.end.year - 1
        is_leap_day = (self.end.month, self.end.day) == (2, 29)
        return Window(end=self.end.replace(year=last_year, day=28 if is_leap_day else self.end.day), days=self.days)
