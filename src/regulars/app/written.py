"""Which kinds of things anybody has written down about a person: asked in one go, for most people there are none."""

from typing import Final

from django.db import connection

from regulars.app.models import Answer, Consent, Message, Note, Person, PrivacyRequest, Task

_KINDS: Final = (Note, Task, Answer, Message, Consent, PrivacyRequest)
_ASKED: Final = "SELECT " + ", ".join(
    f"EXISTS (SELECT 1 FROM {kind._meta.db_table} WHERE person_id = %s)" for kind in _KINDS
)


def kinds_about(person: Person | None) -> frozenset[type]:
    """Return the models of which there are rows about a person; nothing of nobody."""
    if person is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [person.pk] * len(_KINDS))
        there = cursor.fetchone()
    return frozenset(kind for kind, is_there in zip(_KINDS, there, strict=True) if is_there)
