"""Surveys: the scale of each kind, links that hold once, and what the answers come to."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from regulars.app.models import Answer, Invitation, Person, Survey
from regulars.app.vault import store
from regulars.app.vault.keys import fingerprint
from regulars.app.vault.secrets import secret
from regulars.reports import N_

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""The lowest and the highest score of each kind; a comment has none."""

ENDS: Mapping[str, tuple[str, str]] = {
    "nps": (N_("not at all likely"), N_("extremely likely")),
    "csat": (N_("very dissatisfied"), N_("very satisfied")),
    "ces": (N_("strongly disagree"), N_("strongly agree")),
}
"""What the two ends of a scale mean."""

QUESTIONS: Mapping[str, str] = {
    "nps": N_("How likely are you to recommend us to a friend?"),
    "csat": N_("How satisfied were you with your last order?"),
    "ces": N_("It was easy to get what I needed. Do you agree?"),
    "comment": N_("What should we do better?"),
}
"""What is usually asked; the owner may ask otherwise."""

_HOLDS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers to a survey come to: how many asked, answered and scored, and the mean score."""

    asked: int
    answered: int
    scores: tuple[int, ...]


def invite(survey: Survey, person: Person) -> str:
    """Return the token of a new link to a survey for a person."""
    token = secrets.token_urlsafe(18)
    now = timezone.now()
    Invitation.objects.create(survey=survey, person=person, mark=_mark(token), made_at=now, until=now + _HOLDS)
    return token


def invited(token: str) -> Invitation | None:
    """Return the invitation of a token that still holds, if there is one."""
    found = Invitation.objects.select_related("survey", "person").filter(mark=_mark(token)).first()
    holds = found is not None and found.answered_at is None and found.until > timezone.now() and found.survey.is_open
    return found if holds else None


def answer(token: str, *, score: int | None, text: str, language: str) -> bool:
    """Keep an answer, once; whether the link held until then."""
    now = timezone.now()
    with transaction.atomic():
        invitation = invited(token)
        if invitation is None:
            return False
        used = Invitation.objects.filter(id=invitation.pk, answered_at=None).update(answered_at=now)
        if not used:
            return False
        sealed = store.seal_text(invitation.person.customer_id, text, "answer") if text else b""
        Answer.objects.create(
            survey=invitation.survey, person=invitation.person, given_at=now, score=score, ciphertext=sealed,
            language=language,
        )  # fmt: skip
    return True


def outcome(survey: Survey) -> Outcome:
    """Return what the answers to a survey come to."""
    scores = survey.answers.exclude(score=None).values_list("score", flat=True)
    return Outcome(
        survey.invitations.count(), survey.answers.count(), tuple(score for score in scores if score is not None)
    )


def nps(scores: tuple[int, ...]) -> float | None:
    """Return the net promoter score: the share of 9 and 10 less that of 0 to 6, in points from -100 to 100.

    >>> nps((10, 9, 8, 3))
    25.0
    """
    if not scores:
        return None
    return 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)


def told_since(when: datetime) -> int:
    """Return how many answers came in since a moment."""
    return Answer.objects.filter(given_at__gt=when).count()


def _mark(token: str) -> bytes:
    return fingerprint(secret("index"), f"survey:{token}")
