"""Gamma-gamma: how much is a purchase of theirs worth? Few purchases say little, so a mean is drawn to everybody's.

The amounts of a customer's purchases are gamma(p, ν), and ν is gamma(q, v) among customers; how much somebody spends
has nothing to do with how often they buy. That is an assumption: the fit shows the correlation of the two.

Source: P. S. Fader and B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value (2013), eq. 1a and 5.
"""

from dataclasses import replace
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import betaincinv, digamma, gammaln, zeta

from regulars.lifetime.histories._checked import HistoryInvalid
from regulars.lifetime.histories._distinct import counted
from regulars.lifetime.histories._questions import reach_of
from regulars.lifetime.histories._summary import PurchaseSummary
from regulars.lifetime.models._cells import deviations
from regulars.lifetime.models._fitting import MaximumLikelihood
from regulars.lifetime.models._maximum import maximise_over
from regulars.lifetime.models._results import ModelFit

Array = NDArray[np.float64]


class GammaGamma(MaximumLikelihood[PurchaseSummary]):
    """The model, by maximum likelihood; parameters p, q, v (money).

    Fitted to customers with a repeat purchase and a positive mean; others are left out. Whether means count the first
    purchase is the summary's `first_order`. `fit_.checks` has `pearson_frequency_spend`, the correlation of how often
    with how much, which the model takes for none.

    Args:
        min_repeaters: fewer customers with a repeat purchase are not fitted; the default is five for each parameter.
        l2: a penalty for parameters far from 1, as `PurchaseModel` has it, a repeater; v counts in units of the
            geometric mean of the customers' means, so that it is the same in every currency.

    >>> model = GammaGamma.with_parameters(p=6.2488, q=3.7446, v=15.4477)
    >>> round(model.population_mean(), 2)
    35.17
    """

    name = "gamma_gamma"
    learns_from = PurchaseSummary
    letters = ("p", "q", "v")

    def __init__(self, *, min_repeaters: int = 15, l2: float = 0.0) -> None:
        self.min_repeaters = min_repeaters
        self.l2 = l2

    @classmethod
    def with_parameters(cls, *, p: float, q: float, v: float) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit.

        Raises:
            ParametersInvalid: they are not all above 0.
        """
        model = cls()
        model.fit_ = ModelFit(model=cls.name, parameters=model._told({"p": p, "q": q, "v": v}))
        return model

    def attempt(self, summary: PurchaseSummary) -> Self:
        """Learn the parameters; what speaks against using them stands in `fit_.reason`.

        Raises:
            PenaltyInvalid: `l2` is negative or no finite number.
        """
        l2 = self._penalty(self.l2)
        frequency, given = _known_means(summary)
        again = (summary.frequency >= 1) & (given > 0) & (summary.weight > 0)
        (x, mean), counts = counted((frequency[again], given[again]), summary.weight[again])
        repeaters = float(counts.sum())
        self.fit_ = ModelFit(
            model=self.name,
            customers=summary.customers,
            repeaters=repeaters,
            conventions={"first_order": summary.first_order},
            l2=l2,
        )
        if repeaters < self.min_repeaters:
            self.fit_ = replace(self.fit_, reason="too_few_repeaters", needed=self.min_repeaters)
            return self
        # In units of the geometric mean the search is the same in every currency, and no single amount rules it.
        unit = float(np.exp((counts * np.log(mean)).sum() / repeaters))
        start = np.log([2.0, 3.0, 1.0])  # the mean p v / (q − 1) is 1, the unit
        found = maximise_over(_SpendLikelihood, (x, mean / unit), counts, start=start, l2=l2)
        told = dict(zip(self.letters, (np.exp(found.log_parameters) * [1, 1, unit]).tolist(), strict=True))
        undefined = found.reason is None and told["q"] <= 1
        self.fit_ = replace(
            self.fit_,
            reason="mean_undefined" if undefined else found.reason,
            distinct_rows=x.size,
            parameters=told,
            standard_errors=found.standard_errors(told),
            log_covariance=found.log_covariance(),
            # The density of one mean a customer, measured in that unit.
            log_likelihood=(found.value - float(np.log(unit))) * repeaters,
            iterations=found.iterations,
            checks=_independence(x, mean, counts),
        )
        return self

    def expected_spend(self, summary: PurchaseSummary) -> Array:
        """Return E[amount of a purchase | the mean so far], in money, one a row of the summary.

        Who has no mean gets everybody's; a mean below zero counts as zero. NaN where the mean is undefined.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        return expected_spend(self.theta(), *_known_means(summary))

    def population_mean(self) -> float:
        """Return p v / (q − 1), what is expected of somebody about whom nothing is known; NaN where q is 1 or less.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        return float(expected_spend(self.theta(), np.zeros(1), np.full(1, np.nan))[0])

    def predict(self, summary: PurchaseSummary, *, level: float = 0.95) -> pa.Table:
        """Return one row a row of the summary: the expected amount, how sure, and where the next one will fall.

        Columns: customer_id where the summary has it, expected_spend, expected_low and expected_high (from the doubt
        about the parameters, by the delta method on its logarithm; null where the model was told them), range_low and
        range_high (equal-tailed quantiles of the next amount: gamma(p, ν), ν of gamma(q + p x, v + x m)).

        Raises:
            ModelNotFitted: the model has no parameters.
            QuestionInvalid: the level is no share between 0 and 1.
        """
        theta, z = self.theta(), reach_of(level)
        frequency, mean = _known_means(summary)
        expected = expected_spend(theta, frequency, mean)
        root = self.root_of_log_covariance()
        doubt = z * deviations(log_slopes(theta, frequency, mean), root)
        x, total = _known(frequency, mean)
        share = [betaincinv(theta[0], theta[1] + theta[0] * x, (1 + way * level) / 2) for way in (-1, 1)]
        ends = [(theta[2] + total) * each / (1 - each) for each in share]
        figures = {
            "expected_spend": expected,
            "expected_low": expected * np.exp(-doubt),
            "expected_high": expected * np.exp(doubt),
            "range_low": ends[0],
            "range_high": ends[1],
        }
        found = {} if summary.customer_id is None else {"customer_id": summary.customer_id}
        return pa.table(found | {name: pa.array(each, mask=np.isnan(each)) for name, each in figures.items()})

    def _fitted_to(self) -> float:
        return self._found().repeaters


def expected_spend(theta: Array, frequency: Array, mean: Array) -> Array:
    """Return p (v + x m) / (p x + q − 1), for means over x purchases; NaN where the mean is undefined."""
    p, q, v = theta
    x, total = _known(frequency, mean)
    shape = p * x + q - 1
    return np.where(shape > 0, p * (v + total) / np.where(shape > 0, shape, 1.0), np.nan)


def log_slopes(theta: Array, frequency: Array, mean: Array) -> Array:
    """Return the derivatives of ln E[amount] with respect to ln p, ln q and ln v: one row of three a customer."""
    p, q, v = theta
    x, total = _known(frequency, mean)
    shape = p * x + q - 1
    return np.stack([1 - p * x / shape, -q / shape, v / (v + total)], axis=-1)


class _SpendLikelihood:
    """The mean log-likelihood of a customer's mean amount, as a function of ln (p, q, v).

    ln L = ln Γ(p x + q) − ln Γ(p x) − ln Γ(q) + q ln v + (p x − 1) ln m + p x ln x − (p x + q) ln(x m + v).
    What depends on x alone is summed over the few distinct x.
    """

    def __init__(self, frequency: Array, mean: Array, weights: Array) -> None:
        self._counts, places = np.unique(frequency, return_inverse=True)
        self._weight_of_count = np.bincount(places, weights=weights)
        self._x, self._total, self._weights = frequency, frequency * mean, weights
        self._customers = float(weights.sum())
        self._logs = float((weights * frequency * np.log(self._total)).sum())
        self._mean_logs = float((weights * np.log(mean)).sum())

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        p, q, v = parameters = np.exp(log_parameters)
        x, n = self._counts, self._weight_of_count
        spread = np.log(self._total + v)
        bought, everybody = (self._weights * self._x * spread).sum(), (self._weights * spread).sum()
        value = (
            (n * (gammaln(p * x + q) - gammaln(p * x) - gammaln(q))).sum()
            + self._customers * q * log_parameters[2]
            + p * (self._logs - bought)
            - self._mean_logs
            - q * everybody
        )
        both = digamma(p * x + q)
        gradient = [
            (n * x * (both - digamma(p * x))).sum() + self._logs - bought,
            (n * (both - digamma(q))).sum() + self._customers * log_parameters[2] - everybody,
            self._customers * q / v - (self._weights * (p * self._x + q) / (self._total + v)).sum(),
        ]
        return float(value) / self._customers, np.array(gradient) * parameters / self._customers

    def curvature(self, log_parameters: Array) -> Array:
        p, q, v = parameters = np.exp(log_parameters)
        x, n = self._counts, self._weight_of_count
        both = zeta(2, p * x + q)  # trigamma
        near = self._weights / (self._total + v)
        second = np.zeros((3, 3))
        second[0, 0] = (n * x**2 * (both - zeta(2, p * x))).sum()
        second[0, 1] = (n * x * both).sum()
        second[0, 2] = -(near * self._x).sum()
        second[1, 1] = (n * (both - zeta(2, q))).sum()
        second[1, 2] = self._customers / v - near.sum()
        second[2, 2] = (near * (p * self._x + q) / (self._total + v)).sum() - self._customers * q / v**2
        second = np.triu(second) + np.triu(second, 1).T
        slopes = self.slope(log_parameters)[1] * self._customers
        second = second * np.outer(parameters, parameters) + np.diag(slopes)
        return np.asarray(second / self._customers, dtype=np.float64)


def _known_means(summary: PurchaseSummary) -> tuple[Array, Array]:
    """Return over how many purchases the mean of each was taken, and the mean."""
    if summary.monetary is None:
        raise HistoryInvalid(row=0, problem="the summary has no amounts; give monetary, or orders with an amount")
    first = 1.0 if summary.first_order == "included" else 0.0
    return summary.frequency + first, summary.monetary


def _known(frequency: Array, mean: Array) -> tuple[Array, Array]:
    """Return x and x · m of what is known of each: nothing, 0 and 0, without a mean."""
    x = np.where(np.isnan(mean), 0.0, frequency)
    return x, x * np.where(x > 0, np.maximum(mean, 0.0), 0.0)


def _independence(frequency: Array, mean: Array, weights: Array) -> dict[str, float]:
    """Return Pearson's correlation of how often and how much, if either varies. The model takes it for none."""
    if np.ptp(frequency) == 0 or np.ptp(mean) == 0:
        return {}
    share = weights / weights.sum()
    often, much = frequency - (share * frequency).sum(), mean - (share * mean).sum()
    spread = float(np.sqrt((share * often**2).sum() * (share * much**2).sum()))
    return {"pearson_frequency_spend": float((share * often * much).sum()) / spread}
