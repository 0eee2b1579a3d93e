"""Changing what the vault holds of people: one value put right, or a person taken out of it for good."""

from collections.abc import Callable, Collection

from django.db import connection, connections, transaction

from regulars.app.models import Corrected, Identifier, Person, WrappedKey
from regulars.app.vault import store
from regulars.app.vault.marks import Fact, blind
from regulars.app.vault.store import NAME_FIELDS

_MANY = 500


def rectify(customer_id: str, *, field: str, old: str, new: str) -> bool:
    """Put a new value in the place of a wrong one, or nothing if it is empty; say whether the wrong one was there.

    Nothing of the wrong value stays, neither its ciphertext nor what finds it, but for the fingerprint that keeps a
    later import from bringing it back.
    """
    with transaction.atomic(using="keys"), transaction.atomic():
        people = store.rows_of([customer_id])
        before = store.names_of([customer_id])
        mark = blind(field, old)
        held = Identifier.objects.filter(person__customer_id=customer_id, field=field)
        wrong = [row.pk for row in held if bytes(row.blind) == mark]
        if not wrong:
            return False
        Identifier.objects.filter(pk__in=wrong).delete()
        Corrected.objects.get_or_create(person_id=people[customer_id], blind=mark)
        store.index_names(before, store.names_of([customer_id]), people)
        if new:
            Corrected.objects.filter(person_id=people[customer_id], blind=blind(field, new)).delete()
            store.take_in([Fact(customer_id, field, new)])
    return True


def forget(customer_ids: Collection[str], *, still: Callable[[Collection[str]], Collection[str]] | None = None) -> int:
    """Take people out of the vault with all that is written down about them; return how many there were.

    `still` says who of some is to go even now, when nobody can write anything down about them any more.

    The words of the index of names can only be taken out by saying them, so this is when they are still known; then
    the key goes, and with it whatever any copy of the rows could tell. Done again after a kill, it ends the same.
    """
    listed = sorted(customer_ids)
    gone = 0
    for start in range(0, len(listed), _MANY):
        some = listed[start : start + _MANY]
        with transaction.atomic(using="keys"), transaction.atomic():
            if still is not None:
                some = sorted(still(some))
            people = store.rows_of(some)
            names = store.names_of(some)
            called = Identifier.objects.filter(person__customer_id__in=some, field__in=NAME_FIELDS)
            unreadable = set(called.values_list("person__customer_id", flat=True)) - names.keys()
            store.index_names(names, {}, people)
            WrappedKey.objects.filter(customer_id__in=some).delete()
            Person.objects.filter(customer_id__in=some).delete()
            if unreadable:  # an old copy of the rows beside newer keys: their words can no longer be said
                store.index_all_names()
            gone += len(people)
    return gone


def forget_identifiers(
    customer_ids: Collection[str], *, still: Callable[[Collection[str]], Collection[str]] | None = None
) -> None:
    """Take out of the vault how people are called and reached; whatever else is written down about them stays.

    `still` says whose are to go even now.
    """
    listed = sorted(customer_ids)
    for start in range(0, len(listed), _MANY):
        some = listed[start : start + _MANY]
        with transaction.atomic():
            if still is not None:
                some = sorted(still(some))
            before = store.names_of(some)
            Identifier.objects.filter(person__customer_id__in=some).delete()
            store.index_names(before, {}, store.rows_of(some))


def tidy() -> None:
    """Have the files themselves let go of what was removed: the index of names, and the logs of the databases."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO app_names (app_names) VALUES ('optimize')")
    for base in connections.all():
        if not base.in_atomic_block:
            with base.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
