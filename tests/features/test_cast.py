"""The cast: what happened to people one knows by name."""

from decimal import Decimal

import pyarrow as pa
import pytest

import cast
from cast import ANA, AS_OF, BO, CY, DI, ED
from features.shops import features_of
from regulars.core import RegularsError
from regulars.engines import Engine
from regulars.features import PartUnknown, _mix, build

pytestmark = pytest.mark.both_engines(slow=True)


def test_ana_who_buys_again_and_again_has_eleven_order_days_and_ten_gaps(shop: Engine) -> None:
    ana = row_of(shop, ANA)
    assert (ana["order_count"], ana["order_day_count"], ana["repeat_count"]) == (11, 11, 10)
    assert (ana["days_since_last"], ana["age_at_last_days"], ana["tenure_days"]) == (10, 690, 700)
    assert ana["gap_mean_days"] == 69
    assert ana["spend_sd"] == 0, "all her orders cost the same"
    assert ana["rating_last"] == 100


def test_ana_bought_as_much_tea_as_cups(shop: Engine) -> None:
    ana = row_of(shop, ANA)
    assert ana["category_entropy"] == pytest.approx(0.6931471805599453)
    assert ana["top_category"] == "cups", "a tie goes to the name that sorts first"


@pytest.mark.parametrize("few_names", [0, 12])
def test_who_buys_of_one_category_has_no_entropy_not_even_a_speck(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, few_names: int
) -> None:
    monkeypatch.setattr(_mix, "FEW_NAMES", few_names)
    amounts = ["1.45", "1.46", "1.54", "2.43", "2.46"]  # of these, ln s - s ln s / s is 2e-16 and not 0
    people = [cast.person(amount) for amount in amounts]
    lines = [
        {"customer_id": amount, "local_day": AS_OF, "category": "tea", "amount": Decimal(amount)} for amount in amounts
    ]
    orders = [cast.order(amount, 0, amount) for amount in amounts]
    found = features_of(engine, {"customers": people, "orders": orders, "order_lines": lines})
    assert [row["category_entropy"] for row in found.values()] == [0] * len(amounts)


def test_bo_who_stopped_buying_has_spent_nothing_lately(shop: Engine) -> None:
    bo = row_of(shop, BO)
    assert (bo["spend_total"], bo["spend_365d"], bo["orders_365d"]) == (Decimal(300), 0, 0)
    assert bo["spend_trend"] is None, "there is no trend in nothing"
    assert bo["cost_to_serve"] == 5


def test_cy_who_is_new_has_neither_gaps_nor_a_deviation(shop: Engine) -> None:
    cy = row_of(shop, CY)
    assert (cy["order_count"], cy["repeat_count"], cy["tenure_days"]) == (1, 0, 6)
    assert cy["gap_mean_days"] is cy["gap_sd_days"] is cy["spend_sd"] is None


def test_a_refund_is_taken_off_the_day_of_its_order_and_is_no_order(shop: Engine) -> None:
    di = row_of(shop, DI)
    assert (di["order_count"], di["refund_count"], di["refund_total"]) == (3, 1, Decimal(15))
    assert di["spend_total"] == Decimal(195)
    assert di["spend_mean"] == pytest.approx(65)


def test_a_refund_learnt_after_the_day_asked_for_is_not_foreseen(shop: Engine) -> None:
    build(shop, as_of=cast._day(76))
    then = shop.fetch("SELECT spend_total, refund_count FROM features WHERE customer_id = $who", who=DI).to_pylist()
    assert then == [{"spend_total": Decimal(120), "refund_count": 0}]


def test_di_who_refers_friends_is_credited_once_a_friend(shop: Engine) -> None:
    assert row_of(shop, DI)["referral_count"] == 1


def test_ed_who_withdrew_consent_is_still_counted(shop: Engine) -> None:
    ed = row_of(shop, ED)
    assert ed["may_profile"] is False
    assert ed["spend_total"] == Decimal(60)


def test_whoever_came_later_has_no_row_yet(shop: Engine) -> None:
    build(shop, as_of=cast._day(100))
    assert CY not in shop.fetch("SELECT customer_id FROM features")["customer_id"].to_pylist()


def test_a_shop_without_customers_has_a_table_without_rows(engine: Engine) -> None:
    assert features_of(engine, {}) == {}
    assert "order_count" in engine.columns("features")


def test_a_subscriber_who_never_orders_has_a_tenure_and_a_monthly_price(engine: Engine) -> None:
    person = {**cast.person("fay"), "first_day": cast._day(50)}
    plan = {"customer_id": "fay", "started_day": cast._day(50), "price": Decimal(120), "period": "year"}
    fay = features_of(engine, {"customers": [person], "subscriptions": [plan]})["fay"]
    assert (fay["is_subscribed"], fay["subscription_tenure_days"], fay["tenure_days"]) == (True, 50, 50)
    assert fay["monthly_price"] == pytest.approx(10)
    assert fay["days_since_last"] is None


@pytest.mark.parametrize(("costless_days_ago", "margin"), [(364, None), (365, Decimal(60))])
def test_a_year_with_an_order_without_cost_has_no_margin(
    engine: Engine, costless_days_ago: int, margin: Decimal | None
) -> None:
    orders = [cast.order("fay", 5, "100", cost=Decimal(40)), cast.order("fay", costless_days_ago, "100")]
    fay = features_of(engine, {"customers": [cast.person("fay")], "orders": orders})["fay"]
    assert (fay["margin_365d"], fay["margin_total"]) == (margin, None)


def test_a_year_without_orders_has_a_margin_of_nothing(engine: Engine) -> None:
    person = {**cast.person("fay"), "first_day": cast._day(900)}
    fay = features_of(engine, {"customers": [person], "orders": [cast.order("fay", 900, "100")]})["fay"]
    assert fay["margin_365d"] == 0


def test_counts_are_whole_money_is_decimal_and_means_are_double(shop: Engine) -> None:
    build(shop, as_of=AS_OF)
    schema = shop.fetch("SELECT * FROM features").schema
    money = {"spend_total", "margin_total", "discount_total", "refund_total", "spend_30d", "spend_90d", "spend_365d",
             "margin_365d", "spend_last_period", "spend_prior_period", "contact_cost", "acquisition_cost",
             "cost_to_serve"}  # fmt: skip
    for field in schema:
        if field.name in money:
            assert field.type == pa.decimal128(18, 4), field
        elif field.name.endswith(("_mean", "_sd", "channel_share", "_frequency", "_minutes", "_trend")):
            assert field.type == pa.float64(), field
        elif field.name.endswith(("_count", "_days", "_since_last", "_since_usage", "_since_feedback")):
            assert field.type == (pa.float64() if field.name.startswith("gap_") else pa.int64()), field


def test_a_part_that_does_not_exist_is_named_with_those_that_do(shop: Engine) -> None:
    with pytest.raises(PartUnknown, match=r"no features 'weather'.*purchase, mix, usage") as raised:
        build(shop, as_of=AS_OF, parts=("purchase", "weather"))
    assert isinstance(raised.value, RegularsError)


def row_of(shop: Engine, who: str) -> dict[str, object]:
    build(shop, as_of=AS_OF)
    return dict(shop.fetch("SELECT * FROM features WHERE customer_id = $who", who=who).to_pylist()[0])
