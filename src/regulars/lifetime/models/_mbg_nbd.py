"""MBG/NBD: as BG/NBD, but who bought once may have left as well.

While a customer is a customer, purchases come as a Poisson process with rate λ; after every purchase, the first one
included, they leave for good with probability p; λ is gamma(r, α) and p is beta(a, b) among customers.

Given that a customer is still one, λ is gamma(r + x, α + T) and p is beta(a, b + x + 1), so that what they will do is
what BG/NBD says with b + 1 for b.

Source: E. P. Batislam, M. Denizel and A. Filiztekin, Empirical Validation and Comparison of Models for Customer Base
Analysis, International Journal of Research in Marketing 24 (2007), 201-209.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime.histories._summary import PurchaseSummary  # noqa: F401  (for the example)
from regulars.lifetime.models import _bg_nbd_formulas as formulas
from regulars.lifetime.models._bg_nbd_likelihood import PurchaseLikelihood
from regulars.lifetime.models._bg_nbd_terms import terms_of
from regulars.lifetime.models._cells import History
from regulars.lifetime.models._effects_likelihood import Term
from regulars.lifetime.models._maximum import Likelihood
from regulars.lifetime.models._simulated import Lives, Simulated, lived
from regulars.lifetime.models._with_covariates import ModelWithCovariates

Array = NDArray[np.float64]

_ONE_MORE = np.array([0.0, 0.0, 0.0, 1.0])


class ModifiedBetaGeometricNBD(ModelWithCovariates):
    """The model, by maximum likelihood; parameters r, alpha (a time), a, b.

    Covariates z of customer i act on αᵢ = α e^(−γ₁' z), aᵢ = a e^(γ₂' z) and bᵢ = b e^(γ₃' z); coefficients are named
    gamma_purchase_…, gamma_dropout_a_… and gamma_dropout_b_…. One more of z makes purchases e^γ₁ times as frequent;
    customers like i leave after a purchase with a mean probability of aᵢ / (aᵢ + bᵢ).

    >>> model = ModifiedBetaGeometricNBD.with_parameters(r=0.524843, alpha=6.183085, a=0.891359, b=1.614002)
    >>> once = PurchaseSummary.from_columns([0, 0], [0, 0], [5, 50], time_unit="week")
    >>> model.probability_alive(once).round(3).tolist()
    [0.57, 0.363]
    """

    name = "mbg_nbd"
    letters = ("r", "alpha", "a", "b")
    times = frozenset({"alpha"})
    acts: ClassVar[Mapping[str, tuple[str, int]]] = {
        "purchase": ("alpha", -1),
        "dropout_a": ("a", 1),
        "dropout_b": ("b", 1),
    }

    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        return PurchaseLikelihood(x, t_x, age, weights, first=1)

    def _terms(self) -> tuple[Term, ...]:
        return terms_of(first=1)

    def _start(self, pace: float) -> list[float]:
        return [1.0, pace, 1.0, 3.0]

    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        return formulas.log_alive(theta, x, t_x, age, first=1)[0]

    def _slopes_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        return formulas.log_alive(theta, x, t_x, age, first=1)[1]

    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        return formulas.purchases_while_alive((theta.T + _ONE_MORE).T, t, known.x, known.age)

    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        return formulas.at_least((theta.T + _ONE_MORE).T, count, t, known.x, known.age)

    def _alive_and_slopes(self, theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array]:
        return formulas.log_alive(theta, x, t_x, age, first=1)

    def _changed(self, theta: Array, t: ArrayLike, known: History, pace: float, leaving: float) -> Array:
        # (1 − e^(−λ p t)) / p, so that it is the same at another time.
        return self._while_alive(theta, pace * leaving * np.asarray(t), known) / leaving

    def _goes_on(self, theta: Array, random: np.random.Generator, known: History) -> tuple[Lives, Array]:
        return formulas.goes_on((theta.T + _ONE_MORE).T, random, known), np.zeros(known.x.size)

    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        lives = formulas.lives(theta, random, ages.size, first=1)
        return lived(lives, random, ages=ages, ahead=ahead, time_unit_days=self.time_unit_days_)
