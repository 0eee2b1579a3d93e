"""Which kinds of things anybody has written down about a person: asked in one go, for most people there are none."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from regulars.app.models import Answer, Consent, Message, Note, Person, PrivacyRequest, Task

_KINDS: Final = (Note, Task, Answer, Message, Consent, PrivacyRequest)
_ASKED: Final = "SELECT " + ", ".join(
    f"EXISTS (SELECT 1 FROM {kind._meta.db_table} WHERE person_id IN (%s))" for kind in _KINDS
)


def kinds_about(accounts: Sequence[Person]) -> frozenset[type]:
    """Return the models of which there are rows about somebody with these accounts; nothing of nobody."""
    if not accounts:
        return frozenset()
    marks = ", ".join(["%s"] * len(accounts))
    with connection.cursor() as cursor:
        cursor.execute(_ASKED.replace("%s", marks), [each.pk for each in accounts] * len(_KINDS))
        there = cursor.fetchone()
    return frozenset(kind for kind, is_there in zip(_KINDS, there, strict=True) if is_there)
