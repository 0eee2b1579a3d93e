"""How purchases came in after a cut-off, beside what a model expected of the same customers: a tracking plot's points.

Source: P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), Marketing Science 24, 275-284 (cumulative repeat transactions).
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from regulars.backtest import Observations
from regulars.engines import Engine, quoted
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel

_WEEK, _MOST = 7, 13

# A day counts once a customer, as purchases do; it is told by its first order, as in the labels of the test.
_CAME = """
SELECT o.local_day AS day, CAST(count(*) AS BIGINT) AS purchases
FROM {orders} AS o
JOIN {observed} AS seen ON seen.customer_id = o.customer_id
WHERE
    seen.order_count > 0 AND NOT o.is_refund AND (o.previous_day IS NULL OR o.previous_day < o.local_day)
    AND o.local_day > $cutoff AND o.local_day <= $last AND o.known_day <= $last
GROUP BY o.local_day
ORDER BY day
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The purchases of all customers of a test in the days after its cut-off: how many came, how many were expected."""

    days: int
    came: int
    expected: float


def track(
    engine: Engine, model: ContinuousModel, known: PurchaseSummary, *, test: Observations, orders: str
) -> tuple[Tracked, ...]:
    """Return the cumulative purchases at 0 and at the end of every week of the test; of every few, if it is long.

    Args:
        engine: holds the orders and the table of the test.
        model: fitted to what was known at the cut-off.
        known: the histories of the test's buyers at the cut-off, times in days.
        test: the customers, the cut-off and the days after it.
        orders: the name of the clean orders.
    """
    query = _CAME.format(orders=quoted(orders), observed=quoted(test.table))
    last = test.cutoff + timedelta(days=test.horizon_days)
    rows = engine.fetch(query, cutoff=test.cutoff, last=last).to_pylist()
    ends = ends_of(test.horizon_days)
    came = [sum(row["purchases"] for row in rows if (row["day"] - test.cutoff).days <= end) for end in ends]
    expected = [float(np.sum(model.expected_purchases(known, end))) if end else 0.0 for end in ends]
    return tuple(
        Tracked(days=end, came=arrived, expected=awaited)
        for end, arrived, awaited in zip(ends, came, expected, strict=True)
    )


def ends_of(days: int) -> tuple[int, ...]:
    """Return 0, every so many weeks, and the last day: at most 14 steps.

    >>> ends_of(42), ends_of(365)
    ((0, 7, 14, 21, 28, 35, 42), (0, 35, 70, 105, 140, 175, 210, 245, 280, 315, 350, 365))
    """
    step = _WEEK * -(-days // (_WEEK * _MOST))
    return (*range(0, days, step), days)
