"""How long: a time with its unit, so that a horizon in months and a summary in weeks mean the same days."""

from dataclasses import dataclass
from typing import Literal, SupportsFloat, TypeAlias

from regulars.core import DAYS_PER_YEAR, RegularsError

TimeUnit: TypeAlias = 'Literal["day", "week", "month", "year"] | float'
"""By name, or as a number of days. Months and years are real ones: 365.25 / 12 and 365.25 days."""

_DAYS = {"day": 1.0, "week": 7.0, "month": DAYS_PER_YEAR / 12, "year": DAYS_PER_YEAR}


class SpanInvalid(RegularsError):
    """A length of time that is none."""

    code = "span_invalid"
    template = "{given} is no length of time. Give a number of 0 or more and a unit: day, week, month, year, or days."


def days_of(unit: TimeUnit) -> float:
    """Return how many days a unit of time has.

    Raises:
        SpanInvalid: the unit has no such name, or is no positive number of days.

    >>> days_of("week"), days_of("month"), days_of(30.0)
    (7.0, 30.4375, 30.0)
    """
    days = _DAYS.get(unit, float("nan")) if isinstance(unit, str) else _number(unit)
    if not 0 < days < float("inf"):
        raise SpanInvalid(given=repr(unit))
    return days


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `Span(12, "month")` is a real year.

    Raises:
        SpanInvalid: the count is negative or no number, or there is no such unit.

    >>> Span(6, "month").days
    182.625
    """

    count: float
    unit: TimeUnit = "week"

    def __post_init__(self) -> None:
        days = days_of(self.unit)
        if not 0 <= _number(self.count) < float("inf"):
            unit = self.unit if isinstance(self.unit, str) else f"times {days:g} days"
            raise SpanInvalid(given=f"{self.count} {unit}")

    @property
    def days(self) -> float:
        """The same in days."""
        return self.count * days_of(self.unit)


def days_ahead(horizon: "float | Span", time_unit_days: float) -> float:
    """Return a horizon in days; a plain number counts in the given unit.

    Raises:
        SpanInvalid: it is negative or no number.
    """
    return (horizon if isinstance(horizon, Span) else Span(horizon, time_unit_days)).days


def _number(given: object) -> float:
    """Return a number as it is, NaN for whatever is none."""
    if isinstance(given, SupportsFloat) and getattr(given, "ndim", 0) == 0:
        return float(given)
    return float("nan")
