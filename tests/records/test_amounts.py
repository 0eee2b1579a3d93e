"""Money and numbers as people write them, and the one rule that no amount with two readings is guessed."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import HEADER, Desk
from regulars.records import Source
from regulars.records._cells.decimals import Marks, amount_of

amounts = st.decimals(Decimal("-99999999"), Decimal("99999999"), places=2)


def value(text: str, **marks: str) -> Decimal | str:
    amount = amount_of(text, Marks(**marks))
    return amount.fault if amount.value is None else amount.value.normalize()


@given(amount=amounts)
@settings(deadline=None)
def test_reading_what_was_printed_is_the_identity(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    for text in (str(amount), english, german, f"¥{english}", f"{german} €", f"{english}元", english.replace(",", " ")):
        assert value(text) == amount, text
    assert value(f"({abs(amount):,.2f})") == -abs(amount)
    assert value(f"{abs(amount)}-") == -abs(amount)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.50", "1234.5"),
        ("-1.000,00 €", "-1000"),
        ("$(0.01)", "-0.01"),
        ("($0.01)", "-0.01"),
        ("-$45.00", "-45"),
        ("$-45.00", "-45"),
        ("￥１２.５０", "12.5"),
        ("1.2万元", "12000"),
        ("৳2,999.00", "2999"),
        ("CHF 1'234.50", "1234.5"),
        ("12.50 USD", "12.5"),
        ("12,34,567.00", "1234567"),
        ("1,234,567", "1234567"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        (".5", "0.5"),
        ("12.", "12"),
        ("12.34565", "12.3456"),
        ("\N{MINUS SIGN}3.50", "-3.5"),
    ],
)
def test_an_amount_with_one_reading_is_read(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["25,000", "1.000", "-3.000", "¥25,000", "999.999"])
def test_an_amount_with_two_readings_waits_for_the_decimal_mark(text: str) -> None:
    assert value(text) == "ambiguous"
    point, comma = value(text, stated="."), value(text, stated=",")
    assert isinstance(point, Decimal)
    assert isinstance(comma, Decimal)
    assert {point / comma, comma / point} == {Decimal(1000), Decimal("0.001")}


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3", "1,23,45", "--5", "(-5)", "-5-", "1e5", "12 50", "$", "5万万", "5 apples", "1,2345,678"]
)
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert value(text) == "unreadable"


def test_a_stated_mark_binds_every_value() -> None:
    assert value("1,5", stated=".") == "unreadable"
    assert value("1.5", stated=",") == "unreadable"
    assert value("1.500,25", stated=",") == Decimal("1500.25")


def test_an_amount_beyond_the_largest_is_out_of_range() -> None:
    assert value("100000000000000") == "out_of_range"
    assert value("99999999999999.99") == Decimal("99999999999999.99")


def sheet(*texts: str) -> str:
    return "customer_id;ordered_at;amount\n" + "".join(f"ana;2024-01-01;{text}\n" for text in texts)


def test_an_amount_with_two_readings_is_set_aside_alone(desk: Desk) -> None:
    desk.text(sheet("7", "25,000", "8"))
    assert desk.orders("amount") == [(Decimal("7.0000"),), (Decimal("8.0000"),)]
    assert desk.aside() == [(3, "amount", "money_ambiguous", "25,000")]


def test_the_column_decides_if_it_proves_one_mark(desk: Desk) -> None:
    desk.text(sheet("25,000", "12.50", "7"))
    assert desk.orders("amount") == [(Decimal(25000),), (Decimal("12.5"),), (Decimal(7),)]
    desk.text(sheet("25,000", "12,50", "1.000"))
    assert desk.orders("amount") == [(Decimal(25),), (Decimal("12.5"),), (Decimal(1000),)]


def test_the_column_decides_nothing_if_it_proves_both_marks(desk: Desk) -> None:
    desk.text(sheet("25,000", "12.50", "12,50"))
    assert desk.orders("amount") == [(Decimal("12.5"),), (Decimal("12.5"),)]
    assert [reason for _, _, reason, _ in desk.aside()] == ["money_ambiguous"]


def test_the_settings_decide_before_the_column(desk: Desk) -> None:
    desk.text(sheet("25,000", "12,50", "7"), records={"decimal_mark": ","})
    assert desk.orders("amount") == [(Decimal(25),), (Decimal("12.5"),), (Decimal(7),)]


def test_numbers_obey_the_same_rule(desk: Desk) -> None:
    text = "customer_id;used_at;duration_minutes\n" + "".join(
        f"ana;2024-01-01;{minutes}\n" for minutes in ("1.5", "1.250", "2e1", "-", "many", "inf")
    )
    desk.text(text)
    assert desk.rows("raw_usage", "duration_minutes") == [(1.5,), (1.25,), (20.0,), (None,)]
    assert [(line, reason) for line, _, reason, _ in desk.aside()] == [
        (6, "number_unreadable"),
        (7, "number_unreadable"),
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([12.34565, -0.00005, 7.0]), ["12.3456", "0.0000", "7.0000"]),
        (pa.array([12, -3, 7], pa.int32()), ["12", "-3", "7"]),
        (pa.array(["12.5", "¥3.10", "(7.00)"]), ["12.5", "3.10", "-7"]),
        (pa.array([Decimal("1.123450"), Decimal("1.123550"), Decimal(-2)]), ["1.1234", "1.1236", "-2"]),
        (pa.array([Decimal("1.10"), Decimal("2.20"), Decimal("3.30")], pa.decimal128(10, 2)), ["1.1", "2.2", "3.3"]),
    ],
)
def test_typed_money_is_rounded_half_to_even_at_four_decimals(
    desk: Desk, column: pa.Array, expected: list[str]
) -> None:
    desk.read(Source(data=orders_of(amount=column)))
    assert desk.orders("amount") == [(Decimal(text),) for text in expected]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (float("nan"), "value_missing"),
        (float("inf"), "out_of_range"),
        (-1e14, "out_of_range"),
        (None, "value_missing"),
    ],
)
def test_typed_money_that_is_no_amount_is_set_aside(desk: Desk, bad: Any, reason: str) -> None:
    desk.read(Source(data=orders_of(amount=pa.array([1.0, 2.0, bad]))))
    assert desk.orders("amount") == [(Decimal(1),), (Decimal(2),)]
    assert [(line, told) for line, _, told, _ in desk.aside()] == [(3, reason)]


def test_huge_whole_numbers_are_out_of_range_and_not_turned_round(desk: Desk) -> None:
    desk.read(Source(data=orders_of(amount=pa.array([1, 2, 2**64 - 1], pa.uint64()))))
    assert desk.aside() == [(3, "amount", "out_of_range", "18446744073709551615")]
    wide = pa.array([Decimal(1), Decimal(2), Decimal(10) ** 20], pa.decimal128(38, 10))
    desk.read(Source(data=orders_of(amount=wide)))
    assert [reason for _, _, reason, _ in desk.aside()] == ["out_of_range"]


def orders_of(*, amount: pa.Array) -> pa.Table:
    rows = len(amount)
    return pa.table({"customer_id": ["ana"] * rows, "ordered_at": ["2024-01-01"] * rows, "amount": amount})


def test_a_missing_optional_amount_is_nothing(desk: Desk) -> None:
    desk.text(HEADER.replace("amount", "amount,cost") + "ana,2024-01-01,5,N/A\nana,2024-01-01,5,2\n")
    assert desk.orders("cost") == [(None,), (Decimal(2),)]


def test_one_currency_is_noticed_and_told(desk: Desk) -> None:
    assert desk.text(sheet("€5.00", "7.00 EUR")).currency == "EUR"
    assert desk.text(sheet("$5.00")).currency == ""
    assert desk.text(sheet("$5.00"), business={"currency": "CAD"}).currency == "CAD"
