"""Numbers and days are written by a short way of our own; Babel, the long way, says the same."""

import math
from datetime import date

import pytest
from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from regulars.reports import Language, Voice

AMOUNTS = st.one_of(
    st.floats(min_value=-1e18, max_value=1e18),
    st.floats(min_value=-2, max_value=2),
    st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4).map(float),
)
LANGUAGES = st.sampled_from(["en", "zh"])


@given(value=AMOUNTS, digits=st.integers(0, 4), language=LANGUAGES)
def test_numbers_are_written_as_babel_writes_them(value: float, digits: int, language: Language) -> None:
    voice, locale = Voice(language=language), Locale(language)
    rounded = round(value, digits) + 0.0
    just = "#,##0" + ("." + "0" * digits if digits else "")
    most = "#,##0" + ("." + "#" * digits if digits else "")
    assert voice.precise(value, digits=digits) == format_decimal(rounded, format=just, locale=locale)
    assert voice.number(value, digits=digits) == format_decimal(rounded, format=most, locale=locale)
    assert voice.score(value) == format_decimal(round(value, 1) + 0.0, format="#,##0.0", locale=locale)
    assert voice.count(value) == format_decimal(round(value), locale=locale)


@given(
    value=AMOUNTS, language=LANGUAGES, currency=st.sampled_from(["", "CNY", "EUR", "USD", "JPY", "GBP", "CHF", "HKD"])
)
def test_money_is_written_as_babel_writes_it(value: float, language: Language, currency: str) -> None:
    voice, locale = Voice(language=language, currency=currency), Locale(language)
    rounded = round(value) + 0.0
    told = voice.rounded_money(value)
    if currency:
        pattern = "¤#,##0;-¤#,##0"
        assert told == format_currency(rounded, currency, format=pattern, locale=locale, currency_digits=False)
    else:
        assert told == format_decimal(rounded, format="#,##0", locale=locale)


@pytest.mark.parametrize(
    ("language", "currency", "value", "said"),
    [
        ("en", "EUR", -1234.5, "-€1,234.50"),
        ("en", "CNY", 99_999.994, "CN¥99,999.99"),
        ("zh", "CNY", -0.001, "¥0.00"),
        ("zh", "USD", 123_456.7, "US$123,457"),
        ("en", "", 0.5, "0.50"),
    ],
)
def test_amounts_are_said_as_people_write_them(language: Language, currency: str, value: float, said: str) -> None:
    assert Voice(language=language, currency=currency).money(value) == said


@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)), language=LANGUAGES)
def test_a_day_said_twice_is_the_day(day: date, language: Language) -> None:
    voice, locale = Voice(language=language), Locale(language)
    for _ in range(2):
        assert voice.short_day(day) == format_skeleton("yMMMd", day, locale=locale)
        assert voice.month(day) == format_skeleton("yMMM", day, locale=locale)


@pytest.mark.parametrize("value", [1e22, -1e23, 123_456_789_012_345_678.0])
def test_numbers_no_double_holds_to_the_last_digit_are_written_as_they_read(value: float) -> None:
    assert math.isclose(float(Voice(language="en").count(value).replace(",", "")), value)
    assert Voice(language="en").precise(value, digits=0) == format_decimal(value, format="#,##0", locale="en")
