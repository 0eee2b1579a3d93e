"""How far the records reach back: a period before them is unknown, not zero."""

from datetime import date

from regulars.core import Figure, Period, Unit, Window
from regulars.engines import Engine

_REACH = """
SELECT min(first_day) AS first_day, count(*) FILTER (WHERE first_day <= $as_of) AS customers FROM customers
"""


def reach(engine: Engine, *, as_of: date) -> tuple[date | None, int]:
    """Return the day of the first record, and how many customers had been met by `as_of`."""
    row = engine.fetch(_REACH, as_of=as_of).to_pylist()[0]
    return row["first_day"], int(row["customers"])


def whole_period(engine: Engine, *, as_of: date) -> Period | None:
    """Return the days from the first record to `as_of`; None where there is none yet."""
    first_day, _ = reach(engine, as_of=as_of)
    return None if first_day is None or first_day > as_of else Period(first_day=first_day, last_day=as_of)


def period_of(window: Window) -> Period:
    """Return the days of a window."""
    return Period(first_day=window.start, last_day=window.end)


def unknown(engine: Engine, name: str, unit: Unit, reason: str, *, window: Window) -> Figure:
    """Return a figure without a value, and why: `before_first_record` and `no_customers` go before other reasons."""
    first_day, _ = reach(engine, as_of=window.end)
    if first_day is None:
        reason = "no_customers"
    elif window.end < first_day:
        reason = "before_first_record"
    return Figure(name=name, unit=unit, value=None, base=0, reason=reason, period=period_of(window))
