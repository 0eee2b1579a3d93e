"""Normalising: every method keeps the order, the scale and what is missing."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.scoring import NotLoggable, normalise
from regulars.scoring._normalise import LOGISTIC, Method, nearest_rank

amounts = st.lists(st.integers(0, 10_000).map(float) | st.just(float("nan")), max_size=40)
methods = st.sampled_from(["minmax", "percentile", "zscore"])


@given(values=amounts, method=methods, skewed=st.booleans(), less=st.booleans())
def test_more_never_scores_less_unless_less_is_better(
    values: list[float], method: Method, skewed: bool, less: bool
) -> None:
    scores = normalise(values, method=method, skewed=skewed, less_is_better=less)
    assert np.array_equal(np.isnan(scores), np.isnan(values))
    known = [(value, score) for value, score in zip(values, scores, strict=True) if not np.isnan(value)]
    ordered = [score for _, score in sorted(known, key=lambda pair: pair[0])]
    assert all(-1e-9 <= score <= 100 + 1e-9 for score in ordered)
    steps = np.diff(ordered)
    assert (steps <= 1e-9).all() if less else (steps >= -1e-9).all()


@given(values=amounts, factor=st.integers(2, 9))
def test_percentile_ranks_do_not_care_for_the_unit(values: list[float], factor: int) -> None:
    scaled = normalise([factor * value for value in values], method="percentile")
    assert scaled == pytest.approx(normalise(values, method="percentile"), nan_ok=True)


@given(values=amounts, factor=st.integers(2, 9))
def test_minmax_on_a_plain_scale_does_not_care_for_the_unit(values: list[float], factor: int) -> None:
    scaled = normalise([factor * value for value in values])
    assert scaled == pytest.approx(normalise(values), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("method", ["minmax", "percentile", "zscore"])
def test_where_all_are_alike_everybody_scores_fifty(method: Method) -> None:
    assert normalise([7, 7, 7], method=method, skewed=True).tolist() == [50, 50, 50]


def test_minmax_spans_the_scale() -> None:
    assert normalise([0, 5, 10]).tolist() == [0, 50, 100]
    assert normalise([0, 5, 10], less_is_better=True).tolist() == [100, 50, 0]


def test_skewed_numbers_go_by_their_logarithm() -> None:
    assert normalise([0, 9, 99], skewed=True) == pytest.approx([0, 50, 100])


def test_one_odd_value_does_not_set_the_scale() -> None:
    scores = normalise([*range(1, 200), 1_000_000])
    assert scores[-1] == scores[-2] == scores[-3] == 100
    assert scores[99] == pytest.approx(50, abs=1)


def test_percentiles_are_mid_ranks() -> None:
    assert normalise([1, 1, 1, 2, 3], method="percentile").tolist() == [30, 30, 30, 70, 90]


def test_a_z_score_of_nought_is_fifty_and_of_one_the_normal_share() -> None:
    scores = normalise([0, 1, 2], method="zscore", winsor_share=0)
    assert scores[1] == 50
    assert scores[2] == pytest.approx(100 * NormalDist().cdf(1), abs=1)


def test_the_logistic_curve_stays_within_a_point_of_the_normal_one() -> None:
    z = np.linspace(-6, 6, 1201)
    normal = [100 * NormalDist().cdf(float(one)) for one in z]
    assert np.abs(100 / (1 + np.exp(-LOGISTIC * z)) - normal).max() < 1


def test_none_leaves_the_numbers_as_they_are() -> None:
    assert normalise([3, 1], method="none").tolist() == [3, 1]
    assert normalise([3, 1], method="none", less_is_better=True).tolist() == [-3, -1]


def test_a_negative_amount_has_no_place_on_a_log_scale() -> None:
    with pytest.raises(NotLoggable, match="cut them at 0"):
        normalise([-1, 5], skewed=True)


@pytest.mark.parametrize(
    ("share", "count", "rank"),
    [(0.01, 100, 1), (0.01, 101, 2), (0.99, 100, 99), (0.07, 100, 7), (0.0, 5, 1), (1.0, 5, 5)],
)
def test_the_nearest_rank_is_the_first_that_reaches_the_share(share: float, count: int, rank: int) -> None:
    assert nearest_rank(share, count) == rank
