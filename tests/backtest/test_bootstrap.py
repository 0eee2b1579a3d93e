"""Intervals by customers drawn again: right in size, the same twice, and one customer is one customer."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.crowd import crowd
from regulars.backtest import Resampling, bootstrap, earns_its_place, metrics, paired_bootstrap
from regulars.backtest._bootstrap import interval_of
from regulars.backtest._judge import OUTCOME_METRICS
from regulars.backtest.metrics import Counted, Metric, rows_of
from regulars.core import Interval

QUICK = Resampling(draws=200)
AMOUNT_METRICS = (
    metrics.mae, metrics.rmse, metrics.msle, metrics.bias, metrics.gini, metrics.pearson, metrics.spearman,
)  # fmt: skip


def interval(metric: Metric, actual: Any, forecast: Any, **more: Any) -> Interval:
    found = bootstrap(metric, actual, forecast, resampling=QUICK, **more).interval
    assert found is not None
    return found


def test_the_interval_of_a_mean_is_the_textbook_one() -> None:
    actual = np.random.default_rng(5).exponential(10, 4000)
    found = bootstrap(metrics.mae, actual, np.zeros(4000), resampling=Resampling(draws=4000))
    assert found.value is not None
    assert found.interval is not None
    half = 1.96 * actual.std() / np.sqrt(4000)
    assert found.interval.low == pytest.approx(found.value - half, abs=0.05 * half)
    assert found.interval.high == pytest.approx(found.value + half, abs=0.05 * half)


def test_a_draw_by_weights_is_a_draw_of_rows() -> None:
    actual, forecast, _ = crowd(60)
    how = Resampling(draws=50, seed=3)
    random = np.random.default_rng(3)
    copied = []
    for _ in range(50):
        drawn = random.integers(60, size=60)
        copied.append(metrics.auc(actual[drawn], forecast[drawn]))
    low, high = np.quantile(np.array(copied, dtype=float), [0.025, 0.975])
    found = bootstrap(metrics.auc, actual, forecast, resampling=how).interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize("metric", [*OUTCOME_METRICS, *AMOUNT_METRICS], ids=lambda metric: metric.name)
def test_draws_measured_together_are_those_measured_one_by_one(metric: Metric) -> None:
    actual, forecast, rule = crowd(60)
    tied = np.round(forecast, 1)
    times = np.random.default_rng(3).multinomial(60, np.full(60, 1 / 60), size=30).astype(float)
    times[0] = np.arange(60) == 7  # one customer alone: most metrics are undefined
    happened = actual if metric.of_outcomes else actual * rule
    rows = rows_of(happened, tied)
    together = metric.of(rows)(Counted(rows, times))
    for found, weight in zip(together, times, strict=True):
        assert found == metric(happened, tied, weight) or (np.isnan(found) and metric(happened, tied, weight) is None)


@pytest.mark.parametrize("metric", [metrics.auc, metrics.pr_auc, metrics.lift, metrics.ece, metrics.gini])
def test_a_customer_at_three_cutoffs_is_one_customer(metric: Metric) -> None:
    actual, forecast, _ = crowd(80)
    ids = np.array([f"c{place:03}" for place in range(80)])
    once = interval(metric, actual, forecast, customers=ids)
    three_times = [np.tile(values, 3) for values in (actual, forecast, ids)]
    again = interval(metric, *three_times[:2], customers=three_times[2])
    alone = interval(metric, *three_times[:2])
    assert (again.low, again.high) == pytest.approx((once.low, once.high), rel=1e-12)
    assert alone.high - alone.low < 0.8 * (once.high - once.low), "rows taken for customers feign certainty"


@settings(max_examples=10, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_with_ids_the_order_of_rows_changes_nothing(order: Any) -> None:
    actual, forecast, rule = crowd(40)
    ids = np.arange(40)
    places = list(range(40))
    order.shuffle(places)
    straight = paired_bootstrap(metrics.auc, actual, forecast, rule, customers=ids, resampling=QUICK)
    mixed = paired_bootstrap(
        metrics.auc, actual[places], forecast[places], rule[places], customers=ids[places], resampling=QUICK
    )
    assert straight.interval is not None
    assert mixed.interval is not None
    assert mixed.value == pytest.approx(straight.value, abs=1e-12)
    assert mixed.interval.low == pytest.approx(straight.interval.low, abs=1e-12)


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    actual, forecast, _ = crowd(200)
    once, again, other = (
        bootstrap(metrics.auc, actual, forecast, resampling=Resampling(draws=200, seed=seed)) for seed in (1, 1, 2)
    )
    assert once == again != other


def test_nothing_is_gained_over_oneself() -> None:
    actual, forecast, _ = crowd(200)
    gain = paired_bootstrap(metrics.auc, actual, forecast, forecast, resampling=QUICK)
    assert gain.value == 0
    assert gain.interval == Interval(low=0, high=0, method="paired_bootstrap")
    assert not earns_its_place(gain.interval)


@pytest.mark.parametrize("metric", [metrics.auc, metrics.brier, metrics.pr_auc])
def test_who_knows_more_earns_the_place_and_who_knows_less_does_not(metric: Metric) -> None:
    actual, better, worse = crowd(2000)
    assert earns_its_place(paired_bootstrap(metric, actual, better, worse, resampling=QUICK).interval)
    assert not earns_its_place(paired_bootstrap(metric, actual, worse, better, resampling=QUICK).interval)


def test_a_pair_is_surer_of_a_gain_than_two_intervals_apart() -> None:
    actual, forecast, _ = crowd(2000)
    near = np.clip(forecast + np.random.default_rng(1).normal(0, 0.03, 2000), 0, 1)
    gain = paired_bootstrap(metrics.auc, actual, forecast, near, resampling=QUICK).interval
    alone = interval(metrics.auc, actual, forecast)
    assert gain is not None
    assert gain.high - gain.low < 0.5 * (alone.high - alone.low)


def test_a_figure_that_most_draws_have_not_has_no_interval() -> None:
    rare = bootstrap(metrics.auc, [0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4])  # a third of the draws leave out the only one
    assert (rare.value, rare.interval) == (1.0, None)
    assert bootstrap(metrics.auc, [0, 0], [0.1, 0.2]).value is None
    assert bootstrap(metrics.mae, [], []).interval is None
    draws = np.array([1.0] * 96 + [np.nan] * 4)
    assert interval_of(draws, level=0.95, method="bootstrap") is not None
    assert interval_of(np.append(draws, [np.nan] * 2), level=0.95, method="bootstrap") is None


def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    truth = metrics.auc(*crowd(200_000, seed=99)[:2])
    assert truth is not None
    held = 0
    for seed in range(100):
        actual, forecast, _ = crowd(300, seed=seed)
        found = bootstrap(metrics.auc, actual, forecast, resampling=Resampling(draws=100)).interval
        assert found is not None
        held += found.low <= truth <= found.high
    assert 88 <= held <= 100


def test_ids_of_other_people_are_refused() -> None:
    with pytest.raises(metrics.LengthsDiffer, match="customers has"):
        bootstrap(metrics.mae, [1, 2], [1, 2], customers=["ana"])
