"""What must hold of every feature table, whatever the shop."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import by_hand
from features.shops import AS_OF, PEOPLE, Row, Tables, assert_alike, features_of, shops
from regulars.engines import Engine
from regulars.features import ALL_PARTS, _mix

laws = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("few_names", [0, 2, 12])
@settings(laws, max_examples=12)
@given(shop=shops(), period_days=st.sampled_from([30, 90, 200]), outlier_above=st.sampled_from([None, 0.0, 250.0]))
def test_every_column_is_what_counting_by_hand_gives(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    shop: Tables,
    period_days: int,
    outlier_above: float | None,
    few_names: int,
) -> None:
    monkeypatch.setattr(_mix, "FEW_NAMES", few_names)
    asked: dict[str, Any] = {"period_days": period_days, "outlier_above": outlier_above}
    assert_alike(features_of(engine, shop, **asked), by_hand.table(shop, as_of=AS_OF, **asked))


@pytest.mark.both_engines(slow=True)
@laws
@given(shop=shops(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(engine: Engine, shop: Tables, order: Any) -> None:
    shuffled = {name: order.sample(rows, len(rows)) for name, rows in shop.items()}
    assert_alike(features_of(engine, shop), features_of(engine, shuffled))


@laws
@given(shop=shops(), days_back=st.sampled_from([1, 30, 90, 365]))
def test_what_became_known_later_changes_nothing(engine: Engine, shop: Tables, days_back: int) -> None:
    then = AS_OF - timedelta(days=days_back)
    known_then = {
        name: [row for row in rows if all(day <= then for day in _days_of(name, row))] for name, rows in shop.items()
    }
    known_then["customers"] = shop["customers"]
    assert_alike(features_of(engine, shop, as_of=then), features_of(engine, known_then, as_of=then))


def _days_of(table: str, row: Row) -> list[Any]:
    names = {"orders": "known_day", "subscriptions": "started_day", "referrals": "referred_day"}
    day = row.get(names.get(table, "local_day"))
    return [] if day is None else [day]


@laws
@given(shop=shops())
def test_nobodys_row_depends_on_anybody_else(engine: Engine, shop: Tables) -> None:
    together = features_of(engine, shop)
    for who in PEOPLE:
        alone = {
            name: [row for row in rows if who in (row.get("customer_id"), row.get("referrer_id"))]
            for name, rows in shop.items()
        }
        assert_alike(features_of(engine, alone), {name: row for name, row in together.items() if name == who})


@laws
@given(shop=shops(), factor=st.sampled_from([3, 100]))
def test_money_grows_with_its_unit_and_nothing_else_does(engine: Engine, shop: Tables, factor: int) -> None:
    money = ("amount", "cost", "discount", "price", "acquisition_cost")
    dearer = {
        name: [{key: value * factor if key in money and value else value for key, value in row.items()} for row in rows]
        for name, rows in shop.items()
    }
    grown = {
        who: {name: value * factor if _is_money(name, value) else value for name, value in row.items()}
        for who, row in features_of(engine, shop).items()
    }
    assert_alike(features_of(engine, dearer), grown)


def _is_money(name: str, value: object) -> bool:
    return isinstance(value, Decimal) or (name in {"spend_mean", "spend_sd", "monthly_price"} and value is not None)


@laws
@given(shop=shops(), share=st.decimals("0.25", "0.75", places=2))
def test_writing_an_order_on_more_lines_changes_nothing(engine: Engine, shop: Tables, share: Decimal) -> None:
    split = [
        {**line, "amount": amount}
        for line in shop["order_lines"]
        for part in [(line["amount"] * share).quantize(Decimal("0.0001"))]
        for amount in (part, line["amount"] - part)
    ]
    assert_alike(features_of(engine, shop), features_of(engine, {**shop, "order_lines": split}))


@laws
@given(shop=shops(), parts=st.sets(st.sampled_from(ALL_PARTS)))
def test_a_part_not_asked_for_reads_as_if_there_were_no_such_records(
    engine: Engine, shop: Tables, parts: set[str]
) -> None:
    sources = {"usage": "usage", "feedback": "feedback", "contact": "touches", "subscription": "subscriptions",
               "referral": "referrals"}  # fmt: skip
    asked = features_of(engine, shop, parts=parts | {"purchase", "mix"})
    without: Tables = {name: [] for part, name in sources.items() if part not in parts}
    assert_alike(asked, features_of(engine, {**shop, **without}))


@pytest.mark.parametrize("part", ["purchase", "mix"])
@laws
@given(shop=shops())
def test_purchases_and_their_mix_can_be_left_out_alone(engine: Engine, part: str, shop: Tables) -> None:
    everything = features_of(engine, shop)
    rest = features_of(engine, shop, parts=[name for name in ALL_PARTS if name != part])
    mixed = {"channel_count", "main_channel", "main_channel_share"} | {
        name for row in everything.values() for name in row if "category" in name
    }
    for who, row in rest.items():
        for name in mixed:
            kept = part == "purchase"
            assert row[name] == (everything[who][name] if kept else (0 if name.endswith("_count") else None)), name
        assert row["order_count"] == (0 if part == "purchase" else everything[who]["order_count"])
        assert row["usage_count"] == everything[who]["usage_count"]
