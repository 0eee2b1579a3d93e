"""The rows that metrics look at, and what several of them need of those rows, worked out once and shared.

A bootstrap asks many metrics of the same forecasts under a thousand weights: rows are sorted once, and the sums along
their order are taken once a draw, however many metrics stand on them. Weights may be of many draws at once: the
rows are the last axis, so that each draw is summed as if it stood alone, to the last bit.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Runs:
    """Rows in the order of their values, the lowest first; a run is all rows of one value."""

    def __init__(self, values: Floats) -> None:
        self.order = np.argsort(values, kind="stable")
        in_order = values[self.order]
        ends = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1], [True])))
        self._ends = None if len(ends) == len(values) + 1 else ends

    def in_order(self, of_rows: Floats) -> Floats:
        """Return figures of the rows in the order of their values; `take` lays them out row by row, indices may not."""
        return np.take(of_rows, self.order, axis=-1)

    def of_rows(self, of_runs: Floats) -> Floats:
        """Return figures of the runs as figures of their rows, in the rows' own order."""
        in_order = of_runs if self._ends is None else np.repeat(of_runs, np.diff(self._ends), axis=-1)
        rows = np.empty_like(in_order)
        rows[..., self.order] = in_order
        return rows

    def up_to(self, in_order: Floats) -> Floats:
        """Return the sums of numbers (in order already) up to the end of each run, after a first 0."""
        summed = np.zeros((*in_order.shape[:-1], in_order.shape[-1] + 1))
        np.cumsum(in_order, axis=-1, out=summed[..., 1:])
        return summed if self._ends is None else np.take(summed, self._ends, axis=-1)


class Rows:
    """What happened and what was forecast of it, row by row."""

    def __init__(self, actual: Floats, forecast: Floats) -> None:
        self.actual = actual
        self.forecast = forecast

    @cached_property
    def runs(self) -> Runs:
        """The rows in the order of their forecasts."""
        return Runs(self.forecast)

    @cached_property
    def actual_in_order(self) -> Floats:
        """What happened, in the order of the forecasts."""
        return self.actual[self.runs.order]


class Counted:
    """Rows that count `weight` times each, shape (rows,) or, of many draws, (draws, rows)."""

    def __init__(self, rows: Rows, weight: Floats) -> None:
        self._rows = rows
        self.weight = weight

    @cached_property
    def total(self) -> Floats:
        """How many rows there are, by their weights."""
        summed: Floats = self.weight.sum(axis=-1)
        return summed

    @cached_property
    def up_to(self) -> tuple[Floats, Floats]:
        """How many rows there are up to each forecast, the lowest first, and how much came of them; after a first 0."""
        rows = self._rows
        counts = rows.runs.in_order(self.weight)
        return rows.runs.up_to(counts), rows.runs.up_to(counts * rows.actual_in_order)

    @cached_property
    def from_top(self) -> tuple[Floats, Floats]:
        """The same from the highest forecast down."""
        size, came = self.up_to
        return size[..., -1:] - size[..., ::-1], came[..., -1:] - came[..., ::-1]
