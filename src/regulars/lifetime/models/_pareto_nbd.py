"""Pareto/NBD: purchases at a steady rate of one's own, and a lifetime that ends at any moment.

While a customer is a customer, purchases come as a Poisson process with rate λ; the lifetime is exponential with rate
μ; λ is gamma(r, α) and μ is gamma(s, β) among customers, independent of each other. Times are in one unit.

    L = Γ(r + x) / Γ(r) · α^r β^s · ( (α + T)^−(r + x) (β + T)^−s + s ∫ (α + τ)^−(r + x) (β + τ)^−(s + 1) dτ ),  τ from
    t_x to T: either still a customer at T, or gone at τ. P(alive) is the first term's share of the bracket.

The published form of the integral is a difference of two ₂F₁, one pair for α ≥ β and one for α < β, which loses its
digits where t_x is near T or x is large. Here it is summed as it stands, over y = ln((m + τ) / (m + t_x)) with
m = min(α, β), where the integrand is smooth: every term is positive, its logarithm never overflows, and the derivatives
are those of the integrand.

Source: D. C. Schmittlein, D. G. Morrison and R. Colombo, Counting Your Customers: Who Are They and What Will They Do
Next?, Management Science 33 (1987), 1-24; P. S. Fader and B. G. S. Hardie, A Note on Deriving the Pareto/NBD Model and
Related Expressions (2005).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, digamma, exprel, gammaln, zeta

from regulars.lifetime.histories._summary import PurchaseSummary  # noqa: F401  (for the example)
from regulars.lifetime.models._cells import History, theta_at
from regulars.lifetime.models._effects_likelihood import Parts, Term
from regulars.lifetime.models._maximum import Likelihood
from regulars.lifetime.models._simulated import Lives, Simulated, lived
from regulars.lifetime.models._with_covariates import ModelWithCovariates

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
# The integrand is followed until it has fallen to e^−45 of where it began.
_FALLEN = 45.0
# So many histories at once: 32 nodes of each, in arrays of 256 KB, which a core keeps at hand. With arrays of 4 MB a
# fit took two to three times as long.
_AT_ONCE = 1_024


class ParetoNBD(ModelWithCovariates):
    """The model, by maximum likelihood; parameters r, alpha (a time), s, beta (a time).

    Covariates z of customer i act on αᵢ = α e^(−γ₁' z) and βᵢ = β e^(−γ₂' z); coefficients are named
    gamma_purchase_… and gamma_dropout_…. One more of z makes purchases e^γ₁ times as frequent, and the end of
    a life e^γ₂ times as likely at any moment.

    >>> model = ParetoNBD.with_parameters(r=0.553277, alpha=10.577684, s=0.606240, beta=11.668735)
    >>> regular = PurchaseSummary.from_columns([26], [30.86], [31], time_unit="week")
    >>> model.expected_purchases(regular, 52).round(4).tolist(), model.probability_alive(regular).round(6).tolist()
    ([25.4563], [0.997918])
    """

    name = "pareto_nbd"
    letters = ("r", "alpha", "s", "beta")
    times = frozenset({"alpha", "beta"})
    acts: ClassVar[Mapping[str, tuple[str, int]]] = {"purchase": ("alpha", -1), "dropout": ("beta", -1)}

    def _likelihood(self, x: Array, t_x: Array, age: Array, weights: Array) -> Likelihood:
        return _HistoryLikelihood(x, t_x, age, weights)

    def _terms(self) -> tuple[Term, ...]:
        return Term((0,), _counts), Term((0, 1, 2), _bracket)

    def _start(self, pace: float) -> list[float]:
        return [1.0, pace, 1.0, 1.0]

    def _log_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        flat = np.broadcast_arrays(x, t_x, age)
        parts = [ends.log_alive for ends in _endings(theta, *(column.ravel() for column in flat))]
        return np.asarray(np.concatenate([np.zeros(0), *parts]).reshape(flat[0].shape), dtype=np.float64)

    def _slopes_alive(self, theta: Array, x: Array, t_x: Array, age: Array) -> Array:
        parts = [ends.slopes_alive() for ends in _endings(theta, x, t_x, age)]
        return (np.concatenate(parts) if parts else np.zeros((0, 4))) * theta.T

    def _while_alive(self, theta: Array, t: ArrayLike, known: History) -> Array:
        """Return (r + x) (β + T) / ((α + T) (s − 1)) · (1 − ((β + T) / (β + T + t))^(s − 1)), also where s is 1."""
        r, alpha, s, beta = theta
        x, _, age = known
        later = np.log1p(np.asarray(t, dtype=np.float64) / (beta + age))
        return np.asarray((r + x) * (beta + age) / (alpha + age) * later * exprel((1 - s) * later), dtype=np.float64)

    def _at_least(self, theta: Array, count: ArrayLike, t: float, known: History) -> Array:
        """Return P(Y(t) ≥ n): of n purchases within the horizon, or within what is left of a life that ends in it."""
        x, _, age = known
        n = np.broadcast_to(np.asarray(count, dtype=np.float64), x.shape)
        found = np.empty(x.shape)
        for part in range(0, x.size, _AT_ONCE):
            at = slice(part, part + _AT_ONCE)
            r, alpha, s, beta = theta_at(theta, at)[..., np.newaxis]
            shape, rates, lives = r + x[at, np.newaxis], alpha + age[at, np.newaxis], beta + age[at, np.newaxis]
            few = np.minimum(rates, lives)
            reach = np.log1p(t / few)
            end = few * np.expm1(reach * (_NODES + 1) / 2)
            # The density of the end, s / (β + T) ((β + T) / (β + T + u))^(s + 1), by dy.
            ends = np.exp(np.log(s / lives) - (s + 1) * np.log1p(end / lives)) * (few + end) * reach * _WEIGHTS / 2
            ended = (ends * betainc(n[at, np.newaxis], shape, end / (rates + end))).sum(axis=1)
            whole = np.exp(-s[..., 0] * np.log1p(t / lives[:, 0])) * betainc(n[at], shape[:, 0], t / (rates[:, 0] + t))
            found[at] = np.minimum(ended + whole, 1.0)
        return found

    def _alive_and_slopes(self, theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array]:
        parts = [(ends.log_alive, ends.slopes_alive()) for ends in _endings(theta, x, t_x, age)]
        values, slopes = zip(*parts, strict=True)
        return np.concatenate(values), np.concatenate(slopes) * theta.T

    def _changed(self, theta: Array, t: ArrayLike, known: History, pace: float, leaving: float) -> Array:
        # λ (1 − e^(−μ t)) / μ: the rate is a factor, and of leaving it is the same at another time.
        return pace / leaving * self._while_alive(theta, leaving * np.asarray(t), known)

    def _goes_on(self, theta: Array, random: np.random.Generator, known: History) -> tuple[Lives, Array]:
        r, alpha, s, beta = theta
        rate, leaving = random.gamma(r + known.x, 1 / (alpha + known.age)), random.gamma(s, 1 / (beta + known.age))
        lifetime = random.exponential(1.0, rate.size) / np.maximum(leaving, 1e-300)
        return Lives(rate=rate, last=np.full(rate.size, np.inf), lifetime=lifetime), np.zeros(rate.size)

    def _lived(self, theta: Array, random: np.random.Generator, ages: Array, ahead: float) -> Simulated:
        r, alpha, s, beta = theta
        customers = ages.size
        rate, leaving = random.gamma(r, 1 / alpha, customers), random.gamma(s, 1 / beta, customers)
        lifetime = random.exponential(1.0, customers) / np.maximum(leaving, 1e-300)
        lives = Lives(rate=rate, last=np.full(customers, np.inf), lifetime=lifetime)
        return lived(lives, random, ages=ages, ahead=ahead, time_unit_days=self.time_unit_days_)


class _Endings:
    """Both ways a history may have gone on after t_x, in logarithms; rows of shape (rows,), parameters r, α, s, β.

    `there` is ln of the first term of the bracket, `gone` of the second with its factor s; `share` is how much of the
    second falls to each node, shape (rows, nodes).
    """

    def __init__(self, theta: Array, x: Array, t_x: Array, age: Array) -> None:
        r, alpha, s, beta = theta
        self._theta, self._x, self._age = theta, x, age
        self.there = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        with np.errstate(over="ignore"):
            until = np.minimum(age - t_x, (alpha + t_x) * np.expm1(_FALLEN / (r + x)))
        begin = np.minimum(alpha, beta) + t_x
        reach = np.log1p(until / begin)
        growth = np.expm1(reach[:, np.newaxis] * (_NODES + 1) / 2)
        self._tau = t_x[:, np.newaxis] + begin[:, np.newaxis] * growth
        with np.errstate(divide="ignore"):
            # dτ = (m + τ) dy; nothing is gone by now of who bought today.
            _, rate, ends, life = theta[..., np.newaxis]
            self._logs = np.log(rate + self._tau), np.log(life + self._tau)
            density = (
                -(r + x)[:, np.newaxis] * self._logs[0]
                - (ends + 1) * self._logs[1]
                + np.log1p(growth)
                + np.log(begin * reach)[:, np.newaxis]
                + np.log(_WEIGHTS / 2)
            )
            # The logarithm of the sum of exponentials, beside whose parts the shares cost one more pass.
            highest = density.max(axis=1)
            parts = np.exp(density - np.where(np.isfinite(highest), highest, 0.0)[:, np.newaxis])
            whole = parts.sum(axis=1)
            self.share = parts / np.where(whole > 0, whole, 1.0)[:, np.newaxis]
            self.gone = np.log(s) + highest + np.log(whole)
        self.both = np.logaddexp(self.there, self.gone)
        self.log_alive = self.there - self.both

    def slopes_there(self) -> Array:
        """Return the slopes of `there` in r, α, s, β: shape (rows, 4)."""
        r, alpha, s, beta = self._theta
        late_a, late_b = alpha + self._age, beta + self._age
        return np.stack([-np.log(late_a), -(r + self._x) / late_a, -np.log(late_b), -s / late_b], axis=-1)

    def slopes_at(self) -> tuple[Array, Array, Array, Array]:
        """Return the slopes of ln of the integrand (with its s) in r, α, s, β, each of shape (rows, nodes)."""
        r, alpha, s, beta = self._theta[..., np.newaxis]
        by_alpha = -(r + self._x[:, np.newaxis]) / (alpha + self._tau)
        return -self._logs[0], by_alpha, 1 / s - self._logs[1], -(s + 1) / (beta + self._tau)

    def slopes_alive(self) -> Array:
        """Return the slopes of `log_alive` in r, α, s, β: shape (rows, 4)."""
        of_gone = np.stack([(self.share * slope).sum(axis=1) for slope in self.slopes_at()], axis=-1)
        gone = -np.expm1(self.log_alive)[:, np.newaxis]
        return np.asarray(gone * (self.slopes_there() - of_gone), dtype=np.float64)


class _HistoryLikelihood:
    """The mean log-likelihood a customer over distinct, weighted histories, as a function of ln (r, α, s, β)."""

    def __init__(self, x: Array, t_x: Array, age: Array, weights: Array) -> None:
        self._rows = x, t_x, age, weights
        self._counts, places = np.unique(x, return_inverse=True)
        self._weight_of_count = np.bincount(places, weights=weights)
        self._customers = float(weights.sum())

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        theta = np.exp(log_parameters)
        r, alpha, s, beta = theta
        x, n, all_of = self._counts, self._weight_of_count, self._customers
        value = float((n * (gammaln(r + x) - gammaln(r))).sum())
        value += all_of * float(r * log_parameters[1] + s * log_parameters[3])
        more = float((n * (digamma(r + x) - digamma(r))).sum())
        of_rate, of_life = (float(log_parameters[1]), float(r / alpha)), (float(log_parameters[3]), float(s / beta))
        gradient = np.array([more, 0, 0, 0]) + all_of * np.array([*of_rate, *of_life])
        for *history, weights in _batches(*self._rows):
            ends = _Endings(theta, *history)
            value += float((weights * ends.both).sum())
            gradient += (weights[:, np.newaxis] * _mean_slopes(ends)).sum(axis=0)
        return value / all_of, gradient * theta / all_of

    def curvature(self, log_parameters: Array) -> Array:
        theta = np.exp(log_parameters)
        r, alpha, s, beta = theta
        x, n, all_of = self._counts, self._weight_of_count, self._customers
        second = np.zeros((4, 4))
        second[0, 0] = (n * (zeta(2, r + x) - zeta(2, r))).sum()  # trigamma
        second[0, 1], second[1, 1] = all_of / alpha, -all_of * r / alpha**2
        second[2, 3], second[3, 3] = all_of / beta, -all_of * s / beta**2
        for *history, weights in _batches(*self._rows):
            second += _curvature_of_endings(theta, _Endings(theta, *history), weights, history[0], history[2], np.sum)
        second = np.triu(second) + np.triu(second, 1).T
        second = second * np.outer(theta, theta) + np.diag(self.slope(log_parameters)[1] * all_of)
        return np.asarray(second / all_of, dtype=np.float64)


def _mean_slopes(ends: _Endings) -> Array:
    """Return the slopes of ln of the bracket in r, α, s, β: shape (rows, 4)."""
    alive = np.exp(ends.log_alive)[:, np.newaxis]
    gone = np.exp(ends.gone - ends.both)[:, np.newaxis] * ends.share
    of_gone = np.stack([(gone * slope).sum(axis=1) for slope in ends.slopes_at()], axis=-1)
    return np.asarray(alive * ends.slopes_there() + of_gone, dtype=np.float64)


def _counts(theta: Array, x: Array, *, curved: bool) -> Parts:
    """Ln Γ(r + x) − ln Γ(r) + r ln α + s ln β."""
    r, alpha, s, beta = theta
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    slopes = np.stack([digamma(r + x) - digamma(r) + np.log(alpha), r / alpha, np.log(beta), s / beta])
    second = np.zeros((4, 4, x.size if curved else 0))
    if curved:
        second[0, 0] = zeta(2, r + x) - zeta(2, r)  # trigamma
        second[0, 1], second[1, 1], second[2, 3], second[3, 3] = 1 / alpha, -r / alpha**2, 1 / beta, -s / beta**2
    return Parts(value, slopes, second)


def _bracket(theta: Array, x: Array, t_x: Array, age: Array, *, curved: bool) -> Parts:
    """Ln of the bracket."""
    ends = _Endings(theta, x, t_x, age)
    second = np.zeros((4, 4, 0))
    if curved:
        second = _curvature_of_endings(
            theta, ends, np.ones(1), x, age, lambda each: each.reshape(x.size, -1).sum(axis=1)
        )
    return Parts(ends.both, _mean_slopes(ends).T, second)


def _curvature_of_endings(
    theta: Array, ends: _Endings, weights: Array, x: Array, age: Array, total: Callable[[Array], Array | float]
) -> Array:
    """Return the second derivatives of Σ w ln bracket: mean of second slopes and products, less that of the means.

    `total` adds up, over all customers or over the nodes of each.
    """
    r, alpha, s, beta = theta
    shape = (r + x)[:, np.newaxis]
    more = (theta[2] + 1)[..., np.newaxis]
    alive = weights * np.exp(ends.log_alive)
    gone = (weights * np.exp(ends.gone - ends.both))[:, np.newaxis] * ends.share
    there, at, means = ends.slopes_there(), ends.slopes_at(), _mean_slopes(ends)
    late_a, late_b = 1 / (alpha + age), 1 / (beta + age)
    at_a, at_b = -at[1] / shape, -at[3] / more
    found = np.zeros((4, 4, *np.shape(total(alive))))
    for i in range(4):
        for j in range(i, 4):
            found[i, j] = total(alive * there[:, i] * there[:, j]) + total(gone * at[i] * at[j])
            found[i, j] -= total(weights * means[:, i] * means[:, j])
    found[0, 1] -= total(alive * late_a) + total(gone * at_a)
    found[1, 1] += total(alive * (r + x) * late_a**2) + total(gone * shape * at_a**2)
    found[2, 2] -= total(gone) / s**2
    found[2, 3] -= total(alive * late_b) + total(gone * at_b)
    found[3, 3] += total(alive * s * late_b**2) + total(gone * more * at_b**2)
    return found


def _batches(*columns: Array) -> list[list[Array]]:
    return [[column[at : at + _AT_ONCE] for column in columns] for at in range(0, columns[0].size, _AT_ONCE)]


def _endings(theta: Array, *history: Array) -> Iterator[_Endings]:
    for at in range(0, max(history[0].size, 1), _AT_ONCE):
        part = slice(at, at + _AT_ONCE)
        yield _Endings(theta_at(theta, part), *(column[part] for column in history))
