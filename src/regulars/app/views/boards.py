"""Pulse: what was worked out when the result was published, beside the goals that were set."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from regulars.app import goals, sales_days
from regulars.app.clock import today
from regulars.app.middleware import Request
from regulars.app.models import Goal
from regulars.app.views.screen import show


class NewGoal(forms.Form):
    """A target for a figure."""

    figure = forms.CharField(max_length=40)
    target = forms.FloatField(min_value=-1e12, max_value=1e12)
    by = forms.DateField()


class Period(forms.Form):
    """How many days a period has; the shop's own, if nothing or nonsense was said."""

    days = forms.IntegerField(min_value=1, max_value=3650, required=False)


def pulse(request: Request) -> HttpResponse:
    """Show the eight numbers, how far the goals are, what is alarming, and what comes next."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    board, voice, day = asked.result.board(asked.language), asked.voice, today()
    days, cards = _chosen(request, board)
    alarms = [
        {"label": card["label"], "since": movement["since"], "text": movement["text"]}
        for card in cards
        for movement in card["movements"]
        if movement["is_alarming"]
    ]
    told = {
        "board": {**board, "cards": cards},
        "days": days,
        "periods": [period["days"] for period in board.get("periods", ())],
        "alarms": alarms,
        "goals": goals.standings(board["cards"], list(Goal.objects.all()), voice=voice),
        "known": [card for card in board["cards"] if card["is_known"]],
        "sales_days": [
            {"name": voice.t(sales_days.NAMES[each.code]), "day": voice.short_day(each.day), "away": each.away}
            for each in sales_days.coming(day)
        ],
        "tomorrow": date.fromordinal(day.toordinal() + 1).isoformat(),
    }
    return show(request, "pulse.html", told, at="pulse")


def _chosen(request: Request, board: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Return the length of period that was asked for, and the eight numbers over it."""
    form = Period(request.GET)
    said = form.cleaned_data["days"] if form.is_valid() else None
    by_days = {period["days"]: period["cards"] for period in board.get("periods", ())}
    if said is None or said not in by_days:
        return board["period_days"], board["cards"]
    return said, by_days[said]


@require_POST
def set_goal(request: Request) -> HttpResponse:
    """Keep a goal."""
    asked, form = request.asked, NewGoal(request.POST)
    if asked.result is not None and form.is_valid():
        said = form.cleaned_data
        for card in asked.result.board("en")["cards"]:
            if card["name"] == said["figure"]:
                goals.keep(card, target=said["target"], by=said["by"], today=today())
    return redirect("pulse")


@require_POST
def drop_goal(request: Request, goal: int) -> HttpResponse:
    """Forget a goal."""
    Goal.objects.filter(pk=goal).delete()
    return redirect("pulse")
