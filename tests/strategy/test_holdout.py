"""Who is held out, so that the effect of a campaign can be measured."""

from decimal import Decimal
from hashlib import md5
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import strategy
from regulars.engines import Engine
from strategy.crowd import FEW, Row, actions, contacted, crowds, person, planned, play, settings

_CROWD = [person(f"c{number}") for number in range(2000)]


def _held_out(engine: Engine) -> set[str]:
    return {who for who, row in actions(engine).items() if row["held_out"]}


@pytest.mark.parametrize("share", [0.05, 0.10, 0.50])
def test_the_share_held_out_is_the_one_asked_for(engine: Engine, share: float) -> None:
    summary = planned(engine, _CROWD, by=settings(holdout_share=share))
    spread = sqrt(share * (1 - share) * len(_CROWD))
    assert abs(summary.held_out - share * len(_CROWD)) < 4 * spread
    assert summary.contacts + summary.held_out == len(_CROWD)


def test_the_draw_is_the_hash_of_seed_campaign_and_customer(engine: Engine) -> None:
    planned(engine, _CROWD[:300], by=settings(campaign="spring", holdout_share=0.25), seed=7)
    drawn = {
        str(row["customer_id"])
        for row in _CROWD[:300]
        if int(md5(f"7:spring:{row['customer_id']}".encode(), usedforsecurity=False).hexdigest()[:8], 16) < 2**32 / 4
    }
    assert _held_out(engine) == drawn
    assert {row["campaign_id"] for row in actions(engine).values()} == {"spring"}


@FEW
@given(crowd=crowds(), others=st.integers(1, 30))
def test_a_draw_does_not_move_when_others_join(engine: Engine, crowd: list[Row], others: int) -> None:
    half = settings(holdout_share=0.5)
    planned(engine, crowd, by=half)
    before = _held_out(engine)
    planned(engine, [*(person(f"new{number}") for number in range(others)), *crowd], by=half)
    assert {who for who in _held_out(engine) if not who.startswith("new")} == before


@FEW
@given(crowd=crowds(), small=st.floats(0, 0.5), more=st.floats(0, 0.4))
def test_a_larger_share_keeps_everybody_who_was_held_out(
    engine: Engine, crowd: list[Row], small: float, more: float
) -> None:
    planned(engine, crowd, by=settings(holdout_share=small))
    before = _held_out(engine)
    planned(engine, crowd, by=settings(holdout_share=small + more))
    assert before <= _held_out(engine)


@FEW
@given(crowd=crowds())
def test_only_who_would_be_met_is_held_out_and_never_met(engine: Engine, crowd: list[Row]) -> None:
    planned(engine, crowd, by=settings(holdout_share=0.5))
    held_out = _held_out(engine)
    assert all(row["action"] != "leave_alone" for row in actions(engine).values() if row["held_out"])
    assert not held_out & {str(row["customer_id"]) for row in contacted(engine)}


def test_nobody_is_held_out_where_nobody_should_be(engine: Engine) -> None:
    assert planned(engine, _CROWD, by=settings(holdout_share=0)).held_out == 0


def test_another_seed_or_campaign_holds_out_others(engine: Engine) -> None:
    drawn = []
    for seed, campaign in ((1, "a"), (2, "a"), (1, "b")):
        planned(engine, _CROWD[:300], by=settings(campaign=campaign, holdout_share=0.5), seed=seed)
        drawn.append(frozenset(_held_out(engine)))
    assert len(set(drawn)) == 3


def test_a_campaign_without_a_name_is_its_month(engine: Engine) -> None:
    planned(engine, [person("ana")])
    assert actions(engine)["ana"]["campaign_id"] == "2024-06"


@pytest.mark.parametrize("limit", ["budget", "max_contacts"])
def test_who_is_held_out_takes_neither_money_nor_place_and_keeps_his_rank(engine: Engine, limit: str) -> None:
    calls = play("call", channels=["phone"], effect=0.5)
    limits = {limit: {"budget": 100, "max_contacts": 20}[limit]}
    everyone = planned(engine, _CROWD[:200], by=settings(calls, holdout_share=0.3, **limits))
    ranked = list(actions(engine).values())
    assert [row["rank"] for row in ranked] == list(range(1, 201))
    assert (everyone.contacts, everyone.cost) == (20, Decimal(100))
    last = max(int(str(row["rank"])) for row in contacted(engine))
    before = [row for row in ranked if row["held_out"] and int(str(row["rank"])) < last]
    assert before, "the draw is meant to fall among the first"
    assert all(row["within_budget"] for row in before), "each would have been met in his place"
    beyond = [row for row in ranked if int(str(row["rank"])) > last]
    assert not any(row["within_budget"] for row in beyond)
    assert everyone.held_out == len(before)


def test_the_largest_share_still_has_eight_digits() -> None:
    assert len(strategy.held_out_below(1 - 1e-12)) == 8
