"""A smooth function asked at very many points: worked out at few of them, between which polynomials go.

On each stretch of a fixed length it is ln f that is approximated, at Chebyshev's points, their number being doubled
until the last coefficients are nothing. A million customers of a few hundred ages ask for some thousands of values so.
The stretches are the same whoever asks, so that nobody's answer hangs on who else is asked for.

Source: L. N. Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3 and 8.
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import NDArray

from regulars.lifetime.histories._distinct import distinct
from regulars.lifetime.models._cells import Array, Places

_NODES = (16, 32, 64, 128)
_NOTHING = 1e-9
_LAST = 4


def smoothly(function: Callable[[Array, Array], Array], piece: Array, y: Array) -> Array:
    """Return f(piece, y), to nine digits, shape (points, columns).

    Args:
        function: gives f of flat columns, shape (points, columns): positive, and smooth in y on each piece.
        piece: which smooth piece each point lies on, shape (points,).
        y: where on it.
    """
    (pieces, begins), places = distinct((piece, np.floor(y)))
    found: list[tuple[Places, Array]] = []
    left = np.arange(pieces.size)
    for nodes in _NODES:
        if not left.size:
            break
        terms = _terms(function, pieces[left], begins[left], nodes)
        # Not so where a value is too small for its logarithm.
        settled = np.abs(terms[:, -_LAST:]).max(axis=(1, 2)) < _NOTHING
        which = np.full(pieces.size, -1)
        which[left[settled]] = np.arange(np.count_nonzero(settled))
        at = np.flatnonzero(which[places] >= 0)
        here = places[at]
        found.append((at, np.exp(_between(terms[settled], which[here], 2 * (y[at] - begins[here]) - 1))))
        left = left[~settled]
    rest = np.flatnonzero(np.isin(places, left))
    if rest.size:
        found.append((rest, function(piece[rest], y[rest])))
    values = np.concatenate([each for _, each in found])
    return values[np.argsort(np.concatenate([at for at, _ in found]))]


def _terms(function: Callable[[Array, Array], Array], pieces: Array, begins: Array, nodes: int) -> Array:
    """Return Chebyshev's coefficients of ln f on stretches of the length 1, shape (stretches, nodes, columns)."""
    spots = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    y = begins[:, np.newaxis] + (spots + 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(function(np.repeat(pieces, nodes), y.ravel())).reshape(pieces.size, nodes, -1)
        # One after the other: the last bits of a product of matrices hang on its shape, and on how many threads it has.
        terms = np.zeros(logs.shape)
        for each, row in zip(np.moveaxis(logs, 1, 0), chebvander(spots, nodes - 1) * (2 / nodes), strict=True):
            terms += each[:, np.newaxis] * row[:, np.newaxis]
    terms[:, 0] /= 2
    return terms


def _between(terms: Array, which: NDArray[np.int64], spots: Array) -> Array:
    """Return the polynomials of some stretches, each at a spot between -1 and 1 (Clenshaw), shape (spots, columns)."""
    x = spots[:, np.newaxis]
    last = before = np.zeros((spots.size, terms.shape[-1]))
    for row in range(terms.shape[1] - 1, 0, -1):
        last, before = terms[which, row] + 2 * x * last - before, last
    return np.asarray(terms[which, 0] + x * last - before, dtype=np.float64)
