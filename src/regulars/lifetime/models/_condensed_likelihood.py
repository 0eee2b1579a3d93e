"""How likely histories of regular buyers are, with first derivatives; the model is in `_condensed`.

For one customer with x repeat purchases, the last at t_x, watched until T, n = x (MBG: x + 1), A = r + k x:

    ln L = (k − 1) Σ ln Δ − x ln Γ(k) + ln Γ(A) − ln Γ(r) + r ln α − A ln(α + T) + ln B(a, b + n) − ln B(a, b)
           + ln(Q + [n > 0] a / (b + n − 1) ((α + T) / (α + t_x))^A),
    Q = Σ (A)ⱼ / j! wʲ, j < k, w = (T − t_x) / (α + T): the ways not to have reached the next purchase yet.

The first two terms do not depend on the parameters and are left to the model.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from regulars.lifetime.models._cells import History
from regulars.lifetime.models._condensed_formulas import both_ways
from regulars.lifetime.models._maximum import curvature_of

Array = NDArray[np.float64]


class CondensedLikelihood:
    """The mean log-likelihood a customer over distinct, weighted histories, as a function of ln (r, α, a, b)."""

    def __init__(self, known: History, weights: Array, *, stages: int, first: int) -> None:
        self._known, self._weights = known, weights
        self._stages, self._first = stages, first
        self._counts, places = np.unique(known.x, return_inverse=True)
        self._weight_of_count = np.bincount(places, weights=weights)
        self._customers = float(weights.sum())

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        theta = np.exp(log_parameters)
        r, alpha, a, b = theta
        stays, leaves, of_stay, of_leaving = both_ways(theta, self._known, stages=self._stages, first=self._first)
        both = np.logaddexp(stays, leaves)
        parts = (np.exp(stays - both), of_stay), (np.exp(leaves - both), of_leaving)
        x, n = self._counts, self._weight_of_count
        shape, chances = r + self._stages * x, x + self._first
        late = alpha + self._known.age
        A = r + self._stages * self._known.x  # noqa: N806  (the letter of the formula)
        value = (
            (n * (gammaln(shape) - gammaln(r) + r * log_parameters[1])).sum()
            + (n * (gammaln(b + chances) - gammaln(a + b + chances) - gammaln(b) + gammaln(a + b))).sum()
            + (self._weights * (both - A * np.log(late))).sum()
        )
        left = digamma(a + b) - digamma(a + b + chances)
        gradient = np.array(
            [
                (n * (digamma(shape) - digamma(r) + log_parameters[1])).sum() - (self._weights * np.log(late)).sum(),
                self._customers * r / alpha - (self._weights * A / late).sum(),
                (n * left).sum(),
                (n * (left + digamma(b + chances) - digamma(b))).sum(),
            ]
        )
        gradient += sum((self._weights * share * slopes).sum(axis=1) for share, slopes in parts)
        return float(value) / self._customers, gradient * theta / self._customers

    def curvature(self, log_parameters: Array) -> Array:
        return curvature_of(self.slope)(log_parameters)
