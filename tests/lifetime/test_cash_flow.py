"""Discounted cash flow: next year as the last one, which is the plain rule asked of a summary."""

import math
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.lifetime import level_annuity
from regulars.lifetime.histories import HistoryInvalid, OrdersUnusable, PurchaseSummary, Span
from regulars.lifetime.models import ModelNotFitted
from regulars.lifetime.valuing import DiscountedCashFlow

TODAY = date(2024, 12, 31)
Order = tuple[str, int, int]
logs = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 900), st.integers(1, 500)), min_size=1, max_size=25)


def summary_of(orders: list[Order], *, with_money: bool = True) -> PurchaseSummary:
    """Return the summary of orders, each of somebody, so many days ago, for so much."""
    columns: dict[str, list[object]] = {
        "customer_id": [who for who, _, _ in orders],
        "ordered_at": [TODAY - timedelta(days=ago) for _, ago, _ in orders],
    }
    if with_money:
        columns["amount"] = [amount for _, _, amount in orders]
    return PurchaseSummary.from_orders(pa.table(columns), as_of=TODAY)


def yearly(orders: list[Order]) -> dict[str, float]:
    """Return by hand what each brings in a year."""
    own: dict[str, float] = {}
    for who in {who for who, _, _ in orders}:
        since = max(ago for one, ago, _ in orders if one == who)
        recent = sum(amount for one, ago, amount in orders if one == who and ago < 365)
        own[who] = recent * 365 / min(since, 365) if since >= 90 else math.nan
    known = [value for value in own.values() if not math.isnan(value)]
    mean = sum(known) / len(known) if known else 0.0
    return {who: mean if math.isnan(value) else value for who, value in own.items()}


@settings(max_examples=60, deadline=None)
@given(orders=logs, months=st.integers(1, 40), rate=st.floats(0, 0.5), margin=st.floats(0.01, 1))
def test_a_year_is_as_the_last_one_and_a_month_a_twelfth(
    orders: list[Order], months: int, rate: float, margin: float
) -> None:
    summary = summary_of(orders)
    found = DiscountedCashFlow().fit(summary)
    assert summary.customer_id is not None
    told, by_hand = dict(zip(summary.customer_id.to_pylist(), found.yearly(summary), strict=True)), yearly(orders)
    assert told == pytest.approx(by_hand, rel=1e-12)
    worth = found.lifetime_value(summary, Span(months, "month"), annual_rate=rate, margin=margin)
    monthly = (1 + rate) ** (1 / 12) - 1
    expected = [level_annuity(by_hand[who] / 12, monthly, months) * margin for who in summary.customer_id.to_pylist()]
    assert worth.value == pytest.approx(expected, rel=1e-9)
    assert worth.conventions()["interval"] == "none"


def test_who_was_silent_for_a_year_is_worth_nothing() -> None:
    summary = summary_of([("a", 800, 100), ("a", 365, 100), ("b", 800, 100), ("b", 364, 60)])
    assert DiscountedCashFlow().fit(summary).yearly(summary).tolist() == [0, 60]


def test_what_it_cannot_be_asked_is_said() -> None:
    told = PurchaseSummary.from_columns([1], [2], [3], [10], time_unit="week")
    with pytest.raises(OrdersUnusable, match="columns"):
        DiscountedCashFlow().fit(told)
    with pytest.raises(HistoryInvalid, match="no amount"):
        DiscountedCashFlow().fit(summary_of([("a", 100, 1)], with_money=False))
    with pytest.raises(ModelNotFitted):
        DiscountedCashFlow().lifetime_value(summary_of([("a", 100, 1)]))
