"""The vault's own work: take identifiers in, give them back, find people by them."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, connections, transaction

from regulars.app.models import Corrected, Identifier, Person, WrappedKey
from regulars.app.vault import eyes, names, tombstones
from regulars.app.vault.keys import opened, sealed
from regulars.app.vault.marks import ADDRESSES, Fact, blind
from regulars.app.vault.secrets import secret, unwrap_all, wrap_new

NAME_FIELDS = ("name", "nickname")
_MANY = 500
MOST_FOUND = 2_000
"""How many people a search returns at most; whoever shows them says so."""


def take_in(facts: Iterable[Fact], *, batch: str = "") -> int:
    """Seal facts under their people's keys; people are made where they are new. Returns how many facts were new.

    Those of erased people are left out, by their id, their e-mail address or their phone; so is what was corrected.
    """
    added = 0
    for some in _in_parts(facts):
        with transaction.atomic(using="keys"), transaction.atomic():
            added += _take_some(some, batch)
    return added


def reveal(
    customer_ids: Sequence[str], fields: Sequence[str] = (), keys: Mapping[str, bytes] | None = None
) -> dict[str, dict[str, list[str]]]:
    """Return what is known of people in plain words: by customer id, by field, each value once in the order it came.

    `keys` are those of the people, where they are at hand.
    """
    wanted = list(dict.fromkeys(customer_ids))
    found: dict[str, dict[str, list[str]]] = {}
    for start in range(0, len(wanted), _MANY):
        some = wanted[start : start + _MANY]
        theirs = keys_of(some) if keys is None else {who: keys[who] for who in some if who in keys}
        for customer_id, field, version, ciphertext in _identifiers([*theirs], fields):
            value = opened(theirs[customer_id], ciphertext, place_of(customer_id, field, version)).decode()
            value = eyes.seen(field, value)
            values = found.setdefault(customer_id, {}).setdefault(field, [])
            if value not in values:
                values.append(value)
    return found


def _identifiers(customer_ids: Sequence[str], fields: Sequence[str]) -> list[tuple[str, str, int, bytes]]:
    """Return the identifiers of people, or those in some fields, in the order they came.

    Nearly every page asks this and the next; put together by Django, the question takes longer than the answer.
    """
    asked = (
        "SELECT p.customer_id, i.field, i.version, i.ciphertext"
        " FROM app_identifier AS i JOIN app_person AS p ON p.id = i.person_id"
        f" WHERE p.customer_id IN ({_marks(customer_ids)})"
    )
    if fields:
        asked += f" AND i.field IN ({_marks(fields)})"
    with connection.cursor() as cursor:
        cursor.execute(asked + " ORDER BY i.id", [*customer_ids, *fields])
        rows: list[tuple[str, str, int, bytes]] = cursor.fetchall()
    return rows


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))


def open_identifier(customer_id: str, field: str, version: int, kept: bytes | memoryview) -> str:
    """Return one identifier of a person.

    Raises:
        Unreadable: the person's key is gone, or the value is another's.
    """
    key = keys_of([customer_id]).get(customer_id, b"\0" * 32)
    return opened(key, bytes(kept), place_of(customer_id, field, version)).decode()


def find(wanted: str) -> list[str]:
    """Return the ids of the people whose name contains the text, or whose e-mail address, phone or id it is.

    Masked eyes find by the id alone: who may try one text after the other has read a name in the end.
    """
    if eyes.are_masked():
        return list(Person.objects.filter(customer_id=wanted.strip()).values_list("customer_id", flat=True))
    text = names.plain(wanted)
    exact = [blind(field, text) for field in ADDRESSES]
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


def meet(customer_id: str) -> Person:
    """Return the row of a person, made with a key if nothing was ever written down about them."""
    people_of([customer_id])
    return Person.objects.get(customer_id=customer_id)


def seal_text(customer_id: str, text: str, place: str) -> bytes:
    """Return a free text about a person, sealed under the person's key for one place such as `note`."""
    people_of([customer_id])
    return sealed(keys_of([customer_id])[customer_id], text.encode(), f"{place}.{customer_id}")


def open_text(customer_id: str, kept: bytes | memoryview, place: str, keys: Mapping[str, bytes] | None = None) -> str:
    """Return a free text about a person; `keys` are those of people, where they are at hand.

    Raises:
        Unreadable: the person's key is gone, or the text is another's.
    """
    key = (keys_of([customer_id]) if keys is None else keys).get(customer_id, b"\0" * 32)
    return eyes.seen_text(opened(key, bytes(kept), f"{place}.{customer_id}").decode())


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
    gone, held = tombstones.sort_out(facts)
    facts = [fact for fact in facts if fact.customer_id not in gone and fact not in held]
    wrong = _corrected([fact.customer_id for fact in facts])
    known = rows_of(list(dict.fromkeys(fact.customer_id for fact in facts)))
    people = people_of([fact.customer_id for fact in facts])
    keys = keys_of(list(people))
    rows, named = [], set()
    for fact in facts:
        place = place_of(fact.customer_id, fact.field, 1)
        ciphertext = sealed(keys[fact.customer_id], fact.value.encode(), place)
        mark = blind(fact.field, fact.value)
        if (fact.customer_id, mark) in wrong:
            continue
        rows.append((people[fact.customer_id], fact.field, 1, ciphertext, mark, batch))
        if fact.field in NAME_FIELDS:
            named.add(fact.customer_id)
    before = names_of(named & known.keys(), keys)
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
    index_names(before, names_of(named, keys), people)
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


def index_all_names() -> None:
    """Make the index of names anew from what people are called."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO app_names (app_names) VALUES ('delete-all')")
    everybody = list(Person.objects.values_list("customer_id", flat=True))
    for start in range(0, len(everybody), 20 * _MANY):
        some = everybody[start : start + 20 * _MANY]
        index_names({}, names_of(some), rows_of(some))


def _corrected(customer_ids: Sequence[str]) -> set[tuple[str, bytes]]:
    if not Corrected.objects.exists():
        return set()
    wanted, found = list(dict.fromkeys(customer_ids)), set()
    for start in range(0, len(wanted), _MANY):
        rows = Corrected.objects.filter(person__customer_id__in=wanted[start : start + _MANY])
        found |= {(who, bytes(mark)) for who, mark in rows.values_list("person__customer_id", "blind")}
    return found


def called(fields: Mapping[str, Sequence[str]], otherwise: str) -> str:
    """Return what to call somebody of whom these fields are revealed: a name, else a nickname, else the other word."""
    return next((fields[name][0] for name in NAME_FIELDS if fields.get(name)), otherwise)


def names_of(customer_ids: Iterable[str], keys: Mapping[str, bytes] | None = None) -> dict[str, list[str]]:
    """Return what people are called, in the order in which the index of names has it; their keys may be at hand."""
    told = reveal(list(customer_ids), NAME_FIELDS, keys)
    return {who: [value for field in NAME_FIELDS for value in fields.get(field, ())] for who, fields in told.items()}


def people_of(customer_ids: Sequence[str]) -> dict[str, int]:
    """Return the row of each person, made with a key of its own where there is none."""
    wanted = list(dict.fromkeys(customer_ids))
    have = rows_of(wanted)
    fresh = [who for who in wanted if who not in have]
    if fresh:
        with transaction.atomic(using="keys"):  # a change of the master key waits for it, and sees these keys
            WrappedKey.objects.bulk_create(
                [WrappedKey(customer_id=who, wrapped=key, version=version) for who, key, version in wrap_new(fresh)],
                ignore_conflicts=True,
            )
        Person.objects.bulk_create([Person(customer_id=who) for who in fresh], ignore_conflicts=True)
        have |= rows_of(fresh)
    return have


def rows_of(customer_ids: Sequence[str]) -> dict[str, int]:
    """Return the row of each person there is."""
    found: dict[str, int] = {}
    for start in range(0, len(customer_ids), _MANY):
        some = customer_ids[start : start + _MANY]
        found |= dict(Person.objects.filter(customer_id__in=some).values_list("customer_id", "id"))
    return found


def keys_of(customer_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the data key of each person who has one."""
    found: dict[str, bytes] = {}
    for start in range(0, len(customer_ids), _MANY):
        some = customer_ids[start : start + _MANY]
        asked = f"SELECT customer_id, wrapped, version FROM app_wrappedkey WHERE customer_id IN ({_marks(some)})"
        with connections["keys"].cursor() as cursor:
            cursor.execute(asked, [*some])
            found |= unwrap_all(cursor.fetchall())
    return found


def place_of(customer_id: str, field: str, version: int) -> str:
    """Return the place that the ciphertext of an identifier is bound to."""
    return f"identifier.{field}.{customer_id}.{version}"


def forget_batch(batch: str) -> None:
    """Remove what only this batch brought; nothing of a value that another one brought too."""
    listed = Identifier.objects.filter(batch=batch)
    touched = list(listed.values_list("person__customer_id", flat=True).distinct())
    with transaction.atomic():
        before = names_of(touched)
        listed.delete()
        index_names(before, names_of(touched), rows_of(touched))
