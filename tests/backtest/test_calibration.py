"""Calibration: a score becomes a probability, whatever its unit, also where it tells everything or nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from regulars.backtest import Calibration, calibrate, metrics
from regulars.backtest._calibration import NothingToCalibrate

scored = st.lists(st.tuples(st.integers(-500, 500), st.integers(0, 1)), min_size=1, max_size=60)


@settings(max_examples=50, deadline=None)
@given(rows=scored)
def test_the_mean_probability_is_the_mean_of_the_smoothed_targets(rows: list[tuple[int, int]]) -> None:
    score, label = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    did = label.sum()
    target = np.where(label == 1, (did + 1) / (did + 2), 1 / (len(label) - did + 2))
    said = calibrate(score, label).apply(score)
    assert said.mean() == pytest.approx(target.mean(), abs=1e-8)
    # The other condition of the maximum of the likelihood.
    assert (said * score).mean() == pytest.approx((target * score).mean(), abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(rows=scored, factor=st.sampled_from([1e-6, 0.01, 1e9]), offset=st.sampled_from([0.0, -40.0, 1e4]))
def test_the_unit_of_the_score_changes_no_probability(
    rows: list[tuple[int, int]], factor: float, offset: float
) -> None:
    score, label = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    moved = (score + offset) * factor
    assert calibrate(moved, label).apply(moved) == pytest.approx(calibrate(score, label).apply(score), abs=1e-7)


def test_it_is_the_logistic_regression_of_scikit_learn_on_smoothed_targets() -> None:
    random = np.random.default_rng(0)
    score = random.normal(size=500)
    label = (random.random(500) < 1 / (1 + np.exp(0.5 - 1.5 * score))).astype(float)
    did = label.sum()
    target = np.where(label == 1, (did + 1) / (did + 2), 1 / (500 - did + 2))
    both = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000).fit(
        np.concatenate((score, score))[:, None],
        np.repeat([1, 0], 500),
        sample_weight=np.concatenate((target, 1 - target)),
    )
    found = calibrate(score, label)
    assert found.slope == pytest.approx(both.coef_[0, 0], rel=1e-5)
    assert found.intercept == pytest.approx(both.intercept_[0], rel=1e-5)


def test_what_a_rule_says_becomes_true_on_average() -> None:
    random = np.random.default_rng(1)
    days = random.integers(0, 400, 20_000)
    chance = 1 / (1 + np.exp(1 + 0.01 * days))
    label = (random.random(20_000) < chance).astype(int)
    found = calibrate(-days[:10_000], label[:10_000])
    assert found.slope == pytest.approx(0.01, rel=0.1)
    error = metrics.ece(label[10_000:], found.apply(-days[10_000:]))
    assert error is not None
    assert error < 0.01


def test_a_score_that_tells_the_two_apart_without_fail_is_not_believed_without_end() -> None:
    score, label = np.arange(100.0), np.repeat([0, 1], 50)
    said = calibrate(score, label).apply(score)
    assert (said[:50] < 0.5).all()
    assert (said[50:] > 0.5).all()
    assert 0 < said[0] < said[-1] < 1


@pytest.mark.parametrize(("label", "probability"), [([0, 0, 0], 0.2), ([1, 1, 1], 0.8), ([0, 1], 0.5)])
def test_a_score_without_spread_says_the_same_of_all(label: list[int], probability: float) -> None:
    found = calibrate([7] * len(label), label)
    assert found.slope == 0
    assert found.apply([7, 1000]) == pytest.approx([probability] * 2)


@pytest.mark.parametrize("label", [0, 1])
def test_of_one_outcome_only_the_score_says_nothing(label: int) -> None:
    found = calibrate([1, 2, 3], [label] * 3)
    assert found.apply([1, 2, 3]) == pytest.approx([0.2 + 0.6 * label] * 3)


def test_far_out_scores_are_certain_and_finite() -> None:
    assert Calibration(slope=1e6, intercept=0).apply([-1e6, 1e6]).tolist() == [0, 1]


def test_what_cannot_be_calibrated_is_said() -> None:
    with pytest.raises(NothingToCalibrate):
        calibrate([], [])
    with pytest.raises(metrics.LengthsDiffer):
        calibrate([1, 2], [0])
    with pytest.raises(metrics.OutcomeInvalid):
        calibrate([1, 2], [0, 2])
    with pytest.raises(metrics.ValuesMissing):
        calibrate([1, np.nan], [0, 1])
    with pytest.raises(metrics.ValuesMissing):
        Calibration(slope=1, intercept=0).apply([np.inf])


def test_the_bits_are_the_same_on_any_number_of_threads() -> None:
    random = np.random.default_rng(2)
    score = random.normal(size=300_000)
    label = (random.random(300_000) < 0.3).astype(float)
    found = []
    for threads in (1, 2, 4):
        with threadpool_limits(limits=threads):
            found.append(calibrate(score, label))
    assert found[0] == found[1] == found[2]
