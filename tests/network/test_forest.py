"""Who brought whom, worked out by hand: Di's friends, and theirs."""

import math
from itertools import pairwise

import pyarrow as pa
import pytest
from pydantic import ValidationError

from cast import ANA, BO, CY, DI, ED
from network.village import Found, Row, network_of, person, referral
from regulars.core import Settings
from regulars.engines import Engine
from regulars.network import Advocate, top_advocates

VILLAGE = {ANA: person(400.0), BO: person(0.0), CY: person(80.0), DI: person(100.0), ED: person(999.0)}


def chain(length: int) -> tuple[dict[str, Row], list[Row]]:
    names = [f"c{number:04}" for number in range(length)]
    return (
        dict.fromkeys(names, person(1.0)),
        [referral(one, two) for one, two in pairwise(names)],
    )


def test_di_gets_half_of_cy_and_a_quarter_of_whom_cy_brought(engine: Engine) -> None:
    found = network_of(engine, VILLAGE, [referral(DI, CY, 9), referral(CY, ANA, 5), referral(DI, BO, 4)])
    assert found.column("referral_value") == {DI: 0.5 * 80 + 0.25 * 400, CY: 200.0, ANA: 0.0, BO: 0.0, ED: 0.0}
    assert found.column("total_value") == {DI: 240.0, CY: 280.0, ANA: 400.0, BO: 0.0, ED: 999.0}
    assert found.column("referral_depth") == {DI: 0, CY: 1, BO: 1, ANA: 2, ED: 0}
    assert found.column("referred_by") == {DI: None, CY: DI, BO: DI, ANA: CY, ED: None}
    assert (found.rows[DI]["referred_directly"], found.rows[DI]["referred_in_all"]) == (2, 3)
    assert found.summary.brought.value == 3 / 5
    assert found.summary.brought.interval is not None
    assert (found.summary.referral_count, found.summary.deepest_chain, found.summary.advocate_count) == (3, 2, 2)
    assert set(found.summary.left_out.values()) == {0}


def test_the_share_of_a_step_is_a_setting(engine: Engine) -> None:
    rows = [referral(DI, CY), referral(CY, ANA)]
    assert network_of(engine, VILLAGE, rows, share=0.1).rows[DI]["referral_value"] == pytest.approx(8 + 4)
    assert network_of(engine, VILLAGE, rows, share=0.0).rows[DI]["total_value"] == 100
    for share in (-0.1, 1.1, math.nan):
        with pytest.raises(ValidationError):
            Settings.model_validate({"network": {"share": share}})


@pytest.mark.parametrize(
    ("rows", "by"),
    [
        ([referral(BO, CY, 3), referral(DI, CY, 4)], DI),
        ([referral(DI, CY, 3), referral(BO, CY, 3)], BO),
        ([referral(BO, CY, None), referral(DI, CY, 3)], DI),
        ([referral(DI, CY, None), referral(BO, CY, None)], BO),
        ([referral(DI, CY, None), referral(BO, CY, 3), referral(DI, CY, 4)], DI),
    ],
    ids=["earliest", "same day", "undated last", "both undated", "a day said once is enough"],
)
def test_one_brings_cy_and_the_others_are_counted(engine: Engine, rows: list[Row], by: str) -> None:
    found = network_of(engine, VILLAGE, rows)
    assert found.rows[CY]["referred_by"] == by
    assert found.summary.left_out["other_referrer"] == 1
    assert found.summary.left_out["repeated"] == len(rows) - 2


def test_of_a_circle_the_latest_referral_is_left_out(engine: Engine) -> None:
    found = network_of(engine, VILLAGE, [referral(ANA, BO, 9), referral(BO, CY, 2), referral(CY, ANA, 5)])
    assert found.column("referred_by") == {ANA: CY, BO: ANA, CY: None, DI: None, ED: None}
    assert found.summary.left_out["cycle"] == 1
    assert found.rows[CY]["referral_value"] == 0.5 * 400 + 0.25 * 0


def test_a_referral_without_a_day_is_the_latest_of_its_circle(engine: Engine) -> None:
    found = network_of(engine, VILLAGE, [referral(ANA, BO, None), referral(BO, ANA, 0)])
    assert (found.rows[ANA]["referred_by"], found.rows[BO]["referred_by"]) == (BO, None)


def test_two_circles_and_a_tree_between_them_lose_one_referral_each(engine: Engine) -> None:
    rows = [referral("a", "b", 5), referral("b", "a", 4), referral("c", "d", 3), referral("d", "c", 2),
            referral("b", "e", 1), referral("f", "g", 1)]  # fmt: skip
    found = network_of(engine, dict.fromkeys("abcdefg", person(1.0)), rows)
    assert found.summary.left_out["cycle"] == 2
    assert found.column("referred_by") == {"a": None, "b": "a", "c": None, "d": "c", "e": "b", "f": None, "g": "f"}


def test_a_long_chain_is_summed_to_its_end(engine: Engine) -> None:
    found = network_of(engine, *chain(300), share=1.0)
    assert found.rows["c0000"]["referral_value"] == 299
    assert found.rows["c0299"]["referral_depth"] == found.summary.deepest_chain == 299
    assert network_of(engine, *chain(300)).rows["c0000"]["referral_value"] == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("length", [2, 3, 4, 5, 7, 8, 9, 16, 17])
def test_a_chain_of_any_length_is_no_circle_and_a_closed_one_is(engine: Engine, length: int) -> None:
    people, rows = chain(length)
    assert network_of(engine, people, rows).summary.left_out["cycle"] == 0
    closed = network_of(engine, people, [*rows, referral(f"c{length - 1:04}", "c0000", 0)])
    assert closed.summary.left_out["cycle"] == 1
    assert closed.summary.deepest_chain == length - 1


@pytest.mark.both_engines(slow=True)
def test_every_referral_that_does_not_count_says_why(engine: Engine) -> None:
    rows = [referral(DI, DI), referral(BO, BO, None), referral(DI, CY, 5), referral(DI, CY, 5), referral(DI, CY, 3),
            referral(BO, CY, 1), referral("zoe", ANA), referral(CY, DI, 1), referral(DI, ANA, -1)]  # fmt: skip
    summary = network_of(engine, VILLAGE, rows).summary
    assert summary.referral_count == 8, "one is of tomorrow"
    assert summary.left_out == {
        "self_referral": 2, "unknown_person": 1, "repeated": 2, "other_referrer": 1, "cycle": 1,
    }  # fmt: skip
    assert summary.brought.count == 1


class TestAdvocates:
    @pytest.mark.parametrize(
        ("ordered_days_ago", "referred_days_ago", "is_advocate"),
        [(5, 5, True), (4, 5, True), (6, 5, False), (None, 5, False), (700, None, True), (None, None, False)],
    )
    def test_an_advocate_brought_somebody_who_went_on_to_order(
        self, engine: Engine, ordered_days_ago: int | None, referred_days_ago: int | None, is_advocate: bool
    ) -> None:
        village = {DI: person(1.0), CY: person(1.0, ordered_days_ago=ordered_days_ago)}
        found = network_of(engine, village, [referral(DI, CY, referred_days_ago)])
        assert found.column("is_advocate") == {DI: is_advocate, CY: False}
        assert found.summary.advocate_count == int(is_advocate)

    @pytest.mark.both_engines(slow=True)
    def test_the_top_ones_come_by_value_brought_then_people_then_id(self, engine: Engine) -> None:
        village = {**dict.fromkeys(["x", "y", "z", "w"], person(5.0)), **dict.fromkeys("abcde", person(10.0))}
        village["e"] = person(0.0)
        rows = [referral("x", "a"), referral("y", "b"), referral("z", "c"), referral("z", "d"), referral("y", "e")]
        network_of(engine, village, rows)
        assert [one.customer_id for one in top_advocates(engine)] == ["z", "y", "x"]
        assert top_advocates(engine, most=1) == (
            Advocate(customer_id="z", referred_directly=2, referred_in_all=2, referral_value=10.0, total_value=15.0),
        )


class TestWhatIsMissing:
    def found(self, engine: Engine) -> Found:
        village = {**VILLAGE, ED: person(999.0, may_profile=False), "lee": person(None), "mia": person(None)}
        return network_of(engine, village, [referral(DI, ED), referral(ED, ANA), referral("lee", BO)])

    def test_ed_who_refused_hands_nothing_on_and_has_no_values(self, engine: Engine) -> None:
        found = self.found(engine)
        assert found.rows[DI]["referral_value"] == 0.25 * 400, "Ana is worth something to Di, Ed is not"
        assert not found.rows[DI]["is_advocate"], "what Ed bought is not looked at"
        ed = found.rows[ED]
        assert (ed["is_advocate"], ed["referral_value"], ed["total_value"]) == (None, None, None)
        assert (ed["network_reason"], ed["referred_by"], ed["referred_in_all"]) == ("no_consent", DI, 1)

    def test_lee_who_never_bought_is_worth_those_he_brought_and_mia_nothing_known(self, engine: Engine) -> None:
        found = self.found(engine)
        assert (found.rows["lee"]["total_value"], found.rows["lee"]["network_reason"]) == (0.0, "brought_only")
        assert (found.rows["mia"]["total_value"], found.rows["mia"]["network_reason"]) == (None, "no_own_value")
        assert found.rows[ANA]["network_reason"] is None

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([], "no_referrals"),
            ([referral(DI, CY, -1)], "no_referrals"),
            ([referral(DI, DI)], "referrals_left_out"),
            ([referral(DI, "zoe"), referral(BO, BO), referral(BO, BO)], "referrals_left_out"),
        ],
        ids=["none", "of tomorrow", "by herself", "of a stranger"],
    )
    def test_where_no_referral_counts_there_is_no_value_of_them_and_it_is_said_why(
        self, engine: Engine, rows: list[Row], reason: str
    ) -> None:
        found = network_of(engine, VILLAGE, rows)
        assert set(found.column("referral_value").values()) == {None}
        assert found.column("total_value") == {who: one["value"] for who, one in VILLAGE.items()}
        assert set(found.column("network_reason").values()) == {reason}
        assert (found.summary.brought.value, found.summary.brought.reason) == (None, reason)
        assert top_advocates(engine) == ()

    def test_an_empty_shop_has_an_empty_table(self, engine: Engine) -> None:
        found = network_of(engine, {}, [referral(DI, CY)])
        assert found.rows == {}
        assert found.summary.left_out["unknown_person"] == found.summary.referral_count == 1
        assert found.summary.brought.reason == "no_customers"

    def test_somebody_sold_to_at_a_loss_takes_away(self, engine: Engine) -> None:
        village = {DI: person(100.0), BO: person(-40.0)}
        assert network_of(engine, village, [referral(DI, BO)]).rows[DI]["total_value"] == 80


def test_columns_have_the_types_of_the_dictionary(engine: Engine) -> None:
    network_of(engine, VILLAGE, [referral(DI, CY)])
    schema = engine.fetch("SELECT * FROM network").schema
    types = {"referral_depth": pa.int64(), "referred_directly": pa.int64(), "referred_in_all": pa.int64(),
             "referral_value": pa.float64(), "total_value": pa.float64(), "is_advocate": pa.bool_()}  # fmt: skip
    assert {name: schema.field(name).type for name in types} == types
    assert engine.columns("network_links") == engine.columns("network_tally_steps") == ()
