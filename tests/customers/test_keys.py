"""One spelling for all spellings of a key; and what is none."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.accounts import table
from regulars.core import Settings
from regulars.customers._keys import email_keys, home_region, keys_of, phone_keys

ONE_PHONE = [
    "13800138000",
    "138 0013 8000",
    "+86 138-0013-8000",
    "0086 13800138000",
    "１３８００１３８０００",
    "13800138000.0",
]


@pytest.mark.parametrize("cell", ONE_PHONE)
def test_a_phone_has_one_form_however_it_is_written(cell: str) -> None:
    assert phone_keys(cell, "CN") == ["+8613800138000"]


@pytest.mark.parametrize(
    "cell",
    [
        "186******05",
        "1.38E+10",
        "1.38001E10",
        "110",
        "12",
        "",
        "-",
        "0000000000",
        "186xxxx0500",
        "手机",
        "138＊＊＊＊8000",
    ],
)
def test_what_hides_or_lost_digits_is_no_key(cell: str) -> None:
    assert phone_keys(cell, "CN") == []


def test_several_phones_in_a_cell_are_several_keys() -> None:
    assert phone_keys("13800138000/13900139000；+1 202 555 0123", "CN") == [
        "+8613800138000", "+8613900139000", "+12025550123",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "region", "key"),
    [
        ("(202) 555-0123", "US", "+12025550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 20 7946 0958", "CN", "+442079460958"),
    ],
)
def test_a_phone_without_a_prefix_is_one_of_the_country(cell: str, region: str, key: str) -> None:
    assert phone_keys(cell, region) == [key]


def test_where_the_country_is_unknown_the_digits_stand_for_themselves() -> None:
    assert phone_keys("020 7946 0958", None) == phone_keys("020-79460958", None) == ["02079460958"]


def test_the_country_is_the_stated_one_or_that_of_the_time_zone() -> None:
    def region(**business: str) -> str | None:
        return home_region(Settings.model_validate({"business": business}))

    assert region() is None
    assert region(time_zone="Asia/Shanghai") == "CN"
    assert region(time_zone="Asia/Shanghai", country="SG") == "SG"


@given(st.text(max_size=30), st.sampled_from(["CN", "US", None]))
def test_no_cell_makes_a_traceback_and_a_key_is_its_own_key(cell: str, region: str | None) -> None:
    for key in phone_keys(cell, region):
        assert phone_keys(key, region) == [key]
    for key in email_keys(cell):
        assert email_keys(key) == [key]


def test_an_address_is_read_in_small_letters_and_a_dot_in_it_counts() -> None:
    assert email_keys("Ana.B＠Example.COM") == ["ana.b@example.com"]
    assert email_keys("a***@example.com") == []
    assert email_keys("ana@example.com; bo@example.com") == ["ana@example.com", "bo@example.com"]


def test_a_customer_number_is_a_key_only_where_it_is_an_address_or_a_mobile() -> None:
    facts = [("1", "customer_id", "A-17"), ("2", "customer_id", "ana@example.com"), ("3", "customer_id", "13800138000")]
    keys = keys_of(table(facts), region="CN").sort_by("customer_id")
    assert keys.select(["customer_id", "field", "value"]).to_pylist() == [
        {"customer_id": "2", "field": "email", "value": "ana@example.com"},
        {"customer_id": "3", "field": "phone", "value": "+8613800138000"},
    ]


def test_names_are_no_keys() -> None:
    assert keys_of(table([("1", "name", "Ana"), ("2", "nickname", "ana")]), region="CN").num_rows == 0
    assert (
        keys_of(
            pa.table({name: pa.array([], pa.string()) for name in ("customer_id", "field", "value")}), region=None
        ).num_rows
        == 0
    )
