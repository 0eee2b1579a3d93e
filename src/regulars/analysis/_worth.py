"""The two of the eight numbers that need a value for every customer: the base's value, and how much is at risk."""

from datetime import date
from math import sqrt
from statistics import NormalDist

from regulars import features, lifetime, rates, segments
from regulars.core import Figure, Interval, Period, Settings, Window
from regulars.engines import Engine

_SUMS = """
SELECT
    count(l.lifetime_value) AS n,
    sum(l.lifetime_value) AS total, sum(l.lifetime_value * l.lifetime_value) AS squares,
    count(l.lifetime_value) FILTER (WHERE s.lifecycle_stage = 'at_risk') AS n_at_risk,
    sum(l.lifetime_value) FILTER (WHERE s.lifecycle_stage = 'at_risk') AS total_at_risk,
    sum(l.lifetime_value * l.lifetime_value) FILTER (WHERE s.lifecycle_stage = 'at_risk') AS squares_at_risk
FROM {lifetime} AS l JOIN {segments} AS s ON s.customer_id = l.customer_id
"""


def worth(engine: Engine, *, as_of: date, settings: Settings, first_day: date) -> list[rates.Comparison]:
    """Return base_value and value_at_risk, each now, a period ago and a year ago.

    Earlier figures come from the features as they were on those days, not from today's with hindsight.
    """
    window = Window(end=as_of, days=settings.windows.period_days)
    now = _at(engine, window, lifetime_table="lifetime", segments_table="segments")
    earlier = []
    for then in (window.before(), window.year_before()):
        if then.end < first_day:
            earlier.append((_unknown("base_value", then), _unknown("value_at_risk", then)))
            continue
        features.build(engine, as_of=then.end, period_days=then.days, into="features_then", parts=("purchase", "usage"))
        lifetime.add(engine, as_of=then.end, settings=settings, features="features_then", into="lifetime_then")
        segments.add(engine, settings=settings, period_days=then.days, features="features_then", into="segments_then")
        earlier.append(_at(engine, then, lifetime_table="lifetime_then", segments_table="segments_then"))
        engine.drop("features_then", "lifetime_then", "segments_then")
    previous, year_before = earlier
    return [
        rates.Comparison(now=now[0], previous=previous[0], year_before=year_before[0]),
        rates.Comparison(now=now[1], previous=previous[1], year_before=year_before[1]),
    ]


def _at(engine: Engine, window: Window, *, lifetime_table: str, segments_table: str) -> tuple[Figure, Figure]:
    (sums,) = engine.fetch(_SUMS.format(lifetime=lifetime_table, segments=segments_table)).to_pylist()
    everyone = _total("base_value", sums["n"], sums["n"], sums["total"], sums["squares"], window)
    at_risk = _total(
        "value_at_risk", sums["n_at_risk"], sums["n"], sums["total_at_risk"], sums["squares_at_risk"], window
    )
    return everyone, at_risk


def _total(name: str, count: int, base: int, total: float | None, squares: float | None, window: Window) -> Figure:
    """Return a sum over customers with its normal interval (the customers as a sample of those one might have)."""
    period = Period(first_day=window.start, last_day=window.end)
    if not base:
        return Figure(name=name, unit="money", value=None, base=0, reason="no_customers", period=period)
    value = total or 0.0
    variance = max(0.0, (squares or 0.0) - value * value / base) * base / max(base - 1, 1)
    spread = NormalDist().inv_cdf(0.975) * sqrt(variance)
    interval = Interval(low=max(0.0, value - spread), high=value + spread, method="normal") if base > 1 else None
    return Figure(name=name, unit="money", value=value, base=base, count=count, interval=interval, period=period)


def _unknown(name: str, window: Window) -> Figure:
    period = Period(first_day=window.start, last_day=window.end)
    return Figure(name=name, unit="money", value=None, base=0, reason="before_first_record", period=period)
