"""The closed forms of BG/CNBD-k, as functions of its parameters (r, α, a, b) and k; the model is in `_condensed`.

With N the stages passed within t, negative binomial of shape A + j and z = t / (α + T + t) for who has passed j of k
stages by T, the number of purchases is ⌊(N + j) / k⌋ for who would never leave, so that

    P(Y(t) ≥ n) = B(a, b + x + n − 1) / B(a, b + x) · Σ πⱼ I(n k − j, A + j; z),  I the incomplete beta function,

πⱼ ∝ (A)ⱼ / j! wʲ being how likely j stages are. The expectation is the sum over n, worked out stage by stage: when the
last purchase was is in πⱼ alone, so that many histories share the rest. Where the sum has too many terms, it is
E[(1 − H(1 − p)) / p] over p, H the generating function of that number, which the k-th roots of unity pick out of N's.
Times are in the unit of α.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh_tridiagonal
from scipy.special import betainc, betaln, gammainccinv, gammaincinv, gammaln

from regulars.lifetime.histories._distinct import distinct
from regulars.lifetime.models._cells import History
from regulars.lifetime.models._smooth import smoothly

Array = NDArray[np.float64]

_SUMMED = 12
_NOTHING = 1e-12
# Where p is so near 1, H is its first two terms: the roots of unity would cancel to a power of 1 − p.
_NEARLY_ONE = 1e-5
_AT_ONCE = 200_000
_FEWEST, _MOST = 16, 1024
# An integral in ln λ: what lies beyond its ends, its panels of Gauss-Legendre nodes, and how many cells at once.
_TAIL, _PANELS, _CELLS = 1e-18, 6, 500
_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_POINTS = ((np.arange(_PANELS)[:, np.newaxis] + (_ROOTS + 1) / 2) / _PANELS).ravel()
_PARTS = np.tile(_WEIGHTS, _PANELS) / (2 * _PANELS)


class _Staged(NamedTuple):
    """Horizons of those still there who have `passed` so many stages by T; t, x and T are arrays that broadcast."""

    t: ArrayLike
    x: Array
    age: Array
    passed: int

    def at(self, places: NDArray[np.int64]) -> "_Staged":
        """Return those at some places."""
        return _Staged(np.asarray(self.t)[places], self.x[places], self.age[places], self.passed)


def both_ways(theta: Array, known: History, *, stages: int, first: int) -> tuple[Array, Array, Array, Array]:
    """Return ln of how likely it is to be there still and to have left, but for what both share, and their slopes.

    The slopes are in r, α, a, b, shape (4, rows).
    """
    r, alpha, a, b = theta
    x, t_x, age = known
    shape, late, early = r + stages * x, alpha + age, alpha + t_x
    wait = (age - t_x) / late
    shares, stays = passed(theta, known, stages=stages)
    by_shape, by_wait, rising = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape)
    for j in range(1, stages):
        rising = rising + 1 / (shape + j - 1)
        by_shape = by_shape + shares[j] * rising
        # j (A)ⱼ / j! w^(j − 1), which is not 0 / 0 for a wait of none
        by_wait = by_wait + shares[j - 1] * (shape + j - 1)
    none = np.zeros(x.shape)
    of_stay = np.stack([by_shape, -by_wait * wait / late, none, none])
    could, chances = x + first > 0, np.maximum(b + x + first - 1, 1e-300)
    since = np.log(late / early)
    leaves = np.where(could, np.log(a) - np.log(chances) + shape * since, -np.inf)
    by_alpha = shape * (1 / late - 1 / early)
    of_leaving = np.where(could, np.stack([since, by_alpha, np.full(x.shape, 1 / a), -1 / chances]), 0.0)
    return stays, leaves, of_stay, of_leaving


def log_alive(theta: Array, known: History, *, stages: int, first: int) -> tuple[Array, Array]:
    """Return ln P(still a customer at T), and its slopes in ln r, ln α, ln a, ln b: four a customer."""
    stays, leaves, of_stay, of_leaving = both_ways(theta, known, stages=stages, first=first)
    value = stays - np.logaddexp(stays, leaves)
    slopes = -np.expm1(value) * (of_stay - of_leaving)
    return value, np.moveaxis(slopes, 0, -1) * theta


def passed(theta: Array, known: History, *, stages: int) -> tuple[list[Array], Array]:
    """Return the chance πⱼ of having passed j stages by T, j from 0 to k − 1, for who is still there; and ln Q."""
    r, alpha, _, _ = theta
    x, t_x, age = known
    shape, wait = r + stages * x, (age - t_x) / (alpha + age)
    terms = [np.ones(np.broadcast(shape, wait).shape)]
    for j in range(1, stages):
        terms.append(terms[-1] * wait * (shape + j - 1) / j)
    total = np.sum(terms, axis=0)
    return [term / total for term in terms], np.log(total)


def at_least(theta: Array, count: ArrayLike, t: ArrayLike, known: History, *, stages: int) -> Array:
    """Return P(Y(t) ≥ n | still a customer at T, x, t_x, T), n ≥ 1."""
    n = np.asarray(count, dtype=np.float64)
    shares, _ = passed(theta, known, stages=stages)
    found = [share * _falls(theta, n, _Staged(t, known.x, known.age, j), stages) for j, share in enumerate(shares)]
    return np.asarray(_stays(theta, n, known.x) * np.sum(found, axis=0), dtype=np.float64)


def purchases_while_alive(theta: Array, t: ArrayLike, known: History, *, stages: int) -> Array:
    """Return E[Y(t) | still a customer at T, x, t_x, T]."""
    ahead, *columns = np.broadcast_arrays(np.asarray(t, dtype=np.float64), *known)
    flat, cells = ahead.ravel(), History(*(column.ravel() for column in columns))
    (each, x, age), places = distinct((flat, cells.x, cells.age))
    staged = by_stage(theta, each, x, age, stages=stages)[places]
    shares, _ = passed(theta, cells, stages=stages)
    return np.asarray(sum(share * staged[:, j] for j, share in enumerate(shares)), dtype=np.float64).reshape(
        ahead.shape
    )


def by_stage(
    theta: Array, t: Array, x: Array, age: Array, *, stages: int, leaving: float | None = None
) -> NDArray[np.float64]:
    """Return E[Y(t)] of who is still a customer and has passed j stages by T, shape (cells, k): t_x is in j alone.

    Columns are flat, shape (cells,). With `leaving`, p is so many times what it was from T on.
    """
    # At one x it is a function of t / (α + T) alone, and a smooth one.
    found, there, alpha = np.zeros((t.size, stages)), np.flatnonzero(t > 0), theta[1]

    def at_odds(bought: Array, log_odds: Array) -> Array:
        ahead = _Staged(alpha * np.exp(log_odds), bought, np.zeros(bought.size), 0)
        return np.stack([_expected(theta, ahead._replace(passed=j), stages, leaving) for j in range(stages)], axis=-1)

    if there.size:
        found[there] = smoothly(at_odds, x[there], np.log(t[there] / (alpha + age[there])))
    return found


def _expected(theta: Array, ahead: _Staged, stages: int, leaving: float | None) -> Array:
    """Return E[Y(t)] of those who have passed the same number of stages: the sum over n, or the mean over p."""
    found, unsettled = np.zeros(ahead.x.size), np.arange(ahead.x.size)
    for count in range(1, _SUMMED + 1) if leaving is None else ():
        cells = ahead.at(unsettled)
        more = _stays(theta, count, cells.x) * _falls(theta, count, cells, stages)
        found[unsettled] += more
        unsettled = unsettled[more > _NOTHING * found[unsettled]]
    if unsettled.size:
        found[unsettled] = _over_chances(theta, ahead.at(unsettled), stages, 1.0 if leaving is None else leaving)
    return found


def discounted_while_alive(theta: Array, delta: float, known: History, *, stages: int) -> Array:
    """Return the discounted purchases to come of who is still a customer at T, shape (cells,).

    At a rate λ each stage costs φ = λ / (λ + δ) of the worth, so that the sum over purchases is φ^(k − j) / (1 −
    (1 − p) φ^k). Over p it is a mean at Gauss-Jacobi nodes, over λ an integral in ln λ; the stages j already passed are
    Σ ((T − t_x) (λ + δ))ʲ / j!.
    """
    r, alpha, a, b = theta
    found = np.empty(known.x.size)
    for x in np.unique(known.x):
        places = np.flatnonzero(known.x == x)
        for part in np.split(places, range(_CELLS, places.size, _CELLS)):
            some, shape = known.at(part), float(r + stages * x)
            late = alpha + some.age
            low = np.maximum(gammaincinv(shape, _TAIL) / late, delta * np.exp(np.log(_TAIL) / (1 + shape)))
            high = gammainccinv(shape + stages, _TAIL) / late
            width = np.log(high / low)[:, np.newaxis]
            rate = low[:, np.newaxis] * np.exp(width * _POINTS)
            worth = np.exp(-stages * np.log1p(delta / rate))
            nodes = 2 ** np.ceil(np.log2(8 / np.sqrt(stages * delta / float(high.max()))))
            p, weights = _nodes(float(a), float(b + x), int(np.clip(nodes, _FEWEST, _MOST)))
            ways, term = np.ones(rate.shape), np.ones(rate.shape)
            for j in range(1, stages):
                term = term * (some.age - some.t_x)[:, np.newaxis] * (rate + delta) / j
                ways = ways + term
            _, log_ways = passed(theta, some, stages=stages)
            density = shape * np.log(late[:, np.newaxis] * rate) - late[:, np.newaxis] * rate
            density = np.exp(density - gammaln(shape) - log_ways[:, np.newaxis]) * width * _PARTS
            each = sum(share / (1 - (1 - chance) * worth) for chance, share in zip(p, weights, strict=True))
            found[part] = (density * ways * worth * each).sum(axis=1)
    return found


def _stays(theta: Array, n: ArrayLike, x: Array) -> Array:
    """Return the chance that none of n − 1 purchases was the last."""
    _, _, a, b = theta
    return np.asarray(np.exp(betaln(a, b + x + np.asarray(n) - 1) - betaln(a, b + x)), dtype=np.float64)


def _falls(theta: Array, n: ArrayLike, ahead: _Staged, stages: int) -> Array:
    """Return P(the n-th purchase falls within t) for who would never leave."""
    r, alpha, _, _ = theta
    t, x, age, passed = ahead
    z = t / (alpha + age + t)
    return np.asarray(betainc(np.asarray(n) * stages - passed, r + stages * x + passed, z), dtype=np.float64)


def _over_chances(theta: Array, ahead: _Staged, stages: int, leaving: float) -> Array:
    """Return the expectation as a mean over p, by Gauss-Jacobi nodes: as many as 1 − H, which bends near p = 0, needs.

    H is analytic up to 1 − p = z^(−k); the nearer that is to 1, and the more purchases there are to lose, the more.
    """
    t, x, age, _ = ahead
    r, alpha, a, b = theta
    stays = (alpha + age) / (alpha + age + t)
    many = (r / stages + x + 1) * (1 / stays - 1)
    needed = 16 / np.sqrt(stages * stays) + 16 * np.sqrt(many / (1 + b + x))
    nodes = np.clip(2 ** np.ceil(np.log2(needed)), _FEWEST, _MOST).astype(np.int64)
    found = np.empty(x.size)
    for count in np.unique(nodes):
        for bought in np.unique(x[nodes == count]):
            p, weights = _nodes(float(a), float(b + bought), int(count))
            places = np.flatnonzero((nodes == count) & (x == bought))
            each = max(1, _AT_ONCE // int(count))
            for part in np.split(places, range(each, places.size, each)):
                # No product of matrices: its last bits hang on how many cells are asked together.
                found[part] = (_lost(theta, leaving * p, ahead.at(part), stages) * weights).sum(axis=1)
    return found


def _lost(theta: Array, p: Array, ahead: _Staged, k: int) -> Array:
    """Return (1 − H(1 − p)) / p for rows of cells and columns of p.

    H(q) = Σ c(l) (1 − z)^A (1 − z ρ ωˡ)^(−A) yʲ with ρ = q^(1 / k), ω a k-th root of unity, y = ρ ωˡ (1 − z) /
    (1 − z ρ ωˡ) and c(l) = Σ (ρ ωˡ)^(−s) / k, s < k. All of l = 0 is taken as what it differs from 1, the others have a
    factor p: nothing is lost where p is small.
    """
    r, alpha, _, _ = theta
    t, x, age, passed = ahead
    shape = (r + k * x)[:, np.newaxis]
    odds = (t / (alpha + age))[:, np.newaxis]  # z / (1 − z)
    fall = -np.log1p(-np.minimum(p, 1 - _NEARLY_ONE)) / k
    thinned = np.log1p(odds * -np.expm1(-fall))
    of_stages = np.mean([np.expm1(s * fall) for s in range(k)], axis=0)
    lost = -np.expm1(np.log1p(of_stages) - shape * thinned - passed * (fall + thinned)) / p
    for turn in range(1, k // 2 + 1):
        root = np.exp(-fall + 2j * np.pi * turn / k)
        left = 1 + odds * (1 - root)  # (1 − z ρ ωˡ) / (1 − z)
        factor = -1 / (k * np.exp(-k * fall) * (1 - 1 / root))
        wave = (root / left) ** passed
        # Conjugate roots give conjugate terms; −1 is its own conjugate.
        lost = lost - (1 if 2 * turn == k else 2) * (factor * np.exp(-shape * np.log(left)) * wave).real
    ends = p > 1 - _NEARLY_ONE
    if ends.any():
        one, two = (_falls(theta, n, ahead, k)[:, np.newaxis] for n in (1, 2))
        lost[:, ends] = (one - (1 - p[ends]) * (one - two)) / p[ends]
    return np.asarray(lost, dtype=np.float64)


@lru_cache(maxsize=4096)
def _nodes(a: float, b: float, count: int) -> tuple[Array, Array]:
    """Return nodes and weights of means over beta(a, b), by Jacobi's recurrence (Golub and Welsch)."""
    n = np.arange(1.0, count)
    both = 2 * n + a + b - 2
    with np.errstate(invalid="ignore", divide="ignore"):
        middles = np.append((a - b) / (a + b), ((a - 1) ** 2 - (b - 1) ** 2) / (both * (both + 2)))
        sides = 4 * n * (n + b - 1) * (n + a - 1) * (n + a + b - 2) / (both**2 * (both + 1) * (both - 1))
    sides[0] = 4 * a * b / ((a + b) ** 2 * (a + b + 1))
    steps = np.sqrt(sides)
    points = eigh_tridiagonal(middles, steps, eigvals_only=True)
    # A weight is 1 / Σ of the squared orthonormal polynomials: far cheaper than the eigenvectors of a large matrix.
    before, now, squares = np.zeros(count), np.ones(count), np.ones(count)
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(count - 1):
            now, before = ((points - middles[i]) * now - (steps[i - 1] * before if i else 0.0)) / steps[i], now
            squares += now**2
    weights = np.nan_to_num(1 / squares)
    return np.clip((1 + points) / 2, 1e-30, 1.0), weights / weights.sum()
