"""The regression: what it minimises, what it does without a value, and that last bits do not matter."""

from dataclasses import replace

import numpy as np
import pytest

from prediction.shoppers import TEST, TRAINING, by_usage, observed, shoppers, told
from regulars.engines import Engine
from regulars.prediction._known import Observed
from regulars.prediction._known import observed as known
from regulars.prediction._logistic import by_logistic, contributions, fit
from regulars.prediction._results import Logistic


@pytest.fixture
def rows(engine: Engine) -> Observed:
    """Six hundred customers at each of two cut-offs."""
    observations = [
        observed(engine, shoppers(600, seed=seed), odds=by_usage, cutoff=cutoff, seed=seed + 1)
        for cutoff, seed in ((TRAINING, 1), (TEST, 3))
    ]
    return known(engine, observations, scratch="known")


def fitted(rows: Observed) -> Logistic:
    found = fit(rows)
    assert found is not None
    return found


def test_it_stands_where_the_penalised_likelihood_is_flat(rows: Observed) -> None:
    """Σ x (p − y) + β / C = 0 in every coordinate, with C = 1, and Σ (p − y) = 0 for the intercept, which is free."""
    model = fitted(rows)
    off = by_logistic(model, rows.columns) - rows.bought
    assert off.sum() == pytest.approx(0, abs=1e-4)
    for feature, (_, added) in zip(model.features, contributions(model, rows.columns), strict=True):
        assert feature.coefficient != 0
        slope = (added / feature.coefficient * off).sum() + feature.coefficient
        assert slope == pytest.approx(0, abs=1e-4)


def test_coordinates_are_in_standard_deviations_of_the_training_rows(rows: Observed) -> None:
    model = fitted(rows)
    known_values = {feature.column for feature in model.features if feature.scale == "known"}
    assert known_values == {"gap_mean_days", "gap_sd_days", "days_since_usage"}
    for feature, (_, added) in zip(model.features, contributions(model, rows.columns), strict=True):
        place = added / feature.coefficient
        if feature.column not in known_values or feature.scale == "known":
            assert (place.mean(), place.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-9))


def test_a_missing_value_stands_at_the_mean_of_the_others(rows: Observed) -> None:
    model = fitted(rows)
    without = np.isnan(rows.columns["gap_mean_days"])
    assert without.any()
    for feature, (_, added) in zip(model.features, contributions(model, rows.columns), strict=True):
        if feature.column == "gap_mean_days" and feature.scale == "log":
            assert (added[without] == 0).all()
            assert added[~without].mean() == pytest.approx(0, abs=1e-9)


def test_columns_that_tell_nobody_apart_are_left_out_and_named(rows: Observed) -> None:
    model = fitted(rows)
    assert model.without_spread == (
        "spend_90d", "spend_trend", "feedback_count", "rating_recent_mean", "is_subscribed"
    )  # fmt: skip
    assert not {feature.column for feature in model.features} & set(model.without_spread)


def test_last_bits_of_another_engine_change_nothing(rows: Observed) -> None:
    nudged = {name: values * (1 + 2e-16) for name, values in rows.columns.items()}
    assert any((nudged[name] != values)[~np.isnan(values)].any() for name, values in rows.columns.items())
    again = replace(rows, columns=nudged)
    assert fitted(again) == fitted(rows)
    assert (by_logistic(fitted(rows), nudged) == by_logistic(fitted(rows), rows.columns)).all()


def test_the_card_counts_rows_and_customers(rows: Observed) -> None:
    model = fitted(rows)
    assert (model.rows, model.customers, model.fitted_on) == (1200, 600, (TRAINING, TEST))


@pytest.mark.parametrize(("buyers", "is_fitted"), [(19, False), (20, True), (80, True), (81, False)])
def test_twenty_of_each_are_enough(engine: Engine, buyers: int, *, is_fitted: bool) -> None:
    bought = (np.arange(100) < buyers).astype(float)
    rows = known(engine, [told(engine, shoppers(100, seed=1), bought=bought, cutoff=TEST)], scratch="known")
    assert (fit(rows) is not None) == is_fitted
