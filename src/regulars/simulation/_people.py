"""Who comes to the shop, how often they would buy, when they leave, what they spend and who brought them."""

from dataclasses import dataclass

import numpy as np

from regulars.simulation._clock import Bools, Floats, Ints, ShopClock
from regulars.simulation._plan import (
    DROPOUT_SCALE_DAYS,
    DROPOUT_SHAPE,
    MEAN_SPEND,
    OPENING_RUSH,
    PURCHASE_SHAPE,
    SPEND_SPREAD,
    ShopPlan,
)

CHANNELS = 4
CATEGORIES = 5
ACQUISITION_CHANNELS = 5
REFERRED = ACQUISITION_CHANNELS - 1
"""The last of the acquisition channels is a friend's recommendation."""

_ASKED_SHARE = 0.95
_REFERRED_SHARE = 0.25
_REFERRER_TRIES = 3
_DAYS_TO_TELL_A_FRIEND = 2.0
_MAIN_CHANNEL_SHARES = (0.40, 0.30, 0.20, 0.10)
_CATEGORY_SHARES = (0.30, 0.22, 0.20, 0.20, 0.08)
_ACQUISITION_SHARES = (0.35, 0.25, 0.25, 0.15)
# How much of the drop-out rate shows in satisfaction: content customers leave later.
_CONTENT_TO_STAY = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A block of customers, one entry each, in the order they came. Moments and rates are in shop time."""

    number: Ints
    came: Floats
    left: Floats
    purchase_rate: Floats
    dropout_rate: Floats
    mean_spend: Floats
    satisfaction: Floats
    channel: Ints
    favourite: Ints
    acquisition_channel: Ints
    referrer: Ints
    is_asked: Bools
    grants_profiling: Bools
    grants_marketing: Bools
    withdraws_profiling: Bools

    def __len__(self) -> int:
        return len(self.number)


def draw_people(plan: ShopPlan, clock: ShopClock, rng: np.random.Generator, *, first: int, count: int) -> People:
    """Return `count` customers numbered from `first`."""
    came = np.sort(clock.end * rng.random(count) ** OPENING_RUSH)
    purchase_rate = rng.gamma(PURCHASE_SHAPE, plan.mean_purchase_rate / PURCHASE_SHAPE, count)
    # A rate of exactly zero, which a gamma draw can round to, would divide by zero below.
    dropout_rate = np.maximum(rng.gamma(DROPOUT_SHAPE, 1 / DROPOUT_SCALE_DAYS, count), 1e-12)
    left = came + rng.exponential(1 / dropout_rate)
    satisfaction = _satisfaction(dropout_rate, rng)
    referrer = _referrers(came, left, satisfaction, rng)
    is_asked = rng.random(count) < _ASKED_SHARE
    acquisition = rng.choice(REFERRED, size=count, p=_ACQUISITION_SHARES)
    return People(
        number=np.arange(first, first + count),
        came=came,
        left=left,
        purchase_rate=purchase_rate,
        dropout_rate=dropout_rate,
        mean_spend=MEAN_SPEND[plan.language] * (SPEND_SPREAD - 1) / rng.gamma(SPEND_SPREAD, 1, count),
        satisfaction=satisfaction,
        channel=rng.choice(CHANNELS, size=count, p=_MAIN_CHANNEL_SHARES),
        favourite=rng.choice(CATEGORIES, size=count, p=_CATEGORY_SHARES),
        acquisition_channel=np.where(referrer >= 0, REFERRED, acquisition),
        referrer=referrer,
        is_asked=is_asked,
        # Who was never asked has no row: profiling is not refused, marketing is not allowed.
        grants_profiling=~is_asked | (rng.random(count) < 0.97),
        grants_marketing=is_asked & (rng.random(count) < 0.75),
        withdraws_profiling=rng.random(count) < 0.03,
    )


def _satisfaction(dropout_rate: Floats, rng: np.random.Generator) -> Floats:
    """Return satisfaction, with mean and spread close to 0 and 1, high where the drop-out rate is low.

    Drawn from the rate, not the rate from it, so that rates stay gamma distributed. The cube root of a gamma
    variable is nearly normal: E. B. Wilson, M. M. Hilferty (1931), PNAS 17(12), 684-688.
    """
    spread = 1 / (9 * DROPOUT_SHAPE)
    leaving = (np.cbrt(dropout_rate * DROPOUT_SCALE_DAYS / DROPOUT_SHAPE) - (1 - spread)) / np.sqrt(spread)
    noise = rng.standard_normal(len(dropout_rate))
    return np.asarray(-_CONTENT_TO_STAY * leaving + np.sqrt(1 - _CONTENT_TO_STAY**2) * noise)


def _referrers(came: Floats, left: Floats, satisfaction: Floats, rng: np.random.Generator) -> Ints:
    """Return who brought each customer (-1: nobody): someone who came days before and had not left, content ones first.

    Each of the referred draws a few earlier customers, weighted by satisfaction, and takes the first still alive.
    """
    count = len(came)
    weights = np.cumsum(np.exp(0.8 * satisfaction))
    earlier = np.concatenate([[0.0], weights[:-1]])
    is_referred = (rng.random(count) < _REFERRED_SHARE) & (np.arange(count) > 0)
    referrer = np.full(count, -1, dtype=np.int64)
    for _ in range(_REFERRER_TRIES):
        picked = np.minimum(np.searchsorted(weights, rng.random(count) * earlier, side="right"), np.arange(count) - 1)
        fits = is_referred & (referrer < 0) & (came[picked] < came - _DAYS_TO_TELL_A_FRIEND) & (left[picked] > came)
        referrer = np.where(fits, picked, referrer)
    return referrer
