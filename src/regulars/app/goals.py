"""Goals: a target and a day for one of the eight numbers, and how far it is."""

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
    """A goal beside the figure as it is: whether it is reached, and which share of the target (at most 1)."""

    goal: Goal
    label: str
    now: str
    target: str
    is_reached: bool
    share: float


def standings(cards: Sequence[Card], goals: Sequence[Goal], *, voice: Voice) -> list[Standing]:
    """Return how far each goal is, by the day it is to be reached."""
    by_name = {card["name"]: card for card in cards}
    known = [goal for goal in goals if (by_name.get(goal.figure) or {"amount": None})["amount"] is not None]
    return [
        _standing(goal, by_name[goal.figure], voice) for goal in sorted(known, key=lambda goal: (goal.by, goal.figure))
    ]


def keep(card: Card, *, target: float, by: date, today: date) -> None:
    """Keep a goal for a figure in place of an earlier one; a share is given in percent."""
    Goal.objects.filter(figure=card["name"]).delete()
    value = target / 100 if card["unit"] == "share" else target
    Goal.objects.create(figure=card["name"], target=value, by=by, set_on=today)


def _standing(goal: Goal, card: Card, voice: Voice) -> Standing:
    now = float(card["amount"])
    if goal.figure in _BETTER_LOW:
        is_reached, share = now <= goal.target, goal.target / now if now > 0 else 1.0
    else:
        is_reached, share = now >= goal.target, now / goal.target if goal.target else 1.0
    said = {"share": voice.share, "money": voice.money}.get(card["unit"], voice.number)
    return Standing(goal, card["label"], card["value"], said(goal.target), is_reached, min(max(share, 0.0), 1.0))
