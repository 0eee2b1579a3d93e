"""The order of the list, and where the money ends."""

from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engines import Engine
from strategy.crowd import FEW, Row, actions, contacted, crowds, person, planned, play, settings

_MONEY = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)


def _spent(rows: list[dict[str, object]]) -> Decimal:
    return sum((Decimal(str(row["cost"])) for row in rows), Decimal(0))


@FEW
@given(crowd=crowds(), budget=_MONEY, most=st.integers(1, 10), share=st.sampled_from([0.0, 0.3]))
def test_a_plan_is_never_over_its_budget(
    engine: Engine, crowd: list[Row], budget: Decimal, most: int, share: float
) -> None:
    limits = settings(budget=budget, max_contacts=most, holdout_share=share)
    summary = planned(engine, crowd, by=limits)
    met = contacted(engine)
    assert _spent(met) == summary.cost <= budget
    assert len(met) == summary.contacts <= most
    assert summary.contacts + summary.held_out + summary.over_budget + summary.leave_alone == len(crowd)
    assert sum(summary.by_action.values()) == len(crowd)


@FEW
@given(crowd=crowds(), budget=_MONEY, more=_MONEY)
def test_more_budget_meets_everybody_met_before(
    engine: Engine, crowd: list[Row], budget: Decimal, more: Decimal
) -> None:
    planned(engine, crowd, by=settings(budget=budget, holdout_share=0.2))
    before = {row["customer_id"] for row in contacted(engine)}
    planned(engine, crowd, by=settings(budget=budget + more, holdout_share=0.2))
    assert before <= {row["customer_id"] for row in contacted(engine)}


@FEW
@given(crowd=crowds())
def test_ranks_go_by_gain_in_cents_then_by_customer(engine: Engine, crowd: list[Row]) -> None:
    summary = planned(engine, crowd)
    ranked = [row for row in actions(engine).values() if row["rank"] is not None]
    assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    cents = [round(100 * float(str(row["expected_gain"]))) for row in ranked]
    assert all(abs(left - right) <= 1 or left > right for left, right in pairwise(cents))
    assert summary.contacts == len(ranked), "without a budget everybody is within it"


@FEW
@given(crowd=crowds(), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(engine: Engine, crowd: list[Row], shuffle: object) -> None:
    by = settings(budget=Decimal(20), holdout_share=0.2)
    summary, before = planned(engine, crowd, by=by), actions(engine)
    shuffled = list(crowd)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
    assert planned(engine, shuffled, by=by) == summary
    assert actions(engine) == before


def test_equal_gains_are_ranked_by_customer(engine: Engine) -> None:
    planned(engine, [person(who) for who in ("cy", "ana", "bo")])
    assert list(actions(engine)) == ["ana", "bo", "cy"]


def test_gains_that_differ_by_less_than_a_cent_are_equal(engine: Engine) -> None:
    planned(engine, [person("ana", spend_mean=100.0), person("bo", spend_mean=100.01)], by=settings(play("write")))
    assert list(actions(engine)) == ["ana", "bo"]


def test_the_list_ends_where_the_money_does(engine: Engine) -> None:
    people = [person(f"c{number}", spend_mean=200.0 - number) for number in range(5)]
    calls = play("call", channels=["phone"], effect=0.5)
    summary = planned(engine, people, by=settings(calls, budget=Decimal("14.99")))
    assert [row["customer_id"] for row in contacted(engine)] == ["c0", "c1"]
    assert (summary.contacts, summary.over_budget, summary.cost) == (2, 3, Decimal(10))
    assert summary.expected_gain == pytest.approx(95.0 + 94.5)


@pytest.mark.both_engines(slow=True)
def test_the_first_who_does_not_fit_ends_the_list(engine: Engine) -> None:
    calls = play("call", channels=["phone"], trigger={"groups": ["cant_lose"]}, effect=0.5)
    people = [person("ana", rfm_group="cant_lose"), person("bo"), person("cy")]
    summary = planned(engine, people, by=settings(calls, play("write"), budget=Decimal(4)))
    assert (summary.contacts, summary.over_budget) == (0, 3)


def test_no_more_are_met_than_a_person_can_meet(engine: Engine) -> None:
    summary = planned(engine, [person(f"c{number}") for number in range(5)], by=settings(max_contacts=2))
    assert (summary.contacts, summary.over_budget) == (2, 3)


def test_a_budget_of_nothing_still_allows_what_costs_nothing(engine: Engine) -> None:
    free = settings(play("write"), budget=0, channel_costs={"email": 0})
    assert planned(engine, [person("ana")], by=free).contacts == 1


def test_the_range_of_the_plan_is_the_sum_of_the_ranges(engine: Engine) -> None:
    wide = settings(play("write", effect=0.1, effect_low=0.0, effect_high=0.2))
    summary = planned(engine, [person("ana"), person("bo")], by=wide)
    assert summary.expected_gain_low == pytest.approx(-0.10)
    assert summary.expected_gain == pytest.approx(19.90)
    assert summary.expected_gain_high == pytest.approx(39.90)


def test_the_columns_are_those_that_were_promised(engine: Engine) -> None:
    planned(engine, [person("ana")])
    number, money, text, yes = pa.float64(), pa.decimal128(18, 4), pa.string(), pa.bool_()
    assert dict(zip(engine.columns("actions"), engine.fetch("SELECT * FROM actions").schema.types, strict=True)) == {
        "rank": pa.int64(),
        "customer_id": text,
        "action": text,
        "campaign_id": text,
        "channel": text,
        "offer_cost": money,
        "cost": money,
        "expected_gain": number,
        "expected_gain_low": number,
        "expected_gain_high": number,
        "do_by": pa.date32(),
        "held_out": yes,
        "within_budget": yes,
        "reasons": text,
    }
    assert engine.columns("plan_choices") == (), "nothing else is left behind"
