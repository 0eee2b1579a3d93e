"""What every block of customers shares: the plan, the clock and the one campaign."""

from dataclasses import dataclass

from regulars.simulation._campaign import Campaign, plan_campaign
from regulars.simulation._clock import ShopClock, open_clock
from regulars.simulation._plan import ShopPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The shop before anybody comes."""

    plan: ShopPlan
    clock: ShopClock
    campaign: Campaign


def open_world(plan: ShopPlan) -> World:
    """Return the world of a plan."""
    clock = open_clock(plan.first_day, plan.days, plan.language)
    return World(plan=plan, clock=clock, campaign=plan_campaign(clock))
