"""Privacy of the whole shop: what is due, whom to let go, the log, and the papers that a law asks for."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from regulars.app import clock
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.models import AuditEvent, Job, PrivacyRequest
from regulars.app.privacy import audit, configuration, duties
from regulars.app.views import retention as retained
from regulars.app.views.privacy import FIELDS, LAWS, REQUESTS
from regulars.app.views.screen import show
from regulars.app.views.today import names_of
from regulars.reports import word

_SHOWN = 200


class Retention(forms.Form):
    """For how many months people are kept after their last record; empty: no period."""

    months = forms.IntegerField(min_value=1, max_value=600, required=False)


class LetGo(forms.Form):
    """Whom to erase, of those whom the page listed."""

    people = forms.MultipleChoiceField()

    def __init__(self, *told: Any, listed: list[str]) -> None:
        super().__init__(*told)
        field = self.fields["people"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (as declared above)
        field.choices = [(who, who) for who in listed]


def privacy(request: Request) -> HttpResponse:
    """Show what is due."""
    voice = request.asked.voice
    today = clock.today()
    overdue = duties.overdue(request.asked.result)
    names = names_of([who for who, _ in overdue.people])
    review = duties.next_review()
    rows = PrivacyRequest.objects.filter(answered_at=None).select_related("person").order_by("due_on")[:_SHOWN]
    who = names_of([row.person.customer_id for row in rows if row.person])
    told = {
        "requests": [
            {"id": row.pk, "kind": voice.t(REQUESTS[row.kind]), "law": voice.t(LAWS[row.law]),
             "person": row.person.customer_id if row.person else "",
             "name": who.get(row.person.customer_id, row.person.customer_id) if row.person else voice.t("erased since"),
             "received": voice.short_day(row.received_on), "due": voice.short_day(row.due_on),
             "is_late": row.due_on < today}
            for row in rows
        ],
        "review": {"id": review.pk, "due": voice.short_day(review.due_on) if review.due_on else "",
                   "is_due": review.due_on is not None and review.due_on <= today},
        "months": duties.retention_months(),
        "overdue": [{"person": person, "name": names.get(person, person), "day": voice.short_day(day)}
                    for person, day in overdue.people],
        "overdue_total": overdue.total,
        "kept": retained.told(request.asked.shop, voice),
        "erasures": _erasures(request),
        "log": audit.verify(),
    }  # fmt: skip
    return show(request, "privacy/index.html", told, at="privacy")


@require_POST
def answer(request: Request, asked: int) -> HttpResponse:
    """Tick a request off."""
    duties.answered(get_object_or_404(PrivacyRequest, pk=asked), by=request.user)
    return redirect("privacy")


@require_POST
def review(request: Request) -> HttpResponse:
    """Sign the review off."""
    duties.sign_off(duties.next_review(), by=request.user)
    return redirect("privacy")


@require_POST
def retention(request: Request) -> HttpResponse:
    """Set the retention period."""
    form = Retention(request.POST)
    if form.is_valid():
        duties.set_retention(form.cleaned_data["months"], by=request.user)
    return redirect("privacy")


@require_POST
def let_go(request: Request) -> HttpResponse:
    """Erase people whose retention period is over."""
    listed = [who for who, _ in duties.overdue(request.asked.result).people]
    form = LetGo(request.POST, listed=listed)
    if form.is_valid():
        payload = {"people": form.cleaned_data["people"], "by": request.user.username}
        queue.ask("erase", payload, by=request.user)
    return redirect("privacy")


def log(request: Request) -> HttpResponse:
    """Show the log, and whether it is whole."""
    voice = request.asked.voice
    rows = [
        {"at": clock.there(event.at), "day": voice.short_day(clock.day_of(event.at)),
         "what": voice.t(audit.WORDS[event.what]), "by": event.actor, "subject": bytes(event.subject).hex()[:8]}
        for event in AuditEvent.objects.order_by("-pk")[:_SHOWN]
    ]  # fmt: skip
    return show(request, "privacy/log.html", {"rows": rows, "verdict": audit.verify()}, at="privacy")


def processing(request: Request) -> HttpResponse:
    """Show the record of processing (GDPR Art. 30, PIPL Art. 54-56)."""
    return show(request, "privacy/processing.html", _facts(request), at="privacy")


def assessment(request: Request) -> HttpResponse:
    """Show the draft of the impact assessment (GDPR Art. 35, PIPL Art. 55)."""
    return show(request, "privacy/assessment.html", _facts(request), at="privacy")


def _facts(request: Request) -> dict[str, Any]:
    voice = request.asked.voice
    facts = configuration.processing(request.asked.shop)
    return {
        "facts": facts,
        "today": voice.short_day(clock.today()),
        "fields": [(voice.t(FIELDS.get(code, code)), count) for code, count in facts.fields.items()],
        "kinds": [(word("kind", code, voice=voice), count) for code, count in facts.kinds.items()],
        "kept": retained.months_told(facts.retention_of_kinds, voice),
        "plays": [word("action", code, voice=voice) for code in facts.plays],
        "channels": [word("channel", code, voice=voice) for code in facts.channels],
    }


def _erasures(request: Request) -> list[dict[str, Any]]:
    voice = request.asked.voice
    return [
        {"state": job.state, "day": voice.short_day(clock.day_of(job.asked_at)),
         "error": voice.t(job.error, **job.error_params)}
        for job in Job.objects.filter(kind="erase").order_by("-asked_at")[:5]
    ]  # fmt: skip
