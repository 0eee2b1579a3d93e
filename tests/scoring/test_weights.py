"""Entropy weights: what tells customers apart weighs, what is alike does not."""

from math import log
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from regulars.scoring import MatrixInvalid, entropy_weights

tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 100).map(float), min_size=k, max_size=k), min_size=1, max_size=12)
)


@given(table=tables, order=st.randoms(use_true_random=False), factor=st.integers(2, 9))
def test_weights_add_up_to_one_whatever_the_order_and_the_unit(
    table: list[list[float]], order: Random, factor: int
) -> None:
    weights = entropy_weights(table)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    order.shuffle(table)
    assert entropy_weights(table) == pytest.approx(weights, abs=1e-9)
    assert entropy_weights(factor * np.array(table)) == pytest.approx(weights, abs=1e-9)


def test_the_entropy_by_hand() -> None:
    # The second column is the same for both and tells nothing.
    assert entropy_weights([[1, 5], [3, 5]]).tolist() == [1, 0]
    # Shares of a quarter and three, and of a tenth and nine.
    first = 1 + (0.25 * log(0.25) + 0.75 * log(0.75)) / log(2)
    second = 1 + (0.1 * log(0.1) + 0.9 * log(0.9)) / log(2)
    assert entropy_weights([[1, 1], [3, 9]]) == pytest.approx([first / (first + second), second / (first + second)])


@pytest.mark.parametrize("table", [[[5, 5], [5, 5]], [[0, 0], [0, 0]], [[1, 2]]])
def test_where_no_column_tells_customers_apart_all_weigh_the_same(table: list[list[float]]) -> None:
    assert entropy_weights(table).tolist() == [0.5, 0.5]


def test_a_missing_number_is_left_out_of_its_column() -> None:
    nan = float("nan")
    assert entropy_weights([[1.0, 1.0], [3.0, nan], [nan, 3.0]]) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("table", "problem"), [([1, 2], "shape"), ([[], []], "shape"), ([[1, -2]], "-2")])
def test_what_has_no_entropy_is_refused(table: ArrayLike, problem: str) -> None:
    with pytest.raises(MatrixInvalid, match=problem):
        entropy_weights(table)
