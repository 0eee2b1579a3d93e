"""How long subscribers stay, by plan: what is counted, what is published, and what is to come."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cast
from feature_rows import load, someone
from regulars.core import Settings
from regulars.customers import CLEAN_TABLES
from regulars.engines import Engine, pa
from regulars.lifetime.economics import Plan, subscriptions, survival_months

COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=24)


def contract(
    started: date, ended: date | None = None, *, many: int = 1, who: str = "ana", **more: Any
) -> dict[str, Any]:
    """Return a subscription; `many` stands for as many like it."""
    return {"customer_id": who, "started_day": started, "ended_day": ended, "plan": "pro", "price": Decimal(10),
            "period": "month", "many": many} | more  # fmt: skip


def asked(engine: Engine, contracts: Iterable[dict[str, Any]], *, as_of: date) -> tuple[Plan, ...]:
    load(engine, [someone("ana"), someone("ed", may_profile=False)])
    rows = [{name: row[name] for name in row if name != "many"} for row in contracts for _ in range(row["many"])]
    engine.load("subscriptions", pa.Table.from_pylist(rows, schema=CLEAN_TABLES["subscriptions"]))
    return subscriptions(engine, settings=Settings(), as_of=as_of)


def test_survival_is_what_kaplan_and_meier_found() -> None:
    """Remission of leukaemia under 6-MP, weeks: Freireich and others, Blood 21 (1963), 699-716."""
    lost, seen_until = np.zeros(35, dtype=np.int64), np.zeros(35, dtype=np.int64)
    for week in (6, 6, 6, 7, 10, 13, 16, 22, 23):
        lost[week - 1] += 1
    for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35):
        seen_until[week - 1] += 1
    by_week = {row.month: row for row in survival_months(lost, seen_until)}
    told = {week: round(by_week[week].survival, 3) for week in (5, 6, 7, 10, 13, 16, 22, 23, 35)}
    assert told == {5: 1, 6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448, 35: 0.448}
    assert (by_week[6].at_risk, by_week[7].at_risk, by_week[23].at_risk) == (21, 17, 6)
    assert (by_week[23].survival_low, by_week[23].survival_high) == pytest.approx((0.1881, 0.6801), abs=5e-5)


@given(counts=COUNTS)
def test_survival_only_falls_and_lies_within_its_interval(counts: list[tuple[int, int]]) -> None:
    lost, seen_until = np.array(counts, dtype=np.int64).T
    rows = survival_months(lost, seen_until)
    assert [row.at_risk for row in rows] == sorted((row.at_risk for row in rows), reverse=True)
    assert [row.survival for row in rows] == sorted((row.survival for row in rows), reverse=True)
    for row in rows:
        assert 0 <= row.survival_low <= row.survival <= row.survival_high <= 1
        assert row.retention_low <= row.retention + 1e-12
        assert row.retention <= row.retention_high + 1e-12
    assert sum(row.lost for row in rows) == lost.sum()


LEFT = (131, 126, 90, 60, 42, 34, 26)


@pytest.mark.both_engines(slow=True)
def test_the_published_subscribers_of_seven_years_give_the_published_model(engine: Engine) -> None:
    """Fader and Hardie 2007, the high end: of a thousand, so many left in each of seven years."""
    began = date(2017, 6, 30)
    contracts = [contract(began, date(2018 + year, 6, 30), many=many, period="year") for year, many in enumerate(LEFT)]
    contracts.append(contract(began, many=1000 - sum(LEFT), period="year", price=Decimal(100)))
    (plan,) = asked(engine, contracts, as_of=date(2024, 6, 30))
    assert (plan.plan, plan.contracts, plan.running, plan.too_new, plan.unit_months) == ("pro", 1000, 491, 0, 12)
    assert plan.fit is not None
    assert plan.fit.parameters == pytest.approx({"alpha": 0.668088, "beta": 3.806096}, rel=1e-4)
    assert plan.fit.log_likelihood == pytest.approx(-1611.158, abs=1e-3)
    years = [row for row in plan.months if row.month % 12 == 0]
    assert [round(100 * row.survival, 1) for row in years] == [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
    assert [row.expected is not None for row in plan.months] == [row.month % 12 == 0 for row in plan.months]
    assert plan.residual is not None
    # Seven renewals are behind them, so that they are in their eighth year, and DERL rises with n.
    assert plan.residual.value == pytest.approx(491 * 100 * plan.residual.renewals)
    assert 7 < plan.residual.renewals < 11  # 1 / (1 - 1 / 1.1) if nobody left any more
    assert plan.residual.value_low is not None
    assert plan.residual.value_high is not None
    assert plan.residual.value_low < plan.residual.value < plan.residual.value_high
    retention = (3.806096 + 7) / (0.668088 + 3.806096 + 7)
    assert plan.residual.value_12_months == pytest.approx(491 * 100 * retention, rel=1e-4)


def test_a_month_is_counted_when_it_was_seen_whole(engine: Engine) -> None:
    contracts = [
        contract(date(2024, 1, 31)),  # on the last day of April it has come to its third month
        contract(date(2024, 4, 10), date(2024, 4, 20)),  # its first month is not over: too new
        contract(date(2024, 2, 10), date(2024, 3, 10)),  # ended with its first month
        contract(date(2024, 2, 10), date(2024, 3, 11)),  # a day later: it had begun the second
        contract(date(2024, 2, 10), date(2024, 2, 10)),  # taken back at once
        contract(date(2024, 2, 10), date(2024, 5, 20)),  # its end is still to come
    ]
    (plan,) = asked(engine, contracts, as_of=date(2024, 4, 30))
    assert (plan.contracts, plan.running, plan.too_new) == (6, 2, 1)
    assert [(row.at_risk, row.lost) for row in plan.months] == [(5, 2), (3, 1), (1, 0)]
    assert (plan.reason, plan.residual) == ("too_few_customers", None)
    (earlier,) = asked(engine, contracts, as_of=date(2024, 4, 29))
    assert len(earlier.months) == 2


def test_plans_stand_by_their_size_behind_all_of_them(engine: Engine) -> None:
    contracts = [
        contract(date(2023, 1, 1), many=3, plan=None),
        contract(date(2023, 1, 1), date(2023, 5, 1), many=2, plan="year", period="year"),
    ]
    everything, nameless, yearly = asked(engine, contracts, as_of=date(2024, 1, 31))
    assert (everything.is_all, everything.contracts, everything.unit_months, everything.reason) == (
        True, 5, None, "mixed_periods",
    )  # fmt: skip
    assert [(plan.plan, plan.is_all, plan.contracts) for plan in (nameless, yearly)] == [
        (None, False, 3), ("year", False, 2),
    ]  # fmt: skip


def test_who_refuses_profiling_counts_and_is_not_learned_from(engine: Engine) -> None:
    began = date(2023, 1, 1)
    contracts = [
        contract(began, date(2023, 2 + month, 1), many=20, who=who) for month in range(4) for who in ("ana", "ed")
    ]
    contracts += [contract(began, many=40, who="ana"), contract(began, many=500, who="ed")]
    (plan,) = asked(engine, contracts, as_of=date(2024, 1, 1))
    assert (plan.contracts, plan.running) == (700, 540)
    assert plan.fit is not None
    assert plan.fit.customers == 120


@pytest.mark.parametrize(("running", "reason"), [(40, "no_prices"), (0, "none_running")])
def test_a_plan_without_money_to_come_says_why(engine: Engine, running: int, reason: str) -> None:
    began = date(2023, 1, 1)
    left = (60, 30, 18, 12, 9, 7, 5, 4, 4, 3, 3)
    contracts = [contract(began, date(2023, 2 + month, 1), many=many) for month, many in enumerate(left)]
    contracts.append(contract(began, many=running, price=None))
    (plan,) = asked(engine, contracts, as_of=date(2024, 1, 1))
    assert plan.fit is not None
    assert plan.fit.is_usable
    assert (plan.reason, plan.residual) == (reason, None)


def test_without_subscriptions_there_are_no_plans(engine: Engine) -> None:
    assert asked(engine, [], as_of=cast.AS_OF) == ()
