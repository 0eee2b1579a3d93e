"""Erasing: at once out of the vault, then out of every record and result; nobody comes back and nobody else is lost."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from regulars import analysis, customers, records
from regulars.app import assignments
from regulars.app._shop import Shop
from regulars.app.jobs import kinds
from regulars.app.models import AuditEvent, Identifier, Note, Person, Tombstone, WrappedKey
from regulars.app.privacy import audit, erasing
from regulars.app.publication import listing
from regulars.app.publication.current import Published, current
from regulars.app.vault import names, store, tombstones
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.app.vault.keys import Unreadable
from regulars.app.vault.marks import Fact, mark_of_person
from regulars.reports import Voice, word

TODAY = date(2024, 7, 1)
ANA = [Fact("ana", "name", "王秀英"), Fact("ana", "email", "Ana@Example.com"), Fact("ana", "phone", "138 0013 8000")]
BO = [Fact("bo", "name", "Bo Miller"), Fact("bo", "email", "bo@example.com")]


def take(shop: Shop, **tables: Any) -> records.Batch:
    done = analysis.import_records(shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, **tables)
    assert done.batch is not None
    return done.batch


def orders(*people: str) -> pa.Table:
    day = [f"2024-06-{1 + place:02}" for place, _ in enumerate(people)]
    return pa.table({"customer_id": list(people), "ordered_at": day, "amount": ["5"] * len(people)})


def profiles(**told: tuple[str, str]) -> pa.Table:
    emails, phones = zip(*told.values(), strict=True)
    return pa.table({"customer_id": list(told), "email": list(emails), "phone": list(phones)})


def keys(shop: Shop) -> set[str]:
    return set(records.Batches(shop.workspace).keys().to_pylist())


def test_nothing_of_an_erased_person_opens_or_is_found(shop: Shop) -> None:
    store.take_in([*ANA, *BO])
    note = store.seal_text("ana", "likes oolong", "note")
    Note.objects.create(person=Person.objects.get(customer_id="ana"), written_at="2024-07-01T00:00Z", ciphertext=note)
    erasing.shred(shop, "ana", by="lin")
    assert store.reveal(["ana", "bo"]).keys() == {"bo"}
    assert store.find("秀英") == store.find("ana@example.com") == store.find("ana") == []
    assert store.find("Miller") == ["bo"]
    assert not WrappedKey.objects.filter(customer_id="ana").exists()
    assert not Note.objects.exists()
    with pytest.raises(Unreadable):
        store.open_text("ana", note, "note")


def test_the_index_of_names_holds_no_word_of_an_erased_person(shop: Shop) -> None:
    """The index without contents is only right if it was told the very words it held."""
    store.take_in([*ANA, *BO])
    erasing.shred(shop, "ana", by="lin")
    assert words_in_the_index() == len(set(names.pairs("Bo Miller")))


def words_in_the_index() -> int:
    """Return how many different words the index of names holds, having looked whether it is whole."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO app_names (app_names, rank) VALUES ('integrity-check', 0)")
        cursor.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab('main', 'app_names', 'row')")
        cursor.execute("SELECT count(*) FROM temp.held")
        (words,) = cursor.fetchone()
        cursor.execute("DROP TABLE temp.held")
    return int(words)


def test_the_index_forgets_somebody_of_an_old_copy_whose_key_is_gone(shop: Shop) -> None:
    """The rows are brought back without the key: what the index holds of them can no longer be said word for word."""
    store.take_in([*ANA, *BO])
    tombstones.remember(shop, {mark_of_person("ana")}, day=TODAY)
    WrappedKey.objects.filter(customer_id="ana").delete()
    erasing.sweep(shop)
    assert words_in_the_index() == len(set(names.pairs("Bo Miller")))
    assert store.find("Miller") == ["bo"]


@pytest.mark.parametrize(
    "again",
    [
        {"orders": orders("ana", "cy")},
        {"profiles": profiles(new=("ANA@example.com", ""), cy=("cy@example.com", ""))},
        {"profiles": profiles(new=("", "+86 13800138000"), cy=("", "13900139000"))},
    ],
    ids=["by id", "by e-mail", "by phone in another spelling"],
)
def test_a_later_file_does_not_bring_the_person_back_and_says_how_many_rows_it_left_out(
    shop: Shop, again: dict[str, pa.Table]
) -> None:
    store.take_in(ANA)
    erasing.shred(shop, "ana", by="lin")
    (file,) = take(shop, **again).files
    assert file.left_out == {"erased": 1}
    assert (file.read, file.accepted) == (2, 1)
    assert keys(shop) == {"cy"}
    assert set(Person.objects.values_list("customer_id", flat=True)) <= {"cy"}
    for language in ("en", "zh"):
        said = word("left_out", "erased", voice=Voice(language=language, currency=""))
        assert said not in {"", "erased"}


def test_another_id_with_an_erased_address_stays_out_of_files_that_name_the_id_alone(shop: Shop) -> None:
    store.take_in(ANA)
    erasing.shred(shop, "ana", by="lin")
    take(shop, orders=orders("new", "cy"))
    take(shop, profiles=profiles(new=("ana@example.com", "")))
    erasing.sweep(shop)
    assert keys(shop) == {"cy"}
    assert take(shop, orders=orders("new", "di")).files[0].left_out == {"erased": 1}


def test_whoever_shares_a_phone_with_the_erased_is_not_lost(shop: Shop) -> None:
    store.take_in([*ANA, *BO, Fact("bo", "phone", "13800138000")])
    erasing.shred(shop, "ana", by="lin")
    batch = take(shop, orders=orders("bo"), profiles=profiles(bo=("bo@example.com", "138-0013-8000")))
    assert batch.read == batch.accepted == 2
    assert store.find("+86 13800138000") == ["bo"]


def test_every_account_of_a_person_is_erased(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = take(shop, orders=orders("ana", "ana2", "bo"))
    store.take_in([*ANA, Fact("ana2", "name", "王秀英")])
    row = {"customer_id": "ana2", "person_id": "ana", "how": "email", "weight": 9.0}
    schema = customers.read_persons(shop.workspace).schema
    rows = [{**dict.fromkeys(schema.names), **row}, {**dict.fromkeys(schema.names), **row, "customer_id": "ana"}]
    found = shop.workspace / "batches" / batch.id / "found"
    found.mkdir()
    (found / "batches").write_text(batch.id)
    for place in (found, shop.workspace):  # the second is of an analysis of files, from before there were batches
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), place / "persons.parquet")
    erasing.shred(shop, "ana2", by="lin")
    erasing.sweep(shop)
    assert keys(shop) == {"bo"}
    assert not store.reveal(["ana", "ana2"])
    for place in (found, shop.workspace):
        assert pq.read_table(place / "persons.parquet").num_rows == 0


def killed_at(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, name, stop)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (WrappedKey.objects, "filter"),
        (customers, "forget_people"),
        (records.Batches, "leave_out"),
        (audit, "write"),
        (analysis, "analyze"),
        (kinds, "publish"),
        (kinds, "forget_all_but_current"),
    ],
)
def test_an_erasure_that_was_killed_ends_the_same_when_it_is_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    take(shop, orders=orders("ana", "bo", "bo"), profiles=profiles(ana=("ana@example.com", "13800138000")))
    (shop.results / "000001-00000001").mkdir()
    monkeypatch.setattr(analysis, "analyze", lambda **told: told["out"].mkdir())
    monkeypatch.setattr(
        kinds, "prepare", lambda place, **_: (place / "manifest.json").write_text('{"counts": {"customers": 1}}')
    )
    monkeypatch.setattr(assignments, "keep", lambda published: 0)  # of a result without a list
    with monkeypatch.context() as patched:
        killed_at(patched, place, name)
        with pytest.raises(KeyboardInterrupt):
            kinds.erase(shop, {"people": ["ana"], "by": "lin"}, lambda step, done: None)
    kinds.erase(shop, {"people": ["ana"], "by": "lin"}, lambda step, done: None)
    assert keys(shop) == {"bo"}
    assert not Identifier.objects.exists()
    assert not WrappedKey.objects.exists()
    assert Tombstone.objects.count() == 3
    published = current(shop)
    assert published is not None
    assert [path.name for path in shop.results.iterdir() if path.is_dir()] == [published.name]
    assert audit.verify().is_whole


def test_an_old_copy_of_the_shop_brings_nobody_back(shop: Shop, tmp_path: Path) -> None:
    """The copy has the person, the key and the rows, and no tombstone; what is beside the master key does."""
    take(shop, orders=orders("ana", "bo"), profiles=profiles(ana=("ana@example.com", "13800138000")))
    store.take_in([*ANA, *BO])
    shutil.copytree(shop.workspace, tmp_path / "copy")
    wrapped = list(WrappedKey.objects.values())
    people = {name: list(table.objects.values()) for name, table in (("p", Person), ("i", Identifier))}
    erasing.shred(shop, "ana", by="lin")
    erasing.sweep(shop)

    shutil.rmtree(shop.workspace)
    shutil.copytree(tmp_path / "copy", shop.workspace)
    Tombstone.objects.all().delete()
    WrappedKey.objects.all().delete()
    WrappedKey.objects.bulk_create(WrappedKey(**row) for row in wrapped)
    Identifier.objects.all().delete()
    Person.objects.all().delete()
    Person.objects.bulk_create(Person(**row) for row in people["p"])
    Identifier.objects.bulk_create(Identifier(**row) for row in people["i"])
    store.index_all_names()
    assert store.reveal(["ana"])

    assert tombstones.replay(shop) == 3
    erasing.sweep(shop)
    assert store.reveal(["ana", "bo"]).keys() == {"bo"}
    assert keys(shop) == {"bo"}
    assert take(shop, orders=orders("ana", "cy")).files[0].left_out == {"erased": 1}


def test_an_erased_person_is_on_no_page_before_the_next_result(client: Client, tea: Published, owner: User) -> None:
    first = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    assert first in client.get("/").content.decode()
    erasing.shred(client_shop(), first, by="lin")
    for page in ("/", "/customers/"):
        assert first not in client.get(page).content.decode()
    assert client.get(f"/customers/{first}/").status_code == 404
    assert client.post(f"/customers/{first}/note/", {"text": "x"}).status_code == 404


def client_shop() -> Shop:
    from regulars.app._shop import served  # noqa: PLC0415

    return served()


def test_the_log_proves_an_erasure_and_names_nobody(shop: Shop) -> None:
    store.take_in(ANA)
    erasing.shred(shop, "ana", by="lin")
    event = AuditEvent.objects.get(what="erased")
    assert (event.actor, event.details) == ("lin", {"accounts": 1, "identifiers": 3, "left": 0})
    assert bytes(event.subject) == audit.subject_of("ana")
