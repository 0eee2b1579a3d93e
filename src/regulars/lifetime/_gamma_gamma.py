"""Gamma-gamma: how much is a purchase of theirs worth? Few purchases say little, so a mean is drawn to everybody's.

The amounts of a customer's purchases are gamma(p, ν), and ν is gamma(q, v) among customers; how much somebody spends
has nothing to do with how often they buy. That is an assumption: the fit shows the correlation of the two.

Source: P. S. Fader and B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value (2013), eq. 1a and 5.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, zeta

from regulars.lifetime._histories import counted, spend_histories, weights_of
from regulars.lifetime._maximum import maximise
from regulars.lifetime._results import ModelFit, ModelNotFitted

Array = NDArray[np.float64]

_NAMES = ("p", "q", "v")


class GammaGamma:
    """The model, by maximum likelihood.

    Args:
        first_order: whether frequencies and means count a customer's first order ("included") or begin with the
            second ("excluded", as in the published examples). It decides who has at least one repeat purchase and so
            is fitted: frequency 2 or more, or 1 or more.
        min_repeaters: fewer customers with a repeat purchase are not fitted; the default is five for each parameter.

    Learns `p_`, `q_`, `v_` (in money) and `fit_`, a `ModelFit` whose `checks` has `pearson_frequency_spend`.

    >>> model = GammaGamma.with_parameters(p=6.2488, q=3.7446, v=15.4477)
    >>> round(float(model.expected_spend(2, 22.35)), 2), round(model.population_mean(), 2)
    (24.66, 35.17)
    """

    p_: float
    q_: float
    v_: float
    fit_: ModelFit

    def __init__(self, *, first_order: Literal["included", "excluded"] = "excluded", min_repeaters: int = 15) -> None:
        self.first_order = first_order
        self.min_repeaters = min_repeaters

    @classmethod
    def with_parameters(
        cls, *, p: float, q: float, v: float, first_order: Literal["included", "excluded"] = "excluded"
    ) -> Self:
        """Return a model that was told its parameters: published ones, or those of an earlier fit."""
        model = cls(first_order=first_order)
        model._learned({"p": p, "q": q, "v": v})
        model.fit_ = ModelFit(model="gamma_gamma", parameters=model._told(), conventions={"first_order": first_order})
        return model

    def fit(self, frequency: ArrayLike, mean_spend: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Learn the parameters from customers with a repeat purchase and a positive mean; others are left out.

        Args:
            frequency: purchases the mean was taken over; n whole numbers.
            mean_spend: their mean amount, in money; may be missing.
            weights: how many customers a row stands for; 1 each if not given.

        Returns:
            The model itself. What speaks against using it stands in `fit_.reason`; it is no exception.

        Raises:
            HistoryInvalid: a frequency is no whole number from 0, a mean is infinite, a weight is negative.
        """
        given = tuple(column.ravel() for column in spend_histories(frequency, mean_spend))
        shares = weights_of(weights, given[0].size)
        again = (given[0] >= (2 if self.first_order == "included" else 1)) & (given[1] > 0)
        (x, mean), counts = counted(tuple(column[again] for column in given), shares[again])
        repeaters = float(counts.sum())
        self.fit_ = ModelFit(
            model="gamma_gamma",
            customers=float(shares.sum()),
            repeaters=repeaters,
            conventions={"first_order": self.first_order},
        )
        if repeaters < self.min_repeaters:
            self._learned(dict.fromkeys(_NAMES, float("nan")))
            self.fit_ = replace(self.fit_, reason="too_few_repeaters", needed=self.min_repeaters)
            return self
        # In units of the geometric mean the search is the same in every currency, and no single amount rules it.
        unit = float(np.exp((counts * np.log(mean)).sum() / repeaters))
        likelihood = _SpendLikelihood(x, mean / unit, counts)
        start = np.log([2.0, 3.0, 1.0])  # the mean p v / (q − 1) is 1, the unit
        found = maximise(likelihood.slope, likelihood.curvature, start=start, customers=repeaters)
        self._learned(dict(zip(_NAMES, np.exp(found.log_parameters) * [1, 1, unit], strict=True)))
        undefined = found.reason is None and self.q_ <= 1
        self.fit_ = replace(
            self.fit_,
            reason="mean_undefined" if undefined else found.reason,
            distinct_rows=x.size,
            parameters=self._told(),
            standard_errors=found.standard_errors(self._told()),
            log_covariance=found.log_covariance(),
            # The density of one mean a customer, measured in that unit.
            log_likelihood=(found.value - float(np.log(unit))) * repeaters,
            iterations=found.iterations,
            checks=_independence(x, mean, counts),
        )
        return self

    def expected_spend(self, frequency: ArrayLike, mean_spend: ArrayLike) -> Array:
        """Return E[amount of a purchase | x, m] = p (v + x m) / (p x + q − 1), in money (eq. 5).

        Who has no purchase (x = 0) or no known mean gets everybody's, p v / (q − 1); a mean below zero, more refunded
        than bought, counts as zero, since the model knows no negative amounts. NaN where q makes a mean undefined.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a frequency is no whole number from 0, or a mean is infinite.
        """
        p, q, v = self.parameters()
        x, total = _known(*spend_histories(frequency, mean_spend))
        shape = p * x + q - 1
        return np.where(shape > 0, p * (v + total) / np.where(shape > 0, shape, 1.0), np.nan)

    def log_slopes(self, frequency: ArrayLike, mean_spend: ArrayLike) -> Array:
        """Return the derivatives of ln E[amount] with respect to ln p, ln q and ln v: one row of three a customer.

        Raises:
            ModelNotFitted: the model has no parameters.
            HistoryInvalid: a frequency is no whole number from 0, or a mean is infinite.
        """
        p, q, v = self.parameters()
        x, total = _known(*spend_histories(frequency, mean_spend))
        shape = p * x + q - 1
        return np.stack([1 - p * x / shape, -q / shape, v / (v + total)], axis=-1)

    def population_mean(self) -> float:
        """Return p v / (q − 1), what is expected of somebody about whom nothing is known; NaN where q is 1 or less.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        return float(self.expected_spend(0, np.nan))

    def parameters(self) -> Array:
        """Return (p, q, v).

        Raises:
            ModelNotFitted: the model has none.
        """
        fitted = getattr(self, "fit_", None)
        if fitted is None or not fitted.parameters:
            reason = "fit was not called" if fitted is None else fitted.reason
            raise ModelNotFitted(model="gamma_gamma", reason=reason)
        return np.array(list(self._told().values()))

    def _learned(self, parameters: Mapping[str, float]) -> None:
        for name in _NAMES:
            setattr(self, f"{name}_", float(parameters[name]))

    def _told(self) -> dict[str, float]:
        return {name: getattr(self, f"{name}_") for name in _NAMES}


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
