"""How far chance carries a customer's spend from what is expected: futures drawn from what the models know of each.

How many purchases come is drawn by the model of them; their amounts are Gamma(p, ν) with ν of Gamma(q + p n, v + n m),
n orders of mean m so far. Source: the paper of gamma-gamma (2013).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel, GammaGamma

Array = NDArray[np.float64]

SAMPLE = 4_000
"""For so many customers futures are drawn; the mean of their variances stands for everybody's."""

_FUTURES = 100


def chance_of(  # noqa: PLR0913  (a history, two models and what is asked)
    repeat_count: Array,
    age_at_last_days: Array,
    age_days: Array,
    mean: Array,
    *,
    purchases: ContinuousModel,
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
    p, q, v = spends.theta()
    known = PurchaseSummary.from_columns(repeat_count, age_at_last_days, age_days, time_unit="day")
    counts = purchases.futures(known, days, futures=_FUTURES, seed=seed).reshape(len(days), -1)
    orders, spent = (np.repeat(column, _FUTURES) for column in (repeat_count + 1, np.maximum(mean, 0)))
    draw = np.random.default_rng((seed, 1))
    scale = 1 / draw.gamma(q + p * orders, 1 / (v + orders * spent))
    money = np.zeros(scale.size)
    variances = []
    for bought in np.diff(counts, axis=0, prepend=0):
        money += np.where(bought > 0, draw.gamma(np.maximum(p * bought, 1e-9)) * scale, 0.0)
        variances.append(money.reshape(-1, _FUTURES).var(axis=1, ddof=1).mean())
    return np.array(variances)
