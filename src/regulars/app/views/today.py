"""Today: whom to write to, why, with what words; what became of it; and what changed since last time."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app import clock, messages, surveys_due
from regulars.app.middleware import Request
from regulars.app.models import Message
from regulars.app.privacy import consents
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.vault import persons, store, tombstones
from regulars.app.vault.store import NAME_FIELDS
from regulars.app.views import tasks
from regulars.app.views.screen import show, writing_about
from regulars.reports import Voice, word

_SHOWN = 25
_LOOKED_AT = 50
_LATER = timedelta(days=7)
_NOT_USEFUL = timedelta(days=90)


class Became(forms.Form):
    """What somebody did about a suggestion."""

    became = forms.ChoiceField(choices=[(each, each) for each in (Message.DONE, Message.LATER, Message.NOT_USEFUL)])


def today(request: Request) -> HttpResponse:
    """Show the people to contact first, without those already dealt with."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    rows = _open(asked.result)
    names = names_of([row["customer_id"] for row in rows])
    people = [
        {**asked.people.suggestion(row), "row": row, "name": names.get(row["customer_id"], row["customer_id"])}
        for row in rows
    ]
    own = messages.own_texts()
    for person in people:
        person["message"] = _message(request, person, called=names.get(person["row"]["customer_id"], ""), own=own)
    board = asked.result.board(asked.language)
    told = {
        "people": people, "summary": board["summary"], "lines": board["contacts"]["lines"], "as_of": board["as_of"],
        "shown": _SHOWN, "to_ask": surveys_due.count(), "changes": _changes(request, board.get("changes")),
        "tasks": tasks.waiting(),
    }  # fmt: skip
    return show(request, "today.html", told, at="today")


@require_POST
def became(request: Request, person: str) -> HttpResponse:
    """Write down what became of a suggestion."""
    asked = request.asked
    form = Became(request.POST)
    if asked.result is None or not form.is_valid():
        return HttpResponse(status=422)
    day = clock.today()
    until = {Message.DONE: None, Message.LATER: day + _LATER, Message.NOT_USEFUL: day + _NOT_USEFUL}
    row = listing.some(asked.result, [person]).get(person)
    with writing_about(request, person) as found:
        if row is None or row["rank"] is None:  # nothing is suggested of this person any more
            return HttpResponse(status=422)
        Message.objects.create(
            person=found, author=request.user, result=asked.result.name, told_at=timezone.now(),
            until=until[form.cleaned_data["became"]], action=row["next_action"], channel=row["channel"] or "",
            **form.cleaned_data,
        )  # fmt: skip
    return show(request, "today/became.html", {"became": form.cleaned_data["became"]})


def names_of(customer_ids: list[str]) -> dict[str, str]:
    """Return what people are called, where that is known."""
    return {who: store.called(fields, who) for who, fields in persons.reveal(customer_ids, NAME_FIELDS).items()}


def _message(request: Request, person: dict[str, Any], *, called: str, own: messages.Texts) -> str:
    """Return what to write to a person, in the language of the page; empty for a play without a text."""
    voice, row = request.asked.voice, person["row"]
    offer = float(row["offer_cost"] or 0)
    values = {
        "name": called or voice.t("valued customer"),
        "shop": clock.shop_settings().business.name or voice.t("our shop"),
        "days": "" if row["days_since_last"] is None else voice.count(row["days_since_last"]),
        "offer": voice.money(offer) if offer else "",
        "until": person["do_by"],
    }
    return messages.filled(messages.text_of(row["next_action"], request.asked.language, own), values)


def _changes(request: Request, told: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what changed since the result before, with names; nothing of the first result."""
    result, voice = request.asked.result, request.asked.voice
    if told is None or result is None:
        return None
    ids = [*told["entered"]["ids"], *told["left"]["ids"]]
    names, gone = names_of(ids), tombstones.erased_ids(ids)
    people = {
        way: {"n": told[way]["n"],
              "people": [(who, names.get(who, who)) for who in told[way]["ids"] if who not in gone]}
        for way in ("entered", "left")
    }  # fmt: skip
    stages = stages_told(told["stages"], voice)
    is_any = bool(told["moved"] or stages or any(each["n"] for each in people.values()))
    return {"since": told["since"], "moved": told["moved"], "stages": stages, "is_any": is_any, **people}


def stages_told(moves: Iterable[Mapping[str, Any]], voice: Voice) -> list[dict[str, Any]]:
    """Return how many went from which stage of life to which, in words."""
    return [
        {**each, "was": word("stage", each["before"], voice=voice), "is": word("stage", each["now"], voice=voice)}
        for each in moves
    ]


def _open(result: Published) -> list[dict[str, Any]]:
    """Return the first suggestions of a result that nobody has dealt with, and that are still allowed."""
    found: list[dict[str, Any]] = []
    first = 1
    while len(found) < _SHOWN:
        rows = listing.suggestions(result, first=first, size=_LOOKED_AT)
        if not rows:
            break
        ids = [row["customer_id"] for row in rows]
        dealt = Message.objects.filter(person__customer_id__in=persons.listed(persons.every_account(ids)))
        recent = dealt.filter(result=result.name) | dealt.filter(until__gt=clock.today())
        gone = persons.holders(ids, recent.values_list("person__customer_id", flat=True))
        gone |= consents.closed({row["customer_id"]: row["channel"] for row in rows})
        found += [row for row in rows if row["customer_id"] not in gone]
        first = rows[-1]["rank"] + 1
    return found[:_SHOWN]
