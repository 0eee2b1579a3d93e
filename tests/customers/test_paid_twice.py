"""Orders and the payments for them are the same sales: said where most of them look alike, and nothing is dropped."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.travelling import assert_travels, written_down
from records.exports import headers
from records.exports.writing import Row, sheet
from records_desk import TODAY, Desk
from regulars import feedback
from regulars.core import Settings
from regulars.customers import Cleaning, HashedIdentities, clean
from regulars.engines import Engine, open_engine

Sale = tuple[str, date, int]
"""Who bought, when, and for how many cents."""

sales = st.lists(
    st.tuples(st.sampled_from("abcde"), st.dates(date(2024, 5, 1), date(2024, 5, 20)), st.integers(1, 99_999)),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Engine]:
    with open_engine(threads=1) as engine:
        yield engine


@pytest.fixture(scope="module")
def bench(shared_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(engine=shared_engine, folder=tmp_path_factory.mktemp("laws"))


def shopify(rows: list[Sale]) -> str:
    lines: list[Row] = []
    for number, (who, day, cents) in enumerate(rows):
        order = {"Name": f"#{number}", "Email": f"{who}@example.com", "Financial Status": "paid",
                 "Total": f"{cents / 100:.2f}", "Created at": f"{day} 10:00:00 +0000"}  # fmt: skip
        lines += [{**order, "Lineitem name": "Tea"}, {"Name": f"#{number}", "Lineitem name": "Cup"}]
    return sheet(headers.SHOPIFY_ORDERS, lines)


def stripe(rows: list[Sale]) -> str:
    lines = [
        {"id": f"ch_{number}", "Created (UTC)": f"{day} 10:01:00", "Amount": f"{cents / 100:.2f}", "Status": "Paid",
         "Currency": "usd", "Customer Email": f"{who}@example.com"}
        for number, (who, day, cents) in enumerate(rows)
    ]  # fmt: skip
    return sheet(headers.STRIPE, lines)


def cleaned(desk: Desk, **files: str) -> Cleaning:
    records = desk.read(*(desk.file(text, f"{name}.csv") for name, text in files.items()))
    feedback.add(desk.engine)
    identities = HashedIdentities(None)
    return clean(desk.engine, records, resolve=identities.resolve, settings=Settings(), today=TODAY)


@given(rows=sales, more=sales)
@settings(deadline=None, max_examples=10)
def test_payments_of_orders_that_are_there_are_told_and_stay(bench: Desk, rows: list[Sale], more: list[Sale]) -> None:
    # The larger side may hold other sales too: the shop's other payers, or the service's other shops.
    others = [(who, day, cents + 100_000) for who, day, cents in more]
    (twice,) = cleaned(bench, shop=shopify(rows), paid=stripe(rows + others)).paid_twice
    assert (twice.payments, twice.orders) == (("paid.csv",), ("shop.csv",))
    assert (twice.alike, twice.sales) == (len(rows), len(rows))
    kept = bench.engine.fetch("SELECT CAST(sum(order_count) AS BIGINT) AS n FROM (SELECT 1 AS order_count FROM orders)")
    assert kept.column("n")[0].as_py() == 2 * len(rows) + len(others)


@given(rows=sales, more=sales)
@settings(deadline=None, max_examples=10)
def test_other_sales_are_no_warning(bench: Desk, rows: list[Sale], more: list[Sale]) -> None:
    others = [(who, day, cents + 100_000) for who, day, cents in more]
    assert cleaned(bench, shop=shopify(rows), paid=stripe(others)).paid_twice == ()


def test_a_payment_on_another_day_is_known_by_who_paid(bench: Desk) -> None:
    days = [date(2024, 5, 1), date(2024, 5, 2)]
    orders, paid = ([(who, day, 500) for who in "ab"] for day in days)
    (twice,) = cleaned(bench, shop=shopify(orders), paid=stripe(paid)).paid_twice
    assert twice.alike == 2
    strangers = [(who, days[1], 500) for who in "xy"]
    assert cleaned(bench, shop=shopify(orders), paid=stripe(strangers)).paid_twice == ()


def test_a_list_of_sales_that_no_recipe_knows_is_told_too(bench: Desk) -> None:
    rows = [("a", date(2024, 5, 1), 500), ("b", date(2024, 5, 2), 700)]
    months = ["".join(f"{who},{day},{cents / 100}\n" for who, day, cents in [row]) for row in rows]
    files = {name: "customer_id,ordered_at,amount\n" + text for name, text in zip(("may", "june"), months, strict=True)}
    (twice,) = cleaned(bench, **files, paid=stripe(rows)).paid_twice
    assert set(twice.orders) == {"may.csv", "june.csv"}


def test_a_shop_alone_and_payments_alone_cost_no_statement(tmp_path: Path) -> None:
    rows = [("a", date(2024, 5, 1), 500)]
    with written_down() as statements, open_engine(threads=1) as engine:
        desk = Desk(engine=engine, folder=tmp_path)
        for files in ({"a": shopify(rows), "b": shopify(rows)}, {"a": stripe(rows), "b": stripe(rows)}):
            assert cleaned(desk, **files).paid_twice == ()
        assert not any("sides_of_sales" in statement for statement in statements)
        assert len(cleaned(desk, a=shopify(rows), b=stripe(rows)).paid_twice) == 1
    assert any("sides_of_sales" in statement for statement in statements)
    for statement in statements:
        assert_travels(statement)
