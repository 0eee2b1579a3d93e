"""The use case: a playbook and a customer table in; a next action for everybody and its reasons out."""

from datetime import date
from decimal import Decimal

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.strategy._actions import ACTIONS
from regulars.strategy._choice import CHOICES, SITUATIONS
from regulars.strategy._holdout import campaign_id, draw_key, held_out_below
from regulars.strategy._options import Situation, options
from regulars.strategy._reasons import REASONS
from regulars.strategy._results import LEAVE_ALONE, PlanSummary

# Gains are added up as decimals, for sums of doubles differ from run to run.
_TOTALS = """
SELECT
    count(*) FILTER (WHERE NOT held_out) AS contacts,
    count(*) FILTER (WHERE held_out) AS held_out,
    sum(cost) FILTER (WHERE NOT held_out) AS cost,
    sum(CAST(expected_gain AS DECIMAL(18, 4))) FILTER (WHERE NOT held_out) AS gain,
    sum(CAST(expected_gain_low AS DECIMAL(18, 4))) FILTER (WHERE NOT held_out) AS low,
    sum(CAST(expected_gain_high AS DECIMAL(18, 4))) FILTER (WHERE NOT held_out) AS high
FROM {actions}
WHERE within_budget
"""

_BY_ACTION = "SELECT action, count(*) AS customers FROM {actions} GROUP BY action ORDER BY action"

_BLOCKED = """
SELECT count(*) AS customers, CAST(coalesce(sum(gain_cents), 0) AS BIGINT) AS gain_cents
FROM plan_choices
WHERE why_not = 'no_marketing_consent'
"""


def plan(
    engine: Engine,
    *,
    as_of: date,
    seed: int,
    settings: Settings,
    into: str = "actions",
    reasons_into: str = "action_reasons",
) -> PlanSummary:
    """Give every customer a next action, rank them within the budget, and hold some out to measure by.

    Each customer is given the play of the playbook that is expected to bring most after its cost, among those
    whose trigger he meets and for which he allows a channel (the first of the play that he does); `leave_alone`
    where none pays. See `_choice` for the gain, `_actions` for the order and the budget, `_holdout` for the draw.

    Args:
        engine: holds the tables `features`, `segments` and `scores`, one row a customer each.
        as_of: the last day seen; `do_by` counts from it.
        seed: of the draw that holds people out.
        settings: the playbook, costs and limits (`settings.strategy`).
        into: the table to write, one row a customer: rank (1 is first; empty for leave_alone), customer_id,
            action, campaign_id, channel, offer_cost, cost (channel and offer), expected_gain with _low and _high
            (after that cost; 0 for leave_alone), do_by, held_out, within_budget, reasons (codes joined by ';').
            To be contacted are those within_budget and not held_out.
        reasons_into: the table of reasons to write: customer_id, figure ('next_action'), code, value,
            contribution; contributions add up to expected_gain. See `REASON_CODES`.

    Returns:
        The plan in figures.
    """
    strategy = settings.strategy
    campaign = campaign_id(strategy.campaign, as_of=as_of)
    situations = [Situation(**row) for row in engine.fetch(SITUATIONS).to_pylist()]
    engine.load("plan_options", options(situations, as_of=as_of, settings=settings))
    engine.run(CHOICES, into="plan_choices", margin_share=strategy.margin_share)
    engine.run(
        ACTIONS,
        into=into,
        campaign_id=campaign,
        draw_key=draw_key(seed, campaign),
        held_out_below=held_out_below(strategy.holdout_share),
        budget=strategy.budget,
        max_contacts=strategy.max_contacts,
    )
    engine.run(REASONS, into=reasons_into)
    summary = _summary(engine, into)
    engine.drop("plan_options", "plan_choices")
    return summary


def _summary(engine: Engine, actions: str) -> PlanSummary:
    (total,) = engine.fetch(_TOTALS.format(actions=quoted(actions))).to_pylist()
    (blocked,) = engine.fetch(_BLOCKED).to_pylist()
    counts = engine.fetch(_BY_ACTION.format(actions=quoted(actions))).to_pylist()
    by_action = {row["action"]: row["customers"] for row in counts}
    leave_alone = by_action.get(LEAVE_ALONE, 0)
    return PlanSummary(
        contacts=total["contacts"],
        held_out=total["held_out"],
        over_budget=sum(by_action.values()) - leave_alone - total["contacts"] - total["held_out"],
        leave_alone=leave_alone,
        cost=total["cost"] or Decimal(0),
        expected_gain=float(total["gain"] or 0),
        expected_gain_low=float(total["low"] or 0),
        expected_gain_high=float(total["high"] or 0),
        by_action=by_action,
        blocked_by_consent=blocked["customers"],
        blocked_gain=blocked["gain_cents"] / 100,
    )
