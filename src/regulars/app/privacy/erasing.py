"""Erasing people: out of the vault at once, then out of every record and result, and never back.

`shred` is what the owner's click does. Everything else finds the erased by their tombstones, so it needs no list, ends
the same when it was killed half-way, and erases again whoever an old copy of the shop brought back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from secrets import token_hex

import pyarrow as pa
from django.db import transaction

from regulars import customers, records
from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.models import Corrected, Identifier, Kept, Person, WrappedKey
from regulars.app.privacy import audit
from regulars.app.vault import changing, store, tombstones
from regulars.app.vault.accounts import accounts_of, in_records, told_apart
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.app.vault.marks import ADDRESSES, Fact, mark_of_person, marks_of_addresses

_RESULTS = "erased_in_results"
"""Kept while a published result may still speak of somebody erased, or of records that were let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was found of the erased: people in the vault, rows in the batches."""

    people: int = 0
    rows: int = 0


def shred(shop: Shop, customer_id: str, *, by: str) -> None:
    """Take a person out of the vault, with all of the person's accounts, and see to it that nobody brings them back."""
    accounts = accounts_of(shop, customer_id)
    tombstones.remember(shop, _marks(shop, accounts), day=clock.today())
    results_may_speak_of_them()
    held = Identifier.objects.filter(person__customer_id__in=accounts).count()
    changing.forget(accounts)
    _forget_what_was_known_of_all(shop, accounts)
    left = Person.objects.filter(customer_id__in=accounts).count()
    left += WrappedKey.objects.filter(customer_id__in=accounts).count()
    audit.write("erased", by=by, person=customer_id, accounts=len(accounts), identifiers=held, left=left)


def sweep(shop: Shop) -> Swept:
    """Remove what the vault and the workspace hold of anybody erased; whoever a backup brought back goes again."""
    tombstones.replay(shop)
    store_of_rows = records.Batches(shop.workspace)
    has_records = (shop.workspace / "batches").is_dir()
    known = set(store_of_rows.keys().to_pylist()) if has_records else set()
    vault = {*Person.objects.values_list("customer_id", flat=True)}
    vault |= {*WrappedKey.objects.values_list("customer_id", flat=True)}
    gone = tombstones.erased_ids(known | vault) | _unnamed(store_of_rows, known)
    _forget_what_was_known_of_all(shop, gone)
    if has_records:
        customers.forget_people(shop.workspace, tombstones.erased_ids)
    if not gone:
        return Swept()
    results_may_speak_of_them()
    people = changing.forget(gone & vault)
    if people:
        audit.write("erased_again", people=people)
    rows = 0
    if has_records:
        rows = store_of_rows.leave_out(pa.array(sorted(gone), pa.string()))
    return Swept(people=people, rows=rows)


def results_may_speak_of_them() -> None:
    """Have the next analysis remove every result before it, for these tell of what is to be gone."""
    Kept.objects.update_or_create(name=_RESULTS, defaults={"value": token_hex(8)})


def results_speak_of_erased() -> str:
    """Return since which time, as a token, a published result may tell figures of somebody erased; "": none does."""
    return str(Kept.objects.filter(name=_RESULTS).values_list("value", flat=True).first() or "")


def results_are_clear(since: str) -> None:
    """Say that none does any more, if nothing else is to be gone since the token was read."""
    with transaction.atomic():
        if results_speak_of_erased() == since:
            Kept.objects.filter(name=_RESULTS).delete()


def _unnamed(store_of_rows: records.Batches, known: Collection[str]) -> set[str]:
    """Return the phones whose rows without a name were erased, if there are such rows again; the others' rows stay."""
    gone = tombstones.erased_ids({records.contacts.unnamed(who) for who in known})
    are_there = gone and any(store_of_rows.rows_of(pa.array(sorted(gone), pa.string())))
    return gone if are_there else set()


def _forget_what_was_known_of_all(shop: Shop, gone: Collection[str]) -> None:
    """Take out of the vault what it knows of a phone that is several people's as a whole, if some of them are gone.

    It came with rows of which nobody knew then that there were several; who is left is known by the phone.
    """
    apart = told_apart(shop)
    theirs = {who.removesuffix(records.contacts.NAMED) for who in gone}
    changing.forget_identifiers({apart[who] for who in theirs if who in apart})


def _marks(shop: Shop, accounts: list[str]) -> set[bytes]:
    """Return the tombstones of a person: ids, and addresses, also former ones, that are nobody else's too."""
    apart, identities = told_apart(shop), customers.HashedIdentities(None, crosswalk=VaultCrosswalk())
    settings = clock.shop_settings()
    wrong = Corrected.objects.filter(person__customer_id__in=accounts).values_list("blind", flat=True)
    marks = {mark_of_person(each) for each in in_records(shop, accounts)} | {bytes(mark) for mark in wrong}
    for account, fields in store.reveal(accounts).items():
        for field, values in fields.items():
            for value in values:
                if account in apart and identities.resolve(pa.array([value]), field)[0].as_py() == apart[account]:
                    continue  # it is whoever comes next under that phone, too
                marks |= marks_of_addresses(Fact(account, field, value), settings=settings)
    shared = Identifier.objects.filter(blind__in=marks, field__in=ADDRESSES).exclude(person__customer_id__in=accounts)
    return marks - {bytes(mark) for mark in shared.values_list("blind", flat=True)}
