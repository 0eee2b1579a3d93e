"""One campaign of the past, with a held-out arm: who was to get it, who got it, and what it really did.

Everyone known by the campaign's first day who allows marketing is eligible. Chance alone decides who is treated. A
treated customer places, with the customer's own probability, one order more at a moment spread evenly over the
window, if still alive by then. The true effect on a customer is the probability of at least one order in the
window when treated, less the probability when held out, given the customer's rate and the moment of leaving.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from regulars.simulation._clock import Bools, Floats, ShopClock
from regulars.simulation._people import REFERRED, People

CAMPAIGN_ID = "seasonal-letter"
TREATED_PROBABILITY = 0.8
_DAYS_BEFORE_THE_END = 100
_WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """When the campaign ran: days of the calendar, and the same in shop time."""

    first_day: date
    last_day: date
    start: float
    end: float

    @property
    def length(self) -> float:
        """How much shop time its window lasts."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the campaign did to a block of customers, one entry each; `extra` is the moment of the order it brought.

    `probability` is that of the order, if alive; `extra` is NaN where no order came of it.
    """

    is_eligible: Bools
    is_treated: Bools
    probability: Floats
    extra: Floats
    true_effect: Floats


def plan_campaign(clock: ShopClock) -> Campaign:
    """Return the campaign: a month some hundred days before the end, sooner in a shop with few days."""
    number = clock.days - min(_DAYS_BEFORE_THE_END, clock.days // 2)
    window = min(_WINDOW_DAYS, clock.days // 4)
    first_day = clock.first_day + timedelta(days=number)
    return Campaign(
        first_day=first_day,
        last_day=first_day + timedelta(days=window - 1),
        start=float(clock.starts[number]),
        # A hair before midnight: an order at the very end still belongs to the window's last day.
        end=float(clock.starts[number + window]) * (1 - 1e-9),
    )


def draw_response(people: People, campaign: Campaign, rng: np.random.Generator) -> Response:
    """Return who was treated and who came because of it. People who came by a friend or a page respond more."""
    count = len(people)
    is_eligible = (people.came < campaign.start) & people.grants_marketing
    is_treated = is_eligible & (rng.random(count) < TREATED_PROBABILITY)
    is_sociable = (people.acquisition_channel == REFERRED) | (people.acquisition_channel == 1)
    probability = rng.beta(2, 10, count) * np.where(is_sociable, 1.6, 0.8)
    probability = np.minimum(probability, 1.0)
    moment = campaign.start + campaign.length * rng.random(count)
    came = is_treated & (rng.random(count) < probability) & (moment < people.left)
    return Response(
        is_eligible=is_eligible,
        is_treated=is_treated,
        probability=probability,
        extra=np.where(came, moment, np.nan),
        true_effect=np.where(is_eligible, _true_effect(people, campaign, probability), np.nan),
    )


def _true_effect(people: People, campaign: Campaign, probability: Floats) -> Floats:
    """Return P(an order because of it) · P(no order anyway)."""
    alive = np.clip(people.left - campaign.start, 0, campaign.length)
    return np.asarray(probability * alive / campaign.length * np.exp(-people.purchase_rate * alive))
