"""Who was erased, as fingerprints only: nothing of them is taken in again, whatever file or backup brings it.

Tombstones stand in a table, and in a file beside the master key, outside the shop's folder. Bringing back an old copy
of the folder brings back neither the erased nor their keys: the file is played over whatever was brought back.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.models import Person, Tombstone
from regulars.app.remembered import remembered
from regulars.app.vault.marks import Fact, mark_of_person, marks_of_addresses
from regulars.app.vault.secrets import secret
from regulars.customers import HashedIdentities

_MANY = 500


def remember(shop: Shop, marks: Collection[bytes], *, day: date) -> None:
    """Add tombstones: to the file first, for what only the table had would be gone with an old copy of it."""
    fresh = sorted(set(marks) - _told(shop).keys())
    if fresh:
        number = os.open(shop.erased_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.writelines(f"{mark.hex()} {day.isoformat()}\n" for mark in fresh)
            file.flush()
            os.fsync(file.fileno())
    _keep(dict.fromkeys(marks, day))


def replay(shop: Shop) -> int:
    """Bring the table and the file to say the same; return how many tombstones the table had lost."""
    told = _told(shop)
    kept = {bytes(mark): day for mark, day in Tombstone.objects.values_list("blind", "erased_on")}
    for day in {*kept.values()}:
        lost = [mark for mark, on in kept.items() if on == day and mark not in told]
        if lost:
            remember(shop, lost, day=day)
    missing = {mark: day for mark, day in told.items() if mark not in kept}
    _keep(missing)
    return len(missing)


def erased_ids(customer_ids: Iterable[str]) -> set[str]:
    """Return those of some ids whose people were erased."""
    ids = list(customer_ids)
    if not remembered("tombstones", Tombstone.objects.exists):
        return set()
    if len(ids) > 20 * _MANY:
        marks = _all()
        return {who for who in ids if mark_of_person(who) in marks}
    of = {mark_of_person(who): who for who in ids}
    listed = list(of)
    return {
        of[bytes(mark)]
        for start in range(0, len(listed), _MANY)
        for mark in Tombstone.objects.filter(blind__in=listed[start : start + _MANY]).values_list("blind", flat=True)
    }


def sort_out(facts: Sequence[Fact]) -> tuple[set[str], set[Fact]]:
    """Return who, among the people of some facts, was erased, and which facts are an erased person's address.

    Somebody unknown with such an address is taken for the erased person under another id. Somebody known is not: two
    may share a phone, and numbers are given out anew; they stay, without the address. Of whom only the name told from
    others with a phone, the phone with that name is such an address.
    """
    if not Tombstone.objects.exists():
        return set(), set()
    marks, settings = _all(), clock.shop_settings()
    gone = {who for who in {fact.customer_id for fact in facts} if mark_of_person(who) in marks}
    held = {fact for fact in facts if marks_of_addresses(fact, settings=settings) & marks}
    held |= _held_by_name(facts, marks)
    strangers = {fact.customer_id for fact in held} - gone
    return gone | (strangers - _living(strangers)), held


def _held_by_name(facts: Sequence[Fact], marks: Collection[bytes]) -> set[Fact]:
    """Return the phones and addresses of whoever has one under the name by which somebody erased was told apart."""
    identities, known = HashedIdentities(None, key=secret("ids")), dict[str, set[Fact]]()
    for fact in facts:
        known.setdefault(fact.customer_id, set()).add(fact)
    return {
        fact
        for who, theirs in known.items()
        if any(
            mark_of_person(each) in marks
            for each in identities.ids_by_name(who, ((fact.field, fact.value) for fact in theirs))
        )
        for fact in theirs
        if fact.field in {"phone", "email"}
    }


def _living(customer_ids: Collection[str]) -> set[str]:
    listed = sorted(customer_ids)
    return {
        who
        for start in range(0, len(listed), _MANY)
        for who in Person.objects.filter(customer_id__in=listed[start : start + _MANY]).values_list(
            "customer_id", flat=True
        )
    }


def _all() -> set[bytes]:
    return {bytes(mark) for mark in Tombstone.objects.values_list("blind", flat=True)}


def _keep(marks: dict[bytes, date]) -> None:
    rows = [Tombstone(blind=mark, erased_on=day) for mark, day in sorted(marks.items())]
    Tombstone.objects.bulk_create(rows, batch_size=_MANY, ignore_conflicts=True)


def _told(shop: Shop) -> dict[bytes, date]:
    """Return what the file says; a line that was cut off by a power cut says nothing."""
    if not shop.erased_file.exists():
        return {}
    told = {}
    for line in shop.erased_file.read_text(encoding="ascii").splitlines():
        mark, _, day = line.partition(" ")
        if len(mark) == 32 and len(day) == 10:
            told[bytes.fromhex(mark)] = date.fromisoformat(day)
    return told
