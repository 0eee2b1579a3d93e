"""A phone that is many people's: who of them is erased stays away, and nobody else is lost with them."""

from datetime import date

import pyarrow as pa
import pytest
from django.utils import timezone

from regulars import analysis, customers, records
from regulars.app._shop import Shop
from regulars.app.models import Consent, Identifier, Person, Tombstone
from regulars.app.privacy import access, consents, erasing
from regulars.app.vault import store
from regulars.app.vault.accounts import told_apart
from regulars.app.vault.crosswalk import VaultCrosswalk

TODAY = date(2024, 7, 1)
PHONE = "13800138000"
GUESTS = ["Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"]


def take(shop: Shop, *names: str, day: int = 1) -> records.Batch:
    days = [f"2024-05-{day + place:02}" for place, _ in enumerate(names)]
    phones = [PHONE] * len(names)
    orders = pa.table({"phone": phones, "name": list(names), "ordered_at": days, "amount": ["5"] * len(names)})
    done = analysis.import_records(shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, orders=orders)
    assert done.batch is not None
    return done.batch


def analysed(shop: Shop) -> analysis.Result:
    beside = consents.as_records()
    return analysis.analyze(workspace=shop.workspace, crosswalk=VaultCrosswalk(), beside=beside, today=TODAY)


def rows(shop: Shop) -> dict[int, str | None]:
    """Return the day of the month of every order that is kept, and what its name makes of it."""
    store_of_rows = records.Batches(shop.workspace)
    found = store_of_rows.rows_of(store_of_rows.keys())
    return {row["local_day"].day: row.get("key_name") for _, _, table in found for row in table.to_pylist()}


@pytest.fixture
def weekly(shop: Shop) -> list[str]:
    """Whom each week of a phone made a customer: seven weeks with a name, and one without; analysed."""
    for week, name in enumerate([*GUESTS, ""], 1):
        take(shop, name, day=week)
    analysed(shop)
    (phone,) = set(told_apart(shop).values())
    return [who or phone for _, who in sorted(rows(shop).items())]


def test_each_is_known_by_the_phone_as_long_as_a_batch_has_them(shop: Shop, weekly: list[str]) -> None:
    assert set(told_apart(shop)) == set(weekly)
    assert set(store.find(PHONE)) == set(weekly)
    last = max(batch.id for batch in records.Batches(shop.workspace).live()[:-1])
    records.Batches(shop.workspace).undo(last)
    VaultCrosswalk().forget(last)
    assert set(store.find(PHONE)) == {*weekly[:6], weekly[7]}


def test_who_is_erased_stays_away_and_the_others_stay(shop: Shop, weekly: list[str]) -> None:
    ana, *others = weekly
    erasing.shred(shop, ana, by="lin")
    assert erasing.sweep(shop).rows == 1
    assert set(rows(shop)) == {2, 3, 4, 5, 6, 7, 8}
    (file,) = take(shop, "ANA", "Hal", day=20).files
    assert file.left_out == {"erased": 1}
    counts = analysed(shop).manifest["counts"]
    assert counts["customers"] == 8, "the others are still told apart, with one more"
    assert erasing.sweep(shop) == erasing.Swept()
    assert set(rows(shop)) == {2, 3, 4, 5, 6, 7, 8, 21}
    told = [("c1", PHONE, "ana", "ana@x.com"), ("c2", f"+86 {PHONE} / 13900139000", "Ana", ""), ("c3", PHONE, "Bo", "")]
    told += [("c4", "13900139000", "Ana", ""), ("c5", PHONE, "A. Smith", ""), ("c1", "", "", "another@x.com")]
    columns = zip(["customer_id", "phone", "name", "email"], zip(*told, strict=True), strict=True)
    people = pa.table({name: pa.array(column) for name, column in columns})
    done = analysis.import_records(shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, profiles=people).batch
    assert done is not None
    assert done.files[0].left_out == {"erased": 3}, "nor under another id, if the phone and the name are theirs"
    assert not {"c1", "c2"} & set(store.find("Ana"))
    assert ana not in store.find(PHONE)
    assert set(others[:-1]) < set(store.find(PHONE))


def test_erasing_whoever_left_no_name_leaves_all_who_did_even_if_the_phone_is_one_person_s_again(
    shop: Shop, weekly: list[str]
) -> None:
    nameless = weekly[-1]
    told = access.everything(shop, None, nameless)
    assert [row["row"]["local_day"].day for row in told["records"]] == [8]
    erasing.shred(shop, nameless, by="lin")
    assert erasing.sweep(shop).rows == 1
    who_brought_whom = pa.table({"referrer_id": [PHONE], "referred_id": ["c1"]})
    done = analysis.import_records(
        shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, referrals=who_brought_whom
    ).batch
    assert done is not None
    assert done.files[0].left_out == {"erased": 1}, "no name ever stands beside these"
    records.Batches(shop.workspace).undo(done.id)
    store_of_rows = records.Batches(shop.workspace)
    for batch in store_of_rows.live()[1:3]:
        store_of_rows.undo(batch.id)
    analysed(shop)
    assert not told_apart(shop)
    assert erasing.sweep(shop) == erasing.Swept()
    assert set(rows(shop)) == {1, 4, 5, 6, 7}
    assert take(shop, "", "Ana", day=20).files[0].left_out == {"erased": 1}
    erasing.shred(shop, nameless, by="lin")
    assert erasing.sweep(shop).rows == 6, "as one customer of that phone they go together"
    assert take(shop, "Iris", day=25).files[0].left_out == {"erased": 1}
    told = take(shop, *GUESTS, day=10).files[0].left_out
    assert told == {"erased_with_others": len(GUESTS)}, "perhaps the phone is the shop's own: that is said"


def test_the_vault_forgets_the_phone_with_the_last_of_them_and_knows_who_comes_next(
    shop: Shop, weekly: list[str]
) -> None:
    for who in weekly:
        erasing.shred(shop, who, by="lin")
        erasing.sweep(shop)
    assert not rows(shop)
    assert store.find(PHONE) == []
    assert not Identifier.objects.exists()
    assert Tombstone.objects.count() == len(weekly), "no tombstone of the phone"
    assert take(shop, "Ana", day=20).accepted == 0
    assert store.find(PHONE) == []
    assert take(shop, "Hal", day=21).accepted == 1


def test_what_is_known_of_the_phone_as_a_whole_goes_with_each_of_them(shop: Shop, weekly: list[str]) -> None:
    people = pa.table({"phone": [PHONE, PHONE], "name": ["Ana", "Bo"], "address": ["1 High St", "2 High St"]})
    analysis.import_records(shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, profiles=people)
    assert store.find("Ana") == store.find("Bo") == weekly[-1:]
    erasing.shred(shop, weekly[0], by="lin")
    assert not store.find("Ana")
    erasing.sweep(shop)
    again = people.append_column("region", pa.array(["north", "south"]))
    done = analysis.import_records(shop.workspace, crosswalk=VaultCrosswalk(), today=TODAY, profiles=again).batch
    assert done is not None
    assert done.files[0].left_out == {"erased": 1}
    assert not store.find("Ana")
    assert store.find("Bo") == weekly[-1:]


def test_a_refusal_under_the_phone_holds_for_all_who_are_told_apart_later(shop: Shop) -> None:
    for week, name in enumerate(GUESTS[:6], 1):
        take(shop, name, day=week)
    analysed(shop)
    (phone,) = store.find(PHONE)
    Consent.objects.create(
        person=Person.objects.get(customer_id=phone),
        purpose="marketing_email",
        granted=False,
        recorded_at=timezone.now(),
    )
    take(shop, GUESTS[6], day=7)
    found = analysed(shop).customers.to_pylist()
    assert len(found) == 7
    assert customers.read_told_apart(shop.workspace)
    assert {row["may_email"] for row in found} == {False}
