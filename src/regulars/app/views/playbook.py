"""The playbook: what may be done for customers, what it costs, and what is written to them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from regulars.app import messages as texts
from regulars.app.clock import shop_settings
from regulars.app.middleware import Request
from regulars.app.models import Kept
from regulars.app.privacy import audit
from regulars.app.views.saving import decimal, form_fault, save
from regulars.app.views.screen import show
from regulars.core import Play, Settings
from regulars.reports import Language, Voice, word

_OFF = "plays_off"
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Budget(forms.Form):
    """What contacting may cost."""

    budget = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2, required=False)
    max_contacts = forms.IntegerField(min_value=1, max_value=10**9, required=False)
    holdout = forms.FloatField(min_value=0, max_value=99)
    margin = forms.FloatField(min_value=0.1, max_value=100)


def playbook(request: Request) -> HttpResponse:
    """Show or change what may be done for customers, and what it costs."""
    voice = request.asked.voice
    now = shop_settings()
    on, off = {play.code: play for play in now.strategy.plays}, _plays_off()
    plays = {**on, **{code: play for code, play in off.items() if code not in on}}
    fault = ""
    if request.method == "POST":
        form = Budget(request.POST)
        chosen = _plays_said(plays, request.POST)
        costs = _costs_said(now, request.POST)
        if not form.is_valid() or chosen is None or costs is None:
            fault = form_fault(form, voice) or voice.t("Every cost is a number, 0 or more.")
        else:
            kept, left = chosen
            fault = save(request, {"strategy": {
                "plays": [play.model_dump() for play in kept], "channel_costs": costs,
                "budget": form.cleaned_data["budget"], "max_contacts": form.cleaned_data["max_contacts"],
                "holdout_share": form.cleaned_data["holdout"] / 100, "margin_share": form.cleaned_data["margin"] / 100,
            }})  # fmt: skip
            if not fault:
                Kept.objects.update_or_create(
                    name=_OFF, defaults={"value": [play.model_dump(mode="json") for play in left]}
                )
                return redirect("playbook")
    shown = {
        "fault": fault, "strategy": now.strategy,
        "plays": [
            _told(play, is_on=code in on, voice=voice)
            for code, play in plays.items()
        ],
        "costs": [
            (name, word("channel", name, voice=voice), cost) for name, cost in now.strategy.channel_costs.items()
        ],
    }  # fmt: skip
    return show(request, "settings/playbook.html", shown, at="settings", status=422 if fault else 200)


def messages(request: Request) -> HttpResponse:
    """Show or change what is written to people."""
    voice = request.asked.voice
    plays = [*shop_settings().strategy.plays, *_plays_off().values()]
    codes = list(dict.fromkeys(play.code for play in plays))
    fault = ""
    said: dict[tuple[str, Language], str] = {}
    if request.method == "POST":
        for code in codes:
            for language in _LANGUAGES:
                text = request.POST.get(f"{code}-{language}", "").replace("\r\n", "\n").strip()[: texts.LONGEST]
                said[code, language] = text.replace("\0", "")
        foreign = [place for text in said.values() for place in texts.foreign_places(text)]
        if foreign:
            fault = voice.t("Nothing can be put in for {place}.", place="{" + foreign[0] + "}")
        else:
            for code in codes:
                texts.keep(code, {language: said[code, language] for language in _LANGUAGES})
            audit.write("settings", by=request.user.username, sections=["messages"])
            return redirect("messages")
    titles = {play.code: play.title for play in plays}
    shown = {
        "fault": fault,
        "places": [("{" + name + "}", voice.t(meaning)) for name, meaning in texts.PLACES.items()],
        "plays": [
            {"code": code, "called": titles[code] or word("action", code, voice=voice),
             "texts": [
                 (language, said.get((code, language), texts.text_of(code, language))) for language in _LANGUAGES
             ]}
            for code in codes
        ],
        "longest": texts.LONGEST,
    }  # fmt: skip
    return show(request, "settings/messages.html", shown, at="settings", status=422 if fault else 200)


def _told(play: Play, *, is_on: bool, voice: Voice) -> dict[str, Any]:
    basis = {
        "assumed": "assumed to bring one more order from {value} of those contacted",
        "measured": "measured to bring one more order from {value} of those contacted",
    }[play.effect_basis]
    return {
        "play": play,
        "is_on": is_on,
        "called": play.title or word("action", play.code, voice=voice),
        "advice": "" if play.title else word("advice", play.code, voice=voice),
        "channels": voice.list([word("channel", each, voice=voice) for each in play.channels]),
        "effect": voice.t(basis, value=voice.share(play.effect)),
    }


def _plays_off() -> dict[str, Play]:
    kept = Kept.objects.filter(name=_OFF).first()
    return {each["code"]: Play.model_validate(each) for each in (kept.value if kept else [])}


def _plays_said(plays: Mapping[str, Play], said: Mapping[str, str]) -> tuple[list[Play], list[Play]] | None:
    """Return the plays that are on and those that are off; None where an offer's cost is no amount."""
    on: list[Play] = []
    off: list[Play] = []
    for code, play in plays.items():
        cost = _amount(said.get(f"offer-{code}", ""))
        if cost is None:
            return None
        changed = play.model_copy(update={"offer_cost": cost})
        (on if f"on-{code}" in said else off).append(changed)
    return on, off


def _costs_said(now: Settings, said: Mapping[str, str]) -> dict[str, Decimal] | None:
    costs = {name: _amount(said.get(f"cost-{name}", "")) for name in now.strategy.channel_costs}
    known = {str(name): cost for name, cost in costs.items() if cost is not None}
    return known if len(known) == len(costs) else None


def _amount(text: str) -> Decimal | None:
    found = decimal(text or "0")
    is_amount = isinstance(found, Decimal) and 0 <= found < 10**9 and -found.as_tuple().exponent <= 4  # type: ignore[operator]  # finite
    return found if is_amount else None
