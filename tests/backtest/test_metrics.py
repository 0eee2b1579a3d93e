"""Metrics, beside scikit-learn where it has them and beside slow, obvious code where it has not."""

import math
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from regulars.backtest import metrics
from regulars.backtest.metrics import Metric

EVERY = [getattr(metrics, name) for name in metrics.__all__ if isinstance(getattr(metrics, name), Metric)]
quick = settings(max_examples=25, deadline=None)
Rows = tuple[list[int], list[float], list[float]]


@st.composite
def outcomes(draw: st.DrawFn, most: int = 40) -> Rows:
    """Rows with both outcomes, probabilities that often tie, and weights of which each outcome has some."""
    size = draw(st.integers(2, most))
    actual = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    actual[0], actual[1] = 0, 1
    tying = st.sampled_from([0.0, 0.05, 0.25, 0.5, 0.95, 1.0])
    forecast = draw(st.lists(tying | st.floats(0, 1), min_size=size, max_size=size))
    weight = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    weight[0], weight[1] = 1, 2
    return actual, forecast, [float(times) for times in weight]


@st.composite
def amounts(draw: st.DrawFn) -> Rows:
    """Rows of amounts that often tie, forecasts of them, and weights."""
    size = draw(st.integers(2, 40))
    actual = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    actual[0], actual[1] = 0, 9
    forecast = draw(st.lists(st.integers(0, 9).map(float), min_size=size, max_size=size))
    forecast[0], forecast[1] = 3.0, 4.0
    weight = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    weight[0], weight[1] = 1, 2
    return actual, forecast, [float(times) for times in weight]


def close(found: float | None, expected: float) -> bool:
    return found is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        (metrics.auc, sk.roc_auc_score),
        (metrics.pr_auc, sk.average_precision_score),
        (metrics.brier, sk.brier_score_loss),
        (metrics.log_loss, lambda y, p, **more: sk.log_loss(y, p, labels=[0, 1], **more)),
    ],
)
@quick
@given(rows=outcomes())
def test_outcome_metrics_are_those_of_scikit_learn(metric: Metric, reference: Callable[..., float], rows: Rows) -> None:
    actual, forecast, weight = rows
    assert close(metric(actual, forecast), reference(actual, forecast))
    assert close(metric(actual, forecast, weight), reference(actual, forecast, sample_weight=weight))


@quick
@given(rows=outcomes())
def test_pr_auc_of_lapse_is_pr_auc_of_the_other_outcome(rows: Rows) -> None:
    actual, forecast, weight = rows
    lapsed, chance = [1 - one for one in actual], [-one for one in forecast]
    assert close(
        metrics.lapse_pr_auc(actual, forecast, weight),
        sk.average_precision_score(lapsed, chance, sample_weight=weight),
    )


@quick
@given(rows=amounts())
def test_amount_metrics_are_those_of_numpy_and_scikit_learn(rows: Rows) -> None:
    actual, forecast, weight = rows
    again = [np.repeat(values, np.asarray(weight, dtype=int)) for values in (actual, forecast)]
    assert close(metrics.mae(actual, forecast, weight), sk.mean_absolute_error(actual, forecast, sample_weight=weight))
    rmse = sk.root_mean_squared_error(actual, forecast, sample_weight=weight)
    assert close(metrics.rmse(actual, forecast, weight), rmse)
    assert close(metrics.pearson(actual, forecast, weight), np.corrcoef(np.vstack(again))[0, 1])
    assert close(metrics.bias(actual, forecast, weight), again[1].sum() / again[0].sum() - 1)


@quick
@given(rows=outcomes())
def test_ece_is_the_mean_gap_of_ten_bins(rows: Rows) -> None:
    actual, forecast, weight = rows
    gap = 0.0
    for number in range(10):
        inside = [at for at, said in enumerate(forecast) if min(int(said * 10), 9) == number]
        gap += abs(sum(weight[at] * (forecast[at] - actual[at]) for at in inside))
    assert close(metrics.ece(actual, forecast, weight), gap / sum(weight))


@quick
@given(rows=outcomes(most=6), top=st.integers(1, 6))
def test_lift_is_what_is_expected_over_all_orders_of_equal_forecasts(rows: Rows, top: int) -> None:
    actual, forecast, _ = rows
    top = min(top, len(actual))
    lifts = [
        sum(actual[at] for at in sorted(order, key=lambda at: -forecast[at])[:top]) / top / (sum(actual) / len(actual))
        for order in permutations(range(len(actual)))
    ]
    assert close(metrics.lift_in_top(top / len(actual))(actual, forecast), sum(lifts) / len(lifts))


@quick
@given(rows=outcomes())
def test_gini_of_outcomes_is_twice_auc_less_one(rows: Rows) -> None:
    actual, forecast, weight = rows
    auc = metrics.auc(actual, forecast, weight)
    assert auc is not None
    assert close(metrics.gini(actual, forecast, weight), 2 * auc - 1)


@quick
@given(rows=amounts())
def test_gini_is_the_ratio_of_two_covariances_with_ranks(rows: Rows) -> None:
    actual, forecast, _ = rows

    def middle(values: Any) -> list[float]:
        return [sum((other < one) + (other == one) / 2 for other in values) for one in values]

    above = np.cov(actual, middle(forecast))[0, 1]
    assert close(metrics.gini(actual, forecast), above / np.cov(actual, middle(actual))[0, 1])


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
@quick
@given(rows=outcomes(), order=st.randoms(use_true_random=False))
def test_a_weight_is_a_number_of_rows_and_their_order_says_nothing(metric: Metric, rows: Rows, order: Any) -> None:
    repeated = [(one, said) for one, said, times in zip(*rows, strict=True) for _ in range(int(times))]
    order.shuffle(repeated)
    actual, forecast = zip(*repeated, strict=True)
    weighted, plain = metric(*rows), metric(actual, forecast)
    assert weighted == plain if plain is None else close(weighted, plain)


@pytest.mark.parametrize("metric", [metrics.auc, metrics.pr_auc, metrics.lapse_pr_auc, metrics.lift, metrics.gini],
                         ids=lambda metric: metric.name)  # fmt: skip
@quick
@given(rows=outcomes())
def test_metrics_of_the_order_see_the_order_only(metric: Metric, rows: Rows) -> None:
    actual, forecast, weight = rows
    places = [sorted(set(forecast)).index(said) * 7.0 - 100 for said in forecast]
    assert metric(actual, forecast, weight) == metric(actual, places, weight)


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_over_nobody_there_is_no_figure(metric: Metric) -> None:
    assert metric([], []) is None
    assert metric([0, 1], [0.2, 0.7], [0, 0]) is None


@pytest.mark.parametrize("outcome", [0, 1])
def test_where_all_did_the_same_order_has_no_figure(outcome: int) -> None:
    for metric in (metrics.auc, metrics.gini, metrics.pearson):
        assert metric([outcome] * 3, [0.1, 0.2, 0.3]) is None
    alike = [outcome] * 3
    assert metrics.pr_auc(alike, [0.1, 0.2, 0.3]) == (1.0 if outcome else None)
    assert metrics.lapse_pr_auc(alike, [0.1, 0.2, 0.3]) == (None if outcome else 1.0)
    assert metrics.lift(alike, [0.1, 0.2, 0.3]) == (pytest.approx(1.0) if outcome else None)
    assert metrics.brier(alike, [0.5] * 3) == 0.25


def test_a_total_of_nothing_has_no_bias() -> None:
    assert metrics.bias([0, 0], [1, 2]) is None
    assert metrics.bias([-5, 1], [1, 2]) is None


def test_one_wrong_certainty_is_not_infinitely_bad() -> None:
    assert metrics.log_loss([1], [0.0]) == pytest.approx(36.04, abs=0.01)


@pytest.mark.parametrize(("weight", "share"), [(None, 0.5), ([1, 1, 2, 0], 0.25), ([0, 0, 0, 0], None)])
def test_coverage_counts_both_ends(weight: list[float] | None, share: float | None) -> None:
    assert metrics.coverage([1, 5, 9, 3], [1, 6, 5, 0], [2, 7, 8, 3], weight) == share


@pytest.mark.parametrize("better", ["more", "less", "nearer_zero"])
def test_a_gain_is_above_zero_where_the_first_is_better(better: str) -> None:
    (metric, good, bad) = {
        "more": (metrics.auc, 0.8, 0.7),
        "less": (metrics.brier, 0.1, 0.2),
        "nearer_zero": (metrics.bias, -0.05, 0.1),
    }[better]
    assert metric.better == better
    assert metric.gain(good, bad) > 0 > metric.gain(bad, good)
    assert metric.gain(np.array([good, bad]), np.array([good, good])).tolist()[0] == 0


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(metrics.LengthsDiffer, match="forecast has"):
        metrics.auc([0, 1], [0.5])
    with pytest.raises(metrics.LengthsDiffer, match="weight has"):
        metrics.auc([0, 1], [0.5, 0.6], [1])
    with pytest.raises(metrics.ValuesMissing, match="1 of 2 values of forecast"):
        metrics.mae([0, 1], [0.5, math.nan])
    with pytest.raises(metrics.ValuesMissing, match="1 of 2 values of actual"):
        metrics.mae([0, math.inf], [0.5, 0.5])
    with pytest.raises(metrics.OutcomeInvalid, match="auc needs outcomes"):
        metrics.auc([0, 2], [0.5, 0.6])
    with pytest.raises(metrics.ProbabilityInvalid, match="brier needs probabilities"):
        metrics.brier([0, 1], [-3.0, 0.6])
    with pytest.raises(metrics.WeightInvalid):
        metrics.auc([0, 1], [0.5, 0.6], [1, -1])
