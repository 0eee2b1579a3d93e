"""The vault: what goes in comes out again, is found by a part of it, and stands nowhere in plain words."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.app._shop import Shop
from regulars.app.models import Identifier, Tombstone, WrappedKey
from regulars.app.vault import names, store
from regulars.app.vault.keys import Unreadable, new_key, opened, sealed
from regulars.app.vault.marks import Fact, blind

ANA = [Fact("ana", "name", "王秀英"), Fact("ana", "email", "Ana@Example.com"), Fact("ana", "phone", "13800138000")]
BO = [Fact("bo", "name", "Bo Miller"), Fact("bo", "email", "bo@example.com")]
TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != "")


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_for_a_place_opens_there_and_nowhere_else(plain: bytes, place: str, other: str) -> None:
    key = new_key()
    kept = sealed(key, plain, place)
    assert opened(key, kept, place) == plain
    if other != place:
        with pytest.raises(Unreadable):
            opened(key, kept, other)
    with pytest.raises(Unreadable):
        opened(new_key(), kept, place)


def test_what_is_taken_in_comes_out_again_and_once() -> None:
    assert store.take_in([*ANA, *BO]) == 5
    assert store.take_in(ANA) == 0
    assert store.reveal(["ana", "bo", "cy"]) == {
        "ana": {"name": ["王秀英"], "email": ["Ana@Example.com"], "phone": ["13800138000"]},
        "bo": {"name": ["Bo Miller"], "email": ["bo@example.com"]},
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("秀英", ["ana"]), ("王秀", ["ana"]), ("mill", ["bo"]), ("BO M", ["bo"]), ("ana@example.com", ["ana"]),
     ("13800138000", ["ana"]), ("bo", ["bo"]), ("nobody", []), ("王英", []), ("", []), ("\0", []), ('"', [])],
)  # fmt: skip
def test_people_are_found_by_a_part_of_a_name_or_a_whole_address(wanted: str, found: list[str]) -> None:
    store.take_in([*ANA, *BO])
    assert store.find(wanted) == found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=TEXTS, data=st.data())
def test_a_name_is_found_by_any_two_letters_of_it_and_by_no_others(name: str, data: st.DataObject) -> None:
    store.take_in([Fact("cy", "name", name)])
    letters = names.plain(name)
    pairs = [pair for pair in names.pairs(name) if pair == pair.strip()]  # blanks around a search go
    if pairs:
        assert "cy" in store.find(data.draw(st.sampled_from(pairs)))
    store.forget_batch("")
    assert store.find(letters) == []


def test_no_file_of_the_shop_holds_a_name(shop: Shop) -> None:
    store.take_in([*ANA, *BO])
    store.seal_text("ana", "likes oolong", "note")
    marks = [text.encode() for text in ("秀英", "Miller", "example.com", "13800138000", "oolong")]
    for path in (path for path in Path(shop.folder).rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [mark for mark in marks if mark in content], path
    for row in Identifier.objects.all():
        assert not [mark for mark in marks if mark in bytes(row.ciphertext) + bytes(row.blind)]


def test_without_the_key_of_a_person_nothing_of_the_person_opens() -> None:
    store.take_in([*ANA, *BO])
    note = store.seal_text("ana", "likes oolong", "note")
    WrappedKey.objects.filter(customer_id="ana").delete()
    assert store.reveal(["ana", "bo"]).keys() == {"bo"}
    with pytest.raises(Unreadable):
        store.open_text("ana", note, "note")


def test_an_undone_batch_takes_along_what_only_it_brought() -> None:
    store.take_in([BO[0]], batch="b1")
    store.take_in(BO, batch="b2")
    store.forget_batch("b2")
    assert store.reveal(["bo"]) == {"bo": {"name": ["Bo Miller"]}}
    assert store.find("Miller") == ["bo"]
    store.forget_batch("b1")
    assert store.find("Miller") == []


def test_who_was_erased_is_not_taken_in_again_by_id_address_or_phone() -> None:
    for mark in (blind("customer_id", "ana"), blind("email", "bo@example.com")):
        Tombstone.objects.create(blind=mark, erased_on="2024-07-01")
    assert store.take_in([*ANA, *BO, Fact("cy", "email", " BO@example.com ")]) == 0
