"""BG/NBD: how often will they still buy? Purchases at a steady rate of one's own, and a chance to leave after each.

While a customer is a customer, purchases come as a Poisson process with rate λ; after every repeat purchase they leave
for good with probability p; λ is gamma(r, α) and p is beta(a, b) among customers. Known of each is (x, t_x, T).

Given that a customer is still one, λ is gamma(r + x, α + T) and p is beta(a, b + x), independent of each other.

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005),
275-284.
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


class BetaGeometricNBD(ModelWithCovariates):
    """The model, by maximum likelihood; parameters r, alpha (a time), a, b.

    Covariates z of customer i act on αᵢ = α e^(−γ₁' z), aᵢ = a e^(γ₂' z) and bᵢ = b e^(γ₃' z); coefficients are named
    gamma_purchase_…, gamma_dropout_a_… and gamma_dropout_b_…. One more of z makes purchases e^γ₁ times as frequent;
    customers like i leave after a purchase with a mean probability of aᵢ / (aᵢ + bᵢ).

    P(alive) is 1 for who never came again, so it is no churn score: take `probability_of_purchase`.

    >>> model = BetaGeometricNBD.with_parameters(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
    >>> customer = PurchaseSummary.from_columns([2], [30.43], [38.86], time_unit="week")
    >>> model.expected_purchases(customer, 39).round(5).tolist()
    [1.22591]
    """

    name = "bg_nbd"
    letters = ("r", "alpha", "a", "b")
    times = frozenset({"alpha"})
    acts: ClassVar[Mapping[str, tuple[str, int]]] = {
        "purchase": ("alpha", -1),
        "dropout_a": ("a", 1),
        "dropout_b": ("b", 1),
    }

    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        return PurchaseLikelihood(x, t_x, age, weights)

    def _terms(self) -> tuple[Term, ...]:
        return terms_of()

    def _start(self, pace: float) -> list[float]:
        return [1.0, pace, 1.0, 3.0]

    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        return formulas.log_alive(theta, x, t_x, age)[0]

    def _slopes_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        return formulas.log_alive(theta, x, t_x, age)[1]

    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        return formulas.purchases_while_alive(theta, t, known.x, known.age)

    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        return formulas.at_least(theta, count, t, known.x, known.age)

    def _alive_and_slopes(self, theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array]:
        return formulas.log_alive(theta, x, t_x, age)

    def _changed(self, theta: Array, t: ArrayLike, known: History, pace: float, leaving: float) -> Array:
        # (1 − e^(−λ p t)) / p, so that it is the same at another time.
        return self._while_alive(theta, pace * leaving * np.asarray(t), known) / leaving

    def _goes_on(self, theta: Array, random: np.random.Generator, known: History) -> tuple[Lives, Array]:
        return formulas.goes_on(theta, random, known), np.zeros(known.x.size)

    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        lives = formulas.lives(theta, random, ages.size)
        return lived(lives, random, ages=ages, ahead=ahead, time_unit_days=self.time_unit_days_)
