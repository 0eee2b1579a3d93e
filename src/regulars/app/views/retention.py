"""How long each kind of record is kept: the periods set, and what is past them let go."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from regulars.app._shop import Shop
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.privacy import retention
from regulars.reports import N_, Voice

CALLED = {
    "notes": N_("Notes"),
    "tasks": N_("Tasks about customers that are done"),
    "answers": N_("Answers to surveys, as a whole"),
    "words": N_("The words of answers (the score stays)"),
    "suggestions": N_("What became of suggestions, and contacts marked as made"),
    "fields": N_("Fields of your own"),
    "orders": N_("Imported orders"),
    "usage": N_("Imported uses"),
    "feedback": N_("Imported feedback"),
    "touches": N_("Imported contacts"),
    "subscriptions": N_("Imported subscriptions that ended"),
}


class Periods(forms.Form):
    """The months of each kind; empty: no period."""

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        for kind in retention.KINDS:
            self.fields[kind] = forms.IntegerField(min_value=1, max_value=retention.MOST_MONTHS, required=False)


class LetGo(forms.Form):
    """Which kinds are to be let go of what is past their period."""

    kinds = forms.MultipleChoiceField(choices=[(kind, kind) for kind in retention.KINDS])


def told(shop: Shop, voice: Voice) -> list[dict[str, Any]]:
    """Return the period of every kind in words, for the page of privacy."""
    return [
        {"kind": each.kind, "called": voice.t(CALLED[each.kind]), "months": each.months,
         "expired": each.expired,
         "proposed": voice.nt("{n} record is past its period", "{n} records are past their period", each.expired)}
        for each in retention.periods(shop)
    ]  # fmt: skip


def months_told(months: Mapping[str, int], voice: Voice) -> list[str]:
    """Return the period of every kind that has one in a line of words, for the papers that a law asks for."""
    return [
        voice.nt("{kind}: {n} month", "{kind}: {n} months", months[kind], kind=voice.t(called))
        for kind, called in CALLED.items()
        if kind in months
    ]


@require_POST
def keep_records(request: Request) -> HttpResponse:
    """Set the periods; where one of them is no number of months, none is changed."""
    form = Periods(request.POST)
    if form.is_valid():
        retention.set_periods(form.cleaned_data, by=request.user.username)
    return redirect("privacy")


@require_POST
def let_go_records(request: Request) -> HttpResponse:
    """Let go of what is past its period, of the kinds that were chosen; the next analysis knows it no more."""
    form = LetGo(request.POST)
    if form.is_valid():
        kinds = form.cleaned_data["kinds"]
        gone = retention.let_go(kinds, by=request.user.username)
        until = {
            kind: day.isoformat() for kind, day in retention.days_until(retention.IMPORTED).items() if kind in kinds
        }
        if until:
            queue.ask("let_go", {"until": until, "by": request.user.username}, by=request.user)
        elif any(gone.get(kind) for kind in retention.READ_BY_ANALYSES):
            queue.ask_after_all("analyse", by=request.user)
    return redirect("privacy")
