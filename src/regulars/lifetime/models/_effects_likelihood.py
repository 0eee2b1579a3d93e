"""How likely histories are where customers have parameters of their own: a sum of terms, each of what it depends on.

What depends on x alone is worked out once for each x that customers with the same covariates share, and so on.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.histories._distinct import distinct
from regulars.lifetime.models._effects import Effects

Array = NDArray[np.float64]
# So many rows at once, for models that integrate over each.
_AT_ONCE = 16_384


class Parts(NamedTuple):
    """A term of ln L for each row: its value, its slopes in θ, shape (k, rows), and second derivatives, (k, k, rows).

    Of the last, what lies below the diagonal is not read.
    """

    value: Array
    slopes: Array
    second: Array


class Term(NamedTuple):
    """What a term depends on, as places in (x, t_x, T), and how it is worked out of θ, shape (k, rows), and these."""

    columns: tuple[int, ...]
    parts: Callable[..., Parts]


class EffectsLikelihood:
    """The mean log-likelihood a customer over distinct, weighted rows, as a function of ln θ and the coefficients."""

    def __init__(self, terms: Sequence[Term], effects: Effects, columns: tuple[Array, ...], weights: Array) -> None:
        self._effects, self._customers, traits = effects, float(weights.sum()), columns[3:]
        self._terms: list[tuple[Term, tuple[Array, ...], Array]] = []
        for term in terms:
            rows, places = distinct((*(columns[column] for column in term.columns), *traits))
            self._terms.append((term, rows, np.bincount(places, weights=weights).astype(np.float64)))

    def slope(self, point: Array) -> tuple[float, Array]:
        value, gradient, _ = self._summed(point, curved=False)
        return value, gradient

    def curvature(self, point: Array) -> Array:
        return self._summed(point, curved=True)[2]

    def _summed(self, point: Array, *, curved: bool) -> tuple[float, Array, Array]:
        value, gradient, second = 0.0, np.zeros(point.size), np.zeros((point.size, point.size))
        for term, rows, all_weights in self._terms:
            for begin in range(0, all_weights.size, _AT_ONCE):
                part = slice(begin, begin + _AT_ONCE)
                columns, weights = [column[part] for column in rows], all_weights[part]
                traits = np.stack(columns[len(term.columns) :])
                theta = self._effects.theta(point, traits)
                found = term.parts(theta, *columns[: len(term.columns)], curved=curved)
                slopes = found.slopes * theta * weights
                value += float((weights * found.value).sum())
                gradient += self._effects.slopes(slopes.T, traits).sum(axis=0)
                if curved:
                    in_logs = found.second * (theta[:, np.newaxis] * theta * weights)
                    in_logs[range(len(theta)), range(len(theta))] += slopes
                    second += self._effects.curvature(in_logs, traits)
        return value / self._customers, gradient / self._customers, second / self._customers
