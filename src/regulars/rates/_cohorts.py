"""Months of arrival: of those who first bought in a month, who bought again in later ones, and for how much."""

from datetime import date, timedelta
from statistics import NormalDist

from regulars.engines import Engine, pa

_MONTHS_TABLE = "cohort_months"

_FIRST_MONTH = """
SELECT min(local_day) AS first_day FROM orders WHERE NOT is_refund AND known_day <= $as_of
"""

# Months are counted (year · 12 + month), so that their distance is a subtraction. A refund that stands before
# the first order counts to the first month, and the revenue of all cohorts adds up to that of their customers.
# Who bought in a month is told by their first order in it, so that nobody's months are gathered.
_COHORTS = f"""
WITH known AS (
    SELECT
        customer_id, amount, order_number,
        CAST(year(local_day) * 12 + month(local_day) AS BIGINT) AS month_index,
        CAST(year(previous_day) * 12 + month(previous_day) AS BIGINT) AS previous_index
    FROM orders
    WHERE known_day <= $as_of
),
arrived AS (
    SELECT customer_id, month_index AS cohort_index FROM known WHERE order_number = 1
),
sizes AS (
    SELECT cohort_index, count(*) AS cohort_size FROM arrived GROUP BY cohort_index
),
happened AS (
    SELECT
        arrived.cohort_index,
        greatest(known.month_index, arrived.cohort_index) AS month_index,
        count(*) FILTER (WHERE order_number = 1 OR known.previous_index < known.month_index) AS active_customers,
        sum(known.amount) AS revenue
    FROM known
    JOIN arrived ON arrived.customer_id = known.customer_id
    GROUP BY arrived.cohort_index, greatest(known.month_index, arrived.cohort_index)
),
grid AS (
    SELECT
        first.month AS cohort,
        now.month_index - first.month_index AS month_number,
        sizes.cohort_size,
        coalesce(happened.active_customers, 0) AS active_customers,
        CAST(coalesce(happened.revenue, 0) AS DECIMAL(18, 4)) AS revenue,
        CAST(coalesce(happened.active_customers, 0) AS DOUBLE) / nullif(sizes.cohort_size, 0) AS retention,
        now.is_partial
    FROM sizes
    JOIN {_MONTHS_TABLE} AS first ON first.month_index = sizes.cohort_index
    JOIN {_MONTHS_TABLE} AS now ON now.month_index >= first.month_index
    LEFT JOIN happened
        ON happened.cohort_index = first.month_index AND happened.month_index = now.month_index
),
-- Wilson's interval as in core, multiplied out: (c + z²/2 ± z · sqrt(c · (n - c) / n + z²/4)) / (n + z²)
doubted AS (
    SELECT *,
        $z * sqrt(
            CAST(active_customers * (cohort_size - active_customers) AS DOUBLE) / nullif(cohort_size, 0) + $z * $z / 4
        ) AS doubt
    FROM grid
)
SELECT
    cohort,
    month_number,
    cohort_size,
    active_customers,
    retention,
    greatest(0, (active_customers + $z * $z / 2 - doubt) / nullif(cohort_size + $z * $z, 0)) AS retention_low,
    least(1, (active_customers + $z * $z / 2 + doubt) / nullif(cohort_size + $z * $z, 0)) AS retention_high,
    revenue,
    CAST(sum(revenue) OVER (PARTITION BY cohort ORDER BY month_number) AS DOUBLE) / nullif(cohort_size, 0)
        AS revenue_per_customer,
    is_partial
FROM doubted
"""


def cohorts(engine: Engine, *, as_of: date, into: str = "cohorts") -> None:
    """Write one row for every month of first order and every month since, up to the one `as_of` lies in.

    retention is the share of a cohort with an order in that month (1 in month 0), with Wilson's 95 % interval;
    revenue is net of refunds; revenue_per_customer is the revenue of the cohort up to that month / its size.
    `is_partial` marks the month that is not over at `as_of`.
    """
    first_day = engine.fetch(_FIRST_MONTH, as_of=as_of)["first_day"][0].as_py()
    engine.load(_MONTHS_TABLE, _months(first_day or as_of, as_of))
    engine.run(_COHORTS, into=into, as_of=as_of, z=NormalDist().inv_cdf(0.975))
    engine.drop(_MONTHS_TABLE)


def _months(first_day: date, as_of: date) -> pa.Table:
    """Return every month from the first to the running one, and whether it is over."""
    numbers = range(first_day.year * 12 + first_day.month, as_of.year * 12 + as_of.month + 1)
    starts = [date((number - 1) // 12, (number - 1) % 12 + 1, 1) for number in numbers]
    last_is_over = (as_of + timedelta(days=1)).day == 1
    return pa.table(
        {
            "month_index": pa.array(numbers, pa.int64()),
            "month": pa.array(starts, pa.date32()),
            "is_partial": pa.array([number == numbers[-1] and not last_is_over for number in numbers]),
        }
    )
