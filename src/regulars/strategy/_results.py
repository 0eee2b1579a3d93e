"""What a plan comes to: the figures a page shows above the list of whom to contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LEAVE_ALONE = "leave_alone"
"""The action of everybody for whom no play pays, or none is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """A plan in figures; contacts + held_out + over_budget + leave_alone is everybody.

    `contacts` are to be contacted: their `cost`, and their `expected_gain` after that cost. Its low and high
    add up every contact's low and high, for a play's effect is misjudged for all of them alike. `held_out`
    would have been contacted, and are not, to measure by; `over_budget` would pay, but stand behind the end
    of the budget or of max_contacts. `by_action` counts everybody by next action. `blocked_by_consent` are left
    alone only because no channel is allowed, and `blocked_gain` is what contacting them was expected to bring.
    """

    contacts: int
    held_out: int
    over_budget: int
    leave_alone: int
    cost: Decimal
    expected_gain: float
    expected_gain_low: float
    expected_gain_high: float
    by_action: Mapping[str, int]
    blocked_by_consent: int
    blocked_gain: float
