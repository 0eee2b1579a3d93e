"""What was bought, by how many for the first time, and by how many again."""

from datetime import date
from math import sqrt
from statistics import NormalDist

from regulars.core import Figure, Interval, Window, wilson
from regulars.engines import Engine
from regulars.rates._history import period_of, reach, unknown

_BUYERS = """
WITH counted AS (
    SELECT
        count(*) FILTER (WHERE order_number = 1) AS buyers,
        count(*) FILTER (WHERE order_number = 2) AS repeaters,
        count(*) FILTER (WHERE order_number = 1 AND local_day >= $first_day) AS new
    FROM orders
    WHERE known_day <= $as_of
),
people AS (
    SELECT CAST(sum(amount) AS DECIMAL(18, 4)) AS spend
    FROM orders
    WHERE known_day <= $as_of AND local_day >= $first_day
    GROUP BY customer_id
),
spent AS (
    SELECT
        CAST(coalesce(sum(spend), 0) AS DOUBLE) AS spend,
        coalesce(sum(CAST(spend AS DOUBLE) * CAST(spend AS DOUBLE)), 0) AS spend_squares
    FROM people
)
SELECT * FROM counted CROSS JOIN spent
"""

_Z = NormalDist().inv_cdf(0.975)


class Buyers:
    """The purchases known at the end of a window, told by their first and second orders and by those of the window."""

    def __init__(self, engine: Engine, *, window: Window) -> None:
        self._engine = engine
        self._window = window
        self._row = engine.fetch(_BUYERS, as_of=window.end, first_day=window.start).to_pylist()[0]

    def revenue(self) -> Figure:
        """Return the net spend of the window: orders less the refunds that count to its days.

        The interval is a normal one of the sum, taking the customers known as a sample of those there might be.
        """
        if not self._row["buyers"]:
            return unknown(self._engine, "revenue", "money", "no_orders", window=self._window)
        _, known = reach(self._engine, as_of=self._window.end)
        value = float(self._row["spend"])
        variance = max(0.0, self._row["spend_squares"] - value * value / known) * known / max(known - 1, 1)
        spread = _Z * sqrt(variance)
        least = min(value, 0.0)
        return Figure(
            name="revenue",
            unit="money",
            value=value,
            base=known,
            interval=Interval(low=max(least, value - spread), high=value + spread, method="normal")
            if known > 1
            else None,
            period=period_of(self._window),
        )

    def repeat_rate(self) -> Figure:
        """Return the share of buyers with two orders or more; see `repeat_purchase_rate`."""
        base, count = int(self._row["buyers"]), int(self._row["repeaters"])
        if not base:
            return unknown(self._engine, "repeat_rate", "share", "no_orders", window=self._window)
        return Figure(
            name="repeat_rate",
            unit="share",
            value=count / base,
            base=base,
            count=count,
            interval=wilson(count, base),
        )

    def new_customers(self) -> Figure:
        """Return how many placed their first order in the window, as a Poisson count with Byar's interval."""
        base, count = int(self._row["buyers"]), int(self._row["new"])
        if not base:
            return unknown(self._engine, "new_customers", "count", "no_orders", window=self._window)
        return Figure(
            name="new_customers",
            unit="count",
            value=float(count),
            base=base,
            count=count,
            interval=poisson(count),
            period=period_of(self._window),
        )


def repeat_purchase_rate(engine: Engine, *, as_of: date) -> Figure:
    """Return the share of all who ever bought, up to `as_of`, who bought at least twice.

    repeat rate = customers with >= 2 orders / customers with >= 1 order, over the whole history and not over a
    window; a share with Wilson's 95 % interval, missing with the reason `no_orders`. Refunds are no orders.
    Two shops' pages may show other numbers under the same word: Shopify's "returning customer rate" takes the
    customers of a date range and asks who of them ever ordered before, also outside the range; its "repeat
    purchase rate" counts only the orders inside the range.
    """
    return Buyers(engine, window=Window(end=as_of, days=1)).repeat_rate()


def poisson(count: int) -> Interval:
    """Return Byar's approximation to the exact 95 % interval of a Poisson count.

    Source: N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II (1987), p. 69.

    >>> interval = poisson(10)
    >>> round(interval.low, 1), round(interval.high, 1)
    (4.8, 18.4)
    """
    low = count * (1 - 1 / (9 * count) - _Z / (3 * sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * sqrt(more))) ** 3
    return Interval(low=max(0.0, low), high=high, method="byar")
