"""What all models by maximum likelihood share: learned from a summary, and refused where no maximum was found."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from regulars.core import RegularsError
from regulars.lifetime.histories._questions import QuestionInvalid
from regulars.lifetime.models._fit_errors import refused
from regulars.lifetime.models._results import ModelFit, ModelName, ModelNotFitted

Array = NDArray[np.float64]
Known = TypeVar("Known")
"""What a model is fitted to: a `PurchaseSummary`, or `Contracts`."""


class ParametersInvalid(RegularsError):
    """Parameters that no such model can have."""

    code = "lifetime_parameters_invalid"
    template = (
        "The model {model} needs {names}, each a number above 0 (the coefficient of a covariate: any number); "
        "it was told {told}."
    )


class PenaltyInvalid(RegularsError):
    """A penalty that is none."""

    code = "lifetime_penalty_invalid"
    template = (
        "A penalty of l2={l2} means nothing. Give a number of 0 or more: 0 is none, 0.01 is already a strong one."
    )


class MaximumLikelihood(ABC, Generic[Known]):
    """A model of positive parameters, with scikit-learn's conventions: `fit` learns, what is learned ends in `_`.

    A subclass sets `name`, `letters` (its parameters in the order of the papers) and `learns_from` (the class of what
    it is fitted to), and gives `attempt`.
    """

    name: ClassVar[ModelName]
    letters: ClassVar[tuple[str, ...]]
    learns_from: ClassVar[type]
    fit_: ModelFit

    def fit(self, summary: Known) -> Self:
        """Learn the parameters from customers' histories.

        Returns:
            The model itself, with `fit_` and all that is read from it.

        Raises:
            FitFailed: the parameters were not found, or are not to be trusted; it says what to do.
            QuestionInvalid: these are no histories of the kind that it learns from.
        """
        if not isinstance(summary, self.learns_from):
            kind, given = self.learns_from.__name__, type(summary).__name__
            raise QuestionInvalid(problem=f"{self.name} learns from a {kind}, and a {given} is none; make one of it")
        self.attempt(summary)
        if self.fit_.reason is not None:
            raise refused(self.fit_)
        return self

    @abstractmethod
    def attempt(self, summary: Known) -> Self:
        """Learn as `fit` does, but leave what speaks against using the model in `fit_.reason` instead of raising it.

        For programs that have a plain rule to fall back to.
        """

    @property
    def parameters_(self) -> dict[str, float]:
        """The parameters in the order of the papers."""
        return dict(self._found().parameters)

    @property
    def standard_errors_(self) -> dict[str, float]:
        """Of the parameters, by the inverse of the observed information; NaN where it has none.

        With a penalty they are by the inverse of the penalised curvature, as of a posterior around its highest point,
        and silent about how far the penalty led away.
        """
        found = self._found()
        return {name: found.standard_errors.get(name, float("nan")) for name in self._names()}

    @property
    def covariance_(self) -> Array:
        """Of the parameters, shape (k, k): θᵢ θⱼ times that of their logarithms; NaN where there is none.

        Coefficients of covariates, which are no logarithms, have 1 for θ.
        """
        theta, covariance = self.theta(), self._found().log_covariance
        scale = np.append(theta, np.ones(len(self._names()) - theta.size))
        if not covariance:
            return np.full((scale.size, scale.size), np.nan)
        return np.asarray(np.array(covariance) * np.outer(scale, scale), dtype=np.float64)

    @property
    def log_likelihood_(self) -> float:
        """Of all customers together, in the time unit of the summary; NaN where the model was told its parameters.

        It is the likelihood at the parameters with a penalty too, which is no part of it.
        """
        found = self._found().log_likelihood
        return float("nan") if found is None else found

    @property
    def aic_(self) -> float:
        """Akaike's criterion, 2 k − 2 ln L; NaN with a penalty, where ln L is not at its maximum."""
        return float("nan") if self._found().l2 else 2 * self._learned() - 2 * self.log_likelihood_

    @property
    def bic_(self) -> float:
        """Schwarz's criterion, k ln n − 2 ln L, n customers of the fit; NaN with a penalty."""
        if self._found().l2:
            return float("nan")
        return self._learned() * float(np.log(self._fitted_to())) - 2 * self.log_likelihood_

    def theta(self) -> Array:
        """Return the parameters as an array of shape (k,); where there are covariates, of who has 0 of each.

        Raises:
            ModelNotFitted: the model has none.
        """
        told = self._found().parameters
        return np.array([told[letter] for letter in self.letters])

    def root_of_log_covariance(self) -> Array:
        """Return R with R R' = the covariance of the log-parameters and coefficients, NaN where that is not known."""
        known = self._found().log_covariance
        if not known:
            return np.full((len(self._names()), len(self._names())), np.nan)
        return np.linalg.cholesky(np.array(known))

    def _learned(self) -> int:
        """Return how many numbers were learned: k of the criteria."""
        return len(self._names())

    def _names(self) -> tuple[str, ...]:
        """Return what was learned in its order: the letters, and the coefficients of covariates if there are any."""
        return self.letters

    def _fitted_to(self) -> float:
        return self._found().customers

    def _found(self) -> ModelFit:
        fitted: ModelFit | None = getattr(self, "fit_", None)
        if fitted is None or not fitted.parameters:
            raise ModelNotFitted(model=self.name, reason="fit was not called" if fitted is None else fitted.reason)
        return fitted

    @staticmethod
    def _penalty(l2: float) -> float:
        """Return a penalty that is one.

        Raises:
            PenaltyInvalid: it is negative or no finite number.
        """
        if not 0 <= l2 < float("inf"):
            raise PenaltyInvalid(l2=l2)
        return l2

    def _told(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Return given parameters in their order.

        Raises:
            ParametersInvalid: not these, or not all above 0; coefficients of covariates may be any finite number.
        """
        names = self._names()
        told = {name: float(parameters.get(name, float("nan"))) for name in names}
        above = all(told[letter] > 0 for letter in self.letters)
        if set(parameters) != set(names) or not above or not all(abs(each) < float("inf") for each in told.values()):
            raise ParametersInvalid(model=self.name, names=", ".join(names), told=dict(parameters))
        return told
