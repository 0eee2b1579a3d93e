"""How much each behaviour weighs: set by hand, all the same, or by how much it tells customers apart (entropy)."""

from collections.abc import Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.core import RegularsError


class MatrixInvalid(RegularsError):
    """A matrix without an entropy."""

    code = "matrix_invalid"
    template = "Entropy weights need a table of customers by indicators with no number below 0; this one {problem}."


def entropy_weights(matrix: ArrayLike) -> NDArray[np.float64]:
    """Return the weights of indicators by the entropy weight method, 熵权法.

    With pᵢⱼ = xᵢⱼ / Σᵢ xᵢⱼ over the n customers, the entropy of an indicator is eⱼ = −Σᵢ pᵢⱼ ln pᵢⱼ / ln n (0 · ln 0
    being 0), and its weight wⱼ = (1 − eⱼ) / Σⱼ (1 − eⱼ): what is alike for everybody weighs nothing. A column that is
    constant, all 0, or known for fewer than two customers weighs 0; if no column tells customers apart, all weigh
    the same.

    Source: C. E. Shannon (1948), Bell System Technical Journal 27, 379-423, for the entropy; C.-L. Hwang and K. Yoon
    (1981), Multiple Attribute Decision Making, section 3.2, for the weights.

    Args:
        matrix: n customers × k indicators, normalised, 0 or more; NaN is left out of its column.

    Returns:
        k weights that add up to 1.

    Raises:
        MatrixInvalid: the matrix has not two dimensions, has no column, or has a number below 0.

    >>> entropy_weights([[1, 0], [1, 0], [1, 3]]).tolist()
    [0.0, 1.0]
    """
    table = np.asarray(matrix, dtype=np.float64)
    if table.ndim != 2 or not table.shape[1]:
        raise MatrixInvalid(problem=f"has the shape {table.shape}")
    if (table < 0).any():
        raise MatrixInvalid(problem=f"has {np.nanmin(table)}")
    columns = [column[~np.isnan(column)] for column in table.T]
    told = [
        divergence(count=column.size, total=float(column.sum()), total_log=float(_times_log(column).sum()))
        for column in columns
    ]
    return np.asarray(_shares(told))


def divergence(*, count: int, total: float, total_log: float) -> float:
    """Return 1 − e of a column from its count n, its sum S and its Σ x ln x.

    The entropy needs no second pass: −Σ p ln p with p = x / S is ln S − (Σ x ln x) / S.
    """
    if count < 2 or total <= 0:
        return 0.0
    told = 1 - (log(total) - total_log / total) / log(count)
    # What is left of a constant column is rounding.
    return told if told > 1e-12 else 0.0


def behaviour_weights(
    weighting: str, *, by_hand: Mapping[str, float], recorded: Sequence[str], told: Mapping[str, float]
) -> dict[str, float]:
    """Return the weights of one figure's behaviours, adding up to 1 over those that the business has records of.

    What has no records gives its weight to the others in proportion. `told` is each behaviour's divergence.
    """
    if not recorded:
        return {}
    if weighting == "equal":
        given = [1.0] * len(recorded)
    elif weighting == "entropy":
        given = [told[behaviour] for behaviour in recorded]
    else:
        given = [by_hand.get(behaviour, 0.0) for behaviour in recorded]
        if not sum(given):
            return {}
    return dict(zip(recorded, _shares(given), strict=True))


def _shares(amounts: Sequence[float]) -> list[float]:
    total = sum(amounts)
    return [amount / total if total else 1 / len(amounts) for amount in amounts]


def _times_log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values * np.log(np.where(values > 0, values, 1.0))
