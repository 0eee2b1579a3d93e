"""Customers who live by a model: drawn without a loop, because purchases at a steady rate fall uniformly in time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.histories._summary import PurchaseSummary

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lives:
    """New customers: purchases a unit of time while they are there, and what ends that, whichever comes first.

    `last` is the number of the repeat purchase after which they are gone (infinite where purchases end nothing),
    `lifetime` the age at which they are (likewise). A purchase is every `stages`-th event of the rate.
    """

    rate: Array
    last: Array
    lifetime: Array
    stages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """What is known of each at T, who was still a customer then, and how many purchases came in the time after."""

    summary: PurchaseSummary
    is_alive: NDArray[np.bool_]
    purchases: Array


def lived(lives: Lives, random: np.random.Generator, *, ages: Array, ahead: float, time_unit_days: float) -> Simulated:
    """Return what these customers did until their ages and in the time `ahead` after them."""
    there = np.minimum(lives.lifetime, ages)
    rings = random.poisson(lives.rate * there).astype(np.float64)
    k = lives.stages
    x = np.minimum(rings // k, lives.last)
    # The last of k x of so many uniform times: the (k x)-th smallest.
    share = random.beta(np.maximum(k * x, 1), rings - k * x + 1)
    t_x = np.where(x > 0, share * there, 0.0)
    more = random.poisson(lives.rate * (np.minimum(lives.lifetime, ages + ahead) - there))
    return Simulated(
        summary=PurchaseSummary.from_columns(
            x, t_x, ages, time_unit=time_unit_days, log_gaps=_log_gaps(random, x.astype(np.int64), t_x, k)
        ),
        is_alive=(rings // k < lives.last) & (lives.lifetime > ages),
        purchases=np.minimum((rings + more) // k, lives.last) - x,
    )


def _log_gaps(random: np.random.Generator, x: NDArray[np.int64], t_x: Array, stages: int) -> Array:
    """Return Σ ln of x times that add up to t_x, each of so many of the equal parts that chance cuts it into."""
    whose = np.repeat(np.arange(x.size), x)
    parts = random.gamma(stages, 1.0, whose.size)
    wholes = np.bincount(whose, parts, minlength=x.size)[whose]
    return np.bincount(whose, np.log(t_x[whose] * parts / wholes), minlength=x.size).astype(np.float64)
