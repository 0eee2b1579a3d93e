"""What a model of subscriptions reads: for how many periods contracts ran, and whether they have ended."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime.histories._checked import HistoryInvalid

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contracts:
    """Counts of contracts by period; `from_counts` makes one, checked.

    `lost` and `remaining` are of shape (periods,): how many ended in period 1, 2, …, and how many were still running at
    the end of it and are not known any longer (the others of their cohort, and those that began later).

    >>> contracts = Contracts.from_counts([131, 126, 90, 60, 42, 34, 26], 491)
    >>> contracts.customers, contracts.remaining.tolist()
    (1000.0, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 491.0])
    """

    lost: Array
    remaining: Array

    @classmethod
    def from_counts(cls, lost: ArrayLike, remaining: ArrayLike) -> Self:
        """Return the contracts that were counted.

        Args:
            lost: how many ended in each period, the first one first.
            remaining: how many still run: a number, of a cohort that was seen for all these periods; or one for each
                period, of cohorts that began at different times, those last seen running at its end.

        Raises:
            HistoryInvalid: a count is missing, infinite or negative, or there is not one for each period.
        """
        ended, running = np.asarray(lost, dtype=np.float64), np.asarray(remaining, dtype=np.float64)
        if ended.ndim != 1 or not ended.size:
            raise HistoryInvalid(row=0, problem="there is no period in which contracts could have ended")
        if running.ndim == 0:
            running = np.append(np.zeros(ended.size - 1), running)
        if running.shape != ended.shape:
            problem = f"there are {running.size} counts of running contracts for {ended.size} periods"
            raise HistoryInvalid(row=0, problem=problem)
        for counts, said in ((ended, "lost"), (running, "remaining")):
            wrong = ~((counts >= 0) & np.isfinite(counts))
            if wrong.any():
                raise HistoryInvalid(row=int(np.argmax(wrong)), problem=f"{said} is not a number of 0 or more")
        return cls(lost=ended, remaining=running)

    @property
    def customers(self) -> float:
        """How many contracts there are."""
        return float(self.lost.sum() + self.remaining.sum())
