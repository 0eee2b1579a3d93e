"""Joins the parts into one row a customer: a single statement, so that nothing between is written to disk."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from regulars.core import RegularsError, Window
from regulars.engines import Engine, quoted
from regulars.features._contact import CONTACT
from regulars.features._feedback import FEEDBACK
from regulars.features._mix import mix
from regulars.features._purchase import PURCHASE
from regulars.features._referral import REFERRAL
from regulars.features._subscription import SUBSCRIPTION
from regulars.features._usage import USAGE

ALL_PARTS = ("purchase", "mix", "usage", "feedback", "contact", "subscription", "referral")
"""What can be asked for. `mix` is channels and categories: a second pass over the orders, so it stands alone."""

_YEAR = 365
_TABLES = ("orders", "order_lines", "usage", "feedback", "touches", "subscriptions", "referrals", "customers")


class PartUnknown(RegularsError):
    """A part of the feature table that does not exist."""

    code = "feature_part_unknown"
    template = "There are no features '{part}'. Ask for some of: {known}."


def build(  # noqa: PLR0913  (what a feature table is made of, and how much of it)
    engine: Engine,
    *,
    as_of: date,
    period_days: int = 90,
    into: str = "features",
    parts: Collection[str] = ALL_PARTS,
    columns: Collection[str] = (),
    prefix: str = "",
    outlier_above: float | None = None,
) -> None:
    """Write one row for every customer first met by `as_of`.

    Args:
        engine: holds the clean tables.
        as_of: the last day seen, inclusive. What became known later changes nothing.
        period_days: the length of the two adjoining periods that `…_last_period` and `…_prior_period` compare.
        into: the table to write.
        parts: which of `ALL_PARTS` to work out; the columns of the others read as if there were no such records.
        columns: the only ones to write beside customer_id, in this order (default: all); what only the others need is
            not worked out.
        prefix: before the name of every clean table that is read: those of a sample, say.
        outlier_above: the amount above which an order is an outlier (`customers.outlier_bound`); None: none is.

    Raises:
        PartUnknown: a part is none of `ALL_PARTS`.
    """
    for part in parts:
        if part not in ALL_PARTS:
            raise PartUnknown(part=part, known=", ".join(ALL_PARTS))
    asked = {f"with_{part}": part in parts for part in ALL_PARTS if part != "mix"}
    tables = {table: quoted(prefix + table) for table in _TABLES}
    used, used_bound = mix(engine, tables, is_asked="mix" in parts)
    query, first_days = _same_windows_once(_FEATURES.format(mix=used, **tables), _first_days(as_of, period_days))
    bound = {**asked, **used_bound, **first_days}
    if columns:
        query = f"SELECT customer_id, {', '.join(quoted(column) for column in columns)} FROM ({query}) AS made"
    engine.run(query, into=into, as_of=as_of, outlier_above=outlier_above, **bound)


def _first_days(as_of: date, period_days: int) -> dict[str, date]:
    """Return the first day of every window that a column speaks of."""
    last = Window(end=as_of, days=period_days)
    last_90 = Window(end=as_of, days=90)
    return {
        "from_30": Window(end=as_of, days=30).start,
        "from_90": last_90.start,
        "from_90_before": last_90.before().start,
        "from_365": Window(end=as_of, days=_YEAR).start,
        "from_last": last.start,
        "from_prior": last.before().start,
    }


def _same_windows_once(query: str, first_days: Mapping[str, date]) -> tuple[str, dict[str, date]]:
    """Return the query with one name for windows that begin on one day, and the days that are left to bind.

    An engine counts once what is written alike; by default the last period is the last 90 days.
    """
    names: dict[date, str] = {}
    for name, day in first_days.items():
        query = re.sub(rf"\${name}\b", f"${names.setdefault(day, name)}", query)
    return query, {name: day for day, name in names.items()}


_FEATURES = f"""
WITH purchase AS ({PURCHASE}),
mix AS ({{mix}}),
usage_of AS ({USAGE}),
feedback_of AS ({FEEDBACK}),
contact AS ({CONTACT}),
subscription AS ({SUBSCRIPTION}),
referral AS ({REFERRAL}),
people AS (
    SELECT *, acquired_day IS NULL OR acquired_day <= $as_of AS is_acquired
    FROM {{customers}}
    WHERE first_day <= $as_of
)
SELECT
    people.customer_id,
    purchase.first_order_day,
    purchase.last_order_day,
    coalesce(purchase.order_count, 0) AS order_count,
    coalesce(purchase.order_day_count, 0) AS order_day_count,
    greatest(coalesce(purchase.order_day_count, 0) - 1, 0) AS repeat_count,
    date_diff('day', purchase.last_order_day, $as_of) AS days_since_last,
    date_diff('day', purchase.first_order_day, purchase.last_order_day) AS age_at_last_days,
    date_diff('day', coalesce(purchase.first_order_day, people.first_day), $as_of) AS tenure_days,
    coalesce(purchase.spend_total, 0) AS spend_total,
    CAST(purchase.spend_total AS DOUBLE) / nullif(purchase.order_count, 0) AS spend_mean,
    purchase.spend_sd,
    CASE WHEN purchase.costless_count > 0 THEN NULL
        ELSE CAST(coalesce(purchase.spend_total - purchase.cost_total, 0) AS DECIMAL(18, 4)) END AS margin_total,
    coalesce(purchase.discount_total, 0) AS discount_total,
    coalesce(purchase.refund_count, 0) AS refund_count,
    coalesce(purchase.refund_total, 0) AS refund_total,
    coalesce(purchase.outlier_count, 0) AS outlier_count,
    purchase.gap_mean_days,
    purchase.gap_sd_days,
    purchase.gap_log_sum,
    coalesce(mix.category_count, 0) AS category_count,
    mix.category_entropy,
    mix.top_category,
    coalesce(mix.channel_count, 0) AS channel_count,
    mix.main_channel,
    mix.main_channel_share,
    coalesce(purchase.spend_30d, 0) AS spend_30d,
    coalesce(purchase.spend_90d, 0) AS spend_90d,
    coalesce(purchase.spend_365d, 0) AS spend_365d,
    coalesce(purchase.orders_30d, 0) AS orders_30d,
    coalesce(purchase.orders_90d, 0) AS orders_90d,
    coalesce(purchase.orders_365d, 0) AS orders_365d,
    CASE WHEN purchase.costless_365d > 0 THEN NULL
        ELSE CAST(coalesce(purchase.spend_365d - purchase.cost_365d, 0) AS DECIMAL(18, 4)) END AS margin_365d,
    coalesce(purchase.spend_last_period, 0) AS spend_last_period,
    coalesce(purchase.spend_prior_period, 0) AS spend_prior_period,
    coalesce(purchase.orders_last_period, 0) AS orders_last_period,
    coalesce(purchase.orders_prior_period, 0) AS orders_prior_period,
    CAST(purchase.spend_90d - purchase.spend_90d_before AS DOUBLE)
        / nullif(CAST(purchase.spend_90d + purchase.spend_90d_before AS DOUBLE), 0) AS spend_trend,
    coalesce(usage_of.usage_count, 0) AS usage_count,
    coalesce(usage_of.usage_frequency, 0) AS usage_frequency,
    coalesce(usage_of.usage_minutes, 0) AS usage_minutes,
    usage_of.days_since_usage,
    coalesce(usage_of.usage_last_period, 0) AS usage_last_period,
    coalesce(feedback_of.feedback_count, 0) AS feedback_count,
    feedback_of.rating_mean,
    feedback_of.rating_recent_mean,
    feedback_of.rating_last,
    feedback_of.days_since_feedback,
    -- read off what a person wrote: an inference, and not a fact of the records
    CASE WHEN people.may_profile THEN feedback_of.feedback_language END AS feedback_language,
    feedback_of.first_reply_minutes_mean,
    feedback_of.resolution_minutes_mean,
    coalesce(contact.touch_count, 0) AS touch_count,
    coalesce(contact.contact_minutes, 0) AS contact_minutes,
    coalesce(contact.contact_cost, 0) AS contact_cost,
    CASE WHEN people.is_acquired THEN coalesce(people.acquisition_cost, 0) ELSE 0 END AS acquisition_cost,
    CAST(CASE WHEN people.is_acquired THEN coalesce(people.acquisition_cost, 0) ELSE 0 END
        + coalesce(contact.contact_cost, 0) AS DECIMAL(18, 4)) AS cost_to_serve,
    coalesce(subscription.subscription_count, 0) AS subscription_count,
    coalesce(subscription.is_subscribed, FALSE) AS is_subscribed,
    subscription.subscription_tenure_days,
    coalesce(subscription.monthly_price, 0) AS monthly_price,
    coalesce(referral.referral_count, 0) AS referral_count,
    CASE WHEN people.is_acquired THEN people.acquired_day END AS acquired_day,
    CASE WHEN people.is_acquired THEN people.acquisition_channel END AS acquisition_channel,
    people.may_profile,
    people.may_email,
    people.may_message,
    people.may_phone,
    people.may_share
FROM people
LEFT JOIN purchase ON purchase.customer_id = people.customer_id
LEFT JOIN mix ON mix.customer_id = people.customer_id
LEFT JOIN usage_of ON usage_of.customer_id = people.customer_id
LEFT JOIN feedback_of ON feedback_of.customer_id = people.customer_id
LEFT JOIN contact ON contact.customer_id = people.customer_id
LEFT JOIN subscription ON subscription.customer_id = people.customer_id
LEFT JOIN referral ON referral.customer_id = people.customer_id
"""
