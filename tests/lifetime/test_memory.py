"""What is remembered is what would be worked out again, each (x, T) asked once, and no more of it than told."""

import numpy as np
import pytest
from numpy.typing import NDArray

from regulars.lifetime.models._continuous import Memory

Array = NDArray[np.float64]

BATCHES = [np.random.default_rng(seed).integers(0, 12, (2, 60)).astype(np.float64) for seed in range(8)]
"""Histories of which batches share most."""


class Work:
    """Counts what it is asked; its answers differ in every x and T."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, float]] = []

    def __call__(self, x: Array, age: Array) -> Array:
        self.asked += zip(x.tolist(), age.tolist(), strict=True)
        return np.stack([x, age, np.sin(x + 100 * age)], axis=-1)


@pytest.mark.parametrize("most_bytes", [1 << 20, 1500, 0])
def test_every_row_gets_what_its_own_history_says(most_bytes: int) -> None:
    memory, work = Memory(most_bytes=most_bytes), Work()
    for x, age in BATCHES:
        values, places = memory.cells(work, x, age)
        np.testing.assert_array_equal(values[places], Work()(x, age))


def test_a_history_is_worked_out_once_as_long_as_there_is_room() -> None:
    memory, work = Memory(), Work()
    for x, age in BATCHES:
        memory.cells(work, x, age)
    assert (
        len(work.asked) == len(set(work.asked)) == len({row for x, age in BATCHES for row in zip(x, age, strict=True)})
    )


def test_nothing_is_kept_beyond_what_was_told_and_one_batch() -> None:
    most, memory, work = 2_000, Memory(most_bytes=2_000), Work()
    for place in range(50):
        memory.cells(work, np.full(60, float(place)), np.arange(60.0))
        assert memory._values is not None
        assert memory._values.nbytes <= most + 60 * 3 * 8
        assert memory._keys.size == len(memory._values)
    assert len(work.asked) == 50 * 60
