"""What covariates do to parameters: a customer's own are everybody's, times e to a sum of what is known of them.

ln θᵢ = ln θ ± Σ γ z, over the covariates z of customer i that act on θ. So each coefficient γ is one more parameter,
whose slope is ± z times the slope in ln θ: what knows its slopes in ln θ knows all of them.

The search has covariates with mean 0 and standard deviation 1 among customers, so that it is the same for years and for
cents; what is told is of the units given, θ being that of somebody with 0 of each.

Source: P. S. Fader and B. G. S. Hardie, Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models
(2007).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.core import RegularsError
from regulars.lifetime.models._maximum import Maximum

Array = NDArray[np.float64]

_VARIES = 1e-6


class CovariatesInvalid(RegularsError):
    """Covariates that a model cannot read, or coefficients that it cannot have."""

    code = "lifetime_covariates_invalid"
    template = "The model {model} cannot use its covariates: {problem}."


class Standard(NamedTuple):
    """Mean and standard deviation of each covariate among customers, shape (covariates,)."""

    middle: Array
    spread: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Which covariates are read, and which parameter each coefficient moves, upwards (+1) or downwards (−1).

    `names` are those of the coefficients; `columns`, `letters` and `signs` have one place for each: of the covariate it
    multiplies, of the parameter it moves, and which way.
    """

    covariates: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()
    signs: tuple[int, ...] = ()

    def traits(self, model: str, covariates: Mapping[str, Array], rows: int) -> Array:
        """Return the covariates that are read, shape (covariates, rows).

        Raises:
            CovariatesInvalid: one is missing.
        """
        missing = [name for name in self.covariates if name not in covariates]
        if missing:
            has = f"it has {', '.join(covariates)}" if covariates else "it has none"
            problem = f"the summary lacks {', '.join(missing)} ({has}); give it with covariates="
            raise CovariatesInvalid(model=model, problem=problem)
        return np.array([covariates[name] for name in self.covariates], np.float64).reshape(len(self.covariates), rows)

    def theta(self, point: Array, traits: Array) -> Array:
        """Return each customer's own parameters, shape (k, rows).

        Args:
            point: ln θ of everybody and the coefficients, shape (k + coefficients,).
            traits: the covariates, shape (covariates, rows).
        """
        k = point.size - len(self.names)
        logs = np.repeat(point[:k, np.newaxis], traits.shape[1], axis=1)
        for letter, gamma, moved in zip(self.letters, point[k:], self._signed(traits), strict=True):
            logs[letter] += gamma * moved
        return np.exp(logs)

    def slopes(self, slopes: Array, traits: Array) -> Array:
        """Return slopes in ln θ and in the coefficients, of those in each customer's own ln θ; shape (rows, all)."""
        if not self.names:
            return slopes
        return np.concatenate([slopes, slopes[:, list(self.letters)] * self._signed(traits).T], axis=1)

    def curvature(self, second: Array, traits: Array) -> Array:
        """Return the sums over rows of the second derivatives in ln θ and coefficients; shape (all, all).

        Args:
            second: those in each customer's own ln θ, shape (k, k, rows), what lies below the diagonal being unread.
            traits: the covariates, shape (covariates, rows).
        """
        k = second.shape[0]
        letters, moved = [*range(k), *self.letters], [np.ones(second.shape[2])] * k + [*self._signed(traits)]
        found = np.zeros((len(letters),) * 2)
        for i, one in enumerate(letters):
            for j, other in enumerate(letters[: i + 1]):
                pair = second[min(one, other), max(one, other)]
                # No product of matrices: for so few rows BLAS's threads wait for each other longer than they work.
                found[i, j] = found[j, i] = (pair * moved[i] * moved[j]).sum()
        return found

    def standard(self, model: str, traits: Array, weights: Array) -> Standard:
        """Return by what covariates are made standard.

        Raises:
            CovariatesInvalid: one is the same for everybody, or as good as.
        """
        share = weights / weights.sum()
        middle = traits @ share
        spread = np.sqrt((traits - middle[:, np.newaxis]) ** 2 @ share)
        same = spread <= _VARIES * np.maximum(np.abs(middle), 1e-300)
        if same.any():
            name = self.covariates[int(np.argmax(same))]
            problem = f"{name} is the same for everybody, or as good as; leave it out, or count it from another zero"
            raise CovariatesInvalid(model=model, problem=problem)
        return Standard(middle, spread)

    def in_given_units(self, found: Maximum, standard: Standard) -> Maximum:
        """Return what was found over standard covariates as of those given."""
        if not self.names:
            return found
        k = found.log_parameters.size - len(self.names)
        back = np.eye(found.log_parameters.size)
        for place, (column, letter, sign) in enumerate(zip(self.columns, self.letters, self.signs, strict=True), k):
            back[place, place] = 1 / standard.spread[column]
            back[letter, place] = -sign * standard.middle[column] / standard.spread[column]
        covariance = None if found.covariance is None else back @ found.covariance @ back.T
        return replace(found, log_parameters=back @ found.log_parameters, covariance=covariance)

    def _signed(self, traits: Array) -> Array:
        return np.asarray(traits[list(self.columns)] * np.array(self.signs)[:, np.newaxis], dtype=np.float64)
