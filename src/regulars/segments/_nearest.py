"""Whose cluster is whose: the nearest centre. On its own, so that placing a million people needs no model library."""

import numpy as np
from numpy.typing import NDArray

from regulars.segments._scales import Points


def nearest(points: Points, centres: Points) -> NDArray[np.int64]:
    """Return the place of the nearest centre for every point; ties go to the first.

    >>> nearest(np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [2.0]])).tolist()
    [0, 0, 1]
    """
    squares = np.stack([((points - centre) ** 2).sum(axis=1) for centre in centres])
    places: NDArray[np.int64] = squares.argmin(axis=0).astype(np.int64)
    return places
