"""What the shop owes by a day: answers to requests, the periodic review, and not keeping people for longer than needed.

The days are those of the laws: one month in the GDPR (Art. 12(3)), 45 days in the CCPA (§1798.130(a)(2)), and
"promptly" (及时) in the PIPL (Art. 50), which we read as fifteen working days.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from regulars.app import clock
from regulars.app.models import Kept, Person, PrivacyRequest, Task
from regulars.app.privacy import audit
from regulars.app.publication.current import Published
from regulars.engines import open_engine

REVIEW = "privacy_review"
"""The code of the task of looking through all this."""

REVIEW_MONTHS = 12
_CCPA_DAYS = 45
_PIPL_WORKING_DAYS = 15
_RETENTION = "retention_months"
MOST_LISTED = 200

# Of whom nothing happened, or nothing is kept of what did, the day counts since which they are known.
_SILENT = """
WITH seen AS (
    SELECT customer_id, max(day) AS last_day FROM events GROUP BY customer_id
), told AS (
    SELECT c.customer_id, coalesce(s.last_day, $as_of - CAST(c.tenure_days AS INTEGER)) AS last_day
    FROM customers AS c LEFT JOIN seen AS s ON s.customer_id = c.customer_id
)
SELECT customer_id, last_day, count(*) OVER () AS n FROM told
WHERE last_day <= $until ORDER BY last_day, customer_id LIMIT {most}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """People whose last record is older than the retention period: how many, and the first of them with that day."""

    total: int
    people: tuple[tuple[str, date], ...]


def months_on(day: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month; months may be negative.

    >>> months_on(date(2026, 1, 31), 1), months_on(date(2026, 3, 31), -13)
    (datetime.date(2026, 2, 28), datetime.date(2025, 2, 28))
    """
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_on(law: str, received_on: date) -> date:
    """Return the day by which a request is to be answered.

    >>> [due_on(law, date(2026, 1, 30)).isoformat() for law in ("gdpr", "ccpa", "pipl")]
    ['2026-02-28', '2026-03-16', '2026-02-20']
    """
    if law == "gdpr":
        return months_on(received_on, 1)
    if law == "ccpa":
        return received_on + timedelta(days=_CCPA_DAYS)
    day, left = received_on, _PIPL_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def note_request(customer_id: str, *, kind: str, law: str, received_on: date) -> PrivacyRequest:
    """Write down that somebody asked for something."""
    return PrivacyRequest.objects.create(
        person=Person.objects.filter(customer_id=customer_id).first(),
        subject=audit.subject_of(customer_id),
        kind=kind,
        law=law,
        received_on=received_on,
        due_on=due_on(law, received_on),
    )


def answered(request: PrivacyRequest, *, by: User) -> None:
    """Write down that a request was answered, in the log too; one that was answered before stays as it was."""
    if not PrivacyRequest.objects.filter(pk=request.pk, answered_at=None).update(
        answered_at=timezone.now(), answered_by=by
    ):
        return
    audit.write("answered", by=by.username, subject=bytes(request.subject), kind=request.kind, law=request.law,
                due_on=request.due_on.isoformat())  # fmt: skip


def next_review() -> Task:
    """Return the review that is due next; the first is set when the shop is made, a year ahead."""
    task = Task.objects.filter(code=REVIEW, done_at=None).order_by("due_on").first()
    return task or Task.objects.create(code=REVIEW, due_on=months_on(clock.today(), REVIEW_MONTHS))


def sign_off(task: Task, *, by: User) -> None:
    """Sign a review off, and set the day of the next one."""
    task.done_at, task.assignee = timezone.now(), by
    task.save()
    Task.objects.create(code=REVIEW, due_on=months_on(clock.today(), REVIEW_MONTHS))
    audit.write("reviewed", by=by.username, due_on=None if task.due_on is None else task.due_on.isoformat())


def retention_months() -> int | None:
    """Return for how many months after the last record people are kept; None: no period is set."""
    kept = Kept.objects.filter(name=_RETENTION).first()
    return None if kept is None else int(kept.value)


def set_retention(months: int | None, *, by: User) -> None:
    """Set, or drop, the retention period."""
    if months is None:
        Kept.objects.filter(name=_RETENTION).delete()
    else:
        Kept.objects.update_or_create(name=_RETENTION, defaults={"value": months})
    audit.write("retention", by=by.username, months=months)


def overdue(result: Published | None) -> Overdue:
    """Return the people whose last record is older than the retention period."""
    months = retention_months()
    if months is None or result is None:
        return Overdue(total=0, people=())
    until = months_on(clock.today(), -months)
    with open_engine(threads=1, memory_limit="256MB") as engine:
        for table in ("events", "customers"):
            engine.load(table, result.folder / f"{table}.parquet")
        as_of = date.fromisoformat(result.manifest["as_of"])
        rows = engine.fetch(_SILENT.format(most=MOST_LISTED), until=until, as_of=as_of).to_pylist()
    people = tuple((row["customer_id"], row["last_day"]) for row in rows)
    return Overdue(total=rows[0]["n"] if rows else 0, people=people)
