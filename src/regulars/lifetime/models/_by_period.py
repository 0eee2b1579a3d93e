"""Leaving at whole periods: before each, a customer leaves for good with a probability θ of their own.

θ is beta(a, b) among customers, so that S(i) = B(a, b + i) / B(a, b) of them are there in period i. After j periods the
survivors' θ is beta(a, b + j): whoever is asked later is another b. BG/BB and sBG both rest on this.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.core import DAYS_PER_YEAR
from regulars.lifetime.models._residual import ResidualUnbounded

Array = NDArray[np.float64]

_DIGITS = 40.0
"""A continued fraction is cut where e^(−40) of its last doubt is left."""


def periods_there(a: float, b: Array, periods: ArrayLike) -> Array:
    """Return Σ S(i), i = 1 … m: the periods to come, of so many, in which they are expected to be there.

    The published form, b / (a − 1) · (1 − Γ(a + b) Γ(1 + b + m) / Γ(a + b + m) Γ(1 + b)), has no value at a = 1 and
    few digits near it; products of shares lose none.

    Args:
        a: of the beta distribution of θ.
        b: likewise, an array that broadcasts with `periods`.
        periods: m, whole numbers from 0.
    """
    start, m = np.broadcast_arrays(np.asarray(b, dtype=np.float64), np.asarray(periods))
    starts, place = np.unique(start, return_inverse=True)
    steps = np.arange(int(m.max(initial=0)))
    found = np.zeros((starts.size, steps.size + 1))
    stays = (starts[:, np.newaxis] + steps) / (a + starts[:, np.newaxis] + steps)
    np.cumsum(np.cumprod(stays, axis=1), axis=1, out=found[:, 1:])
    return np.asarray(found[place.reshape(start.shape), m.astype(np.int64)], dtype=np.float64)


def discounted_periods_there(a: float, b: ArrayLike, rate: float) -> Array:
    """Return Σ S(i) / (1 + d)^i over i from 1: the periods to come, each counted as what is left of its worth.

    It is z b / (a + b) · ₂F₁(1, b + 1; a + b + 1; z) at z = 1 / (1 + d), here by Gauss's continued fraction: the
    usual way to ₂F₁ near z = 1 has no value at some a, and gives up where b is large.

    Raises:
        ResidualUnbounded: d is 0 or less, or no number.
    """
    if not 0 < rate < float("inf"):
        raise ResidualUnbounded(rate=rate)
    z, c = 1 / (1 + rate), a + np.asarray(b, dtype=np.float64)
    top = np.asarray(b, dtype=np.float64) + 1
    # Each step leaves ((1 − √(1 − z)) / (1 + √(1 − z))) of the doubt.
    root = np.sqrt(rate * z)
    pairs = int(_DIGITS / (np.log1p(root) - np.log1p(-root))) + 20
    found = np.ones_like(c)
    for k in range(pairs, -1, -1):
        if k < pairs:
            found = 1 - z * (k + 1) * (c - top + k + 1) / ((c + 2 * k + 1) * (c + 2 * k + 2)) / found
        found = 1 - z * (top + k) * (c + k) / ((c + 2 * k) * (c + 2 * k + 1)) / found
    return np.asarray(z * (top - 1) / c / found, dtype=np.float64)


def rate_of_period(annual_rate: float, period_days: float) -> float:
    """Return the discount rate of a period that makes `annual_rate` in a real year.

    Raises:
        ResidualUnbounded: the rate is 0 or less, or no number.
    """
    if not 0 < annual_rate < float("inf"):
        raise ResidualUnbounded(rate=annual_rate)
    return float(np.expm1(np.log1p(annual_rate) * period_days / DAYS_PER_YEAR))
