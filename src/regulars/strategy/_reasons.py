"""Why: the codes behind every next action, and the parts its expected gain is the sum of.

The contributions are money: what the order is worth times the effect, less what the contact costs. Whoever is left
alone has one code, which says why. What a trigger saw contributes nothing: `actions.reasons` names it, and its value
is a column of the customer (`seen`), so no rows say it again for a million people.
"""

from collections.abc import Iterator, Mapping
from typing import Any

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
"""Every code that says why: in the `reasons` of an action, or with its part of the gain in `action_reasons`."""


SEEN_IN: Mapping[str, str] = {
    "satisfaction_low": "satisfaction_score",
    "satisfaction_high": "satisfaction_score",
    "order_count": "order_count",
    "days_since_last": "days_since_last",
    "usual_gap_days": "gap_mean_days",
}
"""Codes of what a trigger saw, each with the column of the customer that is its value."""


def seen_by_trigger(play: Play, *, stage: str, rfm_group: str) -> Iterator[str]:
    """Yield the codes of what a play's trigger saw."""
    trigger = play.trigger
    if trigger.stages:
        yield f"stage_{stage}"
    if trigger.groups:
        yield f"group_{rfm_group}"
    if trigger.max_satisfaction is not None:
        yield "satisfaction_low"
    if trigger.min_satisfaction is not None:
        yield "satisfaction_high"
    if trigger.min_orders > 1 or trigger.max_orders is not None:
        yield "order_count"
    yield "days_since_last"
    yield f"effect_{play.effect_basis}"


def seen(codes: str | None, customer: Mapping[str, Any], *, effect: float | None) -> dict[str, float | None]:
    """Return the value behind every code of an action's `reasons`, None for a code without one.

    Args:
        codes: as they stand in the actions, joined by semicolons.
        customer: the customer's row; a column it lacks is a value not known.
        effect: of the play.

    >>> seen("stage_at_risk;days_since_last", {"days_since_last": 41, "gap_mean_days": 20.5}, effect=0.02)
    {'stage_at_risk': None, 'days_since_last': 41.0, 'usual_gap_days': 20.5}
    """
    values: dict[str, float | None] = {}
    for code in filter(None, (codes or "").split(";")):
        value = effect if code.startswith("effect_") else customer.get(SEEN_IN.get(code, ""))
        values[code] = None if value is None else float(value)
        usual = customer.get(SEEN_IN["usual_gap_days"])
        if code == "days_since_last" and usual is not None:
            values["usual_gap_days"] = float(usual)
    return values


REASONS = """
WITH chosen AS (
    SELECT
        choices.customer_id,
        choices.is_cost_known,
        choices.order_value,
        options.effect,
        CAST(options.channel_cost AS DOUBLE) AS channel_cost,
        CAST(options.offer_cost AS DOUBLE) AS offer_cost
    FROM plan_choices AS choices
    JOIN plan_options AS options ON choices.option_number = options.option_number
    WHERE choices.is_worth_it
), reasons AS (
    SELECT
        customer_id,
        CASE WHEN is_cost_known THEN 'order_margin' ELSE 'order_spend' END AS code,
        order_value AS value,
        effect * order_value AS contribution
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
