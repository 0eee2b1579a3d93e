"""Who was active, who stayed, who left.

A customer is active in a window of days if they ordered, used something, or had a running subscription on one of
its days. A refund is no activity. A subscription runs from its first day to the day before it ended.
"""

from dataclasses import dataclass, replace
from datetime import date

from regulars.core import Figure, Window, wilson
from regulars.engines import Engine
from regulars.rates._history import period_of, reach, unknown

_ACTIVE = """
WITH seen AS (
    SELECT customer_id, local_day >= $last_first AS is_last FROM orders
    WHERE NOT is_refund AND local_day >= $before_first AND known_day <= $last_last
    UNION ALL
    SELECT customer_id, local_day >= $last_first AS is_last FROM usage
    WHERE local_day BETWEEN $before_first AND $last_last
    UNION ALL
    SELECT customer_id, TRUE AS is_last FROM subscriptions
    WHERE started_day <= $last_last AND (ended_day IS NULL OR ended_day > $last_first)
    UNION ALL
    SELECT customer_id, FALSE AS is_last FROM subscriptions
    WHERE started_day < $last_first AND (ended_day IS NULL OR ended_day > $before_first)
),
people AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE is_last) > 0 AS is_last,
        count(*) FILTER (WHERE NOT is_last) > 0 AS is_before
    FROM seen
    GROUP BY customer_id
)
SELECT
    count(*) FILTER (WHERE is_last) AS last,
    count(*) FILTER (WHERE is_before) AS before,
    count(*) FILTER (WHERE is_last AND is_before) AS both
FROM people
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How many customers were active in a window, in the one before it, and in both."""

    last: int
    before: int
    both: int


def activity(engine: Engine, *, window: Window) -> Activity:
    """Count the active customers of a window and of the one before it, in one pass."""
    row = engine.fetch(
        _ACTIVE, before_first=window.before().start, last_first=window.start, last_last=window.end
    ).to_pylist()[0]
    return Activity(**row)


def active_customers(engine: Engine, seen: Activity, *, window: Window) -> Figure:
    """Return how many customers were active in the window, of all known by its end, with Wilson's interval."""
    _, known = reach(engine, as_of=window.end)
    share = wilson(seen.last, known)
    if share is None:
        return unknown(engine, "active_customers", "count", "no_customers", window=window)
    return Figure(
        name="active_customers",
        unit="count",
        value=float(seen.last),
        base=known,
        count=seen.last,
        interval=share.scaled(known),
        period=period_of(window),
    )


def retention_rate(engine: Engine, *, as_of: date, window_days: int = 90) -> Figure:
    """Return the share of customers active in the window before last who were active in the last one too.

    retention = customers active in both of two adjoining windows of `window_days` days, the second ending at
    `as_of`, / customers active in the first. A share, 0 to 1, with Wilson's 95 % interval. Missing with the
    reason `no_customers_before` if nobody was active in the first window.
    """
    window = Window(end=as_of, days=window_days)
    return retention_of(engine, activity(engine, window=window), window=window)


def churn_rate(engine: Engine, *, as_of: date, window_days: int = 90) -> Figure:
    """Return the share of customers active in the window before last who were not active in the last one.

    churn = 1 - retention, with the complement of its interval; missing for the same reasons.
    """
    return churn_of(retention_rate(engine, as_of=as_of, window_days=window_days))


def retention_of(engine: Engine, seen: Activity, *, window: Window) -> Figure:
    """Return the retention rate of a window whose activity is known."""
    if not seen.before:
        reason = "no_customers_before"
        return unknown(engine, "retention_rate", "share", reason, window=window)
    return Figure(
        name="retention_rate",
        unit="share",
        value=seen.both / seen.before,
        base=seen.before,
        count=seen.both,
        interval=wilson(seen.both, seen.before),
        period=period_of(window),
    )


def churn_of(retention: Figure) -> Figure:
    """Return the churn rate that belongs to a retention rate.

    >>> left = churn_of(Figure(name="retention_rate", unit="share", value=0.88, base=75, count=66))
    >>> left.name, left.count, round(left.value, 2)
    ('churn_rate', 9, 0.12)
    """
    if retention.value is None or retention.count is None:
        return replace(retention, name="churn_rate")
    left = retention.base - retention.count
    return replace(
        retention, name="churn_rate", value=left / retention.base, count=left, interval=wilson(left, retention.base)
    )
