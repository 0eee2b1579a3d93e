"""How likely a history is under BG/NBD or MBG/NBD for parameters of the customer's own: the terms of ln L, row by row.

They are those of `_bg_nbd_likelihood`, with the same derivatives; there all customers have one set of parameters, so
that most of it is summed before it is worked out.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln

from regulars.lifetime.models._bg_nbd_likelihood import log_beta_ratio, trigamma
from regulars.lifetime.models._effects_likelihood import Parts, Term

Array = NDArray[np.float64]


def terms_of(*, first: int = 0) -> tuple[Term, ...]:
    """Return the terms of ln L; `first` is 1 for those who may leave after their first purchase."""
    return (
        Term((0,), partial(_counts, first=first)),
        Term((0, 2), _exposure),
        Term((0, 1, 2), partial(_silence, first=first)),
    )


def _counts(theta: Array, x: Array, *, first: int, curved: bool) -> Parts:
    """Ln Γ(r + x) − ln Γ(r) + ln B(a, b + n) − ln B(a, b), n the chances to leave."""
    r, _, a, b = theta
    n = x + first
    left = digamma(a + b) - digamma(a + b + n)
    found = _parts(gammaln(r + x) - gammaln(r) + log_beta_ratio(a, b, n), theta, curved=curved)
    found.slopes[0], found.slopes[2] = digamma(r + x) - digamma(r), left
    found.slopes[3] = left + digamma(b + n) - digamma(b)
    if curved:
        found.second[0, 0] = trigamma(r + x) - trigamma(r)
        found.second[2, 2] = found.second[2, 3] = trigamma(a + b) - trigamma(a + b + n)
        found.second[3, 3] = found.second[2, 3] + trigamma(b + n) - trigamma(b)
    return found


def _exposure(theta: Array, x: Array, age: Array, *, curved: bool) -> Parts:
    """R ln α − (r + x) ln(α + T)."""
    r, alpha, _, _ = theta
    exposure, after = np.log1p(age / alpha), 1 / (alpha + age)
    found = _parts(-(r + x) * exposure - x * np.log(alpha), theta, curved=curved)
    found.slopes[0], found.slopes[1] = -exposure, r / alpha - (r + x) * after
    if curved:
        found.second[0, 1], found.second[1, 1] = 1 / alpha - after, (r + x) * after**2 - r / alpha**2
    return found


def _silence(theta: Array, x: Array, t_x: Array, age: Array, *, first: int, curved: bool) -> Parts:
    """ln(1 + e^u) of whoever had a chance to leave, u = ln a − ln(b + n − 1) + (r + x) ln((α + T) / (α + t_x))."""
    r, alpha, a, b = theta
    again = x + first > 0
    left_over = np.where(again, b + x + first - 1, 1.0)
    since = np.log1p((age - t_x) / (alpha + t_x))
    late, early = 1 / (alpha + age), 1 / (alpha + t_x)
    u = np.where(again, np.log(a) - np.log(left_over) + (r + x) * since, -np.inf)
    gone = expit(u)
    found = _parts(np.logaddexp(0, u), theta, curved=curved)
    of_u = np.stack([since, (r + x) * (late - early), 1 / a, -1 / left_over])
    found.slopes[:] = gone * of_u
    if curved:
        found.second[:] = gone * expit(-u) * of_u[:, np.newaxis] * of_u
        found.second[0, 1] += gone * (late - early)
        found.second[1, 1] -= gone * (r + x) * (late**2 - early**2)
        found.second[2, 2] -= gone / a**2
        found.second[3, 3] += gone / left_over**2
    return found


def _parts(value: Array, theta: Array, *, curved: bool) -> Parts:
    k, rows = theta.shape
    return Parts(value, np.zeros((k, rows)), np.zeros((k, k, rows) if curved else (0, 0, 0)))
