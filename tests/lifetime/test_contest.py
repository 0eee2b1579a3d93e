"""Which model an analysis goes by: the one that was right before, the simplest of those that were; all answer alike."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from feature_rows import SCHEMA, buyer, load
from lifetime.test_rule_in_use import crowd
from regulars.backtest import Cutoffs, Observations
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import Discounting, LifetimeTrial, Rule, add, learn, revenue, trial
from regulars.lifetime._rules import MODELS
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import (
    BetaGeometricCondensedNBD,
    BetaGeometricNBD,
    ContinuousModel,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
)
from regulars.lifetime.valuing import lifetime_value

CUTOFF = date(2024, 9, 30)
HORIZON = 91
CUTOFFS = Cutoffs(as_of=date(2024, 12, 30), horizon_days=HORIZON, test=CUTOFF, history_days=500, enough_days=300)
RULES = tuple(MODELS)


def asked(model: str) -> Settings:
    return Settings.model_validate({"lifetime": {"model": model}})


def seen(engine: Engine, truth: ContinuousModel, *, customers: int) -> Observations:
    """Put customers of 90 to 360 days into the engine who live by a model, as known then, and what they did."""
    random = np.random.default_rng(7)
    days = random.integers(90, 361, customers)
    lived = truth.simulate(customers, seed=7, age=days / 7, horizon=HORIZON / 7)
    x, known = lived.summary.frequency, lived.summary
    last = np.clip(np.ceil(known.recency * 7), x, days)
    assert known.log_gaps is not None
    # Whole days: no product of gaps is above that of equal ones.
    gaps = np.minimum(known.log_gaps + x * np.log(7), x * np.log(np.maximum(last, 1) / np.maximum(x, 1)))
    kind = 60 / random.gamma(3.5, 1.0, customers)
    spend, after = (random.gamma(4 * np.maximum(each, 1e-9)) * kind for each in (x + 1, lived.purchases))
    rows = [
        buyer(
            f"p{place:04}",
            orders=int(x[place]) + 1,
            spend=Decimal(f"{spend[place]:.2f}"),
            silent=int(days[place] - last[place]),
            age_at_last_days=int(last[place]) if x[place] else 0,
            tenure_days=int(days[place]),
        )
        for place in np.flatnonzero(x <= days)
    ]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    kept = x <= days
    engine.load(
        "seen",
        table.append_column("gap_log_sum", pa.array(np.where(x > 0, gaps, 0.0)[kept])).append_column(
            "spend_after", pa.array(after[kept])
        ),
    )
    return Observations(table="seen", cutoff=CUTOFF, horizon_days=HORIZON, customers=len(rows), buyers=0)


def contest(engine: Engine, truth: ContinuousModel, *, customers: int = 2000, model: str = "auto") -> LifetimeTrial:
    test = seen(engine, truth, customers=customers)
    return trial(engine, cutoffs=CUTOFFS, test=test, settings=asked(model), seed=0)


def errors(found: LifetimeTrial) -> dict[str, float]:
    assert found.verdict is not None
    return {each.name: float(str(each.figures["rmse"].value)) for each in found.verdict.trials}


def test_regular_buyers_are_foretold_by_their_model(engine: Engine) -> None:
    truth = BetaGeometricCondensedNBD.with_parameters(k=4, r=2.0, alpha=1.5, a=0.8, b=4.0)
    found = contest(engine, truth, customers=3000)
    assert (found.rule, found.reason) == ("bg_cnbd_k", "model_better")
    assert found.learned is not None
    assert found.learned.purchases.k in {3, 4, 5}
    assert errors(found)["bg_cnbd_k"] < errors(found)["bg_nbd"]
    assert found.verdict is not None
    (last,) = (each for each in found.verdict.trials if each.name == "bg_cnbd_k")
    assert last.met in {"bg_nbd", "mbg_nbd", "pareto_nbd"}
    assert last.step is not None
    assert last.step.interval is not None
    assert last.step.interval.low > 0


@pytest.mark.parametrize(
    "truth",
    [
        ParetoNBD.with_parameters(r=0.9, alpha=6.0, s=0.6, beta=9.0),
        BetaGeometricNBD.with_parameters(r=0.9, alpha=5.0, a=0.9, b=2.8),
    ],
    ids=["pareto", "bg"],
)
def test_of_models_that_do_equally_well_the_simplest_is_used(engine: Engine, truth: ContinuousModel) -> None:
    found = contest(engine, truth)
    told = errors(found)
    assert found.rule in MODELS
    assert told[found.rule] <= told["bg_nbd"] < told["plain"]
    if truth.name == "bg_nbd":
        assert found.rule == "bg_nbd"
        assert found.left_out == {"bg_cnbd_k": "no_regularity"}


def test_a_model_that_is_asked_for_is_used_whatever_the_test_says(engine: Engine) -> None:
    truth = BetaGeometricNBD.with_parameters(r=0.9, alpha=5.0, a=0.9, b=2.8)
    for rule in ("mbg_nbd", "plain"):
        found = contest(engine, truth, customers=400, model=rule)
        assert (found.rule, found.reason) == (rule, "asked_for")
        assert found.tested is not None
        assert found.tested.forecast.rule == rule
    untested = trial(engine, cutoffs=replace(CUTOFFS, test=None), test=None, settings=asked("pareto_nbd"), seed=0)
    assert (untested.rule, untested.reason) == ("pareto_nbd", "asked_for")


@pytest.mark.parametrize("rule", RULES)
def test_every_model_values_customers_and_the_base_by_its_public_answers(engine: Engine, rule: Rule) -> None:
    load(engine, crowd(customers=300))
    learned = add(engine, settings=Settings(), rule=rule, stages=2)
    purchases, spend = learn(engine, margin_share=1.0, rule=rule, stages=2)
    assert learned is not None
    assert learned.is_usable
    rows = engine.fetch("SELECT * FROM features JOIN lifetime USING (customer_id) ORDER BY customer_id")
    assert set(rows["lifetime_rule"].to_pylist()) == {rule}
    x, t_x, age, total, value, low, high = (
        np.asarray(rows[name].cast(pa.float64()).to_numpy())
        for name in (
            "repeat_count", "age_at_last_days", "tenure_days", "spend_total",
            "lifetime_value", "lifetime_value_low", "lifetime_value_high",
        )
    )  # fmt: skip
    known = PurchaseSummary.from_columns(x, t_x, age, total / (x + 1), time_unit="day", first_order="included")
    told = lifetime_value(known, purchases=purchases, spend=spend).table
    for name, found in (("value", value), ("value_low", low), ("value_high", high)):
        assert found == pytest.approx(told[name].to_numpy(), rel=1e-3 if name != "value" else 1e-9)
    (year,) = revenue(engine, rule=rule, settings=Settings(), seed=0, purchases=learned.purchases, days=(365,))
    expected = purchases.expected_purchases(known, 365) * spend.expected_spend(known)
    assert year.rule == rule
    assert year.value == pytest.approx(expected.sum(), rel=1e-9)
    assert year.range_low < year.expected_low < year.value < year.expected_high < year.range_high


TOLD = (
    BetaGeometricNBD.with_parameters(r=0.6, alpha=9.0, a=0.9, b=2.8),
    ModifiedBetaGeometricNBD.with_parameters(r=0.8, alpha=9.0, a=0.9, b=2.8),
    ParetoNBD.with_parameters(r=0.55, alpha=10.6, s=0.61, beta=11.7),
    BetaGeometricCondensedNBD.with_parameters(k=3, r=0.85, alpha=1.45, a=0.8, b=2.4),
)


@pytest.mark.parametrize("model", TOLD, ids=lambda model: model.name)
def test_futures_are_those_that_the_model_expects(model: ContinuousModel) -> None:
    known = PurchaseSummary.from_columns([0, 1, 4, 9], [0, 150, 200, 270], [280] * 4, time_unit="day")
    drawn = model.futures(known, (60, 365), futures=40_000, seed=3)
    assert (np.diff(drawn, axis=0) >= 0).all()
    for counts, days in zip(drawn, (60, 365), strict=True):
        # Four standard errors of the draws.
        doubt = 4 * counts.std(axis=1) / 200
        assert (np.abs(counts.mean(axis=1) - model.expected_purchases(known, days)) < doubt).all()
        bought = model.probability_of_purchase(known, days)
        assert (np.abs((counts > 0).mean(axis=1) - bought) < 4 * np.sqrt(bought / 40_000)).all()


@pytest.mark.parametrize("model", TOLD, ids=lambda model: model.name)
def test_who_buys_and_leaves_otherwise_does_what_lives_drawn_so_show(model: ContinuousModel) -> None:
    year, random, many = Discounting(months=12, annual_rate=0.0), np.random.default_rng(5), 200_000
    theta, t = model.theta(), float(year.month_ends_days()[-1]) / 7
    rate = 1.3 * random.gamma(theta[0], 1 / theta[1], many)
    if model.name == "pareto_nbd":
        until = random.exponential(1 / (0.7 * random.gamma(theta[2], 1 / theta[3], many)))
        counts = random.poisson(rate * np.minimum(t, until)).astype(float)
    else:
        first = 1.0 if model.name == "mbg_nbd" else 0.0  # still a customer after the first purchase
        last = random.geometric(0.7 * random.beta(theta[2], theta[3] + first, many))
        counts = np.minimum(random.poisson(rate * t) // (model.fit_.k or 1), last).astype(float)
    new = PurchaseSummary.new_customer()
    told = model.changed_purchases(new, year, pace=1.3, leaving=0.7)[0]
    assert abs(counts.mean() - told) < 4 * counts.std() / np.sqrt(many)
    usual = model.discounted_purchases(new, year)[0] / model.probability_alive(new)[0]
    assert model.changed_purchases(new, year)[0] == pytest.approx(usual, rel=1e-9)
