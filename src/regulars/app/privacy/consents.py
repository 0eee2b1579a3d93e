"""What people allow: a history of words, the newest of which holds, at once on every page and in the next analysis."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa
from django.contrib.auth.models import User
from django.utils import timezone

from regulars import records
from regulars.app._shop import Shop
from regulars.app.models import Consent, Identifier, Person
from regulars.app.privacy import audit
from regulars.app.vault import persons, tombstones
from regulars.app.vault.accounts import accounts_of
from regulars.app.vault.marks import blind

NEEDED: Mapping[str, str] = {"email": "marketing_email", "message": "marketing_message", "phone": "marketing_phone"}
"""What a channel needs; a word in a parcel needs none of its own."""

_MANY = 500


def say(shop: Shop, customer_id: str, *, purposes: Iterable[str], granted: bool, by: User | None, source: str) -> None:
    """Write down a word on some purposes, for every account of the person; each one's newest word holds."""
    now = timezone.now()
    wanted = [*purposes]
    people = Person.objects.filter(customer_id__in=accounts_of(shop, customer_id))
    Consent.objects.bulk_create(
        Consent(person=person, purpose=purpose, granted=granted, recorded_at=now, author=by, source=source)
        for person in people
        for purpose in wanted
    )
    name = by.username if by is not None else ""
    audit.write("consent", by=name, person=customer_id, purposes=wanted, granted=granted, source=source)


def restrict(shop: Shop, customer_id: str, *, restricted: bool, by: User | None) -> None:
    """Keep a person's data and do nothing with it, or lift that again."""
    Person.objects.filter(customer_id__in=accounts_of(shop, customer_id)).update(restricted=restricted)
    name = by.username if by is not None else ""
    audit.write("restricted" if restricted else "unrestricted", by=name, person=customer_id)


def newest(customer_ids: Iterable[str]) -> dict[str, dict[str, bool]]:
    """Return the newest word of each person on each purpose, under whichever account; one without a word is not there.

    Of one moment the refusal holds.
    """
    theirs = persons.every_account(customer_ids)
    said: dict[str, list[tuple[datetime, bool, int, str]]] = {}
    for some in _in_parts(persons.listed(theirs)):
        rows = Consent.objects.filter(person__customer_id__in=some)
        for who, at, granted, row, purpose in rows.values_list(
            "person__customer_id", "recorded_at", "granted", "pk", "purpose"
        ):
            said.setdefault(who, []).append((at, not granted, row, purpose))
    found: dict[str, dict[str, bool]] = {}
    for who, accounts in theirs.items() if said else ():
        for _, is_refusal, _, purpose in sorted(word for account in accounts for word in said.get(account, ())):
            found.setdefault(who, {})[purpose] = not is_refusal
    return found


def history(customer_ids: Sequence[str]) -> list[Consent]:
    """Return every word of a person under some accounts, the newest first."""
    rows = Consent.objects.filter(person__customer_id__in=customer_ids)
    return list(rows.select_related("author").order_by("-recorded_at", "-pk"))


def restricted(customer_ids: Iterable[str]) -> set[str]:
    """Return those of some people who are restricted, under whichever account."""
    theirs = persons.every_account(customer_ids)
    held: set[str] = set()
    for some in _in_parts(persons.listed(theirs)):
        rows = Person.objects.filter(customer_id__in=some, restricted=True)
        held |= set(rows.values_list("customer_id", flat=True))
    return {who for who, accounts in theirs.items() if held.intersection(accounts)}


def closed(channels: Mapping[str, str | None]) -> set[str]:
    """Return who, of people each suggested a channel, may not be contacted there now, whatever the result thought.

    That is who withdrew the channel or profiling, is restricted, or was erased since.
    """
    listed = [*channels]
    barred = tombstones.erased_ids(listed) | restricted(listed)
    return barred | {who for who, words in newest(listed).items() if is_refused(channels[who], words)}


def is_refused(channel: str | None, words: Mapping[str, bool]) -> bool:
    """Say whether somebody whose newest words these are has withdrawn a channel, or profiling."""
    needed = ("profiling", NEEDED.get(channel or "", ""))
    return any(words.get(purpose) is False for purpose in needed)


def as_records() -> list[records.Source]:
    """Return all that was said as a table of consents for the next analysis; nothing if nobody said anything.

    A restriction counts as a refusal of profiling and of all marketing, dated now, for as long as it holds.
    """
    words = Consent.objects.order_by("pk").values_list(
        "person__customer_id", "purpose", "granted", "recorded_at", "source"
    )
    rows = [(who, purpose, granted, at, source) for who, purpose, granted, at, source in words]
    now = timezone.now()
    for who in Person.objects.filter(restricted=True).values_list("customer_id", flat=True):
        rows += [(who, purpose, False, now, "restricted") for purpose in ("profiling", "marketing")]
    also = _also_called({row[0] for row in rows})
    rows += [(other, *row[1:]) for row in rows for other in also.get(row[0], ())]
    if not rows:
        return []
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            "customer_id": pa.array(columns[0], pa.string()),
            "purpose": pa.array(columns[1], pa.string()),
            "granted": pa.array(["yes" if granted else "no" for granted in columns[2]]),
            "recorded_at": pa.array([at.astimezone(UTC).isoformat() for at in columns[3]]),
            "source": pa.array(columns[4], pa.string()),
        }
    )
    return [records.Source(data=table, kind="consents")]


def called_now(customer_ids: set[str]) -> dict[str, str]:
    """Return the ids by which analyses know those people by now whose plain ids were hashed since."""
    return {who: others[0] for who, others in _also_called(customer_ids).items()}


def _also_called(customer_ids: set[str]) -> dict[str, list[str]]:
    """Return the ids that plain ids were hashed to since: analyses call these people by them now."""
    of = {blind("customer_id", who): who for who in customer_ids}
    listed, found = list(of), dict[str, list[str]]()
    for start in range(0, len(listed), _MANY):
        rows = Identifier.objects.filter(field="customer_id", blind__in=listed[start : start + _MANY])
        for mark, who in rows.values_list("blind", "person__customer_id"):
            if who != of[bytes(mark)]:
                found.setdefault(of[bytes(mark)], []).append(who)
    return found


def _in_parts(listed: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(listed), _MANY):
        yield listed[start : start + _MANY]
