"""The closed forms of BG/NBD, as functions of its parameters (r, α, a, b); the model is in `_bg_nbd`.

Parameters are of shape (4,), or (4, …) where customers have their own, broadcasting with what is known of them.

Source: P. S. Fader, B. G. S. Hardie and K. L. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005),
275-284; equation numbers are theirs. Times are in the unit of α.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, expit, hyp2f1

from regulars.lifetime.models._cells import History, theta_at
from regulars.lifetime.models._simulated import Lives

Array = NDArray[np.float64]

# Where the bracket of the closed form is smaller, six of its sixteen digits are lost to a difference of near equals.
_CANCELLED = 1e-6
# How near a whole number r − a may come, and how far to either side to stand instead: the bend over 1e-5 is below 1e-9.
_TOO_NEAR, _CHORD = 1e-6, 1e-5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def log_odds_of_having_left(
    parameters: Array, repeat_count: Array, age_at_last: Array, age: Array, *, first: int = 0
) -> tuple[Array, tuple[Array, Array, Array, Array]]:
    """Return u = ln a − ln(b + n − 1) + (r + x) ln((α + T) / (α + t_x)), and its slopes in r, α, a, b.

    n is how often the customer might have left: x, and once more where `first` is 1, for those who may leave after
    their first purchase (MBG/NBD). P(alive) is 1 / (1 + e^u). There is no u for n = 0.
    """
    r, alpha, a, b = parameters
    since = np.log1p((age - age_at_last) / (alpha + age_at_last))
    left_over = b + repeat_count + first - 1
    u = np.log(a) - np.log(left_over) + (r + repeat_count) * since
    by_alpha = (r + repeat_count) * (1 / (alpha + age) - 1 / (alpha + age_at_last))
    return u, (since, by_alpha, np.full_like(u, 1 / a), -1 / left_over)


def log_alive(
    parameters: Array, repeat_count: Array, age_at_last: Array, age: Array, *, first: int = 0
) -> tuple[Array, Array]:
    """Return ln P(still a customer at T | x, t_x, T), and its slopes in ln r, ln α, ln a, ln b: four a customer.

    In logarithms it stays finite for the long gone, whose P(alive) is 0 in floating point.
    """
    again = repeat_count + first > 0
    value, slopes = np.zeros(repeat_count.shape), np.zeros((*repeat_count.shape, 4))
    theirs = theta_at(parameters, again)
    u, du = log_odds_of_having_left(theirs, repeat_count[again], age_at_last[again], age[again], first=first)
    value[again] = -np.logaddexp(0, u)
    slopes[again] = -expit(u)[:, np.newaxis] * np.stack(du, axis=-1) * theirs.T
    return value, slopes


def purchases_while_alive(parameters: Array, t: ArrayLike, repeat_count: ArrayLike, age: ArrayLike) -> Array:
    """Return E[Y(t) | still a customer at T, x, T], which does not depend on t_x (eq. 10 without P(alive)).

    (a + b + x − 1) / (a − 1) · (1 − (1 − z)^(r + x) ₂F₁(r + x, b + x; a + b + x − 1; z)), z = t / (α + T + t). For many
    purchases the power and ₂F₁ under- and overflow together; Euler's transformation, (1 − z)^(a − 1) ₂F₁(a − 1,
    a + b − r − 1; a + b + x − 1; z), does so for a large `a` instead: each is used where its exponent is the smaller.
    Where a is so near 1 that the form is 0 / 0, the rate of purchases is integrated; where r − a is so near a whole
    number that ₂F₁ is hard to come by, it is taken from either side. The relative error is below 1e-8
    for r, a, b up to 90 and x up to 1,000 (measured against each other and against an independent quadrature).
    """
    r, alpha, a, b = parameters
    off = (r - a) - np.round(r - a)
    near = np.abs(off) < _TOO_NEAR
    if not near.any():
        return _closed_form(parameters, t, repeat_count, age)
    # Here ₂F₁ has a form of its own, which SciPy sums to a wrong or infinite number now and then: go across by a chord.
    low, high = (np.array([np.where(near, r - off + way * _CHORD, r), alpha, a, b]) for way in (-1, 1))
    share = (_CHORD + off) / (2 * _CHORD)
    before, behind = (_closed_form(side, t, repeat_count, age) for side in (low, high))
    return np.asarray((1 - share) * before + share * behind, dtype=np.float64)


def at_least(parameters: Array, count: ArrayLike, t: float, repeat_count: Array, age: Array) -> Array:
    """Return P(Y(t) ≥ n | still a customer at T, x, T), n ≥ 1.

    The n-th purchase comes if it falls within t and none of the n − 1 before it was the last:
    B(a, b + x + n − 1) / B(a, b + x) · I(n, r + x; t / (α + T + t)), I the incomplete beta function.
    """
    r, alpha, a, b = parameters
    n = np.asarray(count, dtype=np.float64)
    stays = np.exp(betaln(a, b + repeat_count + n - 1) - betaln(a, b + repeat_count))
    return np.asarray(stays * betainc(n, r + repeat_count, t / (alpha + age + t)), dtype=np.float64)


def lives(parameters: Array, random: np.random.Generator, customers: int, *, first: int = 0) -> Lives:
    """Return new customers, each gone after the repeat purchase at which a coin of their own first says so.

    With `first` 1 the coin is thrown after the first purchase too.
    """
    r, alpha, a, b = parameters
    rate, leaves = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    last = random.geometric(np.maximum(leaves, 1e-18), customers).astype(np.float64) - first
    return Lives(rate=rate, last=last, lifetime=np.full(customers, np.inf))


def goes_on(parameters: Array, random: np.random.Generator, known: History) -> Lives:
    """Return how those go on who are still customers: λ is gamma(r + x, α + T), p is beta(a, b + x) of them."""
    r, alpha, a, b = parameters
    rate, leaves = random.gamma(r + known.x, 1 / (alpha + known.age)), random.beta(a, b + known.x)
    last = random.geometric(np.maximum(leaves, 1e-18)).astype(np.float64)
    return Lives(rate=rate, last=last, lifetime=np.full(rate.shape, np.inf))


def _closed_form(parameters: Array, t: ArrayLike, repeat_count: ArrayLike, age: ArrayLike) -> Array:
    r, alpha, a, b = parameters
    ahead, x, ages = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (t, repeat_count, age)))
    later = np.log1p(ahead / (alpha + ages))
    turned = a - 1 <= r + x
    first = np.where(turned, a - 1, r + x)
    second = np.where(turned, a + b - r - 1, b + x)
    scale = a + b + x - 1
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bracket = np.asarray(1 - np.exp(-first * later) * hyp2f1(first, second, scale, -np.expm1(-later)))
        expected = np.array(scale * bracket / (a - 1), dtype=np.float64)
    lost = ~(np.isfinite(expected) & (np.abs(bracket) > _CANCELLED))
    if lost.any():
        theirs = parameters if parameters.ndim == 1 else [np.broadcast_to(each, x.shape)[lost] for each in parameters]
        expected[lost] = _integrated(np.asarray(theirs), later[lost], x[lost])
    return expected


def _integrated(parameters: Array, later: Array, x: Array) -> Array:
    """Integrate the rate of purchases over y = ln(1 + t / (α + T)), by 32 Gauss-Legendre nodes.

    The rate, (r + x) e^((1 − a) y) ₂F₁(a, a + b − r − 1; a + b + x; 1 − e^(−y)), is smooth for every a > 0.
    """
    r, _, a, b = parameters[..., np.newaxis]
    y = later[:, np.newaxis] * (_NODES + 1) / 2
    k = x[:, np.newaxis]
    rate = (r + k) * np.exp((1 - a) * y) * hyp2f1(a, a + b - r - 1, a + b + k, -np.expm1(-y))
    return np.asarray((rate * _WEIGHTS).sum(axis=1) * later / 2, dtype=np.float64)
