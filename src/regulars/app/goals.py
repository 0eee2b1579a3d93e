"""Goals: a target and a day for one of the eight numbers over a period, and how far it is over that period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.app.models import Goal
from regulars.reports import Voice

_BETTER_LOW = frozenset({"value_at_risk"})

Card = Mapping[str, Any]
"""One of the eight numbers, as `reports.sections` has them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A goal beside the figure as it is: whether it is reached, and which share of the target (at most 1).

    `days` is the length of the period that the figure is of. `now` is empty where the last result does not tell the
    figure of that period.
    """

    goal: Goal
    label: str
    days: int
    now: str
    target: str
    is_reached: bool
    share: float


def cards_over(board: Mapping[str, Any], days: int | None) -> Sequence[Card] | None:
    """Return the eight numbers over a period; none if it was not worked out. No length means the shop's own."""
    if days is None or days == board["period_days"]:
        own: Sequence[Card] = board["cards"]
        return own
    return next((period["cards"] for period in board.get("periods", ()) if period["days"] == days), None)


def standings(board: Mapping[str, Any], goals: Sequence[Goal], *, voice: Voice) -> list[Standing]:
    """Return how far each goal is over its own period, by the day it is to be reached."""
    found = []
    for goal in sorted(goals, key=lambda goal: (goal.by, goal.figure, goal.days or 0)):
        days = goal.days or board["period_days"]
        cards = {card["name"]: card for card in cards_over(board, goal.days) or ()}
        if goal.figure in cards and cards[goal.figure]["amount"] is not None:
            found.append(_standing(goal, cards[goal.figure], days, voice))
        else:
            found.append(_unknown(goal, board, days, voice))
    return found


def keep(card: Card, *, days: int | None, target: float, by: date, today: date) -> None:
    """Keep a goal for a figure over a period in place of an earlier one; a share is given in percent."""
    Goal.objects.filter(figure=card["name"], days=days).delete()
    value = target / 100 if card["unit"] == "share" else target
    Goal.objects.create(figure=card["name"], days=days, target=value, by=by, set_on=today)


def _unknown(goal: Goal, board: Mapping[str, Any], days: int, voice: Voice) -> Standing:
    """Return a goal whose figure is not known now: it stays on the page, so that it can be forgotten there."""
    card = next((card for card in board["cards"] if card["name"] == goal.figure), None)
    label, unit = (goal.figure, "") if card is None else (card["label"], card["unit"])
    return Standing(goal, label, days, "", _said(unit, goal.target, voice), is_reached=False, share=0.0)


def _standing(goal: Goal, card: Card, days: int, voice: Voice) -> Standing:
    now = float(card["amount"])
    if goal.figure in _BETTER_LOW:
        is_reached, share = now <= goal.target, goal.target / now if now > 0 else 1.0
    else:
        is_reached, share = now >= goal.target, now / goal.target if goal.target else 1.0
    target = _said(card["unit"], goal.target, voice)
    return Standing(goal, card["label"], days, card["value"], target, is_reached, min(max(share, 0.0), 1.0))


def _said(unit: str, target: float, voice: Voice) -> str:
    return {"share": voice.share, "money": voice.money}.get(unit, voice.number)(target)
