"""The verdict: a model is used where it beats the best plain rule beyond doubt, and nowhere else."""

from typing import Any

import numpy as np
import pytest

from backtest.crowd import crowd
from regulars.backtest import Resampling, Verdict, judge, metrics
from regulars.backtest._judge import NoRule

QUICK = Resampling(draws=200)


def test_a_model_that_knows_more_wins() -> None:
    actual, better, worse = crowd(1000)
    verdict = judge(actual, models={"logistic": better}, rules={"recency": worse}, resampling=QUICK)
    assert (verdict.winner, verdict.reason, verdict.best_rule) == ("logistic", "model_better", "recency")
    rule, model = verdict.trials
    assert (rule.name, rule.is_rule, rule.gain) == ("recency", True, None)
    assert model.gain is not None
    assert model.gain.value == pytest.approx(model.figures["auc"].value - rule.figures["auc"].value)  # type: ignore[operator]
    assert set(model.figures) == {"auc", "pr_auc", "lapse_pr_auc", "brier", "log_loss", "ece", "lift"}
    assert (verdict.customers, verdict.positives, verdict.enough) == (1000, int(actual.sum()), None)


def test_the_rule_to_beat_is_the_best_of_them() -> None:
    actual, better, worse = crowd(1000)
    rules = {"spend": 1 - worse, "rfm": better, "recency": worse}
    verdict = judge(actual, models={"logistic": worse}, rules=rules, resampling=QUICK)
    assert (verdict.winner, verdict.reason) == ("rfm", "rule_not_beaten")


def test_a_gain_that_may_be_nothing_leaves_the_rule_in_place() -> None:
    actual, forecast, _ = crowd(200)
    near = np.clip(forecast + np.random.default_rng(1).normal(0, 0.01, 200), 0, 1)
    for model, rule in ((forecast, near), (near, forecast), (forecast, forecast)):
        verdict = judge(actual, models={"model": model}, rules={"rule": rule}, metrics=[metrics.auc], resampling=QUICK)
        assert (verdict.winner, verdict.reason) == ("rule", "rule_not_beaten")


def test_of_two_models_the_one_that_gains_more_wins() -> None:
    actual, best, _ = crowd(2000)
    random = np.random.default_rng(3)
    good, bad = (np.clip(best + random.normal(0, spread, 2000), 0, 1) for spread in (0.1, 0.6))
    verdict = judge(actual, models={"good": good, "best": best}, rules={"rule": bad}, resampling=QUICK)
    assert verdict.winner == "best"
    assert all(trial.gain.interval.low > 0 for trial in verdict.trials if trial.gain and trial.gain.interval)


def test_more_models_need_surer_gains() -> None:
    actual, model, rule = crowd(500)
    alone, among = (
        judge(actual, models=models, rules={"rule": rule}, metrics=[metrics.auc], resampling=QUICK).trials[1].gain
        for models in ({"a": model}, dict.fromkeys("abcde", model))
    )
    assert alone is not None
    assert among is not None
    assert alone.interval is not None
    assert among.interval is not None
    assert (alone.interval.level, among.interval.level) == pytest.approx((0.95, 0.99))
    assert among.interval.low < alone.interval.low


def test_of_models_that_come_one_by_one_the_first_stays_until_one_is_better_beyond_doubt() -> None:
    random = np.random.default_rng(2)
    actual = random.gamma(2.0, 10.0, 400)
    noise = random.normal(0, 1, (2, 400))
    said = {
        "simple": actual + 8 * noise[0],
        "alike": actual + 7.8 * noise[0] + 1.2 * noise[1],  # a hair better in this draw
        "better": actual + 2 * noise[1],
        "worse": actual + 12 * noise[1],
    }
    asked: Any = {"rules": {"mean": np.full(400, 20.0)}, "metrics": [metrics.rmse], "resampling": QUICK}
    names = list(said)
    for count, winner in enumerate(["simple", "simple", "better", "better"], start=1):
        verdict = judge(actual, models={name: said[name] for name in names[:count]}, simplest_first=True, **asked)
        assert (verdict.winner, verdict.reason) == (winner, "model_better")
    assert [trial.met for trial in verdict.trials] == [None, "mean", "simple", "simple", "better"]
    two = {name: said[name] for name in names[:2]}
    assert judge(actual, models=two, **asked).winner == "alike", "the larger gain, where all meet the rule alone"


def test_without_a_model_the_best_rule_is_used() -> None:
    actual, better, worse = crowd(300)
    verdict = judge(actual, models={}, rules={"worse": worse, "better": better}, resampling=QUICK)
    assert (verdict.winner, verdict.reason) == ("better", "rule_not_beaten")


@pytest.mark.parametrize(("positives", "reason", "enough"), [(0, "one_class_only", 20), (19, "too_few_customers", 20)])
def test_of_too_few_nothing_is_concluded(positives: int, reason: str, enough: int) -> None:
    actual = np.array([1] * positives + [0] * (100 - positives))
    model, rules = 0.2 + 0.6 * actual, {"first": np.full(100, 0.5), "second": 0.4 + 0.2 * actual}
    verdict = judge(actual, models={"oracle": model}, rules=rules, resampling=QUICK)
    assert (verdict.winner, verdict.reason, verdict.enough) == ("first", reason, enough)
    assert (verdict.customers, verdict.positives) == (100, positives)
    assert (verdict.trials[0].figures["auc"].value is None) == (positives == 0)


def test_twenty_of_each_are_enough() -> None:
    actual = np.array([1] * 20 + [0] * 20)
    assert judge(actual, models={"oracle": actual}, rules={"coin": [0.5] * 40}).reason == "model_better"


def test_it_is_customers_who_must_be_twenty_and_not_rows() -> None:
    actual = np.array([1, 0] * 50)
    ids = np.array([f"c{place // 10}" for place in range(100)])
    verdict = judge(actual, models={}, rules={"coin": [0.5] * 100}, customers=ids, resampling=QUICK)
    assert (verdict.reason, verdict.customers, verdict.positives) == ("too_few_customers", 10, 10)


def test_nobody_at_all_is_too_few_and_no_failure() -> None:
    verdict = judge([], models={"model": []}, rules={"rule": []}, resampling=QUICK)
    assert (verdict.winner, verdict.reason, verdict.customers) == ("rule", "too_few_customers", 0)


@pytest.mark.parametrize(("people", "reason"), [(39, "too_few_customers"), (40, "model_better")])
def test_amounts_are_judged_by_their_own_metrics(people: int, reason: str) -> None:
    actual: Any = np.arange(people) % 7
    verdict = judge(
        actual,
        models={"bgnbd": actual + 0.5},
        rules={"last_year": actual + np.where(actual > 3, 2.0, 1.0)},
        metrics=[metrics.mae, metrics.bias, metrics.gini],
        resampling=QUICK,
    )
    assert (verdict.reason, verdict.decided_by, verdict.positives) == (reason, "mae", None)
    assert verdict.trials[1].figures["mae"].value == 0.5


def test_a_model_needs_a_rule_beside_it() -> None:
    with pytest.raises(NoRule):
        judge([0, 1], models={"model": [0.1, 0.9]}, rules={})


def test_without_history_a_verdict_is_made_without_a_test() -> None:
    verdict = Verdict(winner="recency", reason="too_short_history", decided_by="auc")
    assert (verdict.trials, verdict.customers, verdict.best_rule) == ((), 0, None)
