"""What an analysis asks of a model beyond what one customer's page shows: sums with their slopes, futures, changes.

A model whose purchases may come on any day answers all of it, so whoever forecasts needs none of its formulas.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime._discounting import Discounting
from regulars.lifetime.histories._distinct import distinct
from regulars.lifetime.histories._summary import PurchaseSummary
from regulars.lifetime.models._cells import Array, History, Places, theta_at
from regulars.lifetime.models._effects import CovariatesInvalid
from regulars.lifetime.models._purchase_model import PurchaseModel
from regulars.lifetime.models._simulated import Lives

_EACH = (slice(None), np.newaxis)
_STEP = 1e-5


class Memory:
    """What was worked out for each (x, T) already: of a million customers, met batch by batch, few have their own.

    Where many have, it forgets: it never holds more than `most_bytes` and what one batch adds.
    """

    def __init__(self, *, most_bytes: int = 128 << 20) -> None:
        self._most_bytes = most_bytes
        self._keys: NDArray[np.complex128] = np.zeros(0, dtype=np.complex128)
        self._values: Array | None = None

    def cells(self, work: Callable[[Array, Array], Array], x: Array, age: Array) -> tuple[Array, Places]:
        """Return what `work` says of each distinct (x, T), and the place of every row; it is asked of new ones."""
        if self._values is not None and self._values.nbytes > self._most_bytes:
            self._keys, self._values = self._keys[:0], self._values[:0]
        (some_x, some_age), places = distinct((x, age))
        keys = some_x + 1j * some_age  # in the order of x, then T
        new = ~np.isin(keys, self._keys)
        if self._values is None or new.any():
            found = work(some_x[new], some_age[new])
            values = found if self._values is None else np.concatenate((self._values, found))
            self._keys = np.concatenate((self._keys, keys[new]))
            order = np.argsort(self._keys)
            self._keys, self._values = self._keys[order], values[order]
        return self._values[np.searchsorted(self._keys, keys)], places


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """What is ahead of each history, and how it moves with the logarithm of each of the k parameters.

    `log_alive`, shape (rows,), is ln P(still a customer), `slopes_alive`, (rows, k), its slopes. `sums`, (rows, sums),
    are of the purchases of who is still a customer, `slopes_of_sums`, (rows, sums, k), the slopes of their logarithms.
    """

    log_alive: Array
    slopes_alive: Array
    sums: Array
    slopes_of_sums: Array


class ContinuousModel(PurchaseModel):
    """A model of purchases that may come on any day; an analysis can forecast with each of them alike."""

    def outlook(
        self, summary: PurchaseSummary, ends_days: ArrayLike, weights: ArrayLike, *, memory: "Memory | None" = None
    ) -> Outlook:
        """Return Σ weight · E[Y(end)] of who is still a customer, P(alive), and the slopes of both in ln θ.

        Those of the sums are differences: a step of 1e-5 leaves five digits, and slopes make intervals only.

        Args:
            summary: whose.
            ends_days: ends of times ahead, in days, shape (ends,).
            weights: those of each sum, shape (sums, ends).
            memory: of what was worked out before, for the same sums of the same model.

        Raises:
            ModelNotFitted: the model has no parameters.
            CovariatesInvalid: the model reads covariates.
        """
        if self._effects().names:
            raise CovariatesInvalid(model=self.name, problem="it has sums ahead of customers who share parameters only")
        theta, known = self.theta(), History(*self._histories(summary))
        t = np.asarray(ends_days, dtype=np.float64) / self.time_unit_days_
        rows = np.asarray(weights, dtype=np.float64)
        thetas = [theta, *(theta * np.exp(_STEP * np.eye(theta.size)))]

        def ahead(x: Array, age: Array) -> Array:
            return np.stack([self._sums_by_stage(each, t, rows, x, age) for each in thetas], axis=1)

        cells, places = (memory or Memory()).cells(ahead, known.x, known.age)
        sums = [_mixed(self._shares(each, known), cells[:, at], places) for at, each in enumerate(thetas)]
        logs = np.log(sums)
        log_alive, slopes_alive = self._alive_and_slopes(theta, *known)
        return Outlook(
            log_alive=log_alive,
            slopes_alive=slopes_alive,
            sums=sums[0],
            slopes_of_sums=np.moveaxis((logs[1:] - logs[0]) / _STEP, 0, -1),
        )

    def futures(self, summary: PurchaseSummary, ends_days: Sequence[float], *, futures: int, seed: int) -> Array:
        """Return how many purchases each history has by each end, in futures drawn from what the model knows of it.

        Args:
            summary: whose.
            ends_days: days ahead, rising, shape (ends,).
            futures: how many of each history.
            seed: of the draws.

        Returns:
            Counts, shape (ends, rows, futures).

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        draw = np.random.default_rng(seed)
        alive = np.repeat(self.probability_alive(summary), futures)
        known = History(*(np.repeat(column, futures) for column in self._histories(summary)))
        theta = self._theta_of(summary)
        lives, passed = self._goes_on(np.repeat(theta, futures, axis=1) if theta.ndim > 1 else theta, draw, known)
        there = draw.random(alive.size) < alive
        rings, before, counts = passed, 0.0, []
        for end in np.asarray(ends_days, dtype=np.float64) / self.time_unit_days_:
            lasted = np.minimum(lives.lifetime, end) - np.minimum(lives.lifetime, before)
            rings, before = rings + draw.poisson(lives.rate * lasted), end
            counts.append(np.where(there, np.minimum(rings // lives.stages, lives.last), 0.0))
        return np.array(counts).reshape(len(counts), -1, futures)

    def changed_purchases(
        self, summary: PurchaseSummary, discounting: Discounting, *, pace: float = 1.0, leaving: float = 1.0
    ) -> Array:
        """Return the discounted purchases of who is still a customer, if from now on all behaved otherwise.

        Args:
            summary: whose.
            discounting: how far ahead, and what later purchases are worth.
            pace: purchases come so many times as often.
            leaving: and so many times as likely is it to leave.

        Raises:
            ModelNotFitted: the model has no parameters.
        """
        theta, known, places = self._asked(summary)
        ends = discounting.month_ends_days() / self.time_unit_days_
        totals = self._changed(theta_at(theta, _EACH), ends, known.at(_EACH), pace, leaving)
        return np.asarray((totals * discounting.weights_of_totals()).sum(axis=1)[places], dtype=np.float64)

    @abstractmethod
    def _goes_on(self, theta: Array, random: np.random.Generator, known: History) -> tuple[Lives, NDArray[np.float64]]:
        """Return how those go on who are still customers, drawn from what is known, and the stages they have passed.

        Numbers and times of these lives count from now.
        """

    @abstractmethod
    def _changed(self, theta: Array, t: ArrayLike, known: History, pace: float, leaving: float) -> Array:
        """Return E[Y(t)] of who is still a customer, with the rate of purchases and that of leaving times so much."""

    def _sums_by_stage(self, theta: Array, t: Array, weights: Array, x: Array, age: Array) -> Array:
        """Return Σ weight · E[Y(end)] of who is still a customer, by the stages passed: shape (cells, sums, stages).

        It must not depend on t_x; what does is in the shares.
        """
        totals = self._while_alive(theta, t, History(x[:, np.newaxis], np.zeros((x.size, 1)), age[:, np.newaxis]))
        return np.stack([(totals * row).sum(axis=1) for row in weights], axis=-1)[..., np.newaxis]

    def _shares(self, theta: Array, known: History) -> Sequence[Array | float]:
        """Return how likely it is that each has passed so many stages, if still a customer."""
        return (1.0,)

    def _alive_and_slopes(self, theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array]:
        """Return both at once; a model that has one from the other says so."""
        return self._log_alive(theta, x, t_x, age), self._slopes_alive(theta, x, t_x, age)


def _mixed(shares: Sequence[Array | float], cells: Array, places: Places) -> Array:
    """Return the sums of every row: those by stage, of shape (cells, sums, stages), weighed by its shares."""
    if len(shares) == 1:
        return cells[places, :, 0]
    parts = (np.asarray(share)[:, np.newaxis] * cells[places, :, stage] for stage, share in enumerate(shares))
    return np.asarray(np.sum(list(parts), axis=0), dtype=np.float64)
