"""sBG: how long will subscribers stay? At each renewal they leave with a probability of their own that never changes.

θ is beta(α, β) among customers. Those likely to leave do so first, so that retention rises although nobody changes:

    P(leaves in period t) = B(α + 1, β + t − 1) / B(α, β),  S(t) = B(α, β + t) / B(α, β),
    r(t) = S(t) / S(t − 1) = (β + t − 1) / (α + β + t − 1).

Sources: P. S. Fader and B. G. S. Hardie, How to Project Customer Retention, Journal of Interactive Marketing 21 (2007),
76-90; the same, Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity, Marketing
Science 29 (2010), 85-93.
"""

from dataclasses import replace
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, zeta

from regulars.lifetime.histories._checked import HistoryInvalid
from regulars.lifetime.histories._contracts import Contracts
from regulars.lifetime.histories._questions import reach_of, whole_number
from regulars.lifetime.models._by_period import discounted_periods_there
from regulars.lifetime.models._fitting import MaximumLikelihood
from regulars.lifetime.models._maximum import maximise
from regulars.lifetime.models._results import ModelFit

Array = NDArray[np.float64]


class ShiftedBetaGeometric(MaximumLikelihood[Contracts]):
    """The model, by maximum likelihood; parameters alpha, beta. Time is counted in periods of the contract.

    Args:
        min_customers: fewer are not fitted.

    >>> model = ShiftedBetaGeometric().fit(Contracts.from_counts([131, 126, 90, 60, 42, 34, 26], 491))
    >>> model.survival([8, 9, 10, 11, 12]).round(4).tolist()
    [0.4604, 0.4358, 0.4142, 0.3951, 0.378]
    """

    name = "sbg"
    learns_from = Contracts
    letters = ("alpha", "beta")

    def __init__(self, *, min_customers: int = 50) -> None:
        self.min_customers = min_customers

    @classmethod
    def with_parameters(cls, *, alpha: float, beta: float) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit.

        Raises:
            ParametersInvalid: they are not both above 0.
        """
        model = cls()
        model.fit_ = ModelFit(model=cls.name, parameters=model._told({"alpha": alpha, "beta": beta}))
        return model

    def attempt(self, summary: Contracts) -> Self:
        """Learn the parameters; what speaks against using them stands in `fit_.reason`."""
        self.fit_ = ModelFit(model=self.name, customers=summary.customers)
        if summary.customers < self.min_customers:
            self.fit_ = replace(self.fit_, reason="too_few_customers", needed=self.min_customers)
            return self
        likelihood = StayLikelihood(summary)
        found = maximise(likelihood, start=np.zeros(2), customers=summary.customers)
        told = dict(zip(self.letters, np.exp(found.log_parameters).tolist(), strict=True))
        self.fit_ = replace(
            self.fit_,
            reason=found.reason,
            distinct_rows=likelihood.rows,
            parameters=told,
            standard_errors=found.standard_errors(told),
            log_covariance=found.log_covariance(),
            log_likelihood=found.value * summary.customers,
            iterations=found.iterations,
        )
        return self

    def survival(self, periods: ArrayLike, *, after: ArrayLike = 0) -> Array:
        """Return the share of customers who are there after so many periods more, of those there after `after`.

        S(after + t) / S(after); the shape is that of the two broadcast.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a number of periods is no whole number of 0 or more.
        """
        alpha, beta = self.theta()
        t, gone = _periods(periods), _periods(after)
        return np.asarray(np.exp(betaln(alpha, beta + gone + t) - betaln(alpha, beta + gone)), dtype=np.float64)

    def retention(self, periods: ArrayLike) -> Array:
        """Return r(t) = S(t) / S(t − 1), the share of those there at the beginning of period t who are at its end.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a period is no whole number of 1 or more.
        """
        alpha, beta = self.theta()
        before = _periods(periods, least=1) - 1
        return np.asarray((beta + before) / (alpha + beta + before), dtype=np.float64)

    def discounted_residual_lifetime(self, periods: ArrayLike, period_rate: float) -> Array:
        """Return DERL, the renewals to come of who is in their n-th period and has not been asked to renew since.

        Σ S(t) / S(n − 1) / (1 + d)^(t − n), t from n: the first renewal is now and counts in full. Times the margin of
        a period it is what the customer is worth.

        Args:
            periods: n, from 1.
            period_rate: d, the discount of one period of the contract, as a share.

        Raises:
            ModelNotFitted: the model has no parameters.
            ResidualUnbounded: the rate is 0 or less, so that the sum need not be finite.
            HistoryInvalid: a period is no whole number of 1 or more.
        """
        alpha, beta = self.theta()
        from_now = discounted_periods_there(alpha, beta + _periods(periods, least=1) - 1, period_rate)
        return np.asarray((1 + period_rate) * from_now, dtype=np.float64)

    def predict(self, periods: ArrayLike, *, after: ArrayLike = 0, level: float = 0.95) -> pa.Table:
        """Return one row a number of periods: how many are there then, how sure, and how many of them renew.

        Columns: period (`after` + t), survival (of those there after `after`), survival_low and survival_high (from the
        doubt about the parameters, by the delta method on ln(−ln S), so that they are shares; null where the model was
        told its parameters), retention (of that period; null for period 0).

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a number of periods is no whole number of 0 or more.
            QuestionInvalid: the level is no share between 0 and 1.
        """
        t, gone = (each.ravel() for each in np.broadcast_arrays(_periods(periods), _periods(after)))
        share = self.survival(t, after=gone)
        z, lost = reach_of(level), -np.log(np.where(t > 0, share, 0.5))
        slopes = self._log_survival_slopes(t, gone) @ self.root_of_log_covariance()
        reach = z * np.sqrt((slopes**2).sum(axis=1)) / lost
        ends = [np.where(t > 0, np.exp(-lost * np.exp(way * reach)), share + 0 * reach) for way in (1, -1)]
        stays = np.where(t + gone > 0, self.retention(np.maximum(t + gone, 1)), np.nan)
        figures = {"survival": share, "survival_low": ends[0], "survival_high": ends[1], "retention": stays}
        columns = {name: pa.array(each, mask=np.isnan(each)) for name, each in figures.items()}
        return pa.table({"period": pa.array((t + gone).astype(np.int64)), **columns})

    def simulate(self, customers: int, *, seed: int, periods: int) -> Contracts:
        """Return customers who live by the model, seen for so many periods.

        Raises:
            ModelNotFitted: the model has no parameters.
            QuestionInvalid: no such number of customers or periods.
        """
        customers = whole_number(customers, "the number of customers")
        periods = whole_number(periods, "the number of periods")
        random = np.random.default_rng(seed)
        alpha, beta = self.theta()
        leaving = random.beta(alpha, beta, customers)
        with np.errstate(divide="ignore"):
            renewals = np.floor(random.exponential(1, customers) / -np.log1p(-leaving))
        counts = np.bincount(np.minimum(renewals, periods).astype(np.int64), minlength=periods + 1)
        return Contracts.from_counts(counts[:periods], counts[periods])

    def _log_survival_slopes(self, t: Array, gone: Array) -> Array:
        """Return the slopes of ln S in the log-parameters, shape (rows, 2)."""
        theta = self.theta()
        alpha, beta = theta
        all_of = digamma(alpha + beta + gone) - digamma(alpha + beta + gone + t)
        stays = all_of + digamma(beta + gone + t) - digamma(beta + gone)
        return np.asarray(np.stack([all_of, stays], axis=-1) * theta, dtype=np.float64)


class StayLikelihood:
    """The mean log-likelihood a customer as a function of ln (α, β): Σ n ln (B(α + i, β + j) / B(α, β)).

    i is 1 of who left, in period j + 1, and 0 of who was there after j.
    """

    def __init__(self, contracts: Contracts) -> None:
        ended = np.arange(contracts.lost.size, dtype=np.float64)
        left = np.concatenate([np.ones(ended.size), np.zeros(ended.size)])
        stayed = np.concatenate([ended, ended + 1])
        weights = np.concatenate([contracts.lost, contracts.remaining])
        there = weights > 0
        self._left, self._stayed, self._weights = left[there], stayed[there], weights[there]
        self._customers = float(weights.sum())

    @property
    def rows(self) -> int:
        """How many different histories there are."""
        return int(self._weights.size)

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        alpha, beta = parameters = np.exp(log_parameters)
        a, b, n = alpha + self._left, beta + self._stayed, self._weights
        both = digamma(alpha + beta) - digamma(a + b)
        value = (n * (betaln(a, b) - betaln(alpha, beta))).sum()
        gradient = [(n * (digamma(a) - digamma(alpha) + both)).sum(), (n * (digamma(b) - digamma(beta) + both)).sum()]
        return float(value) / self._customers, np.array(gradient) * parameters / self._customers

    def curvature(self, log_parameters: Array) -> Array:
        alpha, beta = parameters = np.exp(log_parameters)
        a, b, n = alpha + self._left, beta + self._stayed, self._weights
        # zeta(2, ·) is the trigamma function.
        both = (n * (zeta(2, alpha + beta) - zeta(2, a + b))).sum()
        own = [(n * (zeta(2, a) - zeta(2, alpha))).sum(), (n * (zeta(2, b) - zeta(2, beta))).sum()]
        second = (both + np.diag(own)) * np.outer(parameters, parameters) / self._customers
        return np.asarray(second + np.diag(self.slope(log_parameters)[1]), dtype=np.float64)


def _periods(given: ArrayLike, *, least: int = 0) -> Array:
    periods = np.asarray(given, dtype=np.float64)
    wrong = ~((periods >= least) & (periods == np.floor(periods)) & np.isfinite(periods)).ravel()
    if wrong.any():
        problem = f"{periods.ravel()[wrong][0]:g} is not a whole number of {least} or more periods"
        raise HistoryInvalid(row=int(np.argmax(wrong)), problem=problem)
    return periods
