"""Which words say nothing: many where a number or a day should stand, few where people and places are named."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import HEADER, Desk
from regulars.records._cells.text import read_text
from regulars.records._words import words

NAMES = ["Na", "Nan", "Null", "None", "Nil", "Nat", "NAN"]
NOTHING = ["", "NULL", "null", "N/A", "#N/A", "NaN", "nan", "-", "—", "无", "未填写"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*sorted(words().missing["any"]), *NAMES, "Ana"]), max_size=9), st.booleans())
def test_what_is_nothing_in_a_text_is_nothing_everywhere(said: list[str], are_names: bool) -> None:
    column = pa.array(said, pa.string())
    read = read_text(column, silence="text" if are_names else "region").values.is_valid().to_pylist()
    wide = read_text(column).values.is_valid().to_pylist()
    assert all(kept or not also for kept, also in zip(read, wide, strict=True))


def test_people_who_are_called_like_nothing_keep_their_names(desk: Desk) -> None:
    rows = "".join(f"C{place},{name},NA,Na\n" for place, name in enumerate(NAMES))
    desk.text("customer_id,name,region,acquisition_channel\n" + rows)
    assert desk.rows("raw_profiles", "name") == [(name,) for name in NAMES]
    assert set(desk.rows("raw_profiles", "region", "acquisition_channel")) == {("NA", "Na")}


@pytest.mark.parametrize("word", NOTHING)
def test_a_program_that_writes_nothing_names_nobody_and_no_place(desk: Desk, word: str) -> None:
    desk.text(f'customer_id,name,region,birth_year\nC1,"{word}","{word}","{word}"\n')
    assert desk.rows("raw_profiles", "name", "region", "birth_year") == [(None, None, None)]


def test_a_name_is_a_key_whatever_it_sounds_like(desk: Desk) -> None:
    (file,) = desk.text(
        HEADER.replace("customer_id", "name") + "Nan,2024-01-02,1\nNA,2024-01-02,1\nAna,2024-01-02,1\n" * 2
    ).files
    assert (file.accepted, file.quarantined) == (4, {"customer_missing": 2})


def test_halves_of_names_that_sound_like_nothing_are_halves_of_names(desk: Desk) -> None:
    desk.text("customer_id,First Name,Last Name\n1,Nan,Li\n2,Bo,Null\n3,None,\n4,Na,NULL\n")
    assert desk.rows("raw_profiles", "name") == [("Nan Li",), ("Bo Null",), ("None",), ("Na",)]


def test_numbers_days_and_ids_keep_the_wide_list(desk: Desk) -> None:
    (file,) = desk.text(
        "customer_id,ordered_at,amount,cost,order_id\n1,2024-01-02,1,Nan,None\nNone,2024-01-02,1,1,1\n"
        + "1,2024-01-02,1,1,1\n" * 9
    ).files
    assert (file.quarantined, desk.orders("cost", "order_id")[0]) == ({"customer_missing": 1}, (None, None))


def test_an_export_names_people_too(desk: Desk) -> None:
    header = "Customer ID,First Name,Last Name,Email,Phone,Total Spent,Total Orders,Accepts Email Marketing"
    desk.text(header + "\n'1,Nan,Null,a@x.com,,1,1,no\n")
    assert desk.rows("raw_profiles", "name") == [("Nan Null",)]
