"""What all models by maximum likelihood share: learned from a summary, and refused where no maximum was found."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from regulars.core import RegularsError
from regulars.lifetime.models._fit_errors import refused
from regulars.lifetime.models._results import ModelFit, ModelName, ModelNotFitted

Array = NDArray[np.float64]
Known = TypeVar("Known")
"""What a model is fitted to: a `PurchaseSummary`, or `Contracts`."""


class ParametersInvalid(RegularsError):
    """Parameters that no such model can have."""

    code = "lifetime_parameters_invalid"
    template = "The model {model} needs {names}, each a number above 0; it was told {told}."


class MaximumLikelihood(ABC, Generic[Known]):
    """A model of positive parameters, with scikit-learn's conventions: `fit` learns, what is learned ends in `_`.

    A subclass sets `name` and `letters` (its parameters in the order of the papers) and gives `attempt`.
    """

    name: ClassVar[ModelName]
    letters: ClassVar[tuple[str, ...]]
    fit_: ModelFit

    def fit(self, summary: Known) -> Self:
        """Learn the parameters from customers' histories.

        Returns:
            The model itself, with `fit_` and all that is read from it.

        Raises:
            FitFailed: the parameters were not found, or are not to be trusted; it says what to do.
        """
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
        """Of the parameters, by the inverse of the observed information; NaN where it has none."""
        found = self._found()
        return {letter: found.standard_errors.get(letter, float("nan")) for letter in self.letters}

    @property
    def covariance_(self) -> Array:
        """Of the parameters, shape (k, k): θᵢ θⱼ times that of their logarithms; NaN where there is none."""
        theta = self.theta()
        covariance = self._found().log_covariance
        if not covariance:
            return np.full((theta.size, theta.size), np.nan)
        return np.asarray(np.array(covariance) * np.outer(theta, theta), dtype=np.float64)

    @property
    def log_likelihood_(self) -> float:
        """Of all customers together, in the time unit of the summary; NaN where the model was told its parameters."""
        found = self._found().log_likelihood
        return float("nan") if found is None else found

    @property
    def aic_(self) -> float:
        """Akaike's criterion, 2 k − 2 ln L."""
        return 2 * self._learned() - 2 * self.log_likelihood_

    @property
    def bic_(self) -> float:
        """Schwarz's criterion, k ln n − 2 ln L, n customers of the fit."""
        return self._learned() * float(np.log(self._fitted_to())) - 2 * self.log_likelihood_

    def theta(self) -> Array:
        """Return the parameters as an array of shape (k,).

        Raises:
            ModelNotFitted: the model has none.
        """
        return np.array(list(self._found().parameters.values()))

    def root_of_log_covariance(self) -> Array:
        """Return R with R R' = the covariance of the log-parameters, NaN where that is not known."""
        known = self._found().log_covariance
        if not known:
            return np.full((len(self.letters), len(self.letters)), np.nan)
        return np.linalg.cholesky(np.array(known))

    def _learned(self) -> int:
        """Return how many numbers were learned: k of the criteria."""
        return len(self.letters)

    def _fitted_to(self) -> float:
        return self._found().customers

    def _found(self) -> ModelFit:
        fitted: ModelFit | None = getattr(self, "fit_", None)
        if fitted is None or not fitted.parameters:
            raise ModelNotFitted(model=self.name, reason="fit was not called" if fitted is None else fitted.reason)
        return fitted

    def _told(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Return given parameters in their order.

        Raises:
            ParametersInvalid: not these, or not all above 0.
        """
        told = {letter: float(parameters.get(letter, float("nan"))) for letter in self.letters}
        if set(parameters) != set(self.letters) or not all(0 < value < float("inf") for value in told.values()):
            raise ParametersInvalid(model=self.name, names=", ".join(self.letters), told=dict(parameters))
        return told
