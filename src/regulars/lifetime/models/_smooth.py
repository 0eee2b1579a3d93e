"""A smooth function asked at very many points: worked out at few of them, between which polynomials go.

On each piece it is ln f that is approximated, at Chebyshev's points, their number being doubled until the last
coefficients are nothing. A million customers of a few hundred ages ask for some thousands of values so.

Source: L. N. Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3 and 8.
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.chebyshev import chebval, chebvander
from numpy.typing import NDArray

from regulars.lifetime.models._cells import Array

_NODES = (16, 32, 64, 128, 256)
_NOTHING = 1e-9
_LAST = 4


def smoothly(function: Callable[[Array, Array], Array], piece: Array, y: Array) -> Array:
    """Return f(piece, y), to nine digits, shape (points, columns).

    Args:
        function: gives f of flat columns, shape (points, columns): positive, and smooth in y on each piece.
        piece: which smooth piece each point lies on, shape (points,).
        y: where on it.
    """
    pieces, begins = np.unique(np.sort(piece), return_index=True)
    left = dict(zip(pieces.tolist(), np.split(np.argsort(piece, kind="stable"), begins[1:]), strict=True))
    found: list[tuple[NDArray[np.int64], Array]] = []
    for nodes in _NODES:
        worth = np.array([each for each, at in left.items() if at.size > 2 * nodes and np.ptp(y[at]) > 0])
        if not worth.size:
            break
        ends = np.array([(y[left[each]].min(), y[left[each]].max()) for each in worth])
        for each, (low, high), terms in zip(worth, ends, _terms(function, worth, ends, nodes), strict=True):
            # Not so where a value is too small for its logarithm.
            if np.abs(terms[-_LAST:]).max() < _NOTHING:
                at = left.pop(each)
                found.append((at, np.exp(chebval((2 * y[at] - low - high) / (high - low), terms)).T))
    if left:
        rest = np.concatenate(list(left.values()))
        found.append((rest, function(piece[rest], y[rest])))
    values = np.concatenate([each for _, each in found])
    return values[np.argsort(np.concatenate([at for at, _ in found]))]


def _terms(function: Callable[[Array, Array], Array], pieces: Array, ends: Array, nodes: int) -> Array:
    """Return Chebyshev's coefficients of ln f on some pieces, shape (pieces, nodes, columns)."""
    spots = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    low, high = ends.T[..., np.newaxis]
    y = (low + high) / 2 + (high - low) / 2 * spots
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(function(np.repeat(pieces, nodes), y.ravel())).reshape(pieces.size, nodes, -1)
        # Sums by numpy alone: a product of matrices may be shared out to threads, and differ in its last bits.
        terms = np.einsum("pnc,nm->pmc", logs, chebvander(spots, nodes - 1)) * (2 / nodes)
    terms[:, 0] /= 2
    return np.asarray(terms, dtype=np.float64)
