"""The top of a likelihood: one search for every model here, and an honest word on whether it was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime.models._results import Reason

Array = NDArray[np.float64]

# Log-parameters are searched within this reach of the start, a factor of 90 up and down: a gamma or beta distribution
# with such parameters is as good as a single point, so that the data do not need what the parameter stands for.
_REACH = 4.5
_EDGE = 1e-3
_STEEP = 1e-6
_FLAT = 1e-12
_RISE = 1e-12
_STEP = 1e-4


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


def maximise(
    slope: Callable[[Array], tuple[float, Array]],
    curvature: Callable[[Array], Array],
    *,
    start: Array,
    customers: float,
) -> Maximum:
    """Return the maximum of a log-likelihood a customer over log-parameters.

    L-BFGS-B comes near from anywhere; Newton steps on the analytic second derivatives then take it to the last digits,
    so that the answer does not depend on where a line search gave up.

    Args:
        slope: gives the log-likelihood a customer and its gradient.
        curvature: gives its second derivatives.
        start: log-parameters to begin at.
        customers: how many the mean was taken over.
    """
    from scipy.optimize import minimize  # noqa: PLC0415  (half a second and 12 MB that only a fit needs)
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  (likewise)

    def downhill(point: Array) -> tuple[float, Array]:
        value, gradient = slope(point)
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
    point, steps = _polished(np.asarray(found.x, dtype=np.float64), slope, curvature, start)
    at_boundary = bool(np.abs(point - start).max() > _REACH - _EDGE)
    value, gradient = slope(point)
    covariance = _inverse(-customers * curvature(point))
    return Maximum(
        log_parameters=point,
        value=value,
        covariance=covariance,
        iterations=int(found.nit) + steps,
        reason="parameter_at_boundary" if at_boundary else _reason(gradient, covariance),
    )


def curvature_of(slope: Callable[[Array], tuple[float, Array]]) -> Callable[[Array], Array]:
    """Return the second derivatives of a likelihood that has analytic first ones only, by their central differences."""

    def curvature(point: Array) -> Array:
        moves = np.eye(point.size) * _STEP
        rows = [(slope(point + move)[1] - slope(point - move)[1]) / (2 * _STEP) for move in moves]
        found = np.array(rows)
        return np.asarray((found + found.T) / 2, dtype=np.float64)

    return curvature


def _polished(
    point: Array, slope: Callable[[Array], tuple[float, Array]], curvature: Callable[[Array], Array], start: Array
) -> tuple[Array, int]:
    """Take Newton steps for as long as each rises or, near the top where a value no longer tells, flattens the slope.

    On a ridge that falls nowhere the steps are long: each is cut to a factor of e, and the walk ends at the boundary.
    """
    value, gradient = slope(point)
    for step in range(20):
        steepest = np.abs(gradient).max()
        spread = _inverse(-curvature(point))
        if steepest < _FLAT or spread is None or np.abs(point - start).max() >= _REACH - _EDGE:
            return point, step
        move = spread @ gradient
        # As far as the boundary lets it go, without turning.
        room = (_REACH - np.sign(move) * (point - start)) / np.maximum(np.abs(move), 1e-300)
        candidate = point + move * min(1.0, 1.0 / float(np.abs(move).max()), float(room.min()))
        risen, flatter = slope(candidate)
        if not (risen > value + _RISE or np.abs(flatter).max() < steepest):
            return point, step
        point, value, gradient = candidate, risen, flatter
    return point, 20


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
