"""The published formulas F1 to F6, as plain functions over numbers or arrays of numbers.

A missing number (NaN) makes a missing result, never a zero. The table pipeline (`add`) does better with what is
missing: it renormalises over what is known.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.core import RegularsError

Scores: TypeAlias = "float | NDArray[np.float64]"
Grade = Literal["low", "medium", "high"]


class WeightsMismatch(RegularsError):
    """As many weights as indicators are needed."""

    code = "weights_mismatch"
    template = "{indicators} indicators but {weights} weights. Give one weight for each indicator."


class LengthsDiffer(RegularsError):
    """Arrays of one call that speak of different numbers of customers."""

    code = "lengths_differ"
    template = "The arrays have different lengths ({lengths}). Give one number for each customer in every one of them."


class LifetimeNotPositive(RegularsError):
    """A value per year of a relationship that has not begun."""

    code = "lifetime_not_positive"
    template = "A lifetime of {lifetime} has no value per unit of it. Give a lifetime above 0, in years."


class NoSuchScore(RegularsError):
    """A behaviour that is not on the scale of 0 to 100."""

    code = "no_such_score"
    template = "{behaviour} is {value}, outside 0 to 100. Bring it to that scale first, for instance with normalise()."


class WeightsInvalid(RegularsError):
    """Weights of a score that would leave the scale."""

    code = "weights_invalid"
    template = "Weights {weights} do not keep a score on its scale. Each must be 0 or more, and their sum 1."


class CutOffsInvalid(RegularsError):
    """Cut-offs of a grade in the wrong order."""

    code = "cut_offs_invalid"
    template = "The cut-off of medium, {medium}, is above that of high, {high}. Swap them."


def weighted_sum(indicators: Sequence[ArrayLike], weights: Sequence[float]) -> Scores:
    """Return F1, score = Σᵢ wᵢ · xᵢ for each customer (partner management, 客户合作伙伴管理).

    Args:
        indicators: k of them, each a number or one number a customer, in any unit; only normalised ones
            (`normalise`) make a sum that means something.
        weights: k numbers.

    Returns:
        A number, or one a customer, in the unit of the weighted indicators.

    Raises:
        WeightsMismatch: not one weight an indicator.
        LengthsDiffer: the indicators have different lengths.

    >>> weighted_sum([100, 4, 1], [0.4, 0.3, 0.3])
    41.5
    """
    if len(indicators) != len(weights):
        raise WeightsMismatch(indicators=len(indicators), weights=len(weights))
    rows = _same_length(*indicators)
    total = sum((weight * row for weight, row in zip(weights, rows, strict=True)), start=np.zeros(()))
    return _plain(np.asarray(total, dtype=np.float64))


def portfolio_mean(scores: ArrayLike) -> float | None:
    """Return F2, the mean score Σ sᵢ / n of the business as a whole, over the n customers whose score is known.

    None where no score is known: a mean over nobody is missing, never 0. The unit is that of the scores.

    >>> round(portfolio_mean([4.5, 4.0, 4.8, 5.0, 4.3]), 2)
    4.52
    """
    known = np.asarray(scores, dtype=np.float64).ravel()
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else None


def value_rate(purchasing_power: ArrayLike, cost_to_serve: ArrayLike, lifetime: ArrayLike) -> Scores:
    """Return F3, CV = (P − C) / L: what a customer brings, less what it costs, per unit of the relationship.

    Args:
        purchasing_power: P in money, over the whole relationship.
        cost_to_serve: C in money, over the whole relationship.
        lifetime: L, the length of the relationship, in years for a rate a year.

    Returns:
        Money per unit of L.

    Raises:
        LifetimeNotPositive: a lifetime is 0, negative or missing.
        LengthsDiffer: the arrays have different lengths.

    >>> value_rate(1200, 300, 3)
    300.0
    """
    power, cost, years = _same_length(purchasing_power, cost_to_serve, lifetime)
    wrong = years[~(years > 0)]
    if wrong.size:
        raise LifetimeNotPositive(lifetime=float(wrong.flat[0]))
    return _plain((power - cost) / years)


def weighted_mean(scores: Sequence[ArrayLike], weights: Sequence[float]) -> Scores:
    """Return F4, SA (or LC) = (1/n) Σ wᵢ · xᵢ over n indicators.

    With weights that add up to 1 this divides by n once more, so it cannot reach the top of the scale: it is here
    because it is published, and no default uses it. Arguments and errors are those of `weighted_sum`.

    >>> round(weighted_mean([4, 5, 3], [0.5, 0.3, 0.2]), 4)
    1.3667
    """
    total = weighted_sum(scores, weights)
    return total / len(scores) if scores else float("nan")


def loyalty_score(
    purchase: ArrayLike,
    usage: ArrayLike,
    feedback: ArrayLike,
    *,
    weights: tuple[float, float, float] = (0.4, 0.4, 0.2),
) -> Scores:
    """Return F5, the loyalty score 忠诚度评分 = α · purchase + β · usage + γ · feedback, from 0 to 100.

    Args:
        purchase: purchase behaviour, 0 to 100.
        usage: usage behaviour, 0 to 100.
        feedback: feedback behaviour, 0 to 100.
        weights: α, β and γ: none negative, adding up to 1.

    Raises:
        NoSuchScore: a behaviour lies outside 0 to 100.
        WeightsInvalid: a weight is negative, or they do not add up to 1.
        LengthsDiffer: the arrays have different lengths.

    >>> loyalty_score(80, 50, 25)
    57.0
    """
    if not min(weights) >= 0 or not abs(sum(weights) - 1) <= 1e-9:
        raise WeightsInvalid(weights=weights)
    for behaviour, given in (("purchase", purchase), ("usage", usage), ("feedback", feedback)):
        values = np.asarray(given, dtype=np.float64)
        wrong = values[(values < 0) | (values > 100)]
        if wrong.size:
            raise NoSuchScore(behaviour=behaviour, value=float(wrong.flat[0]))
    return weighted_sum((purchase, usage, feedback), weights)


@overload
def loyalty_grade(score: float | None, *, medium: float = 30, high: float = 60) -> Grade | None: ...
@overload
def loyalty_grade(
    score: Sequence[float | None] | NDArray[np.float64], *, medium: float = 30, high: float = 60
) -> list[Grade | None]: ...
def loyalty_grade(
    score: float | Sequence[float | None] | NDArray[np.float64] | None, *, medium: float = 30, high: float = 60
) -> Grade | list[Grade | None] | None:
    """Return F6, the grade of a loyalty score: below `medium` low 低, below `high` medium 中, else high 高.

    A missing score has no grade. A score counts to nine decimals, so that the last bit of a sum decides nothing.

    Raises:
        CutOffsInvalid: `medium` lies above `high`.

    >>> loyalty_grade([29.99, 30, 50, 60, None])
    ['low', 'medium', 'medium', 'high', None]
    """
    if medium > high:
        raise CutOffsInvalid(medium=medium, high=high)
    if isinstance(score, Sequence | np.ndarray):
        return [loyalty_grade(None if one is None else float(one), medium=medium, high=high) for one in score]
    if score is None or np.isnan(score):
        return None
    if round(score, 9) < medium:
        return "low"
    return "medium" if round(score, 9) < high else "high"


def _same_length(*values: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    lengths = {array.shape for array in arrays if array.ndim}
    if len(lengths) > 1:
        raise LengthsDiffer(lengths=", ".join(str(array.size) for array in arrays))
    return tuple(arrays)


def _plain(array: NDArray[np.float64]) -> Scores:
    return float(array) if array.ndim == 0 else array
