"""The top of a likelihood: one search for every model here, and an honest word on whether it was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.histories._distinct import thinned
from regulars.lifetime.models._results import Reason

Array = NDArray[np.float64]

# Log-parameters are searched within this reach of the start, a factor of 90 up and down: a gamma or beta distribution
# with such parameters is as good as a single point, so that the data do not need what the parameter stands for.
_REACH = 4.5
_EDGE = 1e-3
_STEEP = 1e-6
_FLAT = 1e-12
_RISE = 1e-12
_STEPS = 20
_STEP = 1e-4
# So many customers, taken evenly, bring a search near the maximum of many more.
_SAMPLED = 5_000


class Likelihood(Protocol):
    """The mean log-likelihood a customer, as a function of the logarithms of the parameters."""

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        """Return the value and the gradient."""

    def curvature(self, log_parameters: Array) -> Array:
        """Return the second derivatives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the search ended: log-parameters, their covariance (None where the curvature has no inverse), and why not.

    `value` is the log-likelihood a customer.
    """

    log_parameters: Array
    value: float
    covariance: Array | None
    iterations: int
    reason: Reason | None

    def standard_errors(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Return those of the parameters, in their order: θ times the standard error of ln θ."""
        if self.covariance is None:
            return {}
        errors = np.sqrt(np.diag(self.covariance))
        return {name: value * float(error) for (name, value), error in zip(parameters.items(), errors, strict=True)}

    def log_covariance(self) -> tuple[tuple[float, ...], ...]:
        """Return the covariance of the log-parameters as plain numbers, empty where there is none."""
        return () if self.covariance is None else tuple(tuple(map(float, row)) for row in self.covariance)


def maximise(likelihood: Likelihood, *, start: Array, customers: float, sample: Likelihood | None = None) -> Maximum:
    """Return the maximum of a log-likelihood a customer over log-parameters.

    L-BFGS-B comes near from anywhere; Newton steps on the analytic second derivatives then take it to the last digits,
    so that the answer does not depend on where a line search gave up.

    Args:
        likelihood: of everybody.
        start: log-parameters to begin at.
        customers: how many the mean was taken over.
        sample: of few of them, to come near by; where no maximum is found from there, everybody is searched.
    """
    if sample is not None:
        found = _climbed(likelihood, start, customers, near=sample)
        if found.reason is None:
            return found
    return _climbed(likelihood, start, customers, near=likelihood)


def maximise_over(
    likelihood_of: Callable[..., Likelihood],
    rows: tuple[Array, ...],
    weights: Array,
    *,
    start: Array,
    l2: float = 0.0,
) -> Maximum:
    """Return the maximum of the likelihood of distinct, weighted rows; where they are many, from near by.

    Args:
        likelihood_of: gives the likelihood of columns and their weights.
        rows: the columns, in ascending order.
        weights: how many customers each row stands for.
        start: log-parameters to begin at.
        l2: the penalty: what is highest is the value less l2 / 2 · Σ φ², φ the log-parameters. The covariance is that
            of the curvature of both; `value` stays the likelihood's.
    """
    customers = float(weights.sum())

    def objective(*given: Array) -> Likelihood:
        likelihood = likelihood_of(*given)
        return _Penalised(likelihood, l2) if l2 else likelihood

    sample = None
    if rows[0].size > 2 * _SAMPLED:
        some, times = thinned(rows, weights, _SAMPLED)
        sample = objective(*some, times)
    found = maximise(objective(*rows, weights), start=start, customers=customers, sample=sample)
    return replace(found, value=found.value + l2 / 2 * float(found.log_parameters @ found.log_parameters))


class _Penalised:
    """A likelihood less l2 / 2 times the squares of its log-parameters."""

    def __init__(self, likelihood: Likelihood, l2: float) -> None:
        self._likelihood, self._l2 = likelihood, l2

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        value, gradient = self._likelihood.slope(log_parameters)
        penalty = self._l2 / 2 * float(log_parameters @ log_parameters)
        return value - penalty, gradient - self._l2 * log_parameters

    def curvature(self, log_parameters: Array) -> Array:
        return self._likelihood.curvature(log_parameters) - self._l2 * np.eye(log_parameters.size)


def _climbed(likelihood: Likelihood, start: Array, customers: float, *, near: Likelihood) -> Maximum:
    from scipy.optimize import minimize  # noqa: PLC0415  (half a second and 12 MB that only a fit needs)
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  (likewise)

    def downhill(point: Array) -> tuple[float, Array]:
        value, gradient = near.slope(point)
        return -value, -gradient

    # A few parameters make matrices so small that BLAS's threads wait for each other ten times as long as they work.
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(
            downhill,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(middle - _REACH, middle + _REACH) for middle in start],
            options={"maxiter": 500, "maxfun": 1000, "ftol": 1e-13, "gtol": 1e-9},
        )
    top = _polished(np.asarray(found.x, dtype=np.float64), likelihood, start)
    at_boundary = bool(np.abs(top.point - start).max() > _REACH - _EDGE)
    covariance = _inverse(-customers * top.curvature)
    return Maximum(
        log_parameters=top.point,
        value=top.value,
        covariance=covariance,
        iterations=int(found.nit) + top.steps,
        reason="parameter_at_boundary" if at_boundary else _reason(top.gradient, covariance),
    )


def curvature_of(slope: Callable[[Array], tuple[float, Array]]) -> Callable[[Array], Array]:
    """Return the second derivatives of a likelihood that has analytic first ones only, by their central differences."""

    def curvature(point: Array) -> Array:
        moves = np.eye(point.size) * _STEP
        rows = [(slope(point + move)[1] - slope(point - move)[1]) / (2 * _STEP) for move in moves]
        found = np.array(rows)
        return np.asarray((found + found.T) / 2, dtype=np.float64)

    return curvature


class _Top(NamedTuple):
    """Where the steps ended, how many they were, and what the likelihood is like there."""

    point: Array
    value: float
    gradient: Array
    curvature: Array
    steps: int


def _polished(point: Array, likelihood: Likelihood, start: Array) -> _Top:
    """Take Newton steps for as long as each rises or, near the top where a value no longer tells, flattens the slope.

    On a ridge that falls nowhere the steps are long: each is cut to a factor of e, and the walk ends at the boundary.
    """
    value, gradient = likelihood.slope(point)
    for steps in range(_STEPS + 1):
        curvature = likelihood.curvature(point)
        steepest, spread = np.abs(gradient).max(), _inverse(-curvature)
        done = steps == _STEPS or steepest < _FLAT or np.abs(point - start).max() >= _REACH - _EDGE
        if done or spread is None:
            break
        move = spread @ gradient
        # As far as the boundary lets it go, without turning.
        room = (_REACH - np.sign(move) * (point - start)) / np.maximum(np.abs(move), 1e-300)
        candidate = point + move * min(1.0, 1.0 / float(np.abs(move).max()), float(room.min()))
        risen, flatter = likelihood.slope(candidate)
        if not (risen > value + _RISE or np.abs(flatter).max() < steepest):
            break
        point, value, gradient = candidate, risen, flatter
    return _Top(point, value, gradient, curvature, steps)


def _inverse(matrix: Array) -> Array | None:
    """Return the inverse of a symmetric matrix, or None where it is not positive definite to ten digits."""
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if not (scale > 0).all():
        return None
    directions, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if directions[0] <= 1e-10:
        return None
    inverse = (vectors / directions) @ vectors.T / np.outer(scale, scale)
    return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)


def _reason(gradient: Array, covariance: Array | None) -> Reason | None:
    if np.abs(gradient).max() > _STEEP:
        return "not_converged"
    return "not_identified" if covariance is None else None
