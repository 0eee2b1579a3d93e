"""Bringing indicators of different units to one scale, 0 to 100: without it a sum of them means nothing.

The table pipeline does the same in SQL; a test holds the two against each other.
"""

from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.core import RegularsError

Method = Literal["minmax", "percentile", "zscore", "none"]

NEUTRAL = 50.0
"""The score of everybody where there is no spread to tell them apart by."""

LOGISTIC = 1.702
"""100 / (1 + exp(-1.702 z)) stays within one point of 100 times the normal distribution function.

Source: D. C. Haley (1952), Stanford University, Applied Mathematics and Statistics Laboratory, report 15.
"""


class NotLoggable(RegularsError):
    """A skewed indicator below zero."""

    code = "not_loggable"
    template = "{value} cannot be put on a log scale. Counts, money, days and minutes must be 0 or more: cut them at 0."


def nearest_rank(share: float, count: int) -> int:
    """Return which of `count` ordered values, from 1, is the percentile `share`: the first rank ≥ share · count.

    >>> nearest_rank(0.01, 500), nearest_rank(0.99, 500), nearest_rank(0, 7)
    (5, 495, 1)
    """
    # Rounded first: 0.07 * 100 is 7.000000000000001, and its ceiling is no nearest rank.
    return max(1, ceil(round(share * count, 9)))


def normalise(
    values: ArrayLike,
    *,
    method: Method = "minmax",
    skewed: bool = False,
    less_is_better: bool = False,
    winsor_share: float = 0.01,
) -> NDArray[np.float64]:
    """Return one indicator brought to 0–100, NaN staying NaN.

    Args:
        values: one number a customer, in the indicator's own unit.
        method: `minmax`, 100 · (x − low) / (high − low); `zscore`, 100 / (1 + exp(−1.702 · (x − mean) / sd)), which
            follows the normal distribution function; `percentile`, 100 · (less + equal / 2) / n, the mid-rank;
            `none`, the number itself.
        skewed: take log1p first (counts, money, days, minutes); no matter for `percentile` and `none`.
        less_is_better: turn the scale round (100 − score; for `none` the sign).
        winsor_share: before `minmax` and `zscore`, values beyond this nearest-rank percentile and its counterpart
            at the top are drawn in to them, so that one odd value does not set the scale.

    Returns:
        Scores from 0 to 100, 50 for everybody where all values are the same (for `none`: the numbers).

    Raises:
        NotLoggable: a skewed value lies below 0.
    """
    given = np.asarray(values, dtype=np.float64)
    if method == "none":
        return -given if less_is_better else given.copy()
    known = ~np.isnan(given)
    scores = np.full(given.shape, np.nan)
    if known.any():
        if method == "percentile":
            scores[known] = _mid_rank(given[known])
        else:
            winsorised = _winsorised(given[known], winsor_share)
            scores[known] = (
                _minmax(_log(winsorised, skewed)) if method == "minmax" else _zscore(_log(winsorised, skewed))
            )
    return 100 - scores if less_is_better else scores


def _mid_rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, equal = np.unique(values, return_inverse=True, return_counts=True)
    less = np.cumsum(equal) - equal
    return np.asarray((100 * (less + equal / 2) / values.size)[place], dtype=np.float64)


def _winsorised(values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    ordered = np.sort(values)
    low, high = (ordered[nearest_rank(part, values.size) - 1] for part in (share, 1 - share))
    return np.clip(values, low, high)


def _log(values: NDArray[np.float64], skewed: bool) -> NDArray[np.float64]:  # noqa: FBT001
    if not skewed:
        return values
    if values.min() < 0:
        raise NotLoggable(value=float(values.min()))
    return np.log1p(values)


def _minmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = values.min(), values.max()
    return 100 * (values - low) / (high - low) if high > low else np.full(values.shape, NEUTRAL)


def _zscore(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if values.min() == values.max():
        return np.full(values.shape, NEUTRAL)
    return np.asarray(100 / (1 + np.exp(-LOGISTIC * (values - values.mean()) / values.std(ddof=1))))
