"""The vault's own work: take identifiers in, give them back, find people by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from regulars.app.models import Identifier, Person, Tombstone, WrappedKey
from regulars.app.vault import eyes, names
from regulars.app.vault.keys import fingerprint, new_key, opened, sealed
from regulars.app.vault.secrets import secret, unwrap, wrap

NAME_FIELDS = ("name", "nickname")
_MANY = 500
MOST_FOUND = 2_000
"""How many people a search returns at most; whoever shows them says so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one field of the person with a customer id."""

    customer_id: str
    field: str
    value: str


def blind(field: str, value: str) -> bytes:
    """Return the keyed fingerprint of a field's value, in one spelling of it."""
    return fingerprint(secret("index"), f"{field}:{names.plain(value)}")


def take_in(facts: Iterable[Fact], *, batch: str = "") -> int:
    """Seal facts under their people's keys; people are made where they are new. Returns how many facts were new.

    Those of erased people are left out: by their id, their e-mail address or their phone.
    """
    added = 0
    for some in _in_parts(facts):
        with transaction.atomic(using="keys"), transaction.atomic():
            added += _take_some(some, batch)
    return added


def reveal(customer_ids: Sequence[str], fields: Sequence[str] = ()) -> dict[str, dict[str, list[str]]]:
    """Return what is known of people in plain words: by customer id, by field, each value once in the order it came."""
    wanted = list(dict.fromkeys(customer_ids))
    found: dict[str, dict[str, list[str]]] = {}
    for start in range(0, len(wanted), _MANY):
        some = wanted[start : start + _MANY]
        keys = _keys(some)
        rows = Identifier.objects.filter(person__customer_id__in=list(keys))
        rows = rows.filter(field__in=fields) if fields else rows
        listed = rows.order_by("id").values_list("person__customer_id", "field", "version", "ciphertext")
        for customer_id, field, version, ciphertext in listed:
            value = opened(keys[customer_id], bytes(ciphertext), _place(customer_id, field, version)).decode()
            value = eyes.seen(field, value)
            values = found.setdefault(customer_id, {}).setdefault(field, [])
            if value not in values:
                values.append(value)
    return found


def find(wanted: str) -> list[str]:
    """Return the ids of the people whose name contains the text, or whose e-mail address, phone or id it is."""
    text = names.plain(wanted)
    exact = [blind(field, text) for field in ("email", "phone", "open_id")]
    people = list(
        Identifier.objects.filter(blind__in=exact).values_list("person__customer_id", flat=True).distinct()[:MOST_FOUND]
    )
    people += Person.objects.filter(customer_id=wanted.strip()).values_list("customer_id", flat=True)
    if len(text) >= names.FEWEST_LETTERS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.customer_id FROM app_names AS n JOIN app_person AS p ON p.id = n.rowid"
                " WHERE app_names MATCH %s LIMIT %s",
                [names.phrase(secret("index"), text), MOST_FOUND],
            )
            people += [row[0] for row in cursor.fetchall()]
    return list(dict.fromkeys(people))[:MOST_FOUND]


def seal_text(customer_id: str, text: str, place: str) -> bytes:
    """Return a free text about a person, sealed under the person's key for one place such as `note`."""
    _people_of([customer_id])
    return sealed(_keys([customer_id])[customer_id], text.encode(), f"{place}.{customer_id}")


def open_text(customer_id: str, kept: bytes | memoryview, place: str) -> str:
    """Return a free text about a person.

    Raises:
        Unreadable: the person's key is gone, or the text is another's.
    """
    key = _keys([customer_id]).get(customer_id, b"\0" * 32)
    return eyes.seen_text(opened(key, bytes(kept), f"{place}.{customer_id}").decode())


def is_erased(facts: Iterable[Fact]) -> set[str]:
    """Return the ids, among those of some facts, of people who were erased."""
    marks: dict[bytes, set[str]] = {}
    for fact in facts:
        marks.setdefault(blind("customer_id", fact.customer_id), set()).add(fact.customer_id)
        if fact.field in {"email", "phone"}:
            marks.setdefault(blind(fact.field, fact.value), set()).add(fact.customer_id)
    gone: set[str] = set()
    listed = list(marks)
    for start in range(0, len(listed), _MANY):
        some = listed[start : start + _MANY]
        for mark in Tombstone.objects.filter(blind__in=some).values_list("blind", flat=True):
            gone |= marks[bytes(mark)]
    return gone


def _in_parts(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    part: list[Fact] = []
    for fact in facts:
        part.append(fact)
        if len(part) >= 20 * _MANY:
            yield part
            part = []
    if part:
        yield part


def _take_some(facts: list[Fact], batch: str) -> int:
    gone = is_erased(facts)
    facts = [fact for fact in facts if fact.customer_id not in gone]
    people = _people_of([fact.customer_id for fact in facts])
    keys = _keys(list(people))
    rows, named = [], set()
    for fact in facts:
        place = _place(fact.customer_id, fact.field, 1)
        ciphertext = sealed(keys[fact.customer_id], fact.value.encode(), place)
        mark = blind(fact.field, fact.value)
        rows.append((people[fact.customer_id], fact.field, 1, ciphertext, mark, batch))
        if fact.field in NAME_FIELDS:
            named.add(fact.customer_id)
    before = _names_of(named)
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        (start,) = cursor.fetchone()
        cursor.executemany(
            "INSERT OR IGNORE INTO app_identifier (person_id, field, version, ciphertext, blind, batch)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            rows,
        )
        cursor.execute("SELECT total_changes()")
        (end,) = cursor.fetchone()
    index_names(before, _names_of(named), people)
    return int(end) - int(start)


def index_names(before: Mapping[str, list[str]], after: Mapping[str, list[str]], people: Mapping[str, int]) -> None:
    """Bring the index of names from what it held of people to what they are called now."""
    key = secret("index")
    gone = [(people[who], names.tokens(key, called)) for who, called in before.items() if called != after.get(who)]
    come = [(people[who], names.tokens(key, called)) for who, called in after.items() if called != before.get(who)]
    with connection.cursor() as cursor:
        # An index without contents is told what it held, so that it can take it out.
        cursor.executemany("INSERT INTO app_names (app_names, rowid, words) VALUES ('delete', %s, %s)", gone)
        cursor.executemany("INSERT INTO app_names (rowid, words) VALUES (%s, %s)", come)


def _names_of(customer_ids: Iterable[str]) -> dict[str, list[str]]:
    told = reveal(list(customer_ids), NAME_FIELDS)
    return {who: [value for field in NAME_FIELDS for value in fields.get(field, ())] for who, fields in told.items()}


def _people_of(customer_ids: Sequence[str]) -> dict[str, int]:
    """Return the row of each person, made with a key of its own where there is none."""
    wanted = list(dict.fromkeys(customer_ids))
    have = _known(wanted)
    fresh = [who for who in wanted if who not in have]
    if fresh:
        wraps = [(who, *wrap(new_key(), who)) for who in fresh]
        WrappedKey.objects.bulk_create(
            [WrappedKey(customer_id=who, wrapped=wrapped, version=version) for who, wrapped, version in wraps],
            ignore_conflicts=True,
        )
        Person.objects.bulk_create([Person(customer_id=who) for who in fresh], ignore_conflicts=True)
        have |= _known(fresh)
    return have


def _known(customer_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(customer_ids), _MANY):
        some = customer_ids[start : start + _MANY]
        found |= dict(Person.objects.filter(customer_id__in=some).values_list("customer_id", "id"))
    return found


def _keys(customer_ids: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(customer_ids), _MANY):
        rows = WrappedKey.objects.filter(customer_id__in=customer_ids[start : start + _MANY])
        for who, wrapped, version in rows.values_list("customer_id", "wrapped", "version"):
            found[who] = unwrap(wrapped, who, version)
    return found


def _place(customer_id: str, field: str, version: int) -> str:
    return f"identifier.{field}.{customer_id}.{version}"


def forget_batch(batch: str) -> None:
    """Remove what only this batch brought; nothing of a value that another one brought too."""
    listed = Identifier.objects.filter(batch=batch)
    touched = list(listed.values_list("person__customer_id", flat=True).distinct())
    with transaction.atomic():
        before = _names_of(touched)
        listed.delete()
        index_names(before, _names_of(touched), _known(touched))
