"""What was known of each customer at a cut-off, and what they did in the days after it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from regulars import features
from regulars.backtest._cutoffs import check_horizon
from regulars.engines import Engine, quoted

LABELS = ("bought", "orders_after", "spend_after")
"""What is told of the days after the cut-off; see `observe`."""

# An order day is told by its first order: the order before it was on an earlier day.
_OBSERVED = """
WITH after AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE NOT is_refund AND (previous_day IS NULL OR previous_day < local_day)) AS order_days,
        CAST(sum(amount) AS DECIMAL(18, 4)) AS spend
    FROM {orders}
    WHERE local_day > $cutoff AND local_day <= $window_end AND known_day <= $window_end
    GROUP BY customer_id
)
SELECT
    {columns},
    coalesce(after.order_days, 0) > 0 AS bought,
    coalesce(after.order_days, 0) AS orders_after,
    CAST(coalesce(after.spend, 0) AS DECIMAL(18, 4)) AS spend_after
FROM {features} AS seen
LEFT JOIN after ON after.customer_id = seen.customer_id
WHERE seen.may_profile
"""

_COUNTED = "SELECT count(*) AS customers, count(*) FILTER (WHERE bought) AS buyers FROM {observed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """A table of customers at a cut-off: its name, how many there are, and how many bought in the window after it.

    The window is (cutoff, cutoff + horizon_days], its last day inclusive.
    """

    table: str
    cutoff: date
    horizon_days: int
    customers: int
    buyers: int


def observe(  # noqa: PLR0913  (what features.build takes, a day and a horizon)
    engine: Engine,
    *,
    cutoff: date,
    horizon_days: int,
    into: str,
    columns: Collection[str] = (),
    prefix: str = "",
    period_days: int = 90,
) -> Observations:
    """Write the features of every customer met by the cut-off who may be profiled, and what they did after it.

    Features are what `features.build` makes of what was known at the end of the cut-off; no later row changes any.
    (No amount is an outlier here: what is far out is a bound over all orders, and later ones would move it.)
    Labels are of the window (cutoff, cutoff + horizon_days], as it was known at its end:

    - `bought`: there was an order in it; a refund is none, an order refunded later is one,
    - `orders_after`: how many of its days had an order,
    - `spend_after`: net of the refunds that count to its days, DECIMAL(18, 4); below 0 where these were more.

    Args:
        engine: holds the clean tables.
        cutoff: the last day seen, inclusive.
        horizon_days: the length of the window after it, 1 or more; the records must reach to its end.
        into: the table to write: customer_id, the features, the labels; its rows are in no order.
        columns: the only features to write (default: all); see `features.build`.
        prefix: before the name of every clean table that is read; see `sample`.
        period_days: what `features.build` is to call a period; the same as where the forecast is to be made.

    Raises:
        HorizonInvalid: the window is less than a day.
    """
    check_horizon(horizon_days)
    window_end = cutoff + timedelta(days=horizon_days)
    seen = f"{into}_seen"
    features.build(
        engine,
        as_of=cutoff,
        period_days=period_days,
        into=seen,
        columns=tuple(dict.fromkeys((*columns, "may_profile"))) if columns else (),
        prefix=prefix,
    )
    kept = ", ".join(f"seen.{quoted(name)}" for name in ("customer_id", *columns)) if columns else "seen.*"
    query = _OBSERVED.format(orders=quoted(f"{prefix}orders"), columns=kept, features=quoted(seen))
    engine.run(query, into=into, cutoff=cutoff, window_end=window_end)
    engine.drop(seen)
    counted = engine.fetch(_COUNTED.format(observed=quoted(into))).to_pylist()[0]
    return Observations(table=into, cutoff=cutoff, horizon_days=horizon_days, **counted)
