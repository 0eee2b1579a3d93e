"""The play that is expected to bring most after its cost, worked out again here, one customer at a time."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from regulars.core import Play, Settings
from regulars.engines import Engine
from strategy.crowd import FEW, Row, actions, crowds, nobody_s_customer, person, planned, play, reasons, settings


def _order_value(row: Row, *, margin_share: float) -> float:
    if row["margin_total"] is not None:
        return float(str(row["margin_total"])) / int(str(row["order_count"]))
    return float(str(row["spend_mean"])) * margin_share


def _is_met(one: Play, row: Row) -> bool:
    trigger = one.trigger
    between = (
        (row["order_count"], trigger.min_orders, trigger.max_orders),
        (row["days_since_last"], trigger.min_days_since_last, trigger.max_days_since_last),
    )
    satisfaction = row["satisfaction_score"]
    asks_satisfaction = trigger.min_satisfaction is not None or trigger.max_satisfaction is not None
    return (
        (not trigger.stages or row["lifecycle_stage"] in trigger.stages)
        and (not trigger.groups or row["rfm_group"] in trigger.groups)
        and all(low <= float(str(seen)) <= (high or 10**9) for seen, low, high in between)
        and not (asks_satisfaction and satisfaction is None)
        and (trigger.min_satisfaction is None or float(str(satisfaction)) >= trigger.min_satisfaction)
        and (trigger.max_satisfaction is None or float(str(satisfaction)) <= trigger.max_satisfaction)
    )


def _paying(row: Row, by: Settings) -> Iterator[tuple[float, str, str]]:
    for one in by.strategy.plays:
        for channel in one.channels:
            is_buying = row["lifecycle_stage"] in {"acquisition", "growth", "retention"}
            if not (is_buying if channel == "in_parcel" else row[f"may_{channel}"]):
                continue
            cost = float(by.strategy.channel_costs[channel] + one.offer_cost)
            gain = one.effect * _order_value(row, margin_share=by.strategy.margin_share) - cost
            if _is_met(one, row) and gain >= 0.005:
                yield gain, one.code, channel
            break


@FEW
@given(crowd=crowds())
def test_everybody_gets_the_play_with_the_highest_gain_that_he_allows(engine: Engine, crowd: list[Row]) -> None:
    by = settings(margin_share=0.5)
    planned(engine, crowd, by=by)
    met = actions(engine)
    assert len(met) == len(crowd)
    for row in crowd:
        given_action = met[str(row["customer_id"])]
        judged = list(_paying(row, by)) if row["may_profile"] and row["order_count"] else []
        best = max((gain for gain, _, _ in judged), default=0.0)
        assert given_action["expected_gain"] == pytest.approx(best, abs=0.0051)
        assert (given_action["action"] == "leave_alone") == (not judged)
        if judged:
            assert (given_action["action"], given_action["channel"]) in [(code, where) for _, code, where in judged]


@FEW
@given(crowd=crowds())
def test_what_is_chosen_pays_and_leaving_alone_costs_nothing(engine: Engine, crowd: list[Row]) -> None:
    planned(engine, crowd)
    for row in actions(engine).values():
        low, gain, high = row["expected_gain_low"], row["expected_gain"], row["expected_gain_high"]
        if row["action"] == "leave_alone":
            assert (low, gain, high, row["cost"], row["offer_cost"]) == (0, 0, 0, 0, 0)
            assert row["channel"] is row["do_by"] is row["campaign_id"] is row["rank"] is None
        else:
            assert float(str(gain)) > 0
            assert float(str(low)) <= float(str(gain)) <= float(str(high))
            assert row["channel"] is not None


def test_the_gain_is_effect_times_order_value_less_channel_and_offer(engine: Engine) -> None:
    gift = play("gift", effect=0.1, effect_low=0.02, effect_high=0.2, offer_cost="2.50", within_days=14)
    planned(engine, [person("ana", spend_mean=80.0)], by=settings(gift))
    ana = actions(engine)["ana"]
    assert ana["expected_gain"] == pytest.approx(0.1 * 80 - 2.55)
    assert ana["expected_gain_low"] == pytest.approx(0.02 * 80 - 2.55)
    assert ana["expected_gain_high"] == pytest.approx(0.2 * 80 - 2.55)
    assert (ana["offer_cost"], ana["cost"]) == (Decimal("2.5000"), Decimal("2.5500"))
    assert ana["do_by"] == date(2024, 7, 14)


def test_an_order_is_worth_its_margin_where_every_cost_is_known(engine: Engine) -> None:
    known, unknown = person("ana", margin_total=Decimal(120)), person("bo")
    planned(engine, [known, unknown], by=settings(play("write"), margin_share=0.4))
    assert reasons(engine, "ana")["order_margin"] == pytest.approx((30.0, 3.0))
    assert reasons(engine, "bo")["order_spend"] == pytest.approx((40.0, 4.0))


def test_of_two_plays_that_bring_the_same_the_one_named_first_is_taken(engine: Engine) -> None:
    for first, second in (("write", "send"), ("send", "write")):
        planned(engine, [person("ana")], by=settings(play(first), play(second)))
        assert actions(engine)["ana"]["action"] == first


@pytest.mark.parametrize(
    ("who", "why", "value"),
    [
        (person("x", may_profile=False), "no_consent", None),
        (nobody_s_customer("x"), "no_orders", None),
        (person("x", lifecycle_stage="lapsed"), "no_trigger", None),
        (person("x", may_email=False), "no_marketing_consent", 9.95),
        (person("x", spend_mean=0.3), "not_worth_it", -0.02),
        (person("x", spend_mean=-5.0), "not_worth_it", -0.55),
        (person("x", spend_mean=0.5), "not_worth_it", 0.0),
    ],
)
def test_who_is_left_alone_is_told_why(engine: Engine, who: Row, why: str, value: float | None) -> None:
    planned(engine, [who], by=settings(play("write", trigger={"stages": ["at_risk"]})))
    assert actions(engine)["x"]["action"] == "leave_alone"
    assert reasons(engine, "x") == {why: (value, 0.0)}


@pytest.mark.parametrize(
    ("trigger", "meets", "misses"),
    [
        ({"stages": ["lapsed"]}, {"lifecycle_stage": "lapsed"}, {}),
        ({"groups": ["cant_lose"]}, {"rfm_group": "cant_lose"}, {}),
        ({"min_orders": 4}, {}, {"order_count": 3}),
        ({"max_orders": 4}, {}, {"order_count": 5}),
        ({"min_days_since_last": 120}, {}, {"days_since_last": 119}),
        ({"max_days_since_last": 120}, {}, {"days_since_last": 121}),
        ({"max_satisfaction": 40}, {"satisfaction_score": 40.0}, {"satisfaction_score": 40.1}),
        ({"min_satisfaction": 80}, {"satisfaction_score": 80.0}, {"satisfaction_score": 79.9}),
        ({"min_satisfaction": 0}, {"satisfaction_score": 0.0}, {"satisfaction_score": None}),
    ],
)
def test_every_condition_of_a_trigger_is_kept(
    engine: Engine, trigger: dict[str, object], meets: dict[str, object], misses: dict[str, object]
) -> None:
    planned(engine, [person("in", **meets), person("out", **misses)], by=settings(play("write", trigger=trigger)))
    met = actions(engine)
    assert (met["in"]["action"], met["out"]["reasons"]) == ("write", "no_trigger")


def test_the_shipped_playbook_does_what_a_shopkeeper_would(engine: Engine) -> None:
    buying = {"days_since_last": 10, "lifecycle_stage": "retention"}
    planned(
        engine,
        [
            person("ana", **buying, rfm_group="champions"),
            person("bo", days_since_last=640, lifecycle_stage="lapsed"),
            person("bo, who spent much", rfm_group="cant_lose", spend_mean=400.0),
            person("cy", order_count=1, days_since_last=6, gap_mean_days=None, lifecycle_stage="acquisition"),
            person("di", **buying, rfm_group="loyal", satisfaction_score=90.0),
            person("fay", **buying, rfm_group="loyal", satisfaction_score=10.0),
            person("gus", **buying, rfm_group="need_attention"),
            person("hal"),
            person("ivo", days_since_last=2000, lifecycle_stage="lapsed"),
        ],
    )
    assert {who: row["action"] for who, row in actions(engine).items()} == {
        "ana": "thank_champions",
        "bo": "win_back",
        "bo, who spent much": "rescue_call",
        "cy": "second_order",
        "di": "ask_referral",
        "fay": "make_good",
        "gus": "cross_sell",
        "hal": "reminder",
        "ivo": "leave_alone",
    }


def test_no_customers_make_an_empty_plan(engine: Engine) -> None:
    summary = planned(engine, [])
    assert (summary.contacts, summary.leave_alone, summary.cost, summary.expected_gain) == (0, 0, Decimal(0), 0.0)
    assert engine.fetch("SELECT * FROM actions").num_rows == engine.fetch("SELECT * FROM action_reasons").num_rows == 0


def test_a_playbook_without_plays_leaves_everybody_alone(engine: Engine) -> None:
    empty = Settings.model_validate({"strategy": {"plays": []}})
    assert planned(engine, [person("ana")], by=empty).by_action == {"leave_alone": 1}
    assert reasons(engine, "ana") == {"no_trigger": (None, 0.0)}
