"""Why: the codes behind every next action, and the parts its expected gain is the sum of.

The contributions are money: what the order is worth times the effect, less what the contact costs. Codes that
only tell what the trigger saw contribute nothing. Whoever is left alone has one code, which says why.
"""

from collections.abc import Iterator

from regulars.core import Play

REASON_CODES = (
    # What the trigger saw. Value: none, none, a score of 0-100 twice, orders, days, days.
    *(f"stage_{stage}" for stage in ("prospect", "acquisition", "growth", "retention", "at_risk", "lapsed")),
    *(f"group_{group}" for group in ("champions", "loyal", "potential_loyalists", "new", "promising")),
    *(f"group_{group}" for group in ("need_attention", "about_to_sleep", "at_risk", "cant_lose", "hibernating")),
    "satisfaction_low",
    "satisfaction_high",
    "order_count",
    "days_since_last",
    "usual_gap_days",
    # How far the effect is to be believed. Value: a share of 0-1.
    "effect_assumed",
    "effect_measured",
    # The parts of the gain. Value: the mean margin (or, where an order has no cost, margin_share of the mean amount) of
    # the customer's orders; what the channel and the offer cost.
    "order_margin",
    "order_spend",
    "channel_cost",
    "offer_cost",
    # Why left alone. Value: the gain forgone; the best play's gain, zero or less; none for the others.
    "no_marketing_consent",
    "not_worth_it",
    "no_trigger",
    "no_orders",
    "no_consent",
)
"""Every code that `action_reasons` can hold."""


def seen_by_trigger(play: Play, *, stage: str, rfm_group: str) -> Iterator[tuple[str, str | None]]:
    """Yield the codes of what a play's trigger saw, each with the measure of the customer that is its value."""
    trigger = play.trigger
    if trigger.stages:
        yield f"stage_{stage}", None
    if trigger.groups:
        yield f"group_{rfm_group}", None
    if trigger.max_satisfaction is not None:
        yield "satisfaction_low", "satisfaction_score"
    if trigger.min_satisfaction is not None:
        yield "satisfaction_high", "satisfaction_score"
    if trigger.min_orders > 1 or trigger.max_orders is not None:
        yield "order_count", "order_count"
    yield "days_since_last", "days_since_last"
    yield f"effect_{play.effect_basis}", "effect"


REASONS = """
WITH chosen AS (
    SELECT
        choices.customer_id,
        choices.option_number,
        choices.is_cost_known,
        choices.order_value,
        options.effect,
        CAST(options.channel_cost AS DOUBLE) AS channel_cost,
        CAST(options.offer_cost AS DOUBLE) AS offer_cost,
        features.order_count,
        features.days_since_last,
        features.gap_mean_days,
        scores.satisfaction_score
    FROM plan_choices AS choices
    JOIN plan_options AS options ON choices.option_number = options.option_number
    JOIN features ON choices.customer_id = features.customer_id
    LEFT JOIN scores ON choices.customer_id = scores.customer_id
    WHERE choices.is_worth_it
), reasons AS (
    SELECT
        chosen.customer_id,
        codes.code,
        CASE codes.measure
            WHEN 'satisfaction_score' THEN chosen.satisfaction_score
            WHEN 'order_count' THEN CAST(chosen.order_count AS DOUBLE)
            WHEN 'days_since_last' THEN CAST(chosen.days_since_last AS DOUBLE)
            WHEN 'effect' THEN chosen.effect
        END AS value,
        CAST(0 AS DOUBLE) AS contribution
    FROM chosen
    JOIN plan_codes AS codes ON chosen.option_number = codes.option_number
    UNION ALL
    SELECT customer_id, 'usual_gap_days', gap_mean_days, 0 FROM chosen WHERE gap_mean_days IS NOT NULL
    UNION ALL
    SELECT
        customer_id,
        CASE WHEN is_cost_known THEN 'order_margin' ELSE 'order_spend' END,
        order_value,
        effect * order_value
    FROM chosen
    UNION ALL
    SELECT customer_id, 'channel_cost', channel_cost, -channel_cost FROM chosen WHERE channel_cost > 0
    UNION ALL
    SELECT customer_id, 'offer_cost', offer_cost, -offer_cost FROM chosen WHERE offer_cost > 0
    UNION ALL
    SELECT
        customer_id,
        why_not,
        CASE WHEN why_not IN ('no_marketing_consent', 'not_worth_it') THEN CAST(gain_cents AS DOUBLE) / 100 END,
        0
    FROM plan_choices
    WHERE NOT is_worth_it
)
SELECT customer_id, 'next_action' AS figure, code, value, contribution
FROM reasons
"""
