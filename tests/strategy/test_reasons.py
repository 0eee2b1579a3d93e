"""Every gain is the sum of its parts, and every action says why."""

from math import isclose

import pytest
from hypothesis import given

from regulars import strategy
from regulars.engines import Engine
from strategy.crowd import FEW, Row, actions, all_reasons, crowds, person, planned, play, reasons, settings


@FEW
@given(crowd=crowds())
def test_the_parts_add_up_to_the_gain(engine: Engine, crowd: list[Row]) -> None:
    planned(engine, crowd)
    told = all_reasons(engine)
    for who, row in actions(engine).items():
        parts = told[who]
        total = sum(contribution for _, contribution in parts.values())
        assert isclose(total, float(str(row["expected_gain"])), rel_tol=1e-9, abs_tol=1e-9)


@FEW
@given(crowd=crowds())
def test_the_list_and_the_reasons_say_the_same(engine: Engine, crowd: list[Row]) -> None:
    planned(engine, crowd)
    told = all_reasons(engine)
    for who, row in actions(engine).items():
        codes, parts = set(str(row["reasons"]).split(";")), set(told[who])
        assert codes | parts <= set(strategy.REASON_CODES)
        if row["action"] == strategy.LEAVE_ALONE:
            assert codes == parts
        else:
            assert not codes & parts
            assert parts <= {"order_margin", "order_spend", "channel_cost", "offer_cost"}


@pytest.mark.both_engines(slow=True)
def test_bo_is_told_to_be_silent_for_longer_than_usual(engine: Engine) -> None:
    gift = play(
        "gift",
        effect=0.2,
        offer_cost=3,
        trigger={"stages": ["at_risk"], "groups": ["cant_lose"], "min_orders": 3, "max_satisfaction": 50},
    )
    planned(engine, [person("bo", rfm_group="cant_lose", satisfaction_score=30.0)], by=settings(gift))
    assert reasons(engine, "bo") == {
        "order_spend": (100.0, 20.0),
        "channel_cost": (0.05, -0.05),
        "offer_cost": (3.0, -3.0),
    }
    codes = actions(engine)["bo"]["reasons"]
    assert codes == "stage_at_risk;group_cant_lose;satisfaction_low;order_count;days_since_last;effect_assumed"
    customer = {"satisfaction_score": 30.0, "order_count": 4, "days_since_last": 120, "gap_mean_days": 35.0}
    assert strategy.seen(str(codes), customer, effect=0.2) == {
        "stage_at_risk": None,
        "group_cant_lose": None,
        "satisfaction_low": 30.0,
        "order_count": 4.0,
        "days_since_last": 120.0,
        "usual_gap_days": 35.0,
        "effect_assumed": 0.2,
    }


def test_a_measured_effect_is_not_called_assumed(engine: Engine) -> None:
    measured = play("write", effect_basis="measured", trigger={"min_satisfaction": 80})
    planned(engine, [person("di", satisfaction_score=90.0)], by=settings(measured))
    assert {"effect_measured", "satisfaction_high"} <= set(str(actions(engine)["di"]["reasons"]).split(";"))


def test_what_costs_nothing_is_no_part(engine: Engine) -> None:
    planned(engine, [person("ana")], by=settings(play("write"), channel_costs={"email": 0}))
    assert not {"channel_cost", "offer_cost"} & set(reasons(engine, "ana"))
