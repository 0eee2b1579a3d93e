"""What the scores are made of: the indicators, the behaviour each belongs to, and who is known to have them.

A customer without any order, use or feedback *lacks* that behaviour: offline or under another name it may well be
there, so it is not counted as nothing but left out of the customer's mean. Referrals are different: where a business
records them, a customer who referred nobody has brought nobody, and that is known to be 0.

Negative net spend (refunds above orders) counts as 0: a log scale begins there.
"""

from dataclasses import dataclass
from typing import Literal

from regulars.core import DAYS_PER_YEAR
from regulars.engines import quoted

Direction = Literal["more", "less"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One number of a customer. `sql` reads it from the features; NULL means that the customer lacks it."""

    code: str
    behaviour: str
    sql: str
    better: Direction = "more"
    has_own_scale: bool = False
    """A rating, 0 to 100 already: it is taken as it is, and needs no bounds."""
    has_known_zero: bool = False
    """Who has none is known to have none. The scale begins at 0 and ends with those who have some."""


INDICATORS = (
    Indicator(code="order_count", behaviour="purchase", sql="CASE WHEN order_count > 0 THEN order_count END"),
    Indicator(
        code="spend_total",
        behaviour="purchase",
        sql="CASE WHEN order_count > 0 THEN greatest(CAST(spend_total AS DOUBLE), 0) END",
    ),
    Indicator(
        code="order_frequency",
        behaviour="purchase",
        # A year's worth; somebody of yesterday is not taken to order every day.
        sql="CASE WHEN order_count > 0 THEN CAST(order_count AS DOUBLE) * 365 / greatest(tenure_days, 30) END",
    ),
    Indicator(code="usage_count", behaviour="usage", sql="CASE WHEN usage_count > 0 THEN usage_count END"),
    Indicator(code="usage_frequency", behaviour="usage", sql="CASE WHEN usage_count > 0 THEN usage_frequency END"),
    Indicator(
        code="usage_minutes",
        behaviour="usage",
        # Where no use was ever timed, minutes are not 0 but unknown.
        sql="CASE WHEN usage_count > 0 AND business.minutes > 0 THEN greatest(usage_minutes, 0) END",
    ),
    Indicator(code="feedback_count", behaviour="feedback", sql="CASE WHEN feedback_count > 0 THEN feedback_count END"),
    Indicator(code="rating_mean", behaviour="feedback", sql="rating_mean", has_own_scale=True),
    Indicator(code="days_since_feedback", behaviour="feedback", sql="days_since_feedback", better="less"),
    Indicator(
        code="referral_count",
        behaviour="referral",
        sql="CASE WHEN business.referrals > 0 THEN referral_count END",
        has_known_zero=True,
    ),
    Indicator(code="rating_recent_mean", behaviour="rating", sql="rating_recent_mean", has_own_scale=True),
    Indicator(
        code="first_reply_minutes_mean",
        behaviour="service",
        sql="CASE WHEN first_reply_minutes_mean < 0 THEN 0 ELSE first_reply_minutes_mean END",
        better="less",
    ),
    Indicator(
        code="resolution_minutes_mean",
        behaviour="service",
        sql="CASE WHEN resolution_minutes_mean < 0 THEN 0 ELSE resolution_minutes_mean END",
        better="less",
    ),
)

# Each behaviour with the indicator that is shown beside its points: the one a person would name.
BEHAVIOURS = {
    "purchase": "spend_total",
    "usage": "usage_count",
    "feedback": "feedback_count",
    "referral": "referral_count",
    "rating": "rating_recent_mean",
    "service": "first_reply_minutes_mean",
}

SHORTEST_TENURE_DAYS = 30
"""Below it a value a year is missing: a first order of yesterday is no 365 orders a year."""

_STATEMENT = """
SELECT
    customer_id,
    coalesce(may_profile, FALSE) AS may_profile,
    CASE
        WHEN may_profile AND tenure_days >= {shortest_tenure}
        THEN CAST(coalesce(margin_total, spend_total) - cost_to_serve AS DOUBLE)
            / nullif(CAST(tenure_days AS DOUBLE) / {days_per_year}, 0)
    END AS value_rate,
    {indicators}
FROM {features}
CROSS JOIN (
    SELECT max(usage_minutes) AS minutes, max(referral_count) AS referrals FROM {features} WHERE may_profile
) AS business
"""


def indicators_of(features: str) -> str:
    """Return the SELECT of the raw indicators, one DOUBLE column each, and of the value rate F3, a year's.

    NULL: lacking, or profiling was refused. It is no table of its own: the columns are cheaper to read off the
    features each time than to write down for a million customers.
    """
    columns = ",\n    ".join(
        f"CASE WHEN may_profile THEN CAST({indicator.sql} AS DOUBLE) END AS {quoted(indicator.code)}"
        for indicator in INDICATORS
    )
    return _STATEMENT.format(
        features=quoted(features),
        indicators=columns,
        days_per_year=DAYS_PER_YEAR,
        shortest_tenure=SHORTEST_TENURE_DAYS,
    )
