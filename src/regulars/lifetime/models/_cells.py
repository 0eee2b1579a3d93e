"""Distinct histories, each looked at once, with the parameters of whoever has them.

Parameters are of shape (k,) where all customers share them, and (k, cells) where covariates give each their own.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
At: TypeAlias = "Places | NDArray[np.bool_] | slice | tuple[slice, None]"
_STEP = 1e-4


class History(NamedTuple):
    """(x, t_x, T) of some customers, arrays that broadcast, in the time unit of the parameters."""

    x: Array
    t_x: Array
    age: Array

    def at(self, places: At) -> "History":
        """Return those at some places."""
        return History(*(column[places] for column in self))


def theta_at(theta: Array, places: At) -> Array:
    """Return the parameters of the cells at some places."""
    if theta.ndim == 1:
        return theta
    return theta[(slice(None), *places)] if isinstance(places, tuple) else theta[:, places]


def of_cells(values: Array, known: History, places: Places) -> Array:
    """Return what the rows of a cell share, shape (…, cells), of what each row has, shape (…, rows)."""
    if values.ndim == 1:
        return values
    found = np.empty((values.shape[0], known.x.size))
    found[:, places] = values
    return found


def slopes_of(function: Callable[[Array], Array], theta: Array) -> Array:
    """Return central differences in the logarithms of the parameters, the parameters along the last axis."""
    moves = np.exp(np.eye(theta.shape[0]) * _STEP)
    ways = ((function((theta.T * move).T), function((theta.T / move).T)) for move in moves)
    return np.stack([(up - down) / (2 * _STEP) for up, down in ways], axis=-1)


def deviations(slopes: Array, root: Array) -> Array:
    """Return the standard deviations of what has these slopes, shape (rows,), R R' being the parameters' covariance.

    By numpy alone: the last bits of a product of matrices hang on how many rows are asked together.
    """
    parts = (sum(slope * share for slope, share in zip(slopes.T, column, strict=True)) for column in root.T)
    return np.sqrt(sum((part**2 for part in parts), np.zeros(slopes.shape[0])))
