"""How far chance carries a customer's spend from what is expected: futures drawn from what the models know of each.

Given that a customer is still one, with x repeat purchases in T, the rate of purchases is Gamma(r + x, α + T) and the
chance to leave after each is Beta(a, b + x), independent of each other; amounts are Gamma(p, ν) with ν of
Gamma(q + p n, v + n m), n orders of mean m so far. Source: the papers of BG/NBD (2005) and gamma-gamma (2013).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma

Array = NDArray[np.float64]

SAMPLE = 4_000
"""For so many customers futures are drawn; the mean of their variances stands for everybody's."""

_FUTURES = 100
_MOST_PURCHASES = 10_000


def chance_of(  # noqa: PLR0913  (a history, two models and what is asked)
    repeat_count: Array,
    age_at_last_days: Array,
    age_days: Array,
    mean: Array,
    *,
    purchases: BetaGeometricNBD,
    spends: GammaGamma,
    days: Sequence[int],
    seed: int,
) -> Array:
    """Return the mean over customers of the variance of their spend in the next days, in money squared: one a horizon.

    Args:
        repeat_count: x, shape (customers,).
        age_at_last_days: t_x.
        age_days: T.
        mean: the mean amount of the x + 1 order days so far; below zero counts as zero.
        purchases: fitted.
        spends: fitted on order days with the first one included.
        days: horizons, rising.
        seed: of the draws, 100 futures a customer.
    """
    draw = np.random.default_rng(seed)
    unit = purchases.time_unit_days_
    r, alpha, a, b = purchases.theta()
    p, q, v = spends.theta()
    known = PurchaseSummary.from_columns(repeat_count, age_at_last_days / unit, age_days / unit, time_unit=unit)
    alive = purchases.probability_alive(known)
    x, orders, spent = (np.repeat(column, _FUTURES) for column in (repeat_count, repeat_count + 1, np.maximum(mean, 0)))
    rate = draw.gamma(r + x, 1 / (alpha + np.repeat(age_days, _FUTURES) / unit))
    leaves = draw.beta(a, b + x)
    counts = _counts(draw, rate, leaves, draw.random(x.size) < np.repeat(alive, _FUTURES), np.array(days) / unit)
    scale = 1 / draw.gamma(q + p * orders, 1 / (v + orders * spent))
    money = np.zeros(x.size)
    variances = []
    for bought in np.diff(counts, axis=0, prepend=0):
        money += np.where(bought > 0, draw.gamma(np.maximum(p * bought, 1e-9)) * scale, 0.0)
        variances.append(money.reshape(-1, _FUTURES).var(axis=1, ddof=1).mean())
    return np.array(variances)


def _counts(
    draw: np.random.Generator, rate: Array, leaves: Array, alive: NDArray[np.bool_], horizons: Array
) -> NDArray[np.int64]:
    """Return how many purchases each future has by each horizon, shape (horizons, futures)."""
    counts = np.zeros((horizons.size, rate.size), dtype=np.int64)
    places = np.flatnonzero(alive)
    time = np.zeros(places.size)
    for _ in range(_MOST_PURCHASES):
        time = time + draw.exponential(1 / rate[places])
        within = time <= horizons[-1]
        places, time = places[within], time[within]
        if not places.size:
            break
        counts[:, places] += time <= horizons[:, np.newaxis]
        stays = draw.random(places.size) >= leaves[places]
        places, time = places[stays], time[stays]
    return counts
