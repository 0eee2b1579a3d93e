"""What every metric is: a figure of (actual, forecast, weight), made in two steps.

The function of a metric looks at the rows and returns what is still to be done once their weights are known, so that
a bootstrap, which changes nothing but weights, prepares once and not a thousand times.
"""

from collections.abc import Callable
from functools import update_wrapper
from math import inf, isnan, nan
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from regulars.backtest.metrics._rows import Counted, Floats, Rows
from regulars.core import RegularsError

Number = TypeVar("Number", float, Floats)

Weighted: TypeAlias = Callable[[Counted], Floats]
"""Takes the rows with their weights, returns the figure under each; not a number where it is undefined."""

Prepare: TypeAlias = Callable[[Rows], Weighted]
"""Takes what happened and what was forecast, row by row."""

Better = Literal["more", "less", "nearer_zero"]


class LengthsDiffer(RegularsError):
    """Arrays that do not speak of the same rows."""

    code = "forecast_lengths_differ"
    template = "{what} has {found} rows where {expected} are needed. Give one value for each outcome, in one order."


class ValuesMissing(RegularsError):
    """Values that are no finite numbers: leaving them out in silence would change who is measured."""

    code = "forecast_values_missing"
    template = "{count} of {rows} values of {what} are no finite numbers. Fill them, or leave those customers out."


class OutcomeInvalid(RegularsError):
    """Outcomes that are more than yes and no."""

    code = "outcome_invalid"
    template = "{metric} needs outcomes that are 0 or 1 and met {value}. Measure amounts with mae, bias or gini."


class ProbabilityInvalid(RegularsError):
    """Scores where probabilities are needed."""

    code = "probability_invalid"
    template = "{metric} needs probabilities from 0 to 1 and met {value}. Make them of scores with calibrate()."


class WeightInvalid(RegularsError):
    """Weights below zero."""

    code = "weight_invalid"
    template = "A weight of {value} means nothing. Give how often a row counts: 0 or more."


class Metric:
    """A figure of how well forecasts met what happened, called as `metric(actual, forecast, weight)`.

    `name` is its name, `better` says which way is better, `of_outcomes` that it is of outcomes of 0 and 1; its
    docstring says what it is. Made of a function by
    `@metric(...)`.
    """

    def __init__(self, prepare: Prepare, *, better: Better, of_outcomes: bool, of_probabilities: bool) -> None:
        update_wrapper(self, prepare)
        self.name = prepare.__name__
        self.better = better
        self._prepare = prepare
        self.of_outcomes = of_outcomes
        self._of_probabilities = of_probabilities

    def __call__(self, actual: ArrayLike, forecast: ArrayLike, weight: ArrayLike | None = None) -> float | None:
        """Return the figure over rows that count `weight` times (default: once); None where it is undefined.

        Args:
            actual: what happened, shape (rows,).
            forecast: what was forecast of the same rows, shape (rows,).
            weight: how often each row counts, shape (rows,).

        Raises:
            LengthsDiffer: the arrays are not of one length.
            ValuesMissing: a value is no finite number.
            OutcomeInvalid: the metric is one of outcomes, and one is neither 0 nor 1.
            ProbabilityInvalid: the metric is one of probabilities, and a forecast is not within 0 and 1.
            WeightInvalid: a weight is below 0.
        """
        rows = rows_of(actual, forecast)
        weighted = self.of(rows)
        return known(float(weighted(Counted(rows, checked_weight(weight, rows=len(rows.actual))))))

    def of(self, rows: Rows) -> Weighted:
        """Check and prepare the rows; the answer takes their weights."""
        if self.of_outcomes:
            _check_outcomes(rows.actual, metric=self.name)
        if self._of_probabilities:
            _check_probabilities(rows.forecast, metric=self.name)
        return self._prepare(rows) if len(rows.actual) else _undefined

    def gain(self, one: Number, other: Number) -> Number:
        """Return by how much `one` is better than `other`: above 0 is better, whichever way the metric goes."""
        if self.better == "nearer_zero":
            return abs(other) - abs(one)
        return one - other if self.better == "more" else other - one


def metric(*, better: Better, of_outcomes: bool = False, of_probabilities: bool = False) -> Callable[[Prepare], Metric]:
    """Make a metric of the function that prepares it; the function's name and docstring become the metric's.

    Args:
        better: which way is better.
        of_outcomes: what happened is 0 or 1, and nothing else.
        of_probabilities: the forecasts are within 0 and 1.
    """
    return lambda prepare: Metric(prepare, better=better, of_outcomes=of_outcomes, of_probabilities=of_probabilities)


def rows_of(actual: ArrayLike, forecast: ArrayLike) -> Rows:
    """Return what happened and what was forecast as rows that metrics can look at; see `Metric` for what is raised."""
    happened = checked(actual, what="actual")
    return Rows(happened, checked(forecast, what="forecast", rows=len(happened)))


def checked(values: ArrayLike, *, what: str, rows: int | None = None) -> Floats:
    """Return the values as finite doubles, one a row."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or (rows is not None and len(array) != rows):
        raise LengthsDiffer(what=what, found=array.shape, expected="any number of" if rows is None else rows)
    missing = int(np.count_nonzero(~np.isfinite(array)))
    if missing:
        raise ValuesMissing(what=what, count=missing, rows=len(array))
    return array


def checked_weight(weight: ArrayLike | None, *, rows: int) -> Floats:
    """Return how often each row counts: once, unless said."""
    if weight is None:
        return np.ones(rows)
    array = checked(weight, what="weight", rows=rows)
    if rows and array.min() < 0:
        raise WeightInvalid(value=float(array.min()))
    return array


def known(value: float) -> float | None:
    """Return the figure, or None where it is undefined."""
    return None if isnan(value) else float(value)


def ratio(above: ArrayLike, below: ArrayLike) -> Floats:
    """Return above / below; not a number where there is nothing to divide by."""
    over, under = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    undefined: Floats = np.full(np.broadcast_shapes(over.shape, under.shape), nan)
    divided: Floats = np.divide(over, under, out=undefined, where=under != 0)
    return divided


def dot(one: Floats, other: Floats) -> Floats:
    """Return Σ one · other over rows, the same to the last bit on every run; `@` shares long sums out to threads."""
    total: Floats = (one * other).sum(axis=-1)
    return total


def mean_of(values: Floats) -> Weighted:
    """Return the weighted mean of values that are known row by row."""
    return lambda counted: ratio(dot(counted.weight, values), counted.total)


def around_mean(values: Floats, counted: Counted) -> Floats:
    """Return the values less their weighted mean; exactly 0 where all that count are the same."""
    counts = counted.weight > 0
    lowest = np.where(counts, values, inf).min(axis=-1, keepdims=True)
    highest = np.where(counts, values, -inf).max(axis=-1, keepdims=True)
    mean = ratio(dot(counted.weight, values), counted.total)[..., np.newaxis]
    return np.where(lowest < highest, values - mean, 0.0)


def _undefined(counted: Counted) -> Floats:
    return np.full(counted.weight.shape[:-1], nan)


def _check_outcomes(actual: Floats, *, metric: str) -> None:
    strange = actual[(actual != 0) & (actual != 1)]
    if len(strange):
        raise OutcomeInvalid(metric=metric, value=float(strange[0]))


def _check_probabilities(forecast: Floats, *, metric: str) -> None:
    strange = forecast[(forecast < 0) | (forecast > 1)]
    if len(strange):
        raise ProbabilityInvalid(metric=metric, value=float(strange[0]))
