"""What winning customers cost, against what they bring."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

import cast
from regulars import features, lifetime
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime.economics import Acquisition, acquisition

SETTINGS = Settings()


def shop(engine: Engine, *people: tuple[str, str | None, str | None, list[tuple[int, str]]], refuser: str = "") -> None:
    """Put people into the engine, valued by the plain rule: name, channel, cost, and orders (days ago, amount)."""
    persons = [
        cast.person(
            who,
            acquisition_channel=channel,
            acquisition_cost=None if cost is None else Decimal(cost),
            first_day=cast.AS_OF - timedelta(days=max((ago for ago, _ in orders), default=100)),
            may_profile=who != refuser,
        )
        for who, channel, cost, orders in people
    ]
    orders = [cast.order(who, ago, amount) for who, _, _, bought in people for ago, amount in bought]
    cast.load(engine, {"customers": persons, "orders": orders})
    features.build(engine, as_of=cast.AS_OF)
    lifetime.add(engine, settings=SETTINGS)


def asked(engine: Engine) -> Acquisition:
    return acquisition(engine, settings=SETTINGS, as_of=cast.AS_OF)


@pytest.mark.both_engines(slow=True)
def test_the_ratio_is_value_so_far_and_ahead_over_cost(engine: Engine) -> None:
    shop(
        engine,
        ("ana", "ads", "20", [(300, "100"), (10, "100")]),
        ("bo", "ads", "30", [(300, "40"), (280, "-10")]),
        ("cy", None, "10", []),
        ("di", "friends", None, [(300, "500")]),
        ("ed", "ads", "99", [(300, "500")]),
        refuser="ed",
    )
    found = asked(engine)
    ads, nameless = found.channels
    ahead = {row["customer_id"]: row["lifetime_value"] for row in engine.fetch("SELECT * FROM lifetime").to_pylist()}
    assert (ads.channel, ads.customers, ads.buyers, ads.cost, ads.margin) == ("ads", 2, 2, 50.0, 230.0)
    value = np.array([200 + ahead["ana"], 30 + ahead["bo"]])
    cost = np.array([20, 30])
    ratio = value.sum() / 50
    left = value - ratio * cost
    reach = 1.959964 * np.sqrt(2 * (left**2).sum()) / 50  # n / (n - 1) is 2
    assert (ads.ratio, ads.ratio_low, ads.ratio_high) == pytest.approx((ratio, ratio - reach, ratio + reach))
    assert (nameless.channel, nameless.customers, nameless.buyers, nameless.ratio) == ("", 1, 0, 0.0)
    assert nameless.ratio_low is None
    assert found.together is not None
    assert (found.together.customers, found.together.cost, found.sample) == (3, 60.0, 3)
    assert sum(one.cost for one in found.cohorts) == sum(one.cost for one in found.cells) == 60.0
    assert all(one.cohort == one.cohort.replace(day=1) for one in found.cohorts if one.cohort)


def test_the_cost_is_earned_back_in_the_month_in_which_the_margins_reach_it(engine: Engine) -> None:
    # Everybody cost 100 and spends 40 every 31 days, five times: 40 by the end of the first month, 120 by the third.
    bought = [(400 - 31 * turn, "40") for turn in range(5)]
    shop(engine, *((f"p{number}", "ads", "100", bought) for number in range(25)))
    (ads,) = asked(engine).channels
    assert [round(month.share, 6) for month in ads.months[:6]] == [0.4, 0.8, 1.2, 1.6, 2.0, 2.0]
    assert {month.customers for month in ads.months} == {25}
    assert len(ads.months) == 13
    assert (ads.payback_low, ads.payback_month, ads.payback_high) == (3, 3, 3)


def test_where_customers_differ_the_month_has_an_interval(engine: Engine) -> None:
    random = np.random.default_rng(5)
    people = []
    for number in range(40):
        amounts = random.gamma(0.5, 60, 11)  # 30 a month in the mean, against 115
        people.append((f"p{number:03}", "ads", "115", [(340 - 30 * k, f"{a:.2f}") for k, a in enumerate(amounts)]))
    shop(engine, *people)
    (ads,) = asked(engine).channels
    assert ads.payback_low is not None
    assert ads.payback_month is not None
    assert ads.payback_high is not None
    assert ads.payback_low <= ads.payback_month <= ads.payback_high
    assert ads.payback_low < ads.payback_high
    assert ads.payback_month in {3, 4}


def test_who_was_seen_for_less_does_not_count_for_later_months(engine: Engine) -> None:
    old = [(f"old{number}", "ads", "50", [(200, "10")]) for number in range(20)]
    new = [(f"new{number}", "ads", "50", [(40, "60")]) for number in range(30)]
    shop(engine, *old, *new)
    (ads,) = asked(engine).channels
    assert [month.customers for month in ads.months] == [50, 20, 20, 20, 20, 20]
    assert [round(month.share, 2) for month in ads.months[:2]] == [0.8, 0.2]
    assert (ads.payback_month, ads.payback_high) == (None, None)


def test_too_few_say_no_month_and_without_costs_nothing_is_said(engine: Engine) -> None:
    shop(engine, *((f"p{number}", "ads", "1", [(90, "40")]) for number in range(19)))
    (ads,) = asked(engine).channels
    assert (ads.months, ads.months_seen, ads.payback_month) == ((), 0, None)
    assert ads.ratio is not None
    shop(engine, ("ana", "ads", None, [(90, "40")]), ("bo", "ads", "0", [(90, "40")]))
    assert asked(engine) == Acquisition(together=None)


def test_a_month_of_arrival_is_that_of_the_first_order(engine: Engine) -> None:
    shop(engine, ("ana", "ads", "20", [(0, "10")]), ("bo", "ads", "30", [(30, "40"), (1, "5")]))
    found = asked(engine)
    assert [(one.cohort, one.cost) for one in found.cohorts] == [(date(2024, 5, 1), 30.0), (date(2024, 6, 1), 20.0)]
