"""BG/BB: purchases at opportunities that all customers have at once: a yearly appeal, a weekly market.

While a customer is a customer, they buy at each opportunity with probability p; before each they leave for good with
probability θ; p is beta(α, β) and θ is beta(γ, δ) among customers, independent of each other. Known of each are x
purchases at n opportunities, the last of them at the t_x-th.

    L = B(α + x, β + n − x) B(γ, δ + n) / c + Σ B(α + x, β + t_x − x + i) B(γ + 1, δ + t_x + i) / c,
    c = B(α, β) B(γ, δ), i from 0 to n − t_x − 1: either still a customer at n, or gone before opportunity t_x + i + 1.

Given that a customer is still one at n, p is beta(α + x, β + n − x) and θ is beta(γ, δ + n).

Source: P. S. Fader, B. G. S. Hardie and J. Shang, Customer-Base Analysis in a Discrete-Time Noncontractual Setting,
Marketing Science 29 (2010), 1086-1108.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, gammaln

from regulars.lifetime.histories._checked import HistoryInvalid
from regulars.lifetime.histories._spans import Span
from regulars.lifetime.histories._summary import PurchaseSummary
from regulars.lifetime.models._by_period import discounted_periods_there, periods_there, rate_of_period
from regulars.lifetime.models._cells import History
from regulars.lifetime.models._maximum import Likelihood, curvature_of
from regulars.lifetime.models._purchase_model import PurchaseModel
from regulars.lifetime.models._simulated import Simulated

Array = NDArray[np.float64]

# What conversion between units of time may add to a whole number.
_ROUNDING = 1e-6
_AT_ONCE = 500_000


class BetaGeometricBetaBinomial(PurchaseModel):
    """The model, by maximum likelihood; parameters alpha, beta, gamma, delta.

    The time unit of the summary is the time from one opportunity to the next: `frequency` purchases at `T`
    opportunities after the first purchase, the last of them at the `recency`-th, all whole numbers. A horizon holds as
    many opportunities as whole units.

    >>> model = BetaGeometricBetaBinomial.with_parameters(
    ...     alpha=1.203523, beta=0.749717, gamma=0.656718, delta=2.783443, time_unit="year"
    ... )
    >>> new = PurchaseSummary.new_customer(time_unit="year")
    >>> [round(float(model.expected_purchases(new, years)[0]), 4) for years in (1, 2, 6)]
    [0.4985, 0.9233, 2.2202]
    """

    name = "bg_bb"
    letters = ("alpha", "beta", "gamma", "delta")
    times = frozenset[str]()

    def attempt(self, summary: PurchaseSummary) -> Self:
        """Learn the parameters; what speaks against using them stands in `fit_.reason`.

        Raises:
            HistoryInvalid: times are no whole numbers of opportunities, or there are more purchases than those.
        """
        _opportunities(summary, 1.0)
        return super().attempt(summary)

    def probability_alive(self, summary: PurchaseSummary, *, ahead: int = 0) -> Array:
        """Return P(still a customer at opportunity n + ahead | x, t_x, n), one a row of the summary.

        The paper prints it for the next opportunity, `ahead=1`; the forecasts start from the last one.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: times are no whole numbers of opportunities, or there are more purchases than those.
        """
        gamma, delta = self.theta()[2:]
        _, _, n = self._histories(summary)
        later = np.exp(betaln(gamma, delta + n + ahead) - betaln(gamma, delta + n))
        return np.asarray(super().probability_alive(summary) * later, dtype=np.float64)

    def expected_frequencies(self, summary: PurchaseSummary) -> Array:
        """Return how many customers are expected to have bought 0, 1, 2, … times in as many opportunities as each had.

        It is what the histogram of `frequency` is held against; shape (most opportunities + 1,), adding up to the
        summary's customers.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: times are no whole numbers of opportunities, or there are more purchases than those.
        """
        n = self._histories(summary)[2]
        found = np.zeros(int(n.max(initial=0)) + 1)
        for given, customers in zip(*_weighed(n, summary.weight), strict=True):
            counts, none = np.arange(given + 2), np.zeros(int(given) + 2)
            there = self._at_least(self.theta(), counts, float(given), History(none, none, none))
            found[: there.size - 1] += customers * -np.diff(there)
        return found

    def discounted_residual_transactions(self, summary: PurchaseSummary, annual_rate: float) -> Array:
        """Return DERT, the purchases at all opportunities to come, each counted as what is left of its worth.

        The opportunity i units ahead counts (1 + annual rate)^(−i units in years); with a unit of a year that is the
        paper's DERT at d = the annual rate.

        Raises:
            ModelNotFitted: the model has no parameters.
            ResidualUnbounded: the rate is 0 or less, so that the sum need not be finite.
            HistoryInvalid: times are no whole numbers of opportunities, or there are more purchases than those.
        """
        alpha, beta, gamma, delta = self.theta()
        (x, _, n), places = self._cells(summary)
        rate = rate_of_period(annual_rate, self.time_unit_days_)
        found = (alpha + x) / (alpha + beta + n) * discounted_periods_there(gamma, delta + n, rate)
        return np.asarray(self.probability_alive(summary) * found[places], dtype=np.float64)

    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        return OpportunityLikelihood(x, t_x, age, weights)

    def _start(self, pace: float) -> list[float]:
        return [1.0, 1.0, 1.0, 2.0]

    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        counts, lasts, ages = np.broadcast_arrays(x, t_x, age)
        return OpportunityLikelihood(counts, lasts, ages, np.ones(1)).log_alive(theta)

    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        alpha, beta, gamma, delta = theta
        x, _, age = known
        found = (alpha + x) / (alpha + beta + age) * periods_there(gamma, delta + age, _whole(t))
        return np.asarray(found, dtype=np.float64)

    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        x, _, age = known
        counts = np.broadcast_to(np.asarray(count, dtype=np.float64), x.shape)
        ends = _whole(t)
        each = max(1, _AT_ONCE // (int(ends) + 1))
        parts = [slice(begin, begin + each) for begin in range(0, x.size, each)]
        found = [_bought(theta, counts[part], float(ends), x[part], age[part]) for part in parts]
        return np.concatenate([np.zeros(0), *found])

    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        alpha, beta, gamma, delta = theta
        n, later = _whole(ages), _whole(ages) + _whole(ahead)
        p = random.beta(alpha, beta, n.size)
        last = _tries(random, random.beta(gamma, delta, n.size))
        there = np.minimum(last, n)
        # Told from the end: so many opportunities without a purchase, then one, then those before it.
        t_x = np.maximum(there - _tries(random, p), 0)
        x = np.where(t_x > 0, 1 + random.binomial(np.maximum(t_x - 1, 0).astype(np.int64), p), 0)
        more = random.binomial((np.minimum(last, later) - there).astype(np.int64), p)
        return Simulated(
            summary=PurchaseSummary.from_columns(x, t_x, n, time_unit=self.time_unit_days_),
            is_alive=last >= n,
            purchases=more.astype(np.float64),
        )

    def _units(self, summary: PurchaseSummary, horizon: float | Span) -> float:
        return float(_whole(super()._units(summary, horizon)))

    def _histories(self, summary: PurchaseSummary) -> tuple[Array, Array, Array]:
        return _opportunities(summary, self.time_unit_days_ / summary.time_unit_days)


class OpportunityLikelihood:
    """The mean log-likelihood a customer as a function of ln (α, β, γ, δ).

    Each history is a run of terms, one for each opportunity before which they may have left and one for having stayed.
    What is in them depends on few whole numbers, for each of which a gamma function is worked out once.
    """

    def __init__(self, x: Array, t_x: Array, age: Array, weights: Array) -> None:
        self._x, self._n = x.astype(np.int64), age.astype(np.int64)
        self._weights, self._customers = weights, float(weights.sum())
        gaps = self._n - t_x.astype(np.int64)
        self._row = np.repeat(np.arange(gaps.size), gaps)
        self._begins = np.cumsum(gaps) - gaps
        since = np.arange(self._row.size) - self._begins[self._row]
        self._gone_at = t_x.astype(np.int64)[self._row] + since
        self._range = np.arange(int(self._n.max(initial=0)) + 1)

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        theta = np.exp(log_parameters)
        stays, leaves, both = self._terms(theta)
        of_stay, of_leaving = self._slopes(theta, leaving=False), self._slopes(theta, leaving=True)
        shares = np.exp(leaves - both[self._row])
        rows = [
            np.exp(stays - both) * stay + np.bincount(self._row, weights=shares * leaving, minlength=both.size)
            for stay, leaving in zip(of_stay, of_leaving, strict=True)
        ]
        gradient = np.array([(self._weights * row).sum() for row in rows])
        return float((self._weights * both).sum()) / self._customers, gradient * theta / self._customers

    def curvature(self, log_parameters: Array) -> Array:
        return curvature_of(self.slope)(log_parameters)

    def log_alive(self, theta: Array) -> Array:
        """Return ln P(still a customer at n), one a row."""
        stays, _, both = self._terms(theta)
        return np.asarray(stays - both, dtype=np.float64)

    def _terms(self, theta: Array) -> tuple[Array, Array, Array]:
        """Return the logarithms of having stayed, one a row; of having left, one a term; and of each row's sum."""
        alpha, beta, gamma, delta = theta
        none = betaln(alpha, beta) + betaln(gamma, delta)
        bought, missed = gammaln(alpha + self._range), gammaln(beta + self._range)
        asked, there = gammaln(alpha + beta + self._range), gammaln(delta + self._range)
        ends = gammaln(gamma + delta + self._range)
        x, n, u = self._x, self._n, self._gone_at
        stays = bought[x] + missed[n - x] - asked[n] + gammaln(gamma) + there[n] - ends[n] - none
        past = bought[x][self._row] + missed[u - x[self._row]] - asked[u]
        leaves = past + gammaln(gamma + 1) + there[u] - gammaln(gamma + delta + 1 + u) - none
        top = stays.copy()
        np.maximum.at(top, self._row, leaves)
        total = np.bincount(self._row, weights=np.exp(leaves - top[self._row]), minlength=top.size)
        return stays, leaves, top + np.log(np.exp(stays - top) + total)

    def _slopes(self, theta: Array, *, leaving: bool) -> list[Array]:
        """Return the derivatives in α, β, γ, δ of the terms of having left, or of those of having stayed."""
        alpha, beta, gamma, delta = theta
        x, u = (self._x[self._row], self._gone_at) if leaving else (self._x, self._n)
        left = 1 if leaving else 0
        asked = digamma(alpha + beta) - digamma(alpha + beta + self._range)[u]
        ends = digamma(gamma + delta) - digamma(gamma + delta + left + self._range)[u]
        return [
            digamma(alpha + self._range)[x] - digamma(alpha) + asked,
            digamma(beta + self._range)[u - x] - digamma(beta) + asked,
            digamma(gamma + left) - digamma(gamma) + ends,
            digamma(delta + self._range)[u] - digamma(delta) + ends,
        ]


def _bought(theta: Array, count: Array, ends: float, x: Array, age: Array) -> Array:
    """Return Σ P(the count-th purchase at i, and still there), i from count to the end; 1 for a count of 0."""
    alpha, beta, gamma, delta = theta
    bought, missed, there = alpha + x[:, np.newaxis], beta + (age - x)[:, np.newaxis], delta + age[:, np.newaxis]
    i, c = np.arange(1.0, ends + 1), np.maximum(count, 1)[:, np.newaxis]
    failed = np.maximum(i - c, 0)
    ways = gammaln(i) - gammaln(c) - gammaln(failed + 1)
    chance = betaln(bought + c, missed + failed) - betaln(bought, missed)
    stays = betaln(gamma, there + i) - betaln(gamma, there)
    found = np.where(i >= c, np.exp(ways + chance + stays), 0.0).sum(axis=1)
    return np.where(count > 0, found, 1.0)


def _opportunities(summary: PurchaseSummary, unit: float) -> tuple[Array, Array, Array]:
    """Return (x, t_x, n) of a summary, times in units of its own unit times `unit`, known to be opportunities."""
    x, t_x, n = summary.frequency, summary.recency / unit, summary.T / unit
    whole = np.rint(t_x), np.rint(n)
    broken = (np.abs(t_x - whole[0]) > _ROUNDING) | (np.abs(n - whole[1]) > _ROUNDING)
    for wrong, problem in (
        (broken, "recency or T is no whole number of opportunities; count in units of the time between two"),
        (x > whole[0], "there are more purchases than opportunities up to the last of them"),
        ((x > 0) & (whole[0] == 0), "the last purchase came before the first opportunity"),
    ):
        if wrong.any():
            raise HistoryInvalid(row=int(np.argmax(wrong)), problem=problem)
    return x, *whole


def _whole(units: ArrayLike) -> Array:
    """Return how many opportunities have come after so many units of time."""
    return np.floor(np.asarray(units, dtype=np.float64) + _ROUNDING)


def _tries(random: np.random.Generator, chance: Array) -> Array:
    """Return how many opportunities pass before something of that chance happens; infinitely many for none."""
    with np.errstate(divide="ignore"):
        return np.floor(random.exponential(1, chance.size) / -np.log1p(-chance))


def _weighed(values: Array, weights: Array) -> tuple[Array, Array]:
    """Return each distinct value and the weight of all rows that have it."""
    each, place = np.unique(values, return_inverse=True)
    return each, np.bincount(place, weights=weights).astype(np.float64)
