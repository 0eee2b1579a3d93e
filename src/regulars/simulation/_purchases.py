"""The orders of a block of customers: when they were placed, by whom and for how much; and what came back."""

from dataclasses import dataclass

import numpy as np

from regulars.simulation._campaign import Response
from regulars.simulation._clock import Bools, Floats, Ints, ShopClock
from regulars.simulation._people import People
from regulars.simulation._plan import SPEND_SHAPE

_SMALLEST_ORDER_CENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """One entry an order, by time; `who` is the customer's place in the block, `cents` what was paid."""

    who: Ints
    moment: Floats
    cents: Ints
    is_extra: Bools

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """A Poisson process for every customer: whose, and when."""

    who: Ints
    moment: Floats


def draw_purchases(people: People, response: Response, clock: ShopClock, rng: np.random.Generator) -> Purchases:
    """Return first orders, repeat orders while alive, and the orders the campaign brought."""
    everyone = np.arange(len(people))
    repeats = while_alive(people, people.purchase_rate, clock, rng)
    came_back = np.flatnonzero(~np.isnan(response.extra))
    who = np.concatenate([everyone, repeats.who, came_back])
    moment = np.concatenate([people.came, repeats.moment, response.extra[came_back]])
    is_extra = np.arange(len(who)) >= len(who) - len(came_back)
    by_time = np.argsort(moment, kind="stable")
    who = who[by_time]
    spend = people.mean_spend[who] * rng.gamma(SPEND_SHAPE, 1 / SPEND_SHAPE, len(who))
    cents = np.maximum(np.rint(spend * 100), _SMALLEST_ORDER_CENTS).astype(np.int64)
    return Purchases(who=who, moment=moment[by_time], cents=cents, is_extra=is_extra[by_time])


def while_alive(people: People, rate: Floats, clock: ShopClock, rng: np.random.Generator) -> Stretches:
    """Return Poisson events at each customer's rate, from the first order until the customer leaves."""
    alive = np.minimum(people.left, clock.end) - people.came
    counts = rng.poisson(rate * alive)
    who = np.repeat(np.arange(len(people)), counts)
    return Stretches(who=who, moment=people.came[who] + alive[who] * rng.random(len(who)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Some orders came back: which order, when, and whether the export says so by a flag or by a minus."""

    order: Ints
    moment: Floats
    is_flagged: Bools


def draw_refunds(purchases: Purchases, people: People, clock: ShopClock, rng: np.random.Generator) -> Refunds:
    """Return refunds 2 to 12 days after the order, more of them for the discontented; none after the last day."""
    chance = np.minimum(0.03 * np.exp(-0.4 * people.satisfaction[purchases.who]), 0.25)
    moment = purchases.moment + rng.uniform(2, 12, len(purchases))
    order = np.flatnonzero((rng.random(len(purchases)) < chance) & (moment < clock.end))
    return Refunds(order=order, moment=moment[order], is_flagged=rng.random(len(order)) < 0.5)
