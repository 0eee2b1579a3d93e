"""Equal histories counted instead of repeated: what is fitted or asked is asked once of each."""

from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from regulars.features import significant

Array: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)

# A place among the distinct and the number of a row share the 63 bits of a positive integer.
_BITS = 63


def counted(columns: tuple[Array, ...], weights: Array) -> tuple[tuple[Array, ...], Array]:
    """Return each distinct row once, in ascending order, with the weights of its repetitions added up.

    Numbers count to 12 significant digits, so that two engines' last bits make no two rows of one. Sorting makes what
    is fitted independent of the order that rows came in.
    """
    rows, place = _rows([_rounded(*_ranked(column)) for column in columns])
    return rows, np.bincount(place, weights=weights).astype(np.float64)


def distinct(columns: tuple[Array, ...]) -> tuple[tuple[Array, ...], Places]:
    """Return each distinct row once, in ascending order, and the place of every given row among them."""
    return _rows([_ranked(column) for column in columns])


def thinned(columns: tuple[Array, ...], weights: Array, customers: int) -> tuple[tuple[Array, ...], Array]:
    """Return so many of the customers that weighted rows stand for, at even steps through the rows; weights add up too.

    Rows in ascending order are so represented evenly, and none that stands for many is left out.
    """
    until = np.cumsum(weights)
    met = np.searchsorted(until, (np.arange(customers) + 0.5) * (until[-1] / customers))
    rows, times = np.unique(met, return_counts=True)
    return tuple(column[rows] for column in columns), times.astype(np.float64)


def _ranked(column: NDArray[Number]) -> tuple[NDArray[Number], Places]:
    """Return the distinct values in ascending order, and the place of every value among them.

    NumPy finds the distinct by a hash where no places are asked for: a million customers have a few hundred ages.
    """
    values = np.unique(column)
    return values, np.searchsorted(values, column)


def _rounded(values: Array, ranks: Places) -> tuple[Array, Places]:
    """Return values to 12 significant digits, which keeps their order, and the places among those."""
    rounded = significant(values)
    new = _begins(rounded)
    return rounded[new], (np.cumsum(new) - 1)[ranks]


def _rows(ranked: list[tuple[Array, Places]]) -> tuple[tuple[Array, ...], Places]:
    """Return the distinct rows in ascending order and every row's place, of columns that are ranked each."""
    (_, place), *_ = ranked
    place, kinds = np.zeros_like(place), 1
    for values, ranks in ranked:
        if (kinds * values.size).bit_length() > _BITS:
            found, place = _ranked(place)
            kinds = found.size
        place, kinds = place * values.size + ranks, kinds * values.size
    first, place = _placed(place, kinds)
    return tuple(values[ranks[first]] for values, ranks in ranked), place


def _placed(keys: Places, kinds: int) -> tuple[Places, Places]:
    """Return the row of one of each distinct key, in ascending order of keys, and the place of every key among them."""
    order = order_of(keys, kinds)
    new = _begins(keys[order])
    place = np.empty(keys.size, dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return order[new], place


def order_of(keys: Places, kinds: int) -> Places:
    """Return the order in which keys ascend, those of equal keys as they came; a key is in [0, kinds).

    A key and the number of its row are sorted as one integer, which is far quicker than to sort rows by keys.
    """
    bits = max(keys.size - 1, 1).bit_length()
    if kinds.bit_length() + bits > _BITS:
        return np.argsort(keys, kind="stable")
    packed = (keys << bits) | np.arange(keys.size)
    packed.sort()
    return packed & ((1 << bits) - 1)


def _begins(ascending: NDArray[Number]) -> NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first does."""
    new = np.ones(ascending.size, dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new
