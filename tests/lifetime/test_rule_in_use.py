"""Which rule speaks, whether it earned that, and what the whole base will bring by it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import cast
from feature_rows import buyer, by_customer, load, someone
from lifetime.histories import simulated, simulated_spend
from regulars.backtest import Cutoffs, Observations, observe, plan_cutoffs
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import READS, Revenue, add, learn, revenue, trial
from regulars.lifetime._chance import chance_of
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma

LIVES = (0.6, 9.0, 0.9, 2.8)
SPENDS = (4.0, 3.5, 60.0)
FEW = examples(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def crowd(*, customers: int = 400, scale: int = 1) -> list[dict[str, object]]:
    """Return features of people who live by the models, their money in another unit if asked."""
    x, t_x, age, _ = simulated(LIVES, customers=customers, ages=(5, 150), seed=1)
    _, mean = simulated_spend(SPENDS, customers=customers, seed=1)
    rows = []
    for place in range(customers):
        days, repeats = round(age[place] * 7), int(x[place])
        last = max(repeats, min(days, round(t_x[place] * 7))) if repeats else 0
        spend = Decimal(f"{mean[place] * (repeats + 1):.2f}") * scale
        rows.append(
            buyer(
                f"p{place:04}",
                orders=repeats + 1,
                spend=spend,
                silent=max(days - last, 0),
                age_at_last_days=min(last, days),
                tenure_days=days,
            )
        )
    return rows


def test_too_few_for_the_models_are_valued_by_the_plain_rule(engine: Engine) -> None:
    load(engine, [buyer("ana", orders=3), buyer("bo")])
    learned = add(engine, settings=Settings(), rule="bg_nbd")
    assert learned is not None
    assert (learned.is_usable, learned.reason) == (False, "too_few_customers")
    assert {row["lifetime_rule"] for row in by_customer(engine, "lifetime").values()} == {"plain"}


def test_the_models_value_who_bought_and_leave_the_others_their_reason(engine: Engine) -> None:
    load(engine, [*crowd(), someone("visitor"), buyer("ed", may_profile=False)])
    learned = add(engine, settings=Settings(), rule="bg_nbd")
    assert learned is not None
    assert learned.is_usable
    rows = by_customer(engine, "lifetime")
    assert rows["p0000"]["lifetime_rule"] == "bg_nbd"
    assert rows["p0000"]["lifetime_reason"] is None
    assert float(str(rows["p0000"]["expected_orders"])) > 0
    assert [rows[who]["lifetime_value"] for who in ("visitor", "ed")] == [None, None]
    assert [rows[who]["lifetime_reason"] for who in ("visitor", "ed")] == ["no_orders", "no_consent"]
    for row in rows.values():
        if row["lifetime_value"] is not None:
            assert row["lifetime_value_low"] <= row["lifetime_value"] <= row["lifetime_value_high"]  # type: ignore[operator]


def test_the_base_brings_what_its_customers_bring(engine: Engine) -> None:
    load(engine, [*crowd(), someone("visitor"), buyer("ed", may_profile=False)])
    found = revenue(engine, rule="bg_nbd", settings=Settings(), seed=1, days=(30, 365))
    purchases, spends = learn(engine, margin_share=1.0)
    rows = [row for who, row in sorted(by_customer(engine, "features").items()) if who.startswith("p")]
    x, t_x, age, spend = (
        np.array([float(str(row[name])) for row in rows])
        for name in ("repeat_count", "age_at_last_days", "tenure_days", "spend_total")
    )
    known = PurchaseSummary.from_columns(x, t_x, age, spend / (x + 1), time_unit="day", first_order="included")
    for one in found:
        each = purchases.expected_purchases(known, one.days)
        assert one.value == pytest.approx((each * spends.expected_spend(known)).sum(), rel=1e-9)
        assert one.customers == len(rows)
        assert one.range_low < one.expected_low < one.value < one.expected_high < one.range_high
    assert found[0].value < found[1].value


def test_by_the_plain_rule_a_year_is_the_last_one(engine: Engine) -> None:
    load(engine, [buyer("ana", orders=4, spend=400), buyer("bo", spend=100), buyer("cy", spend=90, silent=500)])
    (year,) = revenue(engine, rule="plain", settings=Settings(), seed=0, days=(365,))
    assert (year.value, year.customers) == (500.0, 3)


def test_a_base_of_which_nothing_is_known_is_no_base_of_zero(engine: Engine) -> None:
    load(engine, [buyer("ana", tenure_days=30), buyer("bo", tenure_days=40)])
    assert revenue(engine, rule="plain", settings=Settings(), seed=0) == ()
    load(engine, [buyer("ana")])
    assert revenue(engine, rule="plain", settings=Settings(), seed=0) == ()


def test_customers_who_cost_more_than_they_bring_are_not_valued_by_a_model_of_gains(engine: Engine) -> None:
    rows = crowd()
    for row in rows[::10]:
        row["margin_total"] = -Decimal(str(row["spend_total"]))
    load(engine, rows)
    learned = add(engine, settings=Settings(), rule="bg_nbd")
    assert learned is not None
    assert learned.reason == "margins_not_positive"
    assert {row["lifetime_rule"] for row in by_customer(engine, "lifetime").values()} <= {"plain", None}


def test_a_rule_that_was_not_tested_is_supposed_to_miss(engine: Engine) -> None:
    load(engine, crowd())
    (sure,) = revenue(engine, rule="bg_nbd", settings=Settings(), seed=1, days=(90,), miss=0.0)
    (untested,) = revenue(engine, rule="bg_nbd", settings=Settings(), seed=1, days=(90,), miss=None)
    assert (untested.value, untested.rule) == (sure.value, "bg_nbd")
    assert untested.range_high > sure.range_high


def test_what_was_missed_in_the_test_widens_the_range_alone(engine: Engine) -> None:
    load(engine, crowd())
    (sure,) = revenue(engine, rule="bg_nbd", settings=Settings(), seed=1, days=(90,))
    (burnt,) = revenue(engine, rule="bg_nbd", settings=Settings(), seed=1, days=(90,), miss=0.3)
    assert (burnt.value, burnt.expected_low) == (sure.value, sure.expected_low)
    assert burnt.range_high > sure.value * 1.5 > sure.range_high


@FEW
@given(scale=st.sampled_from([2, 10, 100]))
def test_money_in_another_unit_is_the_same_money(engine: Engine, scale: int) -> None:
    def told(rows: list[dict[str, object]], rule: str) -> Revenue:
        load(engine, rows)
        (found,) = revenue(engine, rule=rule, settings=Settings(), seed=3, days=(90,))  # type: ignore[arg-type]
        return found

    for rule in ("plain", "bg_nbd"):
        small, large = told(crowd(), rule), told(crowd(scale=scale), rule)
        for name in ("value", "expected_low", "range_low", "range_high"):
            assert getattr(large, name) == pytest.approx(scale * getattr(small, name), rel=1e-4, abs=1e-6)


def test_chance_is_what_futures_of_known_people_show() -> None:
    purchases = BetaGeometricNBD.with_parameters(r=2.0, alpha=8.0, a=1.0, b=4.0)
    spends = GammaGamma.with_parameters(p=4.0, q=6.0, v=50.0)
    people = np.ones(3000)
    histories = (3 * people, 140 * people, 210 * people, 25 * people)
    month, year = chance_of(*histories, purchases=purchases, spends=spends, days=(30, 365), seed=5)
    # By the law of total variance, with purchases and amounts drawn by other means than those under test.
    random = np.random.default_rng(99)
    rate, leaves = random.gamma(5.0, 1 / 38.0, 60_000), random.beta(1.0, 7.0, 60_000)
    alive = random.random(60_000) < float(
        purchases.probability_alive(PurchaseSummary.from_columns([3], [20], [30], time_unit="week"))[0]
    )
    kinds = 1 / random.gamma(6.0 + 16.0, 1 / (50.0 + 100.0), 60_000)
    for days, told in ((30, month), (365, year)):
        rings = random.poisson(rate * days / 7)
        counts = np.where(alive, np.minimum(rings, random.geometric(leaves)), 0)
        money = np.where(counts > 0, random.gamma(np.maximum(4.0 * counts, 1e-9)) * kinds, 0.0)
        assert told == pytest.approx(money.var(), rel=0.05)


def shop_of(engine: Engine, *, customers: int, as_of: date) -> None:
    """Put into the engine the orders of people who live by the models and first came in the first year of two."""
    random = np.random.default_rng(4)
    rate, leaving = random.gamma(0.6, 1 / 9.0, customers), random.beta(0.9, 2.8, customers)
    kinds = 1 / random.gamma(3.5, 1 / 60.0, customers)
    orders = []
    for place in range(customers):
        day = float(random.uniform(366, 730))
        while day >= 0:
            amount = f"{random.gamma(4.0) * kinds[place]:.2f}"
            orders.append(cast.order(f"p{place:04}", int(day) + (cast.AS_OF - as_of).days, amount))
            if random.random() < leaving[place] and day < 730:
                break
            day -= random.exponential(7 / max(rate[place], 1e-6))
    people = [cast.person(f"p{place:04}") | {"first_day": as_of - timedelta(days=730)} for place in range(customers)]
    cast.load(engine, {"orders": orders, "customers": people})


def asked(engine: Engine, *, customers: int) -> tuple[Cutoffs, Observations]:
    shop_of(engine, customers=customers, as_of=cast.AS_OF)
    cutoffs = plan_cutoffs(
        first_day=cast.AS_OF - timedelta(days=730), as_of=cast.AS_OF, horizon_days=91, most_training=1
    )
    assert cutoffs.test is not None
    return cutoffs, observe(engine, cutoff=cutoffs.test, horizon_days=91, into="seen", columns=READS)


def test_a_shop_that_lives_by_the_models_lets_them_speak(engine: Engine) -> None:
    cutoffs, test = asked(engine, customers=2500)
    found = trial(engine, cutoffs=cutoffs, test=test, settings=Settings(), seed=0, orders="orders")
    assert (found.rule, found.reason) == ("bg_nbd", "model_better")
    assert found.verdict is not None
    assert found.verdict.decided_by == "rmse"
    assert found.tested is not None
    assert found.tested.forecast.range_low < found.tested.came < found.tested.forecast.range_high
    assert found.tested.miss is not None
    assert found.tested.miss < 0.3
    (after,) = engine.fetch("SELECT CAST(sum(orders_after) AS BIGINT) AS n FROM seen WHERE order_count > 0").to_pylist()
    *steps, last = found.tracking
    assert (steps[0].days, steps[0].came, steps[0].expected) == (0, 0, 0.0)
    assert (last.days, last.came) == (91, after["n"])
    assert all(one.came <= two.came and one.expected < two.expected for one, two in pairwise(found.tracking))
    assert abs(last.came / last.expected - 1) < 0.2


def test_few_customers_conclude_nothing(engine: Engine) -> None:
    cutoffs, test = asked(engine, customers=30)
    found = trial(engine, cutoffs=cutoffs, test=test, settings=Settings(), seed=0)
    assert (found.rule, found.reason) == ("plain", "too_few_customers")


def test_a_short_history_is_no_test(engine: Engine) -> None:
    cutoffs = plan_cutoffs(first_day=cast.AS_OF - timedelta(days=60), as_of=cast.AS_OF, horizon_days=91)
    found = trial(engine, cutoffs=cutoffs, test=None, settings=Settings(), seed=0)
    assert (found.rule, found.reason, found.verdict) == ("plain", "too_short_history", None)
