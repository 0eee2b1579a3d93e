"""What must hold of rates and cohorts, whatever the shop."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cast
from cast import AS_OF
from regulars import rates
from regulars.core import Settings, wilson
from regulars.engines import Engine
from regulars.rates import _answers

laws = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PEOPLE = ("kim", "lee", "mia", "noa")
Row = dict[str, Any]

orders = st.lists(
    st.builds(
        lambda who, days, amount, late: cast.order(who, days, str(amount), known_days_ago=days - late * (amount < 0)),
        st.sampled_from(PEOPLE),
        st.sampled_from([-20, -1, 0, 10, 29, 30, 60, 89, 90, 100, 200, 370, 400, 500]),
        st.integers(-20, 60),
        st.sampled_from([0, 15, 95]),
    ),
    max_size=20,
)


def load(engine: Engine, rows: list[Row]) -> None:
    customers = [{**cast.person(who), "first_day": cast._day(500)} for who in PEOPLE]
    cast.load(engine, {"customers": customers, "orders": rows})


def cohort_rows(engine: Engine, as_of: date = AS_OF) -> list[Row]:
    rates.cohorts(engine, as_of=as_of)
    return list(engine.fetch("SELECT * FROM cohorts ORDER BY cohort, month_number").to_pylist())


@laws
@given(rows=orders, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_what_comes_later_change_no_rate(engine: Engine, rows: list[Row], order: Any) -> None:
    load(engine, rows)
    measured = rates.measure(engine, as_of=AS_OF, settings=Settings())
    load(
        engine,
        order.sample([row for row in rows if row["known_day"] <= AS_OF], k=sum(r["known_day"] <= AS_OF for r in rows)),
    )
    again = rates.measure(engine, as_of=AS_OF, settings=Settings())
    assert measured.rates == again.rates
    for one, other in zip(measured.eight, again.eight, strict=True):
        assert (one.now.value, one.previous.value, one.year_before.value) == pytest.approx(
            (other.now.value, other.previous.value, other.year_before.value)
        )


@laws
@given(rows=orders)
def test_who_stayed_and_who_left_are_everybody_of_before(engine: Engine, rows: list[Row]) -> None:
    load(engine, rows)
    stayed, left = (of(engine, as_of=AS_OF) for of in (rates.retention_rate, rates.churn_rate))
    assert stayed.base == left.base
    if stayed.base:
        assert (stayed.count or 0) + (left.count or 0) == stayed.base
        assert (stayed.value or 0) + (left.value or 0) == pytest.approx(1)


@laws
@given(rows=orders)
def test_cohorts_are_what_counting_by_hand_gives(engine: Engine, rows: list[Row]) -> None:
    load(engine, rows)
    expected = cohorts_by_hand(rows)
    built = cohort_rows(engine)
    assert [(row["cohort"], row["month_number"]) for row in built] == sorted(expected)
    for row in built:
        size, active, revenue, so_far = expected[row["cohort"], row["month_number"]]
        assert (row["cohort_size"], row["active_customers"], row["revenue"]) == (size, active, revenue)
        assert row["retention"] == pytest.approx(active / size)
        assert row["revenue_per_customer"] == pytest.approx(float(so_far) / size)
        interval = wilson(active, size)
        assert interval is not None
        assert (row["retention_low"], row["retention_high"]) == pytest.approx((interval.low, interval.high), abs=1e-12)
        assert row["is_partial"] is False, "June is over on its 30th"


def cohorts_by_hand(rows: list[Row]) -> dict[tuple[date, int], tuple[int, int, Decimal, Decimal]]:
    known = [row for row in rows if row["known_day"] <= AS_OF]
    bought = [row for row in known if not row["is_refund"]]
    first: dict[str, date] = {}
    for row in bought:
        month = row["local_day"].replace(day=1)
        first[row["customer_id"]] = min(month, first.get(row["customer_id"], month))
    active: dict[tuple[date, int], set[str]] = defaultdict(set)
    revenue: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for row in known:
        if row["customer_id"] in first:
            cohort = first[row["customer_id"]]
            number = max(0, months_between(cohort, row["local_day"]))
            revenue[cohort, number] += row["amount"]
            if not row["is_refund"]:
                active[cohort, number].add(row["customer_id"])
    found = {}
    for cohort in set(first.values()):
        size, so_far = list(first.values()).count(cohort), Decimal(0)
        for number in range(months_between(cohort, AS_OF) + 1):
            so_far += revenue[cohort, number]
            found[cohort, number] = (size, len(active[cohort, number]), revenue[cohort, number], so_far)
    return found


def months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def test_only_the_month_that_is_not_over_is_partial(shop: Engine) -> None:
    rows = cohort_rows(shop, AS_OF - timedelta(days=1))
    assert rows
    for row in rows:
        is_running = months_between(row["cohort"], AS_OF) == row["month_number"]
        assert row["is_partial"] is is_running


def test_a_shop_without_orders_has_no_cohorts(engine: Engine) -> None:
    cast.load(engine, {})
    assert cohort_rows(engine) == []


@laws
@given(rows=orders)
def test_concentration_rises_only_while_people_bring_more_than_they_take_back(engine: Engine, rows: list[Row]) -> None:
    load(engine, [row for row in rows if not row["is_refund"]])
    points = rates.concentration(engine, as_of=AS_OF)
    shares = [point.share_of_spend for point in points]
    assert shares == sorted(shares)
    assert all(point.share_of_spend >= point.share_of_customers - 1e-9 for point in points)
    assert not points or shares[-1] == 1


def test_the_interval_of_many_answers_agrees_with_the_bootstrap() -> None:
    random = np.random.default_rng(5)
    totals = random.normal(4.0, 1.0, _answers.LARGEST_BOOTSTRAP + 1)
    ones = np.ones_like(totals)
    normal = _answers.ratio_interval(totals, ones, ones, seed=0)
    drawn = _answers.ratio_interval(totals[:-1], ones[:-1], ones[:-1], seed=0)
    assert normal is not None
    assert drawn is not None
    assert (normal.method, drawn.method) == ("normal", "bootstrap")
    assert (normal.low, normal.high) == pytest.approx((drawn.low, drawn.high), abs=0.01)
