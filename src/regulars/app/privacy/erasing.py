"""Erasing people: out of the vault at once, then out of every record and result, and never back.

`shred` is what the owner's click does. Everything else finds the erased by their tombstones, so it needs no list, ends
the same when it was killed half-way, and erases again whoever an old copy of the shop brought back.
"""

from dataclasses import dataclass

import pyarrow as pa

from regulars import customers, records
from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.models import Corrected, Identifier, Kept, Person, WrappedKey
from regulars.app.privacy import audit
from regulars.app.vault import changing, store, tombstones
from regulars.app.vault.accounts import accounts_of
from regulars.app.vault.marks import ADDRESSES, Fact, mark_of_person, marks_of_addresses

_RESULTS = "erased_in_results"
"""Kept while a published result may still speak of somebody erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was found of the erased: people in the vault, rows in the batches."""

    people: int = 0
    rows: int = 0


def shred(shop: Shop, customer_id: str, *, by: str) -> None:
    """Take a person out of the vault, with all of the person's accounts, and see to it that nobody brings them back."""
    accounts = accounts_of(shop, customer_id)
    tombstones.remember(shop, _marks(accounts), day=clock.today())
    Kept.objects.update_or_create(name=_RESULTS, defaults={"value": True})
    held = Identifier.objects.filter(person__customer_id__in=accounts).count()
    changing.forget(accounts)
    left = Person.objects.filter(customer_id__in=accounts).count()
    left += WrappedKey.objects.filter(customer_id__in=accounts).count()
    audit.write("erased", by=by, person=customer_id, accounts=len(accounts), identifiers=held, left=left)


def sweep(shop: Shop) -> Swept:
    """Remove what the vault and the workspace hold of anybody erased; whoever a backup brought back goes again."""
    tombstones.replay(shop)
    store_of_rows = records.Batches(shop.workspace)
    has_records = (shop.workspace / "batches").is_dir()
    if has_records:
        customers.forget_people(shop.workspace, tombstones.erased_ids)
    known = set(store_of_rows.keys().to_pylist()) if has_records else set()
    vault = {*Person.objects.values_list("customer_id", flat=True)}
    vault |= {*WrappedKey.objects.values_list("customer_id", flat=True)}
    gone = tombstones.erased_ids(known | vault)
    if not gone:
        return Swept()
    Kept.objects.update_or_create(name=_RESULTS, defaults={"value": True})
    people = changing.forget(gone & vault)
    if people:
        audit.write("erased_again", people=people)
    rows = 0
    if has_records:
        rows = store_of_rows.leave_out(pa.array(sorted(gone), pa.string()))
    return Swept(people=people, rows=rows)


def results_speak_of_erased() -> bool:
    """Whether a published result may still tell figures of somebody erased."""
    return Kept.objects.filter(name=_RESULTS).exists()


def results_are_clear() -> None:
    """Say that none does any more."""
    Kept.objects.filter(name=_RESULTS).delete()


def _marks(accounts: list[str]) -> set[bytes]:
    """Return the tombstones of a person: ids, and addresses, also former ones, that are nobody else's too."""
    settings = clock.shop_settings()
    wrong = Corrected.objects.filter(person__customer_id__in=accounts).values_list("blind", flat=True)
    marks = {mark_of_person(each) for each in accounts} | {bytes(mark) for mark in wrong}
    for account, fields in store.reveal(accounts).items():
        for field, values in fields.items():
            for value in values:
                marks |= marks_of_addresses(Fact(account, field, value), settings=settings)
    shared = Identifier.objects.filter(blind__in=marks, field__in=ADDRESSES).exclude(person__customer_id__in=accounts)
    return marks - {bytes(mark) for mark in shared.values_list("blind", flat=True)}
