"""Surveys: the scale of each kind, links that hold once, and what the answers come to."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from regulars import rates
from regulars.app.models import Answer, Invitation, Person, Survey
from regulars.app.vault import store
from regulars.app.vault.keys import fingerprint
from regulars.app.vault.secrets import secret
from regulars.core import Figure
from regulars.engines import open_engine
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
    """What the answers to a survey come to: how many asked and answered, how often each score, and the figure.

    The figure is the one of the whole business, over the answers to this survey; None of a question without a scale.
    """

    asked: int
    answered: int
    spread: tuple[tuple[int, int], ...]
    figure: Figure | None


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
    asked, answered = survey.invitations.count(), survey.answers.count()
    if survey.kind not in SCALES:
        return Outcome(asked, answered, (), None)
    given = [*survey.answers.exclude(score=None).order_by("pk").values_list("person_id", "score")]
    scores = [score for _, score in given if score is not None]
    low, high = SCALES[survey.kind]
    spread = tuple((score, scores.count(score)) for score in range(low, high + 1))
    figure = _figure(survey.kind, [who for who, _ in given], scores) if scores else None
    return Outcome(asked, answered, spread, figure)


_DAY = date(2000, 1, 1)
"""On which all answers are taken to be given: the figure of a survey knows no period."""


def _figure(kind: str, people: list[int], scores: list[int]) -> Figure:
    low, high = SCALES[kind]
    table = pa.table({
        "customer_id": pa.array([str(who) for who in people]),
        "kind": pa.array([kind] * len(scores)),
        "rating": pa.array([100 * (score - low) / (high - low) for score in scores]),
        "local_day": pa.array([_DAY] * len(scores)),
    })  # fmt: skip
    with open_engine(threads=1, memory_limit="256MB") as engine:
        engine.load("feedback", table)
        if kind == "csat":
            return rates.customer_satisfaction(engine, as_of=_DAY, window_days=1)
        figure = rates.net_promoter_score if kind == "nps" else rates.customer_effort_score
        return figure(engine, as_of=_DAY, window_days=1)


def told_since(when: datetime) -> int:
    """Return how many answers came in since a moment."""
    return Answer.objects.filter(given_at__gt=when).count()


def _mark(token: str) -> bytes:
    return fingerprint(secret("index"), f"survey:{token}")
