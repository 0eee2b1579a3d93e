"""Metrics of amounts: counts of orders, money. Whatever unit goes in comes out of `mae`; the others have none."""

import numpy as np
from numpy.typing import ArrayLike

from regulars.backtest.metrics._metric import (
    Weighted,
    around_mean,
    checked,
    checked_weight,
    dot,
    known,
    mean_of,
    metric,
    ratio,
)
from regulars.backtest.metrics._rows import Counted, Floats, Rows


@metric(better="less")
def mae(rows: Rows) -> Weighted:
    """Mean absolute error: the mean of |forecast − actual|, in the unit of both.

    >>> mae([1, 0, 4], [2, 0, 2])
    1.0
    """
    return mean_of(np.abs(rows.forecast - rows.actual))


@metric(better="less")
def rmse(rows: Rows) -> Weighted:
    """Root mean squared error, in the unit of both: the score that an expected value, and nothing else, makes least.

    Source: T. Gneiting (2011), Making and Evaluating Point Forecasts, JASA 106, 746-762.

    >>> rmse([1, 0, 4], [2, 0, 0])
    2.3804761428476167
    """
    squares = mean_of((rows.forecast - rows.actual) ** 2)

    def weighted(counted: Counted) -> Floats:
        return np.sqrt(squares(counted))

    return weighted


@metric(better="less")
def msle(rows: Rows) -> Weighted:
    """Mean squared logarithmic error: the mean of (ln(1 + forecast) − ln(1 + actual))²; below zero counts as zero.

    >>> round(msle([0, 3], [0, 1]), 4)
    0.2402
    """
    forecast, actual = (np.log1p(np.maximum(values, 0.0)) for values in (rows.forecast, rows.actual))
    return mean_of((forecast - actual) ** 2)


@metric(better="nearer_zero")
def bias(rows: Rows) -> Weighted:
    """Bias of the total, relative: Σ forecast / Σ actual − 1. −.12 is a forecast 12 % too low.

    None where the total of what came is not above 0: no share can be taken of it.

    >>> round(bias([10, 20], [12, 15]), 4)
    -0.1
    """

    def weighted(counted: Counted) -> Floats:
        return ratio(dot(counted.weight, rows.forecast), np.maximum(dot(counted.weight, rows.actual), 0.0)) - 1

    return weighted


@metric(better="more")
def pearson(rows: Rows) -> Weighted:
    """Pearson's correlation of forecast and actual, −1 to 1; None where either is the same for everybody.

    Source: K. Pearson (1895), Proceedings of the Royal Society of London 58, 240-242.

    >>> round(pearson([1, 2, 3], [2, 4, 7]), 4)
    0.9934
    """

    def weighted(counted: Counted) -> Floats:
        weight = counted.weight
        one, other = around_mean(rows.actual, counted), around_mean(rows.forecast, counted)
        below = np.sqrt(dot(weight, one**2)) * np.sqrt(dot(weight, other**2))
        # Rounding may carry a perfect correlation past 1.
        return np.clip(ratio(dot(weight, one * other), below), -1, 1)

    return weighted


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the share of rows whose outcome lay within its interval, ends included; None over no rows.

    Args:
        actual: what happened, shape (rows,).
        low: the lower end of each row's interval, shape (rows,).
        high: the upper end, likewise.
        weight: how often each row counts, shape (rows,).

    Raises:
        LengthsDiffer: the arrays are not of one length.
        ValuesMissing: a value is no finite number.
        WeightInvalid: a weight is below 0.

    >>> coverage([1, 5, 9], [0, 6, 8], [2, 7, 9])
    0.6666666666666666
    """
    happened = checked(actual, what="actual")
    above = happened >= checked(low, what="low", rows=len(happened))
    below = happened <= checked(high, what="high", rows=len(happened))
    within = (above & below).astype(np.float64)
    counts = checked_weight(weight, rows=len(happened))
    return known(float(ratio(dot(counts, within), counts.sum())))
