"""From which amount on is an order far out? Asked as of a day: what is usual must not be learnt from later orders."""

from datetime import date
from math import expm1, log1p

from regulars.engines import Engine

# Nearest-rank quartiles from the counts of each amount: exact, and cheap because amounts repeat.
_QUARTILES = """
WITH counted AS (
    SELECT amount, CAST(count(*) AS BIGINT) AS n
    FROM orders
    WHERE known_day <= $as_of AND NOT is_refund AND amount > 0
    GROUP BY amount
), ranked AS (
    SELECT amount, sum(n) OVER (ORDER BY amount) AS up_to, sum(n) OVER () AS total FROM counted
)
SELECT
    CAST(min(amount) FILTER (WHERE up_to >= ceil(0.25 * total)) AS DOUBLE) AS first,
    CAST(min(amount) FILTER (WHERE up_to >= ceil(0.75 * total)) AS DOUBLE) AS third
FROM ranked
"""


def outlier_bound(engine: Engine, *, as_of: date, fence: float) -> float | None:
    """Return the amount above which an order is an outlier, by the orders known on a day.

    Tukey's outer fence on the logarithm of the amounts: above Q3 + `fence` · (Q3 - Q1) of log(1 + amount).
    None, and no outliers, where the middle half of the orders cost the same.
    """
    (quartiles,) = engine.fetch(_QUARTILES, as_of=as_of).to_pylist()
    first, third = quartiles["first"], quartiles["third"]
    if first is None or first == third:
        return None
    low, high = log1p(first), log1p(third)
    return expm1(high + fence * (high - low))
