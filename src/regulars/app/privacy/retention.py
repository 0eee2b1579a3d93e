"""How long each kind of record is held: a period a kind; what is past it goes when somebody says so.

Whole people are let go by `duties`; this is about single records, those that the app itself keeps and imported ones.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from regulars import records
from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.models import Answer, Invitation, Kept, Message, Note, Person, Task
from regulars.app.privacy import audit, erasing
from regulars.app.privacy.duties import months_on
from regulars.app.vault import changing
from regulars.app.vault.accounts import told_apart
from regulars.customers import read_persons

WORDS, FIELDS = "words", "fields"
OWN = ("notes", "tasks", "answers", WORDS, "suggestions", FIELDS)
"""Kept by the app: notes; tasks about somebody that are done; answers to surveys; the words of answers whose score
stays; what became of suggestions, which is also when somebody was contacted; fields of one's own."""

IMPORTED = ("orders", "usage", "feedback", "touches", "subscriptions")
"""Kinds of imported records that are of a day."""

KINDS = (*OWN, *IMPORTED)

READ_BY_ANALYSES = frozenset({"answers", WORDS, "suggestions"})
"""Kinds of the app's own that flow back as records: without them figures change with the next analysis."""

MOST_MONTHS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """For how many months a kind is kept (None: no period), and how many records are past that."""

    kind: str
    months: int | None
    expired: int


def periods(shop: Shop) -> list[Period]:
    """Return the period of every kind, and what is proposed to go."""
    months = months_of_kinds()
    until = days_until(IMPORTED)
    imported = records.Batches(shop.workspace).past(until) if until else {}
    own = {kind: _count(kind, months[kind]) for kind in OWN if kind in months}
    return [Period(kind=kind, months=months.get(kind), expired=(own | imported).get(kind, 0)) for kind in KINDS]


def set_periods(months: Mapping[str, int | None], *, by: str) -> None:
    """Set, or drop, the period of each kind that is told; what stays as it is stands in no log."""
    held = months_of_kinds()
    for kind in KINDS:
        if kind not in months or months[kind] == held.get(kind):
            continue
        if months[kind] is None:
            Kept.objects.filter(name=_name(kind)).delete()
        else:
            Kept.objects.update_or_create(name=_name(kind), defaults={"value": months[kind]})
        audit.write("retention", by=by, kind=kind, months=months[kind])


def let_go(kinds: Collection[str], *, by: str) -> dict[str, int]:
    """Remove what is past its period of these kinds of the app's own; return how many records of each went.

    Where analyses read them, published results speak of them until the next one is done: it removes the earlier ones.
    """
    months = months_of_kinds()
    gone: dict[str, int] = {}
    for kind in OWN:
        if kind not in kinds or kind not in months:
            continue
        before = _first_kept(months[kind])
        if kind in READ_BY_ANALYSES and _expired(kind, before).exists():
            erasing.results_may_speak_of_them()
        match kind:
            case "words":  # cut out of an answer that stays
                gone[kind] = _expired(kind, before).update(ciphertext=b"", language="")
            case "fields":
                gone[kind] = _let_go_fields(clock.day_of(before))
            case _:
                gone[kind] = _expired(kind, before).delete()[0]
        audit.write("let_go", by=by, kind=kind, rows=gone[kind], until=_until(months[kind]).isoformat())
    if any(gone.get(kind) for kind in READ_BY_ANALYSES):
        erasing.results_may_speak_of_them()  # once more: an analysis that began since has read the records
    if gone:
        changing.tidy()
    return gone


def let_go_imported(shop: Shop, until: Mapping[str, date], *, by: str) -> int:
    """Remove imported records of these kinds that are of a day or earlier; return how many of each went.

    Whoever has no record left by that, and of whom nothing was written down, goes out of the vault too; of who is left
    with nothing but the arm of a campaign by lot, names and addresses go, and the arm stays under the bare number, so
    that what the campaign did can still be measured. Published results speak of the records until the next analysis
    is done: it removes the earlier ones.
    """
    store = records.Batches(shop.workspace)
    if not (shop.workspace / "batches").is_dir():
        return 0
    erasing.results_may_speak_of_them()
    gone, apart = 0, set(told_apart(shop).values())
    for kind, day in until.items():
        gone += _let_rows_go(store, kind, day, told_apart=apart, by=by)
    left = _without_records(shop, store)
    changing.forget(left, still=partial(_among, _nothing_written))
    changing.forget_identifiers(left, still=partial(_among, _nothing_but_arms))
    changing.tidy()
    return gone


def days_until(kinds: Collection[str]) -> dict[str, date]:
    """Return, for each of these kinds that has a period, the last day that is past it."""
    return {kind: _until(months) for kind, months in months_of_kinds().items() if kind in kinds}


def months_of_kinds() -> dict[str, int]:
    """Return the period of each kind that has one."""
    names = {_name(kind): kind for kind in KINDS}
    return {names[kept.name]: int(kept.value) for kept in Kept.objects.filter(name__in=names)}


def _let_rows_go(store: records.Batches, kind: str, day: date, *, told_apart: Collection[str], by: str) -> int:
    """Remove rows of a kind and write down how many, with those that went before this was killed and done again."""
    name = f"letting_go.{kind}"
    before = Kept.objects.filter(name=name).first()
    went = 0
    if before is not None:
        went = before.value["rows"] - store.past({kind: date.fromisoformat(before.value["until"])})[kind]
    rows = max(went, 0) + store.past({kind: day})[kind]
    Kept.objects.update_or_create(name=name, defaults={"value": {"rows": rows, "until": day.isoformat()}})
    store.let_go({kind: day}, told_apart=told_apart)
    with transaction.atomic(using="keys"), transaction.atomic():
        if rows:
            audit.write("let_go", by=by, kind=kind, rows=rows, until=day.isoformat())
        Kept.objects.filter(name=name).delete()
    return rows


def _without_records(shop: Shop, store: records.Batches) -> set[str]:
    """Return those in the vault of whom neither a record nor anything written down is left, but for arms of campaigns.

    An account without records stays while another one of the same person has some: its address may be the only one.
    What counts as written down: notes, tasks, answers, what became of suggestions, consents, requests, restrictions,
    fields of one's own, corrections, a link to a survey that can still be answered, and who sees to the person.
    """
    persons = {row["customer_id"]: row["person_id"] for row in read_persons(shop.workspace).to_pylist()}
    spoken_of = {persons.get(who, who) for who in store.keys().to_pylist()}
    listed = _without_words().values_list("customer_id", flat=True)
    return {who for who in listed.iterator() if persons.get(who, who) not in spoken_of}


def _among(those: Callable[[], QuerySet[Person]], customer_ids: Collection[str]) -> set[str]:
    return set(those().filter(customer_id__in=customer_ids).values_list("customer_id", flat=True))


def _nothing_written() -> QuerySet[Person]:
    return _without_words().filter(assignments=None)


def _nothing_but_arms() -> QuerySet[Person]:
    return _without_words().exclude(assignments=None)


def _without_words() -> QuerySet[Person]:
    is_open = Invitation.objects.filter(answered_at=None, until__gt=timezone.now(), survey__is_open=True)
    return Person.objects.filter(
        notes=None, tasks=None, answers=None, messages=None, consents=None, requests=None, corrected=None,
        assignee=None, restricted=False, custom={},
    ).exclude(pk__in=is_open.values("person"))  # fmt: skip


def _name(kind: str) -> str:
    return f"retention_months.{kind}"


def _until(months: int) -> date:
    """Return the last day that is past the period."""
    return months_on(clock.today(), -months)


def _first_kept(months: int) -> datetime:
    """Return the moment at which the first day begins that is within the period."""
    zone = ZoneInfo(clock.shop_settings().business.time_zone)
    return datetime.combine(_until(months) + timedelta(days=1), time(), tzinfo=zone)


def _count(kind: str, months: int) -> int:
    before = _first_kept(months)
    if kind == FIELDS:
        return sum(len(_old_fields(person, clock.day_of(before))) for person in _with_fields())
    return _expired(kind, before).count()


def _expired(kind: str, before: datetime) -> QuerySet[Any]:
    """Return the records of a kind that are past the period."""
    match kind:
        case "notes":
            return Note.objects.filter(written_at__lt=before)
        case "tasks":
            return Task.objects.filter(person__isnull=False, done_at__lt=before)
        case "answers":
            return Answer.objects.filter(given_at__lt=before)
        case "words":
            return Answer.objects.filter(given_at__lt=before).exclude(ciphertext=b"")
        case _:
            # A suggestion that was put off stays put off.
            is_over = Q(until__isnull=True) | Q(until__lt=clock.today())
            return Message.objects.filter(is_over, told_at__lt=before)


def _with_fields() -> QuerySet[Person]:
    return Person.objects.exclude(custom={})


def _old_fields(person: Person, first_kept: date) -> list[str]:
    """Return the names of the fields that were written before a day."""
    return [name for name in person.custom if date.fromisoformat(person.custom_on[name]) < first_kept]


def _let_go_fields(first_kept: date) -> int:
    """Remove old fields, of each person as they are at that moment: what is written meanwhile stays."""
    gone = 0
    for listed in _with_fields():
        with transaction.atomic():
            person = Person.objects.filter(pk=listed.pk).first()
            old = [] if person is None else _old_fields(person, first_kept)
            if person is None or not old:
                continue
            for name in old:
                del person.custom[name], person.custom_on[name]
            person.save(update_fields=["custom", "custom_on"])
        gone += len(old)
    return gone
