"""What holds for every shop: probabilities, consent, order, and no look ahead."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as laws_of

import cast
from feature_rows import by_customer
from features.shops import Tables, shops
from prediction.shoppers import TEST, TRAINING, by_recency, by_usage, predict, predicted, shoppers, table, told
from regulars import features
from regulars.backtest import Cutoffs, observe
from regulars.core import Settings
from regulars.engines import Engine
from regulars.prediction import READS, Prediction, add

Rows = dict[str, dict[str, object]]


def forecast(engine: Engine, tables: Tables, *, as_of: date = cast.AS_OF) -> tuple[Prediction, Rows, Rows]:
    """Predict from clean tables, as the composer does; return features too."""
    cast.load(engine, tables)
    test, training = as_of - timedelta(days=60), as_of - timedelta(days=120)
    cutoffs = Cutoffs(as_of=as_of, horizon_days=60, test=test, training=(training,))
    first, second = (
        observe(engine, cutoff=cutoff, horizon_days=60, into=f"at_{cutoff:%Y%m%d}", columns=READS)
        for cutoff in (training, test)
    )
    features.build(engine, as_of=as_of)
    found = add(engine, cutoffs=cutoffs, training=[first], test=second, settings=Settings(), seed=0, draws=20)
    return found, by_customer(engine, "features"), by_customer(engine, "prediction")


def town(tables: Tables) -> Tables:
    """Return a shop as that of a whole town: who is known by one name is there as 21 people, the first with that name.

    So there are 20 of every kind, however one of them is changed.
    """
    ids = ("customer_id", "referrer_id", "referred_id")
    return {
        name: [
            {**row, **{who: f"{row[who]}{copy or ''}" for who in ids if who in row}}
            for copy in range(21)
            for row in rows
        ]
        for name, rows in tables.items()
    }


@laws_of(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shop=shops())
def test_everybody_has_one_row_and_either_two_probabilities_or_a_reason(engine: Engine, shop: Tables) -> None:
    found, people, rows = forecast(engine, town(shop))
    assert rows.keys() == people.keys()
    for who, row in rows.items():
        expected = found.reason if found.in_use is None else None
        if not people[who]["order_count"]:
            expected = "no_orders"
        if not people[who]["may_profile"]:
            expected = "no_consent"
        assert row["prediction_reason"] == expected
        assert (row["p_purchase"] is None) == (row["p_lapse"] is None) == (expected is not None)
        if expected is None:
            assert isinstance(row["p_purchase"], float)
            assert 0 <= row["p_purchase"] <= 1
            assert row["p_lapse"] == 1 - row["p_purchase"]


def test_what_comes_after_the_last_day_changes_nothing(engine: Engine) -> None:
    tables = town(cast.rows())
    _, _, before = forecast(engine, tables)
    tables["orders"] += [cast.order(cast.BO, -days, "500.00") for days in (1, 20, 59)]
    _, _, after = forecast(engine, tables)
    assert before == after
    assert before[cast.ANA]["p_purchase"] is not None


def test_what_comes_after_the_test_changes_what_was_done_and_nothing_that_was_said(engine: Engine) -> None:
    tables = town(cast.rows())
    with_bo = {**tables, "orders": [*tables["orders"], cast.order(cast.BO, 3, "500.00")]}
    found = [forecast(engine, shop)[0] for shop in (tables, with_bo)]
    bins = [[(one.customers, one.mean_p) for one in each.calibration["recency"]] for each in found]
    assert bins[0] == bins[1]
    positives = [each.verdict.positives for each in found if each.verdict]
    assert positives[1] == (positives[0] or 0) + 1


@pytest.mark.parametrize("odds", [by_recency, by_usage])
def test_the_order_of_rows_says_nothing(engine: Engine, odds: object) -> None:
    assert callable(odds)
    random = np.random.default_rng(0)
    shuffled: list[Rows] = []
    for turn in range(2):
        observations = []
        for cutoff, seed in ((TRAINING, 1), (TEST, 3)):
            figures = shoppers(300, seed=seed)
            bought = (np.random.default_rng(seed).random(300) < 1 / (1 + np.exp(-odds(figures)))).astype(float)
            order = random.permutation(300).astype(float) if turn else None
            observations.append(told(engine, figures, bought=bought, cutoff=cutoff, order=order))
        engine.load(
            "features", table(shoppers(40, seed=5), order=random.permutation(40).astype(float) if turn else None)
        )
        predict(engine, training=observations[0], test=observations[1], draws=40)
        shuffled.append(by_customer(engine, "prediction"))
    assert shuffled[0] == shuffled[1]


def test_nobody_s_figure_depends_on_who_else_is_there_today(engine: Engine) -> None:
    predicted(engine, odds=by_usage, people=300, today=60, draws=40)
    among_others = by_customer(engine, "prediction")
    predicted(engine, odds=by_usage, people=300, today=60, draws=40, features=_alone(engine, "c00007"))
    assert by_customer(engine, "prediction") == {"c00007": among_others["c00007"]}


def _alone(engine: Engine, who: str) -> str:
    engine.load("alone", table(shoppers(60, seed=5)).filter(pa.compute.field("customer_id") == who))
    return "alone"


def test_who_refused_profiling_has_no_figure_and_no_say_in_anybody_elses(engine: Engine) -> None:
    """By the rank sum, whose percentiles are of all who may be profiled."""
    figures = shoppers(40, seed=5)
    found = []
    for others in (0, 15):
        refusing = {name: np.concatenate([own, own[:others] * 2]) for name, own in figures.items()}
        refusing["may_profile"][40:] = 0
        observations = []
        for cutoff, seed in ((TRAINING, 1), (TEST, 3)):
            seen = shoppers(60, seed=seed)
            ranked = (seen["repeat_count"] + seen["spend_total"] / 1000 - seen["days_since_last"] / 100 > 0).astype(
                float
            )
            seen = {name: np.concatenate([own, own[:others] * 3]) for name, own in seen.items()}
            seen["may_profile"][60:] = 0
            bought = np.concatenate([ranked, 1 - ranked[:others]])
            observations.append(told(engine, seen, bought=bought, cutoff=cutoff))
        engine.load("features", table(refusing))
        verdict = predict(engine, training=observations[0], test=observations[1], draws=40)
        assert verdict.in_use == "rfm"
        rows = by_customer(engine, "prediction")
        assert {row["prediction_reason"] for row in list(rows.values())[40:]} <= {"no_consent"}
        found.append({who: row for who, row in rows.items() if row["prediction_reason"] is None})
    assert len(found[0]) == 40
    assert found[0] == found[1]


def test_only_columns_are_read_that_a_cutoff_can_tell(shop: Engine) -> None:
    features.build(shop, as_of=cast.AS_OF)
    assert set(READS) <= set(shop.columns("features"))
    assert "outlier_count" not in READS, "its bound is of all orders, later ones too"


def test_refunds_that_leave_less_than_nothing_are_no_failure(engine: Engine) -> None:
    tables = town(cast.rows())
    tables["orders"] += [cast.order(cast.BO, 640, "-900.00", known_days_ago=300)]
    _, people, rows = forecast(engine, tables)
    assert Decimal(str(people[cast.BO]["spend_total"])) < 0
    assert rows[cast.BO]["p_purchase"] is not None
