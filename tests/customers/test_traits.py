"""Names, birth dates and addresses, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.accounts import table
from regulars.customers._traits import TRAITS, name_parts, place_words, traits_of
from regulars.records import contacts


@pytest.mark.parametrize(
    "written", ["Ana Smith", "Smith, Ana", "SMITH ANA", "Ms. Ana  Smith", "Añá Smith", "Ｓｍｉｔｈ, Ana"]
)
def test_a_name_is_the_same_in_any_order_of_its_parts(written: str) -> None:
    parts = name_parts(written)
    assert parts is not None
    assert parts["full_name"] == "ana smith"


@pytest.mark.parametrize(
    ("written", "family"), [("张伟", "张"), ("欧阳 娜娜", "欧阳"), ("李明先生", "李"), ("上官", "上")]
)
def test_a_chinese_name_begins_with_the_family(written: str, family: str) -> None:
    parts = name_parts(written)
    assert parts is not None
    assert (parts["family"], parts["is_han"]) == (family, True)


@pytest.mark.parametrize("written", ["张*", "A. S***", "", "123", "·"])
def test_a_name_that_hides_something_says_nothing(written: str) -> None:
    assert name_parts(written) is None


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("1990-01-02", "19900102"), ("1990/1/2", "19900102"), ("19900102", "19900102"), ("1990年1月2日", "19900102"),
        ("1990-01-02 00:00:00", "19900102"), ("31/01/1990", "19900131"), ("01/31/1990", "19900131"),
        ("5/5/1990", "19900505"), ("2/1/1990", None), ("1900-01-01", None), ("1990-02-30", None), ("today", None),
    ],
)  # fmt: skip
def test_a_birth_date_is_read_if_it_can_be_read_in_one_way(written: str, digits: str | None) -> None:
    assert contacts.birth_date(written) == digits


@given(st.text(max_size=30))
def test_no_cell_makes_a_traceback(cell: str) -> None:
    name_parts(cell)
    contacts.birth_date(cell)
    words = place_words(cell)
    assert words is None or words == sorted(set(words))


def test_an_account_without_any_trait_has_no_row_and_of_several_values_the_first_counts() -> None:
    facts = [
        ("1", "name", "Bo Li"),
        ("1", "name", "Al Li"),
        ("1", "address", "Oak Road 12"),
        ("2", "nickname", "x"),
        ("3", "name", "张*"),
    ]
    (row,) = traits_of(table(facts), region="CN").to_pylist()
    assert (row["customer_id"], row["full_name"], row["place"], row["numbers"]) == ("1", "al li", "12 oak road", "12")
    assert traits_of(table([]), region="CN").schema == TRAITS
