"""Metrics of the order that forecasts put customers in. Equal forecasts share a place: the order of rows says nothing.

A run is the rows of one forecast; what a run weighs is all that is ever needed of it.
"""

import numpy as np

from regulars.backtest.metrics._metric import Metric, Weighted, around_mean, dot, metric, ratio
from regulars.backtest.metrics._rows import Counted, Floats, Rows, Runs


@metric(better="more", of_outcomes=True)
def auc(rows: Rows) -> Weighted:
    """Area under the ROC curve: the chance that who did it was put above who did not, ties counting half.

    AUC = Σ₊ Σ₋ w₊ w₋ ([s₊ > s₋] + ½ [s₊ = s₋]) / (W₊ W₋), 0 to 1, .5 for no order at all.
    Source: D. Bamber (1975), Journal of Mathematical Psychology 12, 387-415.

    >>> auc([0, 1, 1], [0.2, 0.2, 0.9])
    0.75
    """

    def weighted(counted: Counted) -> Floats:
        size, did = counted.up_to
        rest = size - did
        return ratio(dot(_own(did), _middles(rest)), did[..., -1] * rest[..., -1])

    return weighted


@metric(better="more", of_outcomes=True)
def pr_auc(rows: Rows) -> Weighted:
    """Average precision, the area under the precision-recall curve by steps: Σₖ (Rₖ − Rₖ₋₁) Pₖ.

    k runs over the different forecasts from the highest down; Pₖ is the share of who did it among those down to
    k, Rₖ the share that they are of all who did it. 0 to 1; the share of all who did it, for no order at all.
    Source: M. Zhu (2004), Recall, precision and average precision, University of Waterloo.

    >>> round(pr_auc([0, 1, 0, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    1.0
    """
    return lambda counted: _average_precision(*counted.from_top)


@metric(better="more", of_outcomes=True)
def lapse_pr_auc(rows: Rows) -> Weighted:
    """Average precision in finding those who did not do it, by the lowest forecasts: see `pr_auc`.

    >>> lapse_pr_auc([0, 1, 1], [0.2, 0.5, 0.9]) == pr_auc([1, 0, 0], [0.8, 0.5, 0.1]) == 1
    True
    """

    def weighted(counted: Counted) -> Floats:
        size, did = counted.up_to
        return _average_precision(size, size - did)

    return weighted


@metric(better="more")
def gini(rows: Rows) -> Weighted:
    """Gini coefficient of the forecasts' order: how far it piles up what came, beside the best order there is.

    G = cov(y, F(s)) / cov(y, F(y)), F the mid-rank; 1 for the order of what came itself, 0 for none, below 0 for a
    reversed one. For outcomes of 0 and 1 it is 2 AUC − 1. None where all customers brought the same.
    Source: E. Schechtman and S. Yitzhaki (1987), Communications in Statistics A 16, 207-231.

    >>> gini([10, 0, 5], [3, 1, 2]), gini([10, 0, 5], [1, 3, 2])
    (1.0, -1.0)
    """
    by_actual = Runs(rows.actual)

    def weighted(counted: Counted) -> Floats:
        weight = counted.weight
        around = weight * around_mean(rows.actual, counted)
        return ratio(_piled_up(rows.runs, weight, around), _piled_up(by_actual, weight, around))

    return weighted


@metric(better="more")
def spearman(rows: Rows) -> Weighted:
    """Spearman's rank correlation of forecast and actual, ties at their mid-rank; None where either is all the same.

    Source: C. Spearman (1904), American Journal of Psychology 15, 72-101.

    >>> round(spearman([1, 2, 9], [10, 20, 21]), 4), round(spearman([0, 0, 1], [1, 2, 2]), 4)
    (1.0, 0.5)
    """
    by_actual = Runs(rows.actual)

    def weighted(counted: Counted) -> Floats:
        weight = counted.weight
        one, other = (
            around_mean(runs.of_rows(_middles(runs.up_to(runs.in_order(weight)))), counted)
            for runs in (by_actual, rows.runs)
        )
        below = np.sqrt(dot(weight, one**2)) * np.sqrt(dot(weight, other**2))
        return np.clip(ratio(dot(weight, one * other), below), -1, 1)

    return weighted


def lift_in_top(share: float) -> Metric:
    """Return the metric that tells how much more came of the `share` (0 to 1) put highest than of everybody's.

    Its figure: mean of what came in the top share / mean of all; 1 for no order at all. The share is cut exactly,
    through a customer if need be, and of customers with one forecast on the cut each counts for the same part, so
    it is the expectation over their orders. None where nothing came.

    >>> lift_in_top(0.5)([1, 0, 1, 0], [0.9, 0.1, 0.5, 0.5])
    1.5
    """

    @metric(better="more")
    def lift(rows: Rows) -> Weighted:

        def weighted(counted: Counted) -> Floats:
            size, came = counted.from_top
            # Straight lines between the ends of the runs: who is on the cut counts for a part.
            top = _between(share * size[..., -1:], size, came)
            return ratio(ratio(top, share), came[..., -1])

        return weighted

    return lift


lift = lift_in_top(0.1)
"""How much more came of the tenth put highest than of everybody's: see `lift_in_top`."""


def _average_precision(size: Floats, found: Floats) -> Floats:
    """Return the area by steps, given how many rows, and how many of them sought, there are down to each forecast."""
    precision = np.divide(found, size, out=np.zeros_like(size), where=size > 0)
    return ratio(dot(_own(found), precision[..., 1:]), found[..., -1])


def _between(place: Floats, steps: Floats, heights: Floats) -> Floats:
    """Return the height at a place on straight lines between steps that go up: `np.interp` for each draw."""
    below = np.count_nonzero(steps <= place, axis=-1, keepdims=True) - 1
    above = np.minimum(below + 1, steps.shape[-1] - 1)
    (start, end), (low, high) = (
        (np.take_along_axis(values, below, axis=-1), np.take_along_axis(values, above, axis=-1))
        for values in (steps, heights)
    )
    slope = np.nan_to_num(ratio(high - low, end - start))
    height: Floats = slope * (place - start) + low
    return height[..., 0]


def _piled_up(runs: Runs, weight: Floats, around: Floats) -> Floats:
    return dot(_own(runs.up_to(runs.in_order(around))), _middles(runs.up_to(runs.in_order(weight))))


def _own(up_to: Floats) -> Floats:
    """Return the sum of each run itself."""
    return up_to[..., 1:] - up_to[..., :-1]


def _middles(up_to: Floats) -> Floats:
    """Return the sum up to the middle of each run: the mid-rank of its rows."""
    return (up_to[..., 1:] + up_to[..., :-1]) / 2
