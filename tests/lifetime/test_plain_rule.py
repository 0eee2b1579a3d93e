"""The plain rule: the last year again, discounted, with the doubt about how often the customer buys."""

import math
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import buyer, by_customer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import add

WORTH_OF_A_YEARLY_1200 = 1140.05

laws = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

people = st.lists(
    st.builds(
        lambda days, tenure, orders, cents: {
            "silent": min(days, tenure),
            "tenure_days": tenure,
            "orders": orders,
            "cents": cents,
        },
        st.integers(0, 900),
        st.integers(0, 900),
        st.integers(1, 30),
        st.integers(-50_000, 500_000),
    ),
    max_size=12,
)


def valued(engine: Engine, rows: list[dict[str, object]], **lifetime: object) -> dict[str, dict[str, object]]:
    load(engine, rows)
    add(engine, settings=Settings.model_validate({"lifetime": lifetime}))
    return by_customer(engine, "lifetime")


def number(row: dict[str, object], column: str) -> float:
    value = row[column]
    assert isinstance(value, float)
    return value


def drawn(person: dict[str, int], name: str, factor: int = 1) -> dict[str, object]:
    spend = Decimal(person["cents"] * factor) / 100
    return buyer(name, orders=person["orders"], spend=spend, silent=person["silent"], tenure_days=person["tenure_days"])


@laws
@given(drawn_people=people, factor=st.integers(2, 50))
def test_scaling_money_scales_lifetime_value(engine: Engine, drawn_people: list[dict[str, int]], factor: int) -> None:
    once = valued(engine, [drawn(person, f"p{i}") for i, person in enumerate(drawn_people)])
    scaled = valued(engine, [drawn(person, f"p{i}", factor) for i, person in enumerate(drawn_people)])
    for who, row in once.items():
        for column in ("lifetime_value", "lifetime_value_low", "lifetime_value_high", "yearly_margin"):
            before, after = row[column], scaled[who][column]
            if before is None:
                assert after is None
            else:
                assert after == pytest.approx(factor * number(row, column), rel=1e-9, abs=1e-7)


@laws
@given(drawn_people=people, order=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    engine: Engine, drawn_people: list[dict[str, int]], order: Random
) -> None:
    rows = [drawn(person, f"p{i}") for i, person in enumerate(drawn_people)]
    once = valued(engine, rows)
    order.shuffle(rows)
    again = valued(engine, rows)
    assert once.keys() == again.keys()
    for who, row in once.items():
        assert {k: v for k, v in again[who].items() if not isinstance(v, float)} == {
            k: v for k, v in row.items() if not isinstance(v, float)
        }
        for column, value in row.items():
            if isinstance(value, float):
                assert again[who][column] == pytest.approx(value, rel=1e-9, abs=1e-9)


@laws
@given(drawn_people=people)
def test_the_value_lies_in_its_interval(engine: Engine, drawn_people: list[dict[str, int]]) -> None:
    for row in valued(engine, [drawn(person, f"p{i}") for i, person in enumerate(drawn_people)]).values():
        if row["lifetime_value_low"] is not None:
            value = number(row, "lifetime_value")
            assert number(row, "lifetime_value_low") <= value + 1e-9
            assert value - 1e-9 <= number(row, "lifetime_value_high")


def test_twelve_hundred_a_year_are_worth_1140_05(engine: Engine) -> None:
    ana = valued(engine, [buyer("ana", orders=12, spend=1200)])["ana"]
    assert round(number(ana, "lifetime_value"), 2) == WORTH_OF_A_YEARLY_1200
    assert ana["yearly_margin"] == 1200
    assert (ana["lifetime_rule"], ana["lifetime_reason"]) == ("plain", None)


def test_margin_counts_and_not_spend(engine: Engine) -> None:
    ana = valued(engine, [buyer("ana", spend=5000, margin_365d=1200)])["ana"]
    assert round(number(ana, "lifetime_value"), 2) == WORTH_OF_A_YEARLY_1200


def test_where_an_order_has_no_cost_the_share_that_settings_name_is_margin(engine: Engine) -> None:
    load(engine, [buyer("ana", spend=3000, margin_365d=None), buyer("bo", spend=3000, margin_365d=1200)])
    add(engine, settings=Settings.model_validate({"strategy": {"margin_share": 0.4}}))
    for row in by_customer(engine, "lifetime").values():
        assert round(number(row, "lifetime_value"), 2) == WORTH_OF_A_YEARLY_1200


def test_a_silent_customers_orders_were_worth_the_same_share_of_spend(engine: Engine) -> None:
    bo = buyer("bo", orders=2, spend=80, silent=730, tenure_days=3000)
    load(engine, [bo | {"margin_total": None}, {**bo, "customer_id": "di", "margin_total": 20}])
    add(engine, settings=Settings.model_validate({"strategy": {"margin_share": 0.25}}))
    found = by_customer(engine, "lifetime")
    assert number(found["bo"], "lifetime_value_high") == pytest.approx(number(found["di"], "lifetime_value_high"))


def test_half_a_year_known_is_made_a_year_at_the_same_pace(engine: Engine) -> None:
    di = valued(engine, [buyer("di", spend=100, tenure_days=182)])["di"]
    assert di["yearly_margin"] == pytest.approx(100 * 365 / 182)


@pytest.mark.parametrize(("days", "value"), [(364, 100.0), (365, 0.0), (2000, 0.0)])
def test_who_was_silent_for_a_year_is_worth_nothing(engine: Engine, days: int, value: float) -> None:
    bo = valued(engine, [buyer("bo", silent=days, tenure_days=3000)])["bo"]
    assert bo["yearly_margin"] == value
    assert bo["lifetime_reason"] == ("silent_a_year" if days >= 365 else None)


def test_a_silent_customer_may_come_back_and_the_interval_says_so(engine: Engine) -> None:
    bo = valued(engine, [buyer("bo", orders=2, spend=80, silent=730, tenure_days=3000)], annual_discount_rate=0.0)["bo"]
    # No order in a year allows 3.67 of them (Byar), in two years half as many a year; each was worth 40.
    assert bo["lifetime_value_low"] == 0
    assert bo["lifetime_value_high"] == pytest.approx(40 * 3.668 / 2, rel=1e-3)


@pytest.mark.parametrize(
    ("orders", "low", "high"), [(1, 0.025, 5.572), (5, 1.624, 11.668), (10, 4.795, 18.390), (100, 81.36, 121.63)]
)
def test_the_interval_is_that_of_a_poisson_count(engine: Engine, orders: int, low: float, high: float) -> None:
    # The exact limits of a Poisson count; Byar's approximation is within 0.02 of an order from 1 order on.
    ana = valued(engine, [buyer("ana", orders=orders, spend=orders)], annual_discount_rate=0.0)["ana"]
    assert ana["lifetime_value_low"] == pytest.approx(low, abs=0.02)
    assert ana["lifetime_value_high"] == pytest.approx(high, abs=0.02)


def test_cy_who_is_new_gets_the_mean_of_the_others_and_its_interval(engine: Engine) -> None:
    found = valued(
        engine,
        [
            buyer("ana", spend=300),
            buyer("bo", spend=500, silent=500, tenure_days=900),
            buyer("di", spend=600),
            buyer("cy", spend=9999, tenure_days=89),
        ],
        annual_discount_rate=0.0,
    )
    assert found["cy"]["yearly_margin"] == pytest.approx(300)  # of 300, 0 and 600
    assert found["cy"]["lifetime_reason"] == "short_history"
    half = 1.959963984540054 * 300 / math.sqrt(3)
    assert found["cy"]["lifetime_value_low"] == pytest.approx(300 - half)
    assert found["cy"]["lifetime_value_high"] == pytest.approx(300 + half)


def test_ninety_days_are_long_enough(engine: Engine) -> None:
    cy = valued(engine, [buyer("cy", spend=100, tenure_days=90)])["cy"]
    assert cy["lifetime_reason"] is None
    assert cy["yearly_margin"] == pytest.approx(100 * 365 / 90)


def test_a_shop_of_newcomers_has_no_mean_to_give(engine: Engine) -> None:
    cy = valued(engine, [buyer("cy", tenure_days=0)])["cy"]
    assert (cy["lifetime_value"], cy["lifetime_rule"], cy["lifetime_reason"]) == (None, None, "no_history")


def test_a_mean_of_one_has_no_interval(engine: Engine) -> None:
    cy = valued(engine, [buyer("ana"), buyer("cy", tenure_days=5)])["cy"]
    assert cy["yearly_margin"] == 100
    assert (cy["lifetime_value_low"], cy["lifetime_value_high"]) == (None, None)


def test_who_never_bought_has_no_value_of_their_own(engine: Engine) -> None:
    prospect = valued(engine, [buyer("ana"), someone("lee")])["lee"]
    assert (prospect["lifetime_value"], prospect["lifetime_reason"]) == (None, "no_orders")


def test_ed_who_withdrew_consent_has_no_value_and_moves_no_mean(engine: Engine) -> None:
    found = valued(
        engine, [buyer("ana", spend=100), buyer("ed", spend=900, may_profile=False), buyer("cy", tenure_days=3)]
    )
    assert (found["ed"]["lifetime_value"], found["ed"]["lifetime_reason"]) == (None, "no_consent")
    assert found["cy"]["yearly_margin"] == 100


def test_a_customer_sold_to_at_a_loss_is_worth_less_than_nothing(engine: Engine) -> None:
    bo = valued(engine, [buyer("bo", orders=3, spend=300, margin_365d=-60)])["bo"]
    assert number(bo, "lifetime_value_low") < number(bo, "lifetime_value") < number(bo, "lifetime_value_high") < 0


def test_an_empty_shop_has_an_empty_table(engine: Engine) -> None:
    assert valued(engine, []) == {}
    assert "lifetime_value" in engine.columns("lifetime")
