"""The plain rule: next year as the last one, discounted. What every lifetime model must be shown to beat.

R, the margin of a year, is the margin of the last 365 days: net spend less cost if every order of these days has a
cost, else the share of net spend that the settings take for margin (`margin_share`). It is 0 for who was silent
that long; and if the customer is known for less than a year, but long enough, as much as makes a year at the same
pace. Who is not known long enough (`annualise_after_days`) gets the mean of those who are, the silent ones among
them. A margin may be negative (sold below cost, or refunded after): such a customer is worth less than nothing,
and the table says so.

The interval is one of the mean and covers only the doubt about how often the customer buys. Orders in the last
365 days are taken as a Poisson count, with Byar's approximation to its exact limits at 95 %:
    n · (1 − 1/(9n) − z/(3√n))³   to   (n + 1) · (1 − 1/(9(n + 1)) + z/(3√(n + 1)))³,   z = 1.96,
each order bringing what orders brought. Zero orders in a silence of s days allow 3.67 · 365/s a year, so a silent
customer's interval starts at 0 but does not end there. The mean given to new customers has its normal interval.

Source: K. J. Rothman and J. D. Boice, Epidemiologic Analysis with a Programmable Calculator (1979); N. E. Breslow
and N. E. Day, Statistical Methods in Cancer Research II (1987), p. 69.
"""

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._formulas import level_annuity

READS = (
    "may_profile", "order_count", "orders_365d", "days_since_last", "tenure_days", "margin_365d", "margin_total",
    "spend_365d", "spend_total",
)  # fmt: skip
"""The columns of the features that this rule reads."""

_Z = 1.959963984540054

_STATEMENT = """
WITH told AS (
    SELECT
        customer_id,
        CASE
            WHEN NOT coalesce(may_profile, FALSE) THEN 'no_consent'
            WHEN order_count = 0 THEN 'no_orders'
            WHEN days_since_last >= 365 THEN 'silent_a_year'
            WHEN tenure_days < $long_enough THEN 'short_history'
        END AS reason,
        CAST(orders_365d AS DOUBLE) AS orders,
        coalesce(CAST(margin_365d AS DOUBLE), CAST(spend_365d AS DOUBLE) * $margin_share)
            * 365 / nullif(least(tenure_days, 365), 0) AS year_at_this_pace,
        -- What an order a year would bring: a silent customer's orders are those of the whole history.
        coalesce(CAST(margin_total AS DOUBLE), CAST(spend_total AS DOUBLE) * $margin_share)
            / nullif(order_count, 0) * 365 / nullif(days_since_last, 0) AS year_of_one_order
    FROM {features}
), own AS (
    SELECT
        customer_id,
        reason,
        CASE WHEN reason IS NULL THEN year_at_this_pace WHEN reason = 'silent_a_year' THEN 0 END AS yearly,
        CASE
            WHEN reason IS NULL THEN year_at_this_pace / nullif(orders, 0)
            WHEN reason = 'silent_a_year' THEN year_of_one_order
        END AS per_order,
        -- Byar's limits; the lower one of no orders at all is none.
        coalesce(orders * power(1 - 1 / nullif(9 * orders, 0) - $z / nullif(3 * sqrt(orders), 0), 3), 0) AS fewest,
        (orders + 1) * power(1 - 1 / greatest(9 * (orders + 1), 9) + $z / greatest(3 * sqrt(orders + 1), 3), 3) AS most
    FROM told
), others AS (
    SELECT
        avg(yearly) AS yearly,
        $z * stddev_samp(yearly) / nullif(sqrt(CAST(count(yearly) AS DOUBLE)), 0) AS doubt
    FROM own
), valued AS (
    SELECT
        own.customer_id,
        CASE WHEN own.reason = 'short_history' AND others.yearly IS NULL THEN 'no_history' ELSE own.reason END
            AS reason,
        CASE WHEN own.reason = 'short_history' THEN others.yearly ELSE own.yearly END AS yearly,
        CASE
            WHEN own.reason = 'short_history' THEN others.yearly - others.doubt
            ELSE least(own.per_order * own.fewest, own.per_order * own.most)
        END AS low,
        CASE
            WHEN own.reason = 'short_history' THEN others.yearly + others.doubt
            ELSE greatest(own.per_order * own.fewest, own.per_order * own.most)
        END AS high
    FROM own
    CROSS JOIN others
)
SELECT
    customer_id,
    yearly * $worth_of_one AS lifetime_value,
    low * $worth_of_one AS lifetime_value_low,
    high * $worth_of_one AS lifetime_value_high,
    CASE WHEN yearly IS NOT NULL THEN 'plain' END AS lifetime_rule,
    yearly AS yearly_margin,
    reason AS lifetime_reason,
    CAST(NULL AS DOUBLE) AS expected_orders,
    CAST(NULL AS DOUBLE) AS p_alive
FROM valued
"""


def add_plain(engine: Engine, *, settings: Settings, features: str = "features", into: str = "lifetime") -> None:
    """Write every customer's lifetime value by the plain rule into `into`, with its interval and its reason.

    The rule: a month brings R / 12 (real months, twelve to a year), the monthly rate is (1 + yearly rate)^(1/12) − 1,
    and F8 sums `horizon_months` of them.

    Args:
        engine: holds the table `features`; the rule counts in the days before their last one.
        settings: section `lifetime`, and `strategy.margin_share` for orders without a cost.
        features: the name of the customers' features.
        into: the table to write; `lifetime_reason` is NULL for a customer's own year, else one of
            `no_consent` (no value), `no_orders` (never bought: no value), `silent_a_year` (0),
            `short_history` (the mean of the others), `no_history` (no others to take a mean of: no value).
    """
    rule = settings.lifetime
    monthly_rate = (1 + rule.annual_discount_rate) ** (1 / 12) - 1
    engine.run(
        _STATEMENT.format(features=quoted(features)),
        into=into,
        z=_Z,
        long_enough=rule.annualise_after_days,
        margin_share=settings.strategy.margin_share,
        worth_of_one=level_annuity(1 / 12, monthly_rate, rule.horizon_months),
    )
