"""The days on which shops sell most: when the next ones are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.reports import N_

NAMES = {
    "618": N_("618 shopping festival"),
    "double_11": N_("Double 11"),
    "spring_festival": N_("Spring Festival"),
    "black_friday": N_("Black Friday"),
}

# The first day of the Chinese year, which no short rule tells.
_SPRING_FESTIVAL = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28), 2037: (2, 15),
    2038: (2, 4), 2039: (1, 24), 2040: (2, 12),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SalesDay:
    """One of them: its code, the day, and how many days it is away."""

    code: str
    day: date
    away: int


def coming(today: date, *, within: int = 200) -> list[SalesDay]:
    """Return the sales days of the next days, the nearest first.

    >>> [(each.code, each.day.isoformat()) for each in coming(date(2026, 11, 1), within=110)]
    [('double_11', '2026-11-11'), ('black_friday', '2026-11-27'), ('spring_festival', '2027-02-06')]
    """
    found = [
        SalesDay(code, day, (day - today).days)
        for year in (today.year, today.year + 1)
        for code, day in _of_year(year)
        if 0 <= (day - today).days <= within
    ]
    return sorted(found, key=lambda each: each.day)


def _of_year(year: int) -> Iterator[tuple[str, date]]:
    yield "618", date(year, 6, 18)
    yield "double_11", date(year, 11, 11)
    if year in _SPRING_FESTIVAL:
        yield "spring_festival", date(year, *_SPRING_FESTIVAL[year])
    # Black Friday follows the fourth Thursday of November.
    first = date(year, 11, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    yield "black_friday", thursday + timedelta(days=1)
