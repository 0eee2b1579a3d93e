"""Why this customer: parts and base add up to the log-odds, whoever is in use, also from what JSON kept."""

import json
from dataclasses import asdict, replace
from datetime import date
from math import isclose, log
from typing import Any

import pytest

from feature_rows import by_customer
from prediction.shoppers import CUTOFFS, by_recency, by_usage, leavers, predicted, table
from regulars.backtest import Observations
from regulars.core import Settings
from regulars.engines import Engine
from regulars.prediction import READS, Feature, Logistic, Prediction, base, in_points, parts
from regulars.prediction._add import _apply
from regulars.prediction._known import observed

EVERYBODY = ("recency", "rfm", "hiatus", "logistic", "bg_nbd")


def in_use(engine: Engine, name: str) -> tuple[Prediction, list[dict[str, Any]]]:
    """Return a prediction by the given candidate, whoever had won, and the rows of its result."""
    found = predicted(engine, odds=by_usage, people=300, draws=20)
    if name == "bg_nbd":
        engine.load("features", table(leavers(120, seed=3)[0]))
    rows = observed(engine, [_again(cutoff) for cutoff in CUTOFFS.final], scratch="again")
    chosen = replace(found, in_use=name)
    found = _apply(engine, chosen, rows, settings=Settings(), features="features", into="prediction")
    features, said = by_customer(engine, "features"), by_customer(engine, "prediction")
    assert found.in_use == name
    return found, [{**features[who], **said[who]} for who in sorted(features)]


def _again(cutoff: date) -> Observations:
    return Observations(table=f"at_{cutoff:%Y%m%d}", cutoff=cutoff, horizon_days=90, customers=300, buyers=0)


@pytest.mark.parametrize("name", EVERYBODY)
def test_parts_and_base_add_up_to_the_log_odds(engine: Engine, name: str) -> None:
    found, customers = in_use(engine, name)
    kept = json.loads(json.dumps(asdict(found), default=str))
    assert len(customers) >= 50
    for place, customer in enumerate(customers):
        p = customer["p_purchase"]
        assert 0 < p < 1
        for prediction in (found, kept) if place < 5 else (kept,):
            start = base(prediction)
            assert start is not None
            total = start + sum(part.contribution for part in parts(prediction, customer))
            assert isclose(total, log(p / (1 - p)), abs_tol=1e-9)


@pytest.mark.parametrize("name", EVERYBODY)
def test_points_begin_with_the_base_and_add_up_to_the_probability(engine: Engine, name: str) -> None:
    found, customers = in_use(engine, name)
    for customer in customers:
        begins, *added = in_points(found, customer)
        assert begins.code == "base"
        total = begins.contribution + sum(part.contribution for part in added)
        assert isclose(total, customer["p_purchase"], abs_tol=1e-12)
        for part, point in zip(parts(found, customer), added, strict=True):
            assert (part.code, part.value) == (point.code, point.value)
            assert part.contribution * point.contribution >= 0, "what speaks for a purchase takes nothing away"


def test_points_that_cancel_out_are_told_all_the_same() -> None:
    features = tuple(
        Feature(column=column, scale="plain", centre=0.0, spread=1.0, coefficient=coefficient)
        for column, coefficient in (("orders_30d", 1.0), ("orders_90d", -1.0))
    )
    model = Logistic(features=features, intercept=0.0, fitted_on=(), rows=1, customers=1)
    told = {"in_use": "logistic", "logistic": asdict(model)}
    customer = {**dict.fromkeys(READS), "p_purchase": 0.5, "orders_30d": 2, "orders_90d": 2}
    assert [part.contribution for part in in_points(told, customer)] == [0.5, 0.5, -0.5]
    assert in_points(told, {**customer, "p_purchase": None}) == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("recency", {"days_since_last"}),
        ("hiatus", {"hiatus"}),
        ("rfm", {"recency_rank", "frequency_rank", "monetary_rank"}),
        ("bg_nbd", {"tenure_days", "repeat_count", "days_since_last"}),
    ],
)
def test_each_candidate_is_told_in_its_own_terms(engine: Engine, name: str, codes: set[str]) -> None:
    found, customers = in_use(engine, name)
    for customer in customers[:10]:
        assert {part.code for part in parts(found, customer)} == codes


@pytest.mark.both_engines(slow=True)
def test_the_parts_of_the_rank_sum_are_its_ranks(engine: Engine) -> None:
    found, customers = in_use(engine, "rfm")
    assert found.rule is not None
    spends = sorted(float(customer["spend_total"]) for customer in customers)
    for customer in customers:
        own = float(customer["spend_total"])
        less, equal = sum(spend < own for spend in spends), spends.count(own)
        rank = (less + equal / 2) / len(spends)
        told = {part.code: part for part in parts(found, customer)}["monetary_rank"]
        assert told.value == own
        assert isclose(told.contribution, found.rule.slope * (rank - found.rule.centre / 3), abs_tol=1e-9)


def test_a_missing_gap_is_one_part_without_a_value(engine: Engine) -> None:
    found, customers = in_use(engine, "logistic")
    once = [customer for customer in customers if customer["gap_mean_days"] is None]
    assert once
    for customer in once:
        told = [part for part in parts(found, customer) if part.code == "gap_mean_days"]
        assert len(told) == 1
        assert told[0].value is None


def test_use_of_late_is_the_strongest_part_where_it_is_what_matters(engine: Engine) -> None:
    found, customers = in_use(engine, "logistic")
    often = max(customers, key=lambda customer: customer["usage_last_period"])
    strongest = max(parts(found, often), key=lambda part: part.contribution)
    assert (strongest.code, strongest.value) == ("usage_last_period", float(often["usage_last_period"]))


def test_who_has_no_figure_has_no_parts(engine: Engine) -> None:
    found = predicted(engine, odds=by_recency, people=100, draws=20)
    assert parts(found, {"p_purchase": None}) == []
    nothing = replace(found, in_use=None)
    assert parts(nothing, {"p_purchase": 0.5}) == []
    assert base(nothing) is None
