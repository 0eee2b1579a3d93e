"""The purchases of all time to come, discounted: one integral for every model that knows E[Y(t)].

By parts, ∫₀^∞ e^(−δ t) dG(t) = δ ∫₀^∞ e^(−δ t) G(t) dt for G(0) = 0. With t = c (e^y − 1), c near the customer's own
scale of time, the integrand is smooth in y and falls doubly exponentially, so that a few Gauss-Legendre nodes do.

Source of the quantity: P. S. Fader, B. G. S. Hardie and K. L. Lee, RFM and CLV: Using Iso-Value Curves for Customer
Base Analysis, Journal of Marketing Research 42 (2005), 415-430.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from regulars.core import DAYS_PER_YEAR, RegularsError

Array = NDArray[np.float64]

_PANELS, _AT_ONCE = 4, 2_000
# e^(−40) of the worth is left when the integration ends.
_FALLEN = 40.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


class ResidualUnbounded(RegularsError):
    """A discount rate at which purchases of all time to come need not have a finite worth."""

    code = "residual_unbounded"
    template = "At a discount rate of {rate} all purchases to come need not add up. Give a yearly share above 0: 0.10."


def residual_of(
    while_alive: Callable[[slice, Array], Array],
    *,
    scale: Array,
    annual_rate: float,
    time_unit_days: float,
) -> Array:
    """Return the discounted purchases to come of who is still a customer, shape (cells,).

    Args:
        while_alive: gives E[Y(t)] for the cells of a slice and t of shape (these cells, times).
        scale: over which time the rate of purchases changes, shape (cells,).
        annual_rate: the discount of a real year, as a share.
        time_unit_days: the unit of time.

    Raises:
        ResidualUnbounded: the rate is 0 or less, or no number.
    """
    delta = force_of(annual_rate, time_unit_days)
    found = np.empty(scale.size)
    for begin in range(0, scale.size, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        found[part] = _integrated(partial(while_alive, part), np.minimum(scale[part], 1 / delta), delta)
    return found


def force_of(annual_rate: float, time_unit_days: float) -> float:
    """Return δ, the continuous discount of a unit of time.

    Raises:
        ResidualUnbounded: the rate is 0 or less, or no number.
    """
    if not 0 < annual_rate < float("inf"):
        raise ResidualUnbounded(rate=annual_rate)
    return float(np.log1p(annual_rate)) * time_unit_days / DAYS_PER_YEAR


def _integrated(while_alive: Callable[[Array], Array], scale: Array, delta: float) -> Array:
    reach = np.log1p(_FALLEN / (delta * scale))
    edges = np.arange(_PANELS)[:, np.newaxis]
    shares = ((edges + (_NODES + 1) / 2) / _PANELS).ravel()
    weights = np.tile(_WEIGHTS, _PANELS) / (2 * _PANELS)
    y = reach[:, np.newaxis] * shares
    t = scale[:, np.newaxis] * np.expm1(y)
    integrand = np.exp(y - delta * t) * while_alive(t)
    return np.asarray((integrand * weights).sum(axis=1) * reach * delta * scale, dtype=np.float64)
