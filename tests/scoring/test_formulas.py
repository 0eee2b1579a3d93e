"""F1 to F6: the published examples, the laws between them, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.scoring import (
    CutOffsInvalid,
    LengthsDiffer,
    LifetimeNotPositive,
    NoSuchScore,
    WeightsInvalid,
    WeightsMismatch,
    loyalty_grade,
    loyalty_score,
    portfolio_mean,
    value_rate,
    weighted_mean,
    weighted_sum,
)

PURCHASE_AMOUNT = [100, 200, 300, 400, 500]
FEEDBACK_SCORE = [4, 5, 3, 4, 5]
PURCHASE_FREQUENCY = [1, 2, 3, 4, 5]

numbers = st.floats(-1e6, 1e6)
points = st.floats(0, 100)


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-12, abs=1e-12)


@given(st.lists(st.tuples(numbers, st.floats(0, 1)), min_size=1, max_size=8))
def test_the_parts_add_up_to_the_weighted_sum(parts: list[tuple[float, float]]) -> None:
    indicators, weights = [x for x, _ in parts], [w for _, w in parts]
    assert weighted_sum(indicators, weights) == pytest.approx(sum(w * x for x, w in parts), abs=1e-9)
    assert weighted_mean(indicators, weights) == pytest.approx(sum(w * x for x, w in parts) / len(parts), abs=1e-9)


@given(score=points, more=points)
def test_a_higher_score_never_has_a_lower_grade(score: float, more: float) -> None:
    order = ["low", "medium", "high"]
    assert order.index(str(loyalty_grade(min(score, more)))) <= order.index(str(loyalty_grade(max(score, more))))


@given(purchase=points, usage=points, feedback=points)
def test_loyalty_stays_on_its_scale(purchase: float, usage: float, feedback: float) -> None:
    score = loyalty_score(purchase, usage, feedback)
    assert -1e-9 <= score <= 100 + 1e-9


def test_the_published_value_satisfaction_and_loyalty() -> None:
    value = weighted_sum([PURCHASE_AMOUNT, FEEDBACK_SCORE, PURCHASE_FREQUENCY], [0.4, 0.3, 0.3])
    assert value == close([41.5, 82.1, 121.8, 162.4, 203.0])
    assert weighted_sum([FEEDBACK_SCORE], [0.3]) == close([1.2, 1.5, 0.9, 1.2, 1.5])
    assert weighted_sum([PURCHASE_FREQUENCY], [0.3]) == close([0.3, 0.6, 0.9, 1.2, 1.5])


@pytest.mark.parametrize(
    ("scores", "mean"),
    [
        ([4.5, 4.0, 4.8, 5.0, 4.3], 4.52),
        ([0.8, 0.9, 0.7, 0.95, 0.85], 0.84),
        ([1000, 1500, 2000, 2500, 3000], 2000),
    ],
)
def test_the_published_portfolio_means(scores: list[float], mean: float) -> None:
    assert portfolio_mean(scores) == close(mean)


def test_a_portfolio_mean_is_over_those_who_are_known() -> None:
    assert portfolio_mean([4.0, float("nan"), 2.0]) == 3
    assert portfolio_mean([]) is None
    assert portfolio_mean([float("nan")]) is None


def test_the_published_value_rate() -> None:
    assert value_rate(1200, 300, 3) == 300
    assert value_rate([1200, 100], [300, 200], [3, 0.5]) == close([300, -200])


@pytest.mark.parametrize("lifetime", [0.0, -1.0, float("nan")])
def test_a_relationship_of_no_length_has_no_rate(lifetime: float) -> None:
    with pytest.raises(LifetimeNotPositive, match="above 0"):
        value_rate([1200, 100], [300, 0], [3, lifetime])


def test_the_published_weighted_mean_divides_once_more() -> None:
    assert weighted_mean([4, 5, 3], [0.5, 0.3, 0.2]) == close(4.1 / 3)
    assert weighted_mean([[4, 2], [5, 1], [3, 0]], [0.5, 0.3, 0.2]) == close([4.1 / 3, 1.3 / 3])


def test_the_published_loyalty_score() -> None:
    assert loyalty_score(80, 50, 25) == 57.0
    assert loyalty_score([80, 0], [50, 0], [25, 100]) == close([57, 20])
    assert loyalty_score(80, 50, 25, weights=(1, 0, 0)) == 80


@pytest.mark.parametrize(
    ("score", "grade"), [(29.99, "low"), (30, "medium"), (50, "medium"), (60, "high"), (0, "low"), (100, "high")]
)
def test_the_published_grades(score: float, grade: str) -> None:
    assert loyalty_grade(score) == grade
    assert loyalty_grade([score]) == [grade]
    assert loyalty_grade(np.array([score])) == [grade]


def test_the_cut_offs_of_grades_are_arguments() -> None:
    assert loyalty_grade([49, 50, 80], medium=50, high=80) == ["low", "medium", "high"]


def test_the_last_bit_of_a_sum_decides_no_grade() -> None:
    assert loyalty_grade(0.1 * 3 * 100 - 1e-13) == "medium"


def test_what_is_missing_stays_missing() -> None:
    assert np.isnan(weighted_sum([float("nan"), 1], [0.5, 0.5]))
    assert np.isnan(loyalty_score(80, float("nan"), 25))
    assert np.isnan(weighted_mean([], []))
    assert loyalty_grade([None, float("nan")]) == [None, None]


def test_every_indicator_needs_its_weight() -> None:
    with pytest.raises(WeightsMismatch, match="2 indicators but 1 weights"):
        weighted_sum([1, 2], [0.5])


def test_arrays_of_different_customers_are_refused() -> None:
    with pytest.raises(LengthsDiffer, match="2, 3"):
        weighted_sum([[1, 2], [1, 2, 3]], [0.5, 0.5])
    with pytest.raises(LengthsDiffer):
        value_rate([1, 2], [1, 2, 3], 1)


@pytest.mark.parametrize("behaviour", [-0.1, 100.1])
def test_a_behaviour_off_the_scale_is_refused(behaviour: float) -> None:
    with pytest.raises(NoSuchScore, match="usage is"):
        loyalty_score([80, 80], [50, behaviour], 25)


@pytest.mark.parametrize("weights", [(0.4, 0.4, 0.4), (1.2, -0.2, 0.0), (float("nan"), 0.5, 0.5)])
def test_weights_that_leave_the_scale_are_refused(weights: tuple[float, float, float]) -> None:
    with pytest.raises(WeightsInvalid, match="their sum 1"):
        loyalty_score(80, 50, 25, weights=weights)


def test_cut_offs_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(CutOffsInvalid, match="Swap"):
        loyalty_grade(50, medium=60, high=30)
