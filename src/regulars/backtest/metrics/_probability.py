"""Metrics of probabilities: were they near what happened, and did they mean what they said?"""

from math import prod

import numpy as np

from regulars.backtest.metrics._metric import Weighted, mean_of, metric, ratio
from regulars.backtest.metrics._rows import Counted, Floats, Rows

_BINS = 10
_SMALLEST = float(np.finfo(np.float64).eps)


@metric(better="less", of_outcomes=True, of_probabilities=True)
def brier(rows: Rows) -> Weighted:
    """Brier score: the mean of (p − y)², 0 to 1; q (1 − q) for who always says the share q of who did it.

    Source: G. W. Brier (1950), Monthly Weather Review 78, 1-3 (here for one of two outcomes: half of his sum).

    >>> brier([0, 1], [0.5, 1.0])
    0.125
    """
    return mean_of((rows.forecast - rows.actual) ** 2)


@metric(better="less", of_outcomes=True, of_probabilities=True)
def log_loss(rows: Rows) -> Weighted:
    """Logarithmic loss: the mean of −ln p where it happened and −ln(1 − p) where it did not, in nats.

    Probabilities are kept 2.2e-16 (the spacing of doubles at 1) from 0 and 1, so one wrong certainty costs 36
    nats and not everything. Source: I. J. Good (1952), Journal of the Royal Statistical Society B 14, 107-114.

    >>> round(log_loss([0, 1], [0.5, 0.5]), 4)
    0.6931
    """
    kept = np.clip(rows.forecast, _SMALLEST, 1 - _SMALLEST)
    return mean_of(-np.log(np.where(rows.actual == 1, kept, 1 - kept)))


@metric(better="less", of_outcomes=True, of_probabilities=True)
def ece(rows: Rows) -> Weighted:
    """Expected calibration error over 10 bins of equal width: Σ_b (W_b / W) · |mean p of b − share of b who did it|.

    A bin holds its lower edge, the last one 1 as well. 0 to 1; in a small sample above 0 even for true probabilities.
    Source: M. P. Naeini, G. F. Cooper, M. Hauskrecht (2015), AAAI 29, 2901-2907.

    >>> round(ece([0, 1, 1, 1], [0.05, 0.05, 0.95, 0.95]), 4)
    0.25
    """
    bins = np.minimum((rows.forecast * _BINS).astype(np.int64), _BINS - 1)
    beyond = rows.forecast - rows.actual

    def weighted(counted: Counted) -> Floats:
        shape = counted.weight.shape[:-1]
        draws = np.arange(prod(shape)).reshape(*shape, 1) * _BINS
        above = (counted.weight * beyond).ravel()
        gaps = np.bincount((draws + bins).ravel(), weights=above, minlength=prod(shape) * _BINS)
        return ratio(np.abs(gaps).reshape(*shape, _BINS).sum(axis=-1), counted.total)

    return weighted
