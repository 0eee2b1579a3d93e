"""BG/CNBD-k and MBG/CNBD-k: purchases that come more regularly than by chance, every k-th event of a steady rate.

While a customer is a customer, the time from one purchase to the next is Erlang: of k stages, each of rate λ; after
every repeat purchase they leave for good with probability p (MBG: after the first purchase too); λ is gamma(r, α) and p
is beta(a, b) among customers. At k = 1 it is BG/NBD (MBG/NBD). CNBD is the condensed negative binomial distribution.

Given that a customer is still one and has passed j of the k stages to the next purchase, λ is gamma(r + k x + j, α + T)
and p is beta(a, b + x) (MBG: b + x + 1); formulas are in `_condensed_formulas`.

Sources: C. Chatfield and G. J. Goodhardt, A Consumer Purchasing Model with Erlang Inter-Purchase Times, Journal of the
American Statistical Association 68 (1973), 828-835; T. Reutterer, M. Platzer and N. Schröder, Leveraging Purchase
Regularity for Predicting Customer Behavior the Easy Way, International Journal of Research in Marketing 38 (2021),
194-215.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from regulars.core import RegularsError
from regulars.lifetime.histories._spans import TimeUnit
from regulars.lifetime.histories._summary import PurchaseSummary
from regulars.lifetime.models import _condensed_formulas as formulas
from regulars.lifetime.models._bg_nbd_formulas import lives
from regulars.lifetime.models._cells import History
from regulars.lifetime.models._condensed_likelihood import CondensedLikelihood
from regulars.lifetime.models._continuous import ContinuousModel
from regulars.lifetime.models._fitting import ParametersInvalid
from regulars.lifetime.models._maximum import Likelihood
from regulars.lifetime.models._residual import force_of
from regulars.lifetime.models._results import ModelName
from regulars.lifetime.models._simulated import Lives, Simulated, lived

Array = NDArray[np.float64]


class GapsUnknown(RegularsError):
    """Times between purchases from which no regularity can be learned."""

    code = "lifetime_gaps_unknown"
    template = (
        "The model {model} learns how regular purchases are from the times between them: {problem}. Count them from "
        "orders by day (from_orders), give log_gaps, or give k."
    )


class BetaGeometricCondensedNBD(ContinuousModel):
    """BG/CNBD-k by maximum likelihood; parameters k, r, alpha (a time), a, b.

    Args:
        k: stages of a purchase, from 1 (by chance alone). If not given, 1 to 12 are tried and the likeliest is kept.
        min_customers: fewer are not fitted.
        min_repeaters: nor are fewer with a repeat purchase.
        l2: a penalty for parameters far from 1, as `PurchaseModel` has it; k is not penalised.

    >>> model = BetaGeometricCondensedNBD.with_parameters(k=3, r=0.85, alpha=1.45, a=0.79, b=2.42)
    >>> monthly = PurchaseSummary.from_columns([6, 6], [25, 25], [26, 38], time_unit="week")
    >>> model.probability_alive(monthly).round(2).tolist()
    [0.9, 0.12]
    """

    name: ClassVar[ModelName] = "bg_cnbd_k"
    letters = ("r", "alpha", "a", "b")
    times = frozenset({"alpha"})
    remembers_last = True
    _first: ClassVar[int] = 0
    _most: ClassVar[int] = 12

    def __init__(
        self, *, k: int | None = None, min_customers: int = 50, min_repeaters: int = 20, l2: float = 0.0
    ) -> None:
        super().__init__(min_customers=min_customers, min_repeaters=min_repeaters, l2=l2)
        self.k = k

    @classmethod
    def with_parameters(cls, *, time_unit: TimeUnit = "week", **parameters: float) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit.

        Raises:
            ParametersInvalid: other names, not all above 0, or k is no whole number.
        """
        told = dict(parameters)
        stages = told.pop("k", 0)
        if stages != int(stages) or stages < 1:
            raise ParametersInvalid(model=cls.name, names="k (a whole number), r, alpha, a, b", told=parameters)
        model = super().with_parameters(time_unit=time_unit, **told)
        model.k, model.fit_ = int(stages), replace(model.fit_, k=int(stages))
        return model

    def attempt(self, summary: PurchaseSummary) -> Self:
        """Learn the parameters; what speaks against using them stands in `fit_.reason`.

        The likelihood of each k that was tried is in `fit_.tried`.

        Raises:
            GapsUnknown: k is to be estimated and the summary has no `log_gaps`, or k is above 1 and some gaps are of
                no time.
        """
        gaps = self._gaps(summary)
        tried = [1] if self.k is None and gaps == -np.inf else [self.k] if self.k else range(1, self._most + 1)
        found = [self._attempt(summary, k, gaps) for k in tried]
        best = max(found, key=lambda each: -np.inf if each.fit_.log_likelihood is None else each.fit_.log_likelihood)
        likely = {k: each.fit_.log_likelihood for k, each in zip(tried, found, strict=True)}
        told = {} if self.k else {k: value for k, value in likely.items() if value is not None}
        self.fit_ = replace(best.fit_, tried=told)
        return self

    @property
    def parameters_(self) -> dict[str, float]:
        """The parameters in the order of the papers, k among them."""
        return {"k": self.k_, **super().parameters_}

    @property
    def k_(self) -> int:
        """How many stages a purchase has: 1 by chance alone, the more the more regular."""
        return self._found().k or 1

    def discounted_residual_transactions(self, summary: PurchaseSummary, annual_rate: float) -> Array:
        """Return DERT, the purchases of all time to come, each counted as what is left of its worth when it comes.

        Raises:
            ModelNotFitted: the model has no parameters.
            ResidualUnbounded: the rate is 0 or less, so that the sum need not be finite.
        """
        known, places = self._cells(summary)
        delta = force_of(annual_rate, self.time_unit_days_)
        found = formulas.discounted_while_alive(self._by_now(self.theta()), delta, known, stages=self.k_)
        return self.probability_alive(summary) * found[places]

    def _learned(self) -> int:
        return super()._learned() + (1 if self._found().tried else 0)

    def _gaps(self, summary: PurchaseSummary) -> float | None:
        """Return Σ ln of all times between purchases, None where it is not told and not needed."""
        if self.k is not None and (self.k != int(self.k) or self.k < 1):
            raise ParametersInvalid(model=self.name, names="k (a whole number)", told={"k": self.k})
        if summary.log_gaps is None:
            if self.k is None:
                raise GapsUnknown(model=self.name, problem="the summary has no log_gaps")
            return None
        there = summary.weight > 0
        gaps = float((summary.weight[there] * summary.log_gaps[there]).sum())
        if gaps == -np.inf and self.k not in {None, 1}:
            raise GapsUnknown(model=self.name, problem="some purchases came at the same moment")
        return gaps

    def _attempt(self, summary: PurchaseSummary, k: int, gaps: float | None) -> Self:
        model = copy(self)
        model.k = k
        # The fit knows (x, t_x, T) alone; the rest of the density of the times, Δ^(k − 1) / Γ(k) each, is added here.
        ContinuousModel.attempt(model, summary)
        found, total = model.fit_.log_likelihood, None
        if found is not None and (gaps is not None or k == 1):
            purchases = float((summary.weight * summary.frequency).sum())
            unit = float((summary.weight * summary.T).sum()) / summary.customers
            more = (k - 1) * ((gaps or 0.0) - purchases * np.log(unit)) if k > 1 else 0.0
            total = found + more - purchases * float(gammaln(k))
        model.fit_ = replace(model.fit_, log_likelihood=total, k=k)
        return model

    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        return CondensedLikelihood(History(x, t_x, age), weights, stages=self.k or 1, first=self._first)

    def _start(self, pace: float) -> list[float]:
        return [1.0, pace * (self.k or 1), 1.0, 3.0]

    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        known = History(*np.broadcast_arrays(x, t_x, age))
        return formulas.log_alive(theta, known, stages=self.k_, first=self._first)[0]

    def _slopes_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        return formulas.log_alive(theta, History(x, t_x, age), stages=self.k_, first=self._first)[1]

    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        return formulas.purchases_while_alive(self._by_now(theta), t, known, stages=self.k_)

    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        return formulas.at_least(self._by_now(theta), count, t, known, stages=self.k_)

    def _alive_and_slopes(self, theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array]:
        return formulas.log_alive(theta, History(x, t_x, age), stages=self.k_, first=self._first)

    def _sums_by_stage(self, theta: Array, t: Array, weights: Array, x: Array, age: Array) -> Array:
        flat = [column.ravel() for column in np.broadcast_arrays(t, x[:, np.newaxis], age[:, np.newaxis])]
        staged = formulas.by_stage(self._by_now(theta), *flat, stages=self.k_).reshape(x.size, t.size, self.k_)
        return np.stack([(staged * row[:, np.newaxis]).sum(axis=1) for row in weights], axis=1)

    def _shares(self, theta: Array, known: History) -> Sequence[Array]:
        return formulas.passed(theta, known, stages=self.k_)[0]

    def _changed(self, theta: Array, t: ArrayLike, known: History, pace: float, leaving: float) -> Array:
        # So many times as often is the same at another time; leaving is not, for purchases are no Poisson process.
        now, stages = self._by_now(theta), self.k_
        columns = [column.ravel() for column in np.broadcast_arrays(pace * np.asarray(t, dtype=np.float64), *known)]
        staged = formulas.by_stage(now, columns[0], columns[1], columns[3], stages=stages, leaving=leaving)
        shares, _ = formulas.passed(now, History(*columns[1:]), stages=stages)
        found = sum(share * staged[:, j] for j, share in enumerate(shares))
        return np.asarray(found, dtype=np.float64).reshape(np.broadcast_shapes(np.shape(t), known.x.shape))

    def _goes_on(self, theta: Array, random: np.random.Generator, known: History) -> tuple[Lives, Array]:
        r, alpha, a, b = self._by_now(theta)
        shares, _ = formulas.passed(theta, known, stages=self.k_)
        stages = (random.random(known.x.size) > np.cumsum(shares[:-1], axis=0)).sum(axis=0) if shares[1:] else 0.0
        passed = np.broadcast_to(np.asarray(stages, dtype=np.float64), known.x.shape)
        rate = random.gamma(r + self.k_ * known.x + passed, 1 / (alpha + known.age))
        last = random.geometric(np.maximum(random.beta(a, b + known.x), 1e-18)).astype(np.float64)
        return Lives(rate=rate, last=last, lifetime=np.full(rate.shape, np.inf), stages=self.k_), passed

    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        who = replace(lives(theta, random, ages.size, first=self._first), stages=self.k_)
        return lived(who, random, ages=ages, ahead=ahead, time_unit_days=self.time_unit_days_)

    def _by_now(self, theta: Array) -> Array:
        """Return the parameters with which those still there began: who may leave at once has stayed once more."""
        return np.asarray(theta + np.array([0.0, 0.0, 0.0, self._first]), dtype=np.float64)


class ModifiedBetaGeometricCondensedNBD(BetaGeometricCondensedNBD):
    """MBG/CNBD-k, as `BetaGeometricCondensedNBD`, but who bought once may have left as well.

    >>> model = ModifiedBetaGeometricCondensedNBD.with_parameters(k=2, r=0.85, alpha=1.45, a=0.79, b=2.42)
    >>> once = PurchaseSummary.from_columns([0, 0], [0, 0], [5, 50], time_unit="week")
    >>> model.probability_alive(once).round(3).tolist()
    [0.588, 0.212]
    """

    name = "mbg_cnbd_k"
    _first = 1
