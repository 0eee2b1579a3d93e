"""What is read all at once is read as each alone would be: keys in one spelling, names in one form."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers._key_names import form_of, pieces_of
from regulars.customers._spellings import canonical_key, canonical_keys
from regulars.customers._traits import name_parts
from regulars.records import contacts

PHONES = ["13800138000", "8613800138000", "+8613800138000", "+49 30 123456", "12345678", "０1380013", ""]
OTHERS = ["ana@shop.com", "Ana@Shop.com", "a@b", "a @b.com", "12", f"13800138000{contacts.NAMED}Ana"]


@pytest.mark.parametrize("role", ["phone", "email", "name", "nickname", "customer_id"])
@given(keys=st.lists(st.sampled_from(PHONES + OTHERS) | st.text("0123468+@.ab A", max_size=14), max_size=8))
def test_many_keys_are_spelt_as_each_of_them(role: str, keys: list[str]) -> None:
    assert canonical_keys(pa.array(keys, pa.string()), role).to_pylist() == [canonical_key(key, role) for key in keys]


@given(
    name=st.text("abM r.é,王李欧阳先生1*", max_size=8) | st.sampled_from(["Mr Lee", "dr", "王先生", "先生", "Lee, Ann"])
)
def test_a_plain_name_has_the_form_that_taking_it_apart_gives_it(name: str) -> None:
    parts = name_parts(name)
    assert form_of(name) == (None if parts is None else parts["full_name"])


def test_a_chinese_name_consists_of_its_characters_and_neighbours() -> None:
    assert pieces_of("王小明") == {"王", "小", "明", "王小", "小明"}
    assert pieces_of("客人12") == {"客", "人", "12", "客人", "人12"}
