"""What cannot be known is missing and says why; it is never 0."""

from datetime import timedelta

import pytest

import cast
from cast import AS_OF, ED
from regulars import rates
from regulars.core import Settings
from regulars.engines import Engine

RATES = ("retention_rate", "churn_rate", "net_promoter_score", "customer_satisfaction", "customer_effort_score",
         "repeat_purchase_rate", "referral_rate")  # fmt: skip


@pytest.mark.parametrize("name", RATES)
def test_a_rate_over_nobody_is_missing(engine: Engine, name: str) -> None:
    cast.load(engine, {})
    figure = getattr(rates, name)(engine, as_of=AS_OF)
    assert (figure.value, figure.base, figure.interval, figure.reason) == (None, 0, None, "no_customers")


@pytest.mark.parametrize("name", RATES)
def test_a_rate_before_the_first_record_is_missing(shop: Engine, name: str) -> None:
    figure = getattr(rates, name)(shop, as_of=AS_OF - timedelta(days=2000))
    assert (figure.value, figure.base, figure.reason) == (None, 0, "before_first_record")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("retention_rate", "no_customers_before"),
        ("churn_rate", "no_customers_before"),
        ("net_promoter_score", "no_answers"),
        ("customer_satisfaction", "no_answers"),
        ("customer_effort_score", "no_answers"),
        ("repeat_purchase_rate", "no_orders"),
        ("referral_rate", "no_referrals"),
    ],
)
def test_each_rate_says_what_it_lacks(engine: Engine, name: str, reason: str) -> None:
    cast.load(engine, {"customers": [{**cast.person("fay"), "first_day": AS_OF}]})
    figure = getattr(rates, name)(engine, as_of=AS_OF)
    assert (figure.value, figure.reason) == (None, reason)


def test_the_eight_of_an_empty_shop_are_all_missing(engine: Engine) -> None:
    cast.load(engine, {})
    measured = rates.measure(engine, as_of=AS_OF, settings=Settings())
    assert [each.now.value for each in measured.eight] == [None] * 6
    assert rates.sales_efficiency(engine, as_of=AS_OF) == []
    assert rates.concentration(engine, as_of=AS_OF) == []


def test_a_year_before_the_first_record_is_unknown_and_not_zero(engine: Engine) -> None:
    cast.load(engine, {"customers": [cast.person(ED)], "orders": [cast.order(ED, 60, "30")]})
    for each in rates.measure(engine, as_of=AS_OF, settings=Settings()).eight:
        assert each.year_before.value is None
        assert each.year_before.reason in {"before_first_record", "no_feedback"}


def test_a_shop_that_only_took_money_back_has_nothing_to_share_out(engine: Engine) -> None:
    cast.load(engine, {"customers": [cast.person(ED)], "orders": [cast.order(ED, 60, "-30")]})
    assert rates.concentration(engine, as_of=AS_OF) == []
    assert rates.repeat_purchase_rate(engine, as_of=AS_OF).reason == "no_orders"
