"""What contacts bring, by the channel they were made in."""

from datetime import date
from decimal import Decimal
from typing import Any

from regulars.core import Window
from regulars.engines import Engine
from regulars.rates._results import SalesEfficiency

CREDIT_DAYS = 30
"""How long after a contact an order still counts to it."""

# Orders and refunds meet on the order's day, so a day's net spend goes whole to one contact: the latest on or
# before that day, and of several on one day the channel whose name sorts first.
_EFFICIENCY = """
WITH made AS (
    SELECT customer_id, local_day, coalesce(kind, 'unknown') AS channel, cost, minutes
    FROM touches
    WHERE local_day BETWEEN $first_day AND $last_day
),
touched AS (
    SELECT customer_id, local_day, min(channel) AS channel FROM made GROUP BY customer_id, local_day
),
bought AS (
    SELECT customer_id, local_day, count(*) FILTER (WHERE NOT is_refund) AS orders, sum(amount) AS revenue
    FROM orders
    WHERE known_day <= $last_day AND local_day >= $first_day AND customer_id IN (SELECT customer_id FROM touched)
    GROUP BY customer_id, local_day
),
credited AS (
    SELECT touched.channel, bought.orders, bought.revenue
    FROM bought
    JOIN touched
        ON touched.customer_id = bought.customer_id
        AND touched.local_day <= bought.local_day
        AND date_diff('day', touched.local_day, bought.local_day) <= $credit_days
    QUALIFY row_number() OVER (
        PARTITION BY bought.customer_id, bought.local_day ORDER BY touched.local_day DESC
    ) = 1
),
brought AS (
    SELECT channel, sum(orders) AS orders, sum(revenue) AS revenue FROM credited GROUP BY channel
),
spent AS (
    SELECT channel, count(*) AS touches, sum(minutes) / 60 AS hours, sum(cost) AS cost FROM made GROUP BY channel
)
SELECT
    spent.channel,
    spent.touches,
    spent.hours,
    CAST(spent.cost AS DECIMAL(18, 4)) AS cost,
    CAST(coalesce(brought.orders, 0) AS BIGINT) AS orders,
    CAST(coalesce(brought.revenue, 0) AS DECIMAL(18, 4)) AS revenue
FROM spent
LEFT JOIN brought ON brought.channel = spent.channel
ORDER BY spent.channel
"""


def sales_efficiency(engine: Engine, *, as_of: date, window_days: int = 90) -> list[SalesEfficiency]:
    """Return, for each channel of the contacts made in the window, what they took and what followed.

    Convention: an order counts to the latest contact with its customer on or before its day, if that was at most
    `CREDIT_DAYS` days earlier; each order counts once; refunds known by `as_of` are taken off. That is what
    *followed*, not what the contacts caused, and the last contacts have not had their full time yet.
    Hours and costs are None where none were recorded, and a ratio over None or 0 is None.
    """
    window = Window(end=as_of, days=window_days)
    rows = engine.fetch(_EFFICIENCY, first_day=window.start, last_day=window.end, credit_days=CREDIT_DAYS)
    return [_with_ratios(row) for row in rows.to_pylist()]


def _with_ratios(row: dict[str, Any]) -> SalesEfficiency:
    over = {"touch": row["touches"], "hour": row["hours"], "cost": row["cost"]}
    ratios = {
        f"{what}_per_{unit}": _ratio(row[what], of) for what in ("revenue", "orders") for unit, of in over.items()
    }
    return SalesEfficiency(**{**row, **ratios})


def _ratio(what: Decimal | int, over: Decimal | float | None) -> float | None:
    return float(what) / float(over) if over else None
