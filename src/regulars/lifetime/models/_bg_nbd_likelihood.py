"""How likely purchase histories are under BG/NBD, with first and second derivatives. Pure sums, no search.

For one customer with x repeat purchases, the last at t_x, watched until T (Fader, Hardie and Lee 2005, eq. 6):

    ln L = ln Γ(r + x) − ln Γ(r) + r ln α − (r + x) ln(α + T) + ln B(a, b + x) − ln B(a, b) + ln(1 + e^u),
    u = ln a − ln(b + x − 1) + (r + x) ln((α + T) / (α + t_x))   for x > 0, and no such term for x = 0.

MBG/NBD, which lets a customer leave after the first purchase too, has x + 1 for x in B(a, b + x) and b + x − 1, and the
term for everybody.

1 / (1 + e^u) is P(alive), so in logarithms nothing overflows however long the silence of a frequent buyer.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln, zeta

from regulars.lifetime.models._bg_nbd_formulas import log_odds_of_having_left

Array = NDArray[np.float64]


class PurchaseLikelihood:
    """The mean log-likelihood a customer over distinct, weighted histories, as a function of ln (r, α, a, b).

    What depends on x alone is summed over the few distinct x, the rest over distinct rows.
    """

    def __init__(self, repeat_count: Array, age_at_last: Array, age: Array, weights: Array, *, first: int = 0) -> None:
        self._first = first
        self._ages, places = np.unique(age, return_inverse=True)
        self._weight_at_age = np.bincount(places, weights=weights)
        self._purchases_at_age = np.bincount(places, weights=weights * repeat_count)
        self._counts, places = np.unique(repeat_count, return_inverse=True)
        self._weight_of_count = np.bincount(places, weights=weights)
        again = repeat_count + first > 0
        self._x, self._t_x, self._age = repeat_count[again], age_at_last[again], age[again]
        self._weights = weights[again]
        self._customers = float(weights.sum())

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        """Return the value and the gradient with respect to the logarithms of the parameters."""
        parameters = np.exp(log_parameters)
        r, alpha, a, b = parameters
        x, n, m = self._counts, self._weight_of_count, self._weight_at_age
        exposure = np.log1p(self._ages / alpha)
        u, du = self._silence(parameters)
        gone = self._weights * expit(u)
        value = (
            (n * (gammaln(r + x) - gammaln(r) + log_beta_ratio(a, b, x + self._first))).sum()
            - ((m * r + self._purchases_at_age) * exposure).sum()
            - self._purchases_at_age.sum() * log_parameters[1]
            + (self._weights * np.logaddexp(0, u)).sum()
        )
        by_age = (m * r + self._purchases_at_age) / (alpha + self._ages)
        chances = x + self._first
        left = digamma(a + b) - digamma(a + b + chances)
        gradient = np.array(
            [
                (n * (digamma(r + x) - digamma(r))).sum() - (m * exposure).sum(),
                self._customers * r / alpha - by_age.sum(),
                (n * left).sum(),
                (n * (left + digamma(b + chances) - digamma(b))).sum(),
            ]
        ) + np.array([(gone * part).sum() for part in du])
        return float(value) / self._customers, gradient * parameters / self._customers

    def curvature(self, log_parameters: Array) -> Array:
        """Return the second derivatives with respect to the logarithms of the parameters."""
        parameters = np.exp(log_parameters)
        r, alpha, a, b = parameters
        x, n = self._counts, self._weight_of_count
        second = np.zeros((4, 4))
        after = 1 / (alpha + self._ages)
        second[0, 0] = (n * (trigamma(r + x) - trigamma(r))).sum()
        second[0, 1] = self._customers / alpha - (self._weight_at_age * after).sum()
        second[1, 1] = ((self._weight_at_age * r + self._purchases_at_age) * after**2).sum()
        second[1, 1] -= self._customers * r / alpha**2
        chances = x + self._first
        left = trigamma(a + b) - trigamma(a + b + chances)
        second[2, 2] = second[2, 3] = (n * left).sum()
        second[3, 3] = (n * (left + trigamma(b + chances) - trigamma(b))).sum()
        second += self._curvature_of_silence(parameters)
        second = np.triu(second) + np.triu(second, 1).T
        slopes = self.slope(log_parameters)[1] * self._customers
        second = second * np.outer(parameters, parameters) + np.diag(slopes)
        return np.asarray(second / self._customers, dtype=np.float64)

    def _silence(self, parameters: Array) -> tuple[Array, tuple[Array, Array, Array, Array]]:
        return log_odds_of_having_left(parameters, self._x, self._t_x, self._age, first=self._first)

    def _curvature_of_silence(self, parameters: Array) -> Array:
        r, alpha, a, b = parameters
        u, du = self._silence(parameters)
        gone = expit(u)
        unsure = self._weights * gone * expit(-u)
        gone = self._weights * gone
        second = np.zeros((4, 4))
        for i in range(4):
            for j in range(i, 4):
                second[i, j] = (unsure * du[i] * du[j]).sum()
        late, early = 1 / (alpha + self._age), 1 / (alpha + self._t_x)
        second[0, 1] += (gone * (late - early)).sum()
        second[1, 1] -= (gone * (r + self._x) * (late**2 - early**2)).sum()
        second[2, 2] -= gone.sum() / a**2
        second[3, 3] += (gone / (b + self._x + self._first - 1) ** 2).sum()
        return second


def log_beta_ratio(a: float | Array, b: float | Array, x: Array) -> Array:
    """Return ln B(a, b + x) − ln B(a, b)."""
    return np.asarray(gammaln(b + x) - gammaln(a + b + x) - gammaln(b) + gammaln(a + b), dtype=np.float64)


def trigamma(values: Array | float) -> Array:
    # Hurwitz's zeta(2, x) is the trigamma function, three times as fast as polygamma.
    return np.asarray(zeta(2, values), dtype=np.float64)
