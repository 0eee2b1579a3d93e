"""From a customer's figures to coordinates in which distances mean something.

Counts, money and days are skewed, so they are taken as logarithms; tails are pulled in to the 1st and 99th percentile
(nearest rank) of the sample, so that one giant makes no cluster of its own; and each column is measured in its own
standard deviations, so that days do not outweigh orders. Money is taken as ln(x), not ln(1 + x): then it makes no
difference whether it is counted in yuan or in fen. Where a customer's refunds leave nothing or less, the lowest
positive amount within the bounds stands in. Nothing else can be missing for somebody who has ordered.

Spend is taken a mean order: how often somebody buys stands in the number of order days already. Ratings are left
out: most customers give none, and a guess in their place would make clusters of the guess.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from regulars.features import significant
from regulars.segments._results import Scale

COLUMNS = ("days_since_last", "order_day_count", "spend_mean", "tenure_days", "usage_count")
"""What clusters are made of; one without spread (usage, where nothing is recorded) is left out."""

_MONEY = frozenset({"spend_mean"})
_TAIL = 0.01

Points = NDArray[np.float64]
"""One row a customer, one column a coordinate."""


def scales_of(sample: Mapping[str, NDArray[np.float64]]) -> tuple[Scale, ...]:
    """Return the scale of every column of `COLUMNS` that has any spread in the sample."""
    found = (_scale(column, sample[column]) for column in COLUMNS)
    return tuple(scale for scale in found if scale is not None)


def coordinates(people: Mapping[str, NDArray[np.float64]], scales: tuple[Scale, ...]) -> Points:
    """Return one row a customer, in standard deviations from the sample's mean, one column a scale."""
    return np.column_stack(
        [(_logs(scale.column, people[scale.column], scale.low, scale.high) - scale.centre) / scale.spread
         for scale in scales]
    )  # fmt: skip


def _scale(column: str, values: NDArray[np.float64]) -> Scale | None:
    told = significant(values)
    told = told[told > 0] if column in _MONEY else told
    if not told.size:
        return None
    low, high = (float(end) for end in np.quantile(told, [_TAIL, 1 - _TAIL], method="inverted_cdf"))
    if low == high:
        return None
    logs = _logs(column, values, low, high)
    return Scale(column=column, low=low, high=high, centre=float(logs.mean()), spread=float(logs.std()))


def _logs(column: str, values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    clipped = np.clip(significant(values), low, high)
    return np.log(clipped) if column in _MONEY else np.log1p(clipped)
