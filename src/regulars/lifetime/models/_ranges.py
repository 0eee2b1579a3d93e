"""Where an outcome will fall: quantiles of a number of purchases, for many customers at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

# Counting up serves nearly everybody, and asks each pair of (x, T) once for all who share it; the few who buy by the
# hundred are found by doubling and halving.
_COUNTED = 32
_MOST = 2**40


def smallest_count(
    at_least: Callable[[ArrayLike, Places], Array], places: Places, alive: Array, *, exceeded: float
) -> Places:
    """Return for each customer the smallest n with P(Y > n) ≤ `exceeded`, shape (customers,).

    Args:
        at_least: gives P(Y ≥ n) of who is still a customer, for counts n and the cells at some places.
        places: the cell of each customer.
        alive: P(still a customer) of each.
        exceeded: the probability that more may come.
    """
    found = np.zeros(places.size, dtype=np.int64)
    unsettled = np.flatnonzero(alive > exceeded)
    for count in range(_COUNTED):
        if not unsettled.size:
            return found
        cells, at = np.unique(places[unsettled], return_inverse=True)
        more = alive[unsettled] * at_least(float(count + 1), cells)[at] > exceeded
        unsettled = unsettled[more]
        found[unsettled] = count + 1
    if unsettled.size:
        found[unsettled] = _halved(at_least, places[unsettled], alive[unsettled], exceeded)
    return found


def _halved(at_least: Callable[[ArrayLike, Places], Array], cells: Places, alive: Array, exceeded: float) -> Places:
    def enough(count: Places) -> NDArray[np.bool_]:
        return np.asarray(alive * at_least(count + 1.0, cells) <= exceeded, dtype=bool)

    low = np.full(cells.size, _COUNTED - 1, dtype=np.int64)
    high = low * 2
    while True:
        settled = enough(high) | (high > _MOST)
        if settled.all():
            break
        low, high = np.where(settled, low, high), np.where(settled, high, high * 2)
    while (high - low > 1).any():
        middle = (low + high) // 2
        settled = enough(middle)
        low, high = np.where(settled, low, middle), np.where(settled, middle, high)
    return high
