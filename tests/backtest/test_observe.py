"""Observations: what was known at a cut-off, and what came after it. No later row changes what was known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cast
from cast import ANA, AS_OF, BO, CY, DI, ED, order, person
from features.shops import PEOPLE, Row, Tables, assert_alike, shops
from regulars import features
from regulars.backtest import LABELS, observe
from regulars.backtest._cutoffs import HorizonInvalid
from regulars.engines import Engine

laws = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CUTOFF = AS_OF - timedelta(days=90)


def observed(
    engine: Engine, *, cutoff: date = CUTOFF, horizon_days: int = 90, columns: tuple[str, ...] = ()
) -> dict[str, Row]:
    observe(engine, cutoff=cutoff, horizon_days=horizon_days, into="observed", columns=columns)
    return {row["customer_id"]: row for row in engine.fetch("SELECT * FROM observed").to_pylist()}


def seen(rows: dict[str, Row]) -> dict[str, Row]:
    return {who: {name: value for name, value in row.items() if name not in LABELS} for who, row in rows.items()}


def labels(rows: dict[str, Row]) -> dict[str, tuple[object, ...]]:
    return {who: tuple(row[label] for label in LABELS) for who, row in rows.items()}


def is_later(row: Row) -> bool:
    days = [row.get(name) for name in ("known_day", "local_day", "started_day", "referred_day")]
    return any(day is not None and day > CUTOFF for day in days)


@laws
@given(shop=shops(), other=shops())
def test_rows_after_the_cutoff_change_no_feature(engine: Engine, shop: Tables, other: Tables) -> None:
    known = {name: [row for row in rows if not is_later(row)] for name, rows in shop.items()}
    later = {name: [row for row in rows if is_later(row)] for name, rows in other.items() if name != "customers"}
    with_others = {name: rows + later.get(name, []) for name, rows in known.items()}
    found = []
    for tables in (shop, known, with_others):
        cast.load(engine, {**tables, "customers": shop["customers"]})
        found.append(seen(observed(engine)))
    assert_alike(found[0], found[1])
    assert_alike(found[0], found[2])


@laws
@given(shop=shops(), horizon=st.sampled_from([1, 30, 90, 120]))
def test_labels_are_what_counting_by_hand_gives(engine: Engine, shop: Tables, horizon: int) -> None:
    cast.load(engine, shop)
    window_end = CUTOFF + timedelta(days=horizon)
    expected = {}
    for one in shop["customers"]:
        came = [
            row
            for row in shop["orders"]
            if row["customer_id"] == one["customer_id"]
            and CUTOFF < row["local_day"] <= window_end
            and row["known_day"] <= window_end
        ]
        days = {row["local_day"] for row in came if not row["is_refund"]}
        spend = sum((row["amount"] for row in came), Decimal(0))
        if one["first_day"] <= CUTOFF and one["may_profile"]:
            expected[one["customer_id"]] = (bool(days), len(days), spend)
    assert labels(observed(engine, horizon_days=horizon)) == expected


@laws
@given(shop=shops())
def test_features_are_those_of_the_feature_table_as_of_the_cutoff(engine: Engine, shop: Tables) -> None:
    cast.load(engine, shop)
    features.build(engine, as_of=CUTOFF, into="then")
    then = {row["customer_id"]: row for row in engine.fetch('SELECT * FROM "then" WHERE may_profile').to_pylist()}
    assert_alike(seen(observed(engine)), then)


def test_the_cast_ninety_days_ago(shop: Engine) -> None:
    found = observed(shop)
    assert set(found) == {ANA, BO, DI}, "Cy had not come yet, and Ed is not to be profiled"
    assert labels(found) == {
        ANA: (True, 3, Decimal("120.0000")),
        BO: (False, 0, Decimal("0.0000")),
        DI: (True, 2, Decimal("135.0000")),
    }
    assert found[DI]["order_count"] == 1


def test_the_window_starts_after_the_cutoff_and_holds_its_last_day(engine: Engine) -> None:
    cast.load(engine, {
        "orders": [order(ANA, 90, "1.00"), order(BO, 89, "1.00"), order(CY, 60, "1.00"), order(DI, 59, "1.00")],
        "customers": [person(who, first_day=date(2020, 1, 1)) for who in (ANA, BO, CY, DI)],
    })  # fmt: skip
    bought = {who: row["bought"] for who, row in observed(engine, horizon_days=30).items()}
    assert bought == {ANA: False, BO: True, CY: True, DI: False}


def test_a_refund_is_no_purchase_and_its_order_still_is_one(engine: Engine) -> None:
    cast.load(engine, {
        "orders": [
            order(ANA, 50, "30.00"), order(ANA, 50, "-30.00", known_days_ago=40),
            order(BO, 200, "30.00"), order(BO, 200, "-30.00", known_days_ago=40),
            order(CY, 200, "30.00"), order(CY, 40, "-10.00"),
            order(DI, 20, "30.00"), order(DI, 20, "-30.00", known_days_ago=-5),
        ],
        "customers": [person(who, first_day=date(2020, 1, 1)) for who in (ANA, BO, CY, DI)],
    })  # fmt: skip
    assert labels(observed(engine)) == {
        ANA: (True, 1, Decimal(0)),
        BO: (False, 0, Decimal(0)),  # counts to a day before the window
        CY: (False, 0, Decimal(-10)),
        DI: (True, 1, Decimal(30)),  # the refund was not known when the window ended
    }


def test_two_orders_of_a_day_are_one_order_day(engine: Engine) -> None:
    orders = [order(ANA, days, "5.00") for days in (100, 30, 30, 29)]
    cast.load(engine, {"orders": orders, "customers": [person(ANA, first_day=date(2020, 1, 1))]})
    assert labels(observed(engine)) == {ANA: (True, 2, Decimal(15))}


def test_only_the_features_asked_for_are_written(shop: Engine) -> None:
    observe(shop, cutoff=CUTOFF, horizon_days=90, into="few", columns=("days_since_last", "order_count"))
    assert shop.columns("few") == ("customer_id", "days_since_last", "order_count", *LABELS)
    assert shop.columns("few_seen") == ()


def test_what_was_observed_is_counted(shop: Engine) -> None:
    found = observe(shop, cutoff=CUTOFF, horizon_days=90, into="observed")
    assert (found.table, found.cutoff, found.horizon_days) == ("observed", CUTOFF, 90)
    assert (found.customers, found.buyers) == (3, 2)


@pytest.mark.parametrize("who", PEOPLE)
def test_before_anybody_came_nobody_is_observed(engine: Engine, who: str) -> None:
    cast.load(engine, {"customers": [person(who, first_day=AS_OF)], "orders": [order(who, 0, "5.00")]})
    assert observed(engine) == {}


def test_ed_who_withdrew_consent_is_absent_from_training(shop: Engine) -> None:
    assert ED not in observed(shop, cutoff=AS_OF - timedelta(days=30), horizon_days=30)


def test_a_window_of_no_days_is_refused(shop: Engine) -> None:
    with pytest.raises(HorizonInvalid):
        observe(shop, cutoff=CUTOFF, horizon_days=0, into="observed")
