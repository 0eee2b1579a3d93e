"""Whose data left the app in a file: written down as the rows go out, for the access file to tell."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.utils import timezone

from regulars.app.models import HandedOver
from regulars.app.privacy.audit import subject_of

Row = TypeVar("Row")
_BYTES = 8
"""Of a fingerprint: enough that two of a million people share one once in ten million shops."""


def noted(rows: Iterable[tuple[str, Row]], *, form: str, by: str) -> Iterator[Row]:
    """Yield the rows of people, and write down at the end, also at an early one, whose were handed on."""
    marks: list[bytes] = []
    try:
        for customer_id, row in rows:
            marks.append(subject_of(customer_id)[:_BYTES])
            yield row
    finally:
        if marks:
            HandedOver.objects.create(at=timezone.now(), by=by, form=form, subjects=b"".join(marks))


def of_person(customer_ids: Iterable[str]) -> list[HandedOver]:
    """Return the files in which somebody, under any of some ids, was handed on, the oldest first."""
    marks = [subject_of(who)[:_BYTES] for who in customer_ids]
    listed = HandedOver.objects.order_by("pk").iterator(chunk_size=1)
    return [each for each in listed if any(_holds(bytes(each.subjects), mark) for mark in marks)]


def _holds(subjects: bytes, mark: bytes) -> bool:
    at = subjects.find(mark)
    while at % _BYTES and at != -1:
        at = subjects.find(mark, at + 1)
    return at != -1
