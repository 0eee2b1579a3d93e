"""Pulse: what was worked out when the result was published, beside the goals that were set."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from regulars.app import goals, sales_days
from regulars.app.clock import today
from regulars.app.middleware import Request
from regulars.app.models import Goal
from regulars.app.publication.current import Published
from regulars.app.remembered import remembered
from regulars.app.views.refused import NOTHING, Refused, refused
from regulars.app.views.screen import show
from regulars.core import Window
from regulars.reports import N_, Voice

_CALLED = {"figure": N_("Figure"), "target": N_("Target (a share in percent)"), "by": N_("By")}
"""What the page calls the fields of a goal."""


class NewGoal(forms.Form):
    """A target for a figure."""

    figure = forms.ChoiceField()
    target = forms.FloatField(min_value=-(10**12), max_value=10**12)
    by = forms.DateField()

    def __init__(self, *told: Any, figures: list[str]) -> None:
        super().__init__(*told)
        field = self.fields["figure"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (as declared above)
        field.choices = [(each, each) for each in figures]

    def clean_by(self) -> date:
        """Return the day, which is to come."""
        by: date = self.cleaned_data["by"]
        if by <= today():
            raise ValidationError("", code="over")  # said in words by `refused`
        return by


class Period(forms.Form):
    """How many days a period has; the shop's own, if nothing or nonsense was said."""

    days = forms.IntegerField(min_value=1, max_value=3650, required=False)


def pulse(request: Request, refusal: Refused = NOTHING) -> HttpResponse:
    """Show the eight numbers, how far the goals are, what is alarming, and what comes next."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    board, voice, day = asked.result.board(asked.language), asked.voice, today()
    days, cards = _chosen(request, board)
    own = board["period_days"]
    alarms = [
        {"label": card["label"], "since": movement["since"], "text": movement["text"]}
        for card in cards
        for movement in card["movements"]
        if movement["is_alarming"]
    ]
    told = {
        "board": board,
        "numbers": _made("cards.html", asked.result, voice, days),
        "below": _made("pulse_below.html", asked.result, voice, days),
        "days": days,
        "goal_days": "" if days == own else days,
        "spans": _spans(date.fromisoformat(asked.result.manifest["as_of"]), days, voice),
        "periods": [period["days"] for period in board.get("periods", ())],
        "alarms": alarms,
        "goals": goals.standings(board, remembered("goals", lambda: list(Goal.objects.all())), voice=voice),
        "known": [card for card in cards if card["is_known"]],
        "sales_days": [
            {"name": voice.t(sales_days.NAMES[each.code]), "day": voice.short_day(each.day), "away": each.away}
            for each in sales_days.coming(day)
        ],
        "refused": refusal,
        "here": reverse("pulse") + ("" if days == own else f"?days={days}"),
        "tomorrow": date.fromordinal(day.toordinal() + 1).isoformat(),
    }
    return show(request, "pulse.html", told, at="pulse", status=422 if refusal.why else 200)


def _chosen(request: Request, board: dict[str, Any]) -> tuple[int, Sequence[goals.Card]]:
    """Return the length of period that was asked for, and the eight numbers over it; a form says it when it is sent."""
    form = Period(request.POST or request.GET)
    said = form.cleaned_data["days"] if form.is_valid() else None
    cards = goals.cards_over(board, said)
    if said is None or cards is None:
        return board["period_days"], board["cards"]
    return said, cards


@lru_cache(maxsize=16)
def _made(template: str, result: Published, voice: Voice, days: int) -> str:
    """Return a part of the page that only a result decides, made once; it is the same for whoever asks."""
    board = result.board(voice.language)
    shown = {**board, "cards": goals.cards_over(board, days)}
    return str(render_to_string(template, {"t": voice.t, "nt": voice.nt, "voice": voice, "board": shown}))


def _spans(as_of: date, days: int, voice: Voice) -> dict[str, str]:
    """Return from when to when the period goes, and the two that it is compared with."""
    now = Window(end=as_of, days=days)
    windows = {"now": now, "before": now.before(), "year_before": now.year_before()}
    return {name: voice.days_between(each.start, each.end) for name, each in windows.items()}


@require_POST
def set_goal(request: Request) -> HttpResponse:
    """Keep a goal."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    board = asked.result.board(asked.language)
    days, cards = _chosen(request, board)
    by_name = {card["name"]: card for card in cards if card["is_known"]}
    form = NewGoal(request.POST, figures=list(by_name))
    if not form.is_valid():
        return pulse(request, refused("goal", form, called=_CALLED, voice=asked.voice))
    said = form.cleaned_data
    is_own = days == board["period_days"]
    goals.keep(by_name[said["figure"]], days=None if is_own else days, target=said["target"], by=said["by"],
               today=today())  # fmt: skip
    return redirect(reverse("pulse") + ("" if is_own else f"?days={days}"))


@require_POST
def drop_goal(request: Request, goal: int) -> HttpResponse:
    """Forget a goal."""
    Goal.objects.filter(pk=goal).delete()
    return redirect("pulse")
