"""Dates, money and people as they really come, each with what must come of it."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dirty_files import HEADER, Outcome, outcome, seen
from records_desk import Desk
from regulars.core import RegularsError, Settings, SettingsError
from regulars.engines import open_engine
from regulars.records import Source

SEMICOLON = HEADER.replace(",", ";")


def days(desk: Desk) -> list[date]:
    return [day for (day,) in desk.orders("local_day")]


def test_every_date_with_one_reading_is_read_though_they_are_mixed(desk: Desk) -> None:
    texts = (
        "2024年1月2日",
        "2024-01-02",
        "2024/1/2 8:00",
        "20240102",
        "2 Jan 2024",
        "January 2, 2024",
        "２０２４-01-02",
    )
    desk.text(SEMICOLON + "".join(f"ana;{text};1\n" for text in texts))
    assert days(desk) == [date(2024, 1, 2)] * len(texts)


def test_a_date_with_two_readings_is_asked_about(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="'1/2/2024' in column 'ordered_at' can be read in two ways"):
        desk.text(HEADER + "ana,1/2/2024,1\n")
    desk.text(HEADER + "ana,1/2/2024,1\n", records={"date_order": "dmy"})
    assert days(desk) == [date(2024, 2, 1)]


def test_seconds_and_milliseconds_since_1970_are_instants(desk: Desk) -> None:
    content = HEADER + "ana,1704164645,1\nbo,1704164645123,1\ncy,1704164645.5,1\n"
    desk.text(content, business={"time_zone": "Asia/Shanghai"})
    assert desk.orders("ordered_at", "local_day") == [
        (datetime(2024, 1, 2, 3, 4, 5), date(2024, 1, 2)),
        (datetime(2024, 1, 2, 3, 4, 5, 123000), date(2024, 1, 2)),
        (datetime(2024, 1, 2, 3, 4, 5, 500000), date(2024, 1, 2)),
    ]


@pytest.mark.parametrize(("calendar", "serial"), [("1900", "45293.5"), ("1904", "43831.5")])
def test_days_as_excel_counts_them_are_read_when_somebody_says_from_when(
    desk: Desk, calendar: str, serial: str
) -> None:
    with pytest.raises(RegularsError, match=r"holds days as numbers \(1 of 1 rows\).*excel_dates"):
        desk.text(HEADER + f"ana,{serial},1\n")
    desk.text(HEADER + f"ana,{serial},1\n", records={"excel_dates": calendar}, business={"time_zone": "Asia/Shanghai"})
    assert desk.orders("ordered_at", "local_day") == [(datetime(2024, 1, 2, 4), date(2024, 1, 2))]


def test_one_such_day_among_others_is_set_aside(desk: Desk) -> None:
    found = seen(desk, desk.text(HEADER + "ana,2024-01-02,1\nbo,45293,2\ncy,2024-01-02,4\n"))
    assert found == outcome(3, "ana cy", 5, time_serial=1)


@given(
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2024, 6, 29)).map(lambda each: each.replace(microsecond=0)),
    calendar=st.sampled_from(["1900", "1904"]),
)
@settings(max_examples=25, deadline=None)
def test_reading_what_was_printed_as_a_number_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, moment: datetime, calendar: str
) -> None:
    origin = datetime(1899, 12, 30) if calendar == "1900" else datetime(1904, 1, 1)
    span = moment - origin
    serial = f"{span.days + span.seconds / 86400:.10f}"
    epoch = int((moment - datetime(1970, 1, 1)).total_seconds())
    texts = [serial] + ([str(epoch), str(epoch * 1000)] if epoch >= 10**9 else [])
    with open_engine(threads=1) as engine:
        desk = Desk(engine=engine, folder=tmp_path_factory.mktemp("numbers"))
        desk.text(HEADER + "".join(f"ana,{text},1\n" for text in texts), records={"excel_dates": calendar})
        assert desk.orders("ordered_at") == [(moment,)] * len(texts)


def test_an_hour_that_the_clocks_skipped_is_read_with_the_offset_before_it(desk: Desk) -> None:
    desk.text(
        HEADER + "ana,2024-03-31 02:30,1\nbo,2024-03-31T02:30:00+02:00,1\n", business={"time_zone": "Europe/Berlin"}
    )
    assert desk.orders("ordered_at") == [(datetime(2024, 3, 31, 1, 30),), (datetime(2024, 3, 31, 0, 30),)]


def test_the_years_1900_and_2090_are_not_believed(desk: Desk) -> None:
    found = seen(desk, desk.text(HEADER + "ana,1900-01-01,1\nbo,2090-01-01,2\ncy,2024-01-02,4\ndi,2024-01-02,8\n"))
    assert found == outcome(4, "cy di", 12, too_early=1, after_today=1)


MONEY: dict[str, tuple[str, Outcome]] = {
    "-1.000,00 €": ("-1.000,00 €", outcome(2, "ana bo", -999)),
    "25,000 alone": ("25,000", outcome(2, "bo", 1, money_ambiguous=1)),
    "$(0.01)": ("$(0.01)", outcome(2, "ana bo", "0.99")),
    "trailing minus": ("12.50-", outcome(2, "ana bo", "-11.5")),
    "¥": ("¥12.50", outcome(2, "ana bo", "13.5")),
    "full-width ￥": ("￥１２.５０", outcome(2, "ana bo", "13.5")),
    "元": ("12.50元", outcome(2, "ana bo", "13.5")),
    "万": ("1.25万", outcome(2, "ana bo", 12501)),
    "no amount": ("free", outcome(2, "bo", 1, money_unreadable=1)),
    "a formula's error": ("#REF!", outcome(2, "bo", 1, money_unreadable=1)),
}


@pytest.mark.parametrize("dirt", MONEY)
def test_every_way_to_write_money_has_its_outcome(desk: Desk, dirt: str) -> None:
    text, expected = MONEY[dirt]
    assert seen(desk, desk.text(SEMICOLON + f"ana;2024-01-02;{text}\nbo;2024-01-02;1\n")) == expected


def test_refunds_keep_their_sign_and_their_day_even_before_the_order(desk: Desk) -> None:
    content = HEADER.replace("amount", "amount,order_id") + (
        "ana,2024-01-05 10:00:00,-30,o1\nana,2024-01-06 10:00:00,50,o1\nana,2024-01-06 10:00:00,50,o2\n"
    )
    assert seen(desk, desk.text(content)) == outcome(3, "ana ana ana", 70)
    assert desk.orders("order_id", "amount") == [("o1", Decimal(-30)), ("o1", Decimal(50)), ("o2", Decimal(50))]


def test_mixed_currencies_are_refused_without_rates_and_the_setting_is_named(desk: Desk) -> None:
    content = SEMICOLON + "ana;2024-01-02;$10.00\nbo;2024-01-02;€1.00\n"
    with pytest.raises(RegularsError, match=r"business\.currency in the settings, and .* business\.rates"):
        desk.text(content)
    with pytest.raises(RegularsError, match=r"holds amounts in €.*rates = \{ EUR = "):
        desk.text(content, business={"currency": "USD"})


RATES = {"currency": "CNY", "rates": {"USD": "7.2", "EUR": "7.812345"}}


def test_rates_turn_every_amount_into_the_business_s_own_currency(desk: Desk) -> None:
    content = (
        "customer_id;ordered_at;amount;currency;discount\n"
        "ana;2024-01-02;10.00;USD;1\nbo;2024-01-02;-1.00;EUR;\ncy;2024-01-02;¥5.00;;2\ndi;2024-01-02;$1.00;;$0.5\n"
    )
    records = desk.text(content, business=RATES)
    assert records.currency == "CNY"
    assert desk.orders("customer_key", "amount", "discount", "currency") == [
        ("ana", Decimal("72.0000"), Decimal("7.2000"), "CNY"),
        ("bo", Decimal("-7.8123"), None, "CNY"),
        ("cy", Decimal("5.0000"), Decimal("2.0000"), None),
        ("di", Decimal("7.2000"), Decimal("3.6000"), None),
    ]


@given(
    sign=st.sampled_from(["¥", "€", "$", "US$", "EUR ", "元", ""]),
    code=st.sampled_from(["CNY", "EUR", "USD", "¥", "$", ""]),
    cents=st.integers(1, 999_999),
)
@settings(deadline=None, max_examples=40)
def test_an_amount_counts_in_the_currency_that_both_its_sign_and_its_row_can_mean(
    tmp_path_factory: pytest.TempPathFactory, sign: str, code: str, cents: int
) -> None:
    meant = {"¥": {"CNY"}, "元": {"CNY"}, "€": {"EUR"}, "EUR ": {"EUR"}, "$": {"USD"}, "US$": {"USD"}}
    everything = {"CNY", "EUR", "USD"}
    possible = meant.get(sign, everything) & (meant.get(code) or ({code} if code else everything))
    amount = Decimal(cents) / 100
    text = f"customer_id;ordered_at;amount;currency\nana;2024-01-02;{sign}{amount};{code}\nbo;2024-01-02;1;CNY\n"
    with open_engine(threads=1) as engine:
        bench = Desk(engine=engine, folder=tmp_path_factory.mktemp("currencies"))
        bench.text(text, business=RATES, records={"max_quarantined_share": 0.9})
        found, aside = bench.orders("amount")[:-1], bench.aside()
    if not possible:
        assert (found, aside[0][1:3]) == ([], ("amount", "currency_contradicted"))
    else:
        rate = {"CNY": "1", "EUR": "7.812345", "USD": "7.2"}[possible.pop() if len(possible) == 1 else "CNY"]
        assert found == [((amount * Decimal(rate)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN),)]


def test_a_currency_without_a_rate_is_refused(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"holds amounts in £.*rates = "):
        desk.text(SEMICOLON + "ana;2024-01-02;£10.00\n", business=RATES)


def test_an_amount_that_a_rate_makes_too_large_is_out_of_range(desk: Desk) -> None:
    content = SEMICOLON + "ana;2024-01-02;$99999999999999\nbo;2024-01-02;$1\n"
    assert seen(desk, desk.text(content, business=RATES)) == outcome(2, "bo", "7.2", out_of_range=1)


@pytest.mark.parametrize(
    "business",
    [{"rates": {"USD": 7}}, {"currency": "CNY", "rates": {"CNY": 1}}, {"currency": "CNY", "rates": {"USD": 0}}],
)
def test_rates_that_mean_nothing_are_refused(business: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="rates"):
        Settings.model_validate({"business": business})
    assert issubclass(SettingsError, RegularsError)


PHONES: dict[str, tuple[str, Outcome]] = {
    "digits lost": ("1.38E+10", outcome(2, "13900139000", 1, digits_lost=1)),
    "full-width digits": ("１３８００１３８０００", outcome(2, "13800138000 13900139000", 2)),
    "blanks, dashes, country": ("+86 138-0013-8000", outcome(2, "13800138000 13900139000", 2)),
    "several phones: the first": ("13800138000/13700137000", outcome(2, "13800138000 13900139000", 2)),
    "several phones, one a line": ('"13800138000\n13700137000"', outcome(2, "13800138000 13900139000", 2)),
    "masked": ("138****8000", outcome(2, "13900139000", 1, customer_masked=1)),
    "a mark of direction": ("\u202d13800138000\u202c", outcome(2, "13800138000 13900139000", 2)),
}


@pytest.mark.parametrize("dirt", PHONES)
def test_every_way_to_write_a_phone_has_its_outcome(desk: Desk, dirt: str) -> None:
    text, expected = PHONES[dirt]
    content = f"phone,ordered_at,amount\n{text},2024-01-02,1\n13900139000,2024-01-02,1\n"
    assert seen(desk, desk.text(content)) == expected


def test_full_width_at_signs_make_the_same_address(desk: Desk) -> None:
    content = "email,ordered_at,amount\nAna＠example.com,2024-01-02,1\nana@Example.com,2024-01-02,1\n"
    assert seen(desk, desk.text(content)) == outcome(2, "ana@example.com ana@example.com", 2)


def test_leading_zeros_are_kept_and_never_joined_with_a_number_that_lost_them(desk: Desk) -> None:
    content = HEADER + "00123,2024-01-02,1\n123,2024-01-02,1\n'00123,2024-01-02,1\n"
    assert seen(desk, desk.text(content)) == outcome(3, "00123 123 00123", 3)


def test_an_order_number_that_lost_digits_is_refused(desk: Desk) -> None:
    content = HEADER.replace("amount", "amount,order_id") + "ana,2024-01-02,1,4.12E+17\nbo,2024-01-02,1,412\n"
    assert seen(desk, desk.text(content)) == outcome(2, "bo", 1, digits_lost=1)


def test_the_same_file_twice_is_read_twice_and_told_apart_by_its_hash(desk: Desk) -> None:
    path = desk.file(HEADER + "ana,2024-01-02,1\n")
    records = desk.read(path, Source(data=path))
    assert seen(desk, records) == outcome(2, "ana ana", 2)
    assert records.files[0].sha256 == records.files[1].sha256
