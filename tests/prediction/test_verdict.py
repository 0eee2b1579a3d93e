"""Who is used: the model where it knows more than a rule, the rule elsewhere, nobody where nothing can be said."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from feature_rows import by_customer
from prediction.shoppers import (
    CUTOFFS,
    HORIZON,
    TEST,
    TRAINING,
    Array,
    by_recency,
    by_usage,
    leavers,
    observed,
    predict,
    predicted,
    shoppers,
    table,
    told,
)
from regulars.backtest import Observations, metrics
from regulars.core import Settings
from regulars.engines import Engine
from regulars.prediction import RULES, add
from regulars.prediction import _known as known
from regulars.prediction._known import Observed
from regulars.prediction._rules import by_rule, calibrated


def test_where_recency_is_all_there_is_the_rule_is_not_beaten(engine: Engine) -> None:
    found = predicted(engine, odds=by_recency)
    assert (found.in_use, found.reason) == ("recency", "rule_not_beaten")
    assert found.rule is not None
    assert found.rule.slope == pytest.approx(1 / 60, rel=0.3)
    assert found.logistic is not None, "what was tested is shown, used or not"
    assert found.logistic.fitted_on == (TRAINING,)


@pytest.mark.both_engines(slow=True)
def test_where_use_tells_more_than_any_rule_the_model_wins(engine: Engine) -> None:
    found = predicted(engine, odds=by_usage)
    assert (found.in_use, found.reason) == ("logistic", "model_better")
    assert found.logistic is not None
    weights = {feature.column: feature.coefficient for feature in found.logistic.features}
    assert max(weights, key=lambda column: weights[column]) == "usage_last_period"
    assert (found.rule, found.left_out.get("logistic")) == (None, None)


def test_the_winner_is_fitted_again_on_every_window_that_is_over(engine: Engine) -> None:
    found = predicted(engine, odds=by_usage)
    assert found.logistic is not None
    assert found.verdict is not None
    assert (found.logistic.fitted_on, found.logistic.rows, found.logistic.customers) == ((TRAINING, TEST), 1200, 600)
    (auc,) = [trial.figures["auc"].value for trial in found.verdict.trials if trial.name == "logistic"]
    assert found.logistic.test_auc == auc
    assert found.logistic.training_auc is not None
    assert 0.5 < found.logistic.training_auc <= 1


def test_every_candidate_stands_in_the_verdict_or_says_why_not(engine: Engine) -> None:
    found = predicted(engine, odds=by_recency, people=100, draws=20)
    assert found.verdict is not None
    tried = [trial.name for trial in found.verdict.trials]
    assert tried[:3] == list(RULES)
    assert {*tried, *found.left_out} == {*RULES, "logistic", "bg_nbd"}


def test_bins_of_the_winner_and_the_best_rule_count_the_whole_test(engine: Engine) -> None:
    found = predicted(engine, odds=by_usage)
    assert found.verdict is not None
    assert set(found.calibration) == {"logistic", found.verdict.best_rule}
    figures = {trial.name: trial.figures["ece"].value for trial in found.verdict.trials}
    for name, bins in found.calibration.items():
        assert len(bins) == 10
        assert sum(one.customers for one in bins) == found.verdict.customers
        shown = [one for one in bins if one.mean_p is not None and one.share_bought is not None]
        assert all(one.low <= (one.mean_p or 0) <= one.high for one in shown)
        off = sum(one.customers * abs((one.mean_p or 0) - (one.share_bought or 0)) for one in shown)
        assert off / found.verdict.customers == pytest.approx(figures[name])


@pytest.mark.both_engines(slow=True)
def test_without_a_test_nobody_has_a_figure_and_all_know_why(engine: Engine) -> None:
    figures = shoppers(4, seed=5)
    figures["may_profile"][0] = 0
    figures["order_count"][1] = 0
    engine.load("features", table(figures))
    short = replace(CUTOFFS, test=None, training=(), reason="too_short_history")
    found = add(engine, cutoffs=short, training=[], test=None, settings=Settings(), seed=0)
    assert (found.in_use, found.reason, found.verdict) == (None, "too_short_history", None)
    rows = by_customer(engine, "prediction").values()
    assert [row["prediction_reason"] for row in sorted(rows, key=lambda row: str(row["customer_id"]))] == [
        "no_consent", "no_orders", "too_short_history", "too_short_history"
    ]  # fmt: skip
    assert all(row["p_purchase"] is None and row["p_lapse"] is None for row in rows)


@pytest.mark.parametrize(
    ("people", "bought", "reason"),
    [
        (2, 1, "too_few_customers"),
        (39, 19, "too_few_customers"),
        (300, 19, "too_few_customers"),
        (300, 281, "too_few_customers"),
        (300, 0, "one_class_only"),
        (39, 39, "one_class_only"),
    ],
)
def test_a_test_of_too_few_gives_nobody_a_figure(engine: Engine, people: int, bought: int, reason: str) -> None:
    training = observed(engine, shoppers(300, seed=1), odds=by_recency, cutoff=TRAINING, seed=2)
    then = (np.arange(people) < bought).astype(float)
    test = told(engine, shoppers(people, seed=3), bought=then, cutoff=TEST)
    engine.load("features", table(shoppers(5, seed=5)))
    found = predict(engine, training=training, test=test, draws=20)
    assert (found.in_use, found.reason, found.rule, found.calibration) == (None, reason, None, {})
    assert found.verdict is not None
    assert (found.verdict.customers, found.verdict.positives, found.verdict.enough) == (people, bought, 20)
    rows = by_customer(engine, "prediction").values()
    assert {(row["p_purchase"], row["p_lapse"], row["prediction_reason"]) for row in rows} == {(None, None, reason)}


def test_twenty_of_each_are_enough_for_a_rule(engine: Engine) -> None:
    training = observed(engine, shoppers(300, seed=1), odds=by_recency, cutoff=TRAINING, seed=2)
    test = told(engine, shoppers(40, seed=3), bought=np.repeat([0.0, 1.0], 20), cutoff=TEST)
    engine.load("features", table(shoppers(5, seed=5)))
    assert predict(engine, training=training, test=test, draws=20).in_use is not None
    assert all(row["p_purchase"] is not None for row in by_customer(engine, "prediction").values())


def test_a_rule_that_ranks_the_wrong_way_says_the_share_that_bought_of_everybody(engine: Engine) -> None:
    def wrong_way_round(figures: Mapping[str, Array]) -> Array:
        return -by_recency(figures)

    found = predicted(engine, odds=wrong_way_round)
    assert found.verdict is not None
    figures = {trial.name: trial.figures["auc"].value for trial in found.verdict.trials}
    assert figures["recency"] == 0.5, "not turned round: that would be another rule"
    rows = observed_rows(engine)
    rule = calibrated("recency", rows)
    (share,) = set(by_rule(rule, rows.columns).tolist())
    assert (rule.slope, share) == (0.0, pytest.approx(rows.bought.mean(), abs=1e-3))


def observed_rows(engine: Engine) -> Observed:
    """Return what was observed at both cut-offs."""
    seen = [
        Observations(table=f"at_{cutoff:%Y%m%d}", cutoff=cutoff, horizon_days=HORIZON, customers=600, buyers=1)
        for cutoff in CUTOFFS.final
    ]
    return known.observed(engine, seen, scratch="again")


def test_where_nobody_had_bought_by_a_cutoff_there_is_nothing_to_learn(engine: Engine) -> None:
    nobody = shoppers(30, seed=1)
    nobody["order_count"][:] = 0
    training = told(engine, nobody, bought=np.ones(30), cutoff=TRAINING)
    test = observed(engine, shoppers(30, seed=3), odds=by_recency, cutoff=TEST, seed=4)
    engine.load("features", table(shoppers(5, seed=5)))
    found = predict(engine, training=training, test=test)
    assert (found.in_use, found.reason) == (None, "too_few_customers")
    assert {row["prediction_reason"] for row in by_customer(engine, "prediction").values()} == {"too_few_customers"}


@pytest.mark.parametrize("buyers", [0, 19])
def test_a_regression_is_not_fitted_to_a_handful_of_purchases(engine: Engine, buyers: int) -> None:
    bought = (np.arange(300) < buyers).astype(float)
    training = told(engine, shoppers(300, seed=1), bought=bought, cutoff=TRAINING)
    test = observed(engine, shoppers(300, seed=3), odds=by_recency, cutoff=TEST, seed=4)
    engine.load("features", table(shoppers(5, seed=5)))
    found = predict(engine, training=training, test=test)
    assert found.left_out["logistic"] == "too_few_customers"
    assert found.logistic is None
    assert found.in_use in RULES


def leavers_of_before(engine: Engine) -> dict[str, Observations]:
    """Learned from few, tested on many: a model that needs no answers has its chance."""
    few, _ = leavers(200, seed=1)
    many, bought = leavers(3000, seed=2)
    return {
        "training": told(engine, few, bought=(np.arange(200) < 15).astype(float), cutoff=TRAINING),
        "test": told(engine, many, bought=bought, cutoff=TEST),
    }


def test_where_customers_buy_until_they_leave_the_lifetime_model_wins(engine: Engine) -> None:
    figures, bought = leavers(1500, seed=3)
    engine.load("features", table(figures))
    found = predict(engine, **leavers_of_before(engine))
    assert (found.in_use, found.reason) == ("bg_nbd", "model_better")
    assert found.bg_nbd is not None
    assert found.bg_nbd.customers == 1500, "fitted anew on today's histories"
    rows = by_customer(engine, "prediction")
    said = np.array([rows[who]["p_purchase"] for who in sorted(rows)], dtype=float)
    assert abs(said.mean() - bought.mean()) < 0.03
    assert (metrics.auc(bought, said) or 0) > 0.7


def test_a_winner_that_can_no_longer_be_fitted_leaves_its_place_to_the_rule(engine: Engine) -> None:
    engine.load("features", table(shoppers(30, seed=5)))
    found = predict(engine, **leavers_of_before(engine))
    assert found.verdict is not None
    assert found.verdict.winner == "bg_nbd"
    assert (found.in_use, found.reason) == (found.verdict.best_rule, "too_few_customers")
    assert found.rule is not None
    assert all(row["p_purchase"] is not None for row in by_customer(engine, "prediction").values())
