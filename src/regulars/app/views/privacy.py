"""One person's privacy: what is allowed, what is known, putting it right, holding it back, erasing it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from regulars.app import clock
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.models import Consent, Person, PrivacyRequest
from regulars.app.privacy import access, audit, consents, duties, erasing
from regulars.app.vault import changing, persons
from regulars.app.vault.accounts import accounts_of
from regulars.app.views.screen import person_or_404, show, writing_about
from regulars.app.views.today import names_of
from regulars.reports import N_, Voice, word

PURPOSES: Mapping[str, str] = {
    "profiling": N_("Working out figures about the person (profiling)"),
    "marketing_email": N_("Marketing by e-mail"),
    "marketing_message": N_("Marketing by message"),
    "marketing_phone": N_("Marketing by phone"),
    "sharing": N_("Sharing with others"),
}
SOURCES: Mapping[str, str] = {Consent.PAGE: N_("on this page"), Consent.OBJECTION: N_("objection to marketing")}
REQUESTS: Mapping[str, str] = {
    "access": N_("To see what is known"),
    "rectify": N_("To have it put right"),
    "erase": N_("To be erased"),
    "restrict": N_("To be left out of everything"),
    "object": N_("To get no marketing"),
    "port": N_("To take the data elsewhere"),
}
LAWS: Mapping[str, str] = {
    "gdpr": N_("GDPR (one month)"),
    "ccpa": N_("CCPA (45 days)"),
    "pipl": N_("PIPL (15 working days)"),
}
FIELDS: Mapping[str, str] = {
    "name": N_("Full name"),
    "nickname": N_("Nickname"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "address": N_("Address"),
    "open_id": N_("Open id"),
    "customer_id": N_("Customer number"),
    "birth_date": N_("Date of birth"),
}
HANDED_OVER: Mapping[str, str] = {
    "ids": N_("customer number only"),
    "people": N_("name and addresses"),
    "survey": N_("survey"),
    "meta": N_("hashed, for Meta"),
    "google": N_("hashed, for Google"),
}
_ALL_MARKETING = N_("All marketing")
_MAY = {
    "profiling": "may_profile", "marketing_email": "may_email", "marketing_message": "may_message",
    "marketing_phone": "may_phone", "sharing": "may_share",
}  # fmt: skip


class Word(forms.Form):
    """A word on one purpose."""

    purpose = forms.ChoiceField(choices=[(each, each) for each in Consent.PURPOSES])
    granted = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda said: said == "yes")


class Restricted(forms.Form):
    """Whether a person is restricted from now on."""

    restricted = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda said: said == "yes")


class Rectified(forms.Form):
    """A wrong value, and the right one; an empty one removes it."""

    wrong = forms.CharField(max_length=2_000)
    right = forms.CharField(max_length=2_000, required=False)


class AccessFile(forms.Form):
    """In which form."""

    form = forms.ChoiceField(choices=[("json", "json"), ("html", "html")])


class Asked(forms.Form):
    """What somebody asked for."""

    kind = forms.ChoiceField(choices=[(each, each) for each in PrivacyRequest.KINDS])
    law = forms.ChoiceField(choices=[(each, each) for each in PrivacyRequest.LAWS])
    received_on = forms.DateField()


def known(
    request: Request, found: Sequence[Person], *, told: Mapping[str, list[str]], words: Mapping[str, bool],
    may: Mapping[str, bool] | None, has_asked: bool,
) -> dict[str, Any]:  # fmt: skip
    """Return what the privacy part of a customer's page shows.

    `found` is the person, once for each account, `told` what the vault tells of them, `words` their newest ones, `may`
    what the result thought is allowed, `has_asked` whether they ever asked for anything.
    """
    voice = request.asked.voice
    allowed = _defaults() if may is None else {purpose: may[name] for purpose, name in _MAY.items()}
    return {
        "exists": bool(found),
        "restricted": any(each.restricted for each in found),
        "purposes": [
            {"code": code, "name": voice.t(said), "is_allowed": words.get(code, allowed[code])}
            for code, said in PURPOSES.items()
        ],
        "history": [
            {"day": voice.short_day(clock.day_of(each.recorded_at)), "purpose": voice.t(PURPOSES[each.purpose]),
             "granted": each.granted, "by": each.author.username if each.author else "",
             "source": voice.t(SOURCES[each.source])}
            for each in (consents.history([one.customer_id for one in found]) if words else ())
        ],
        "values": [
            {"key": f"{field}:{value}", "field": voice.t(FIELDS.get(field, field)), "value": value}
            for field, values in told.items() for value in values
        ],
        "requests": [_asked(each, voice) for each in PrivacyRequest.objects.filter(person__in=found)
                     .order_by("-received_on")] if has_asked else [],
        "kinds": {code: voice.t(said) for code, said in REQUESTS.items()},
        "laws": {code: voice.t(said) for code, said in LAWS.items()},
        "today": clock.today().isoformat(),
    }  # fmt: skip


def allowed_now(words: Mapping[str, bool], may: Mapping[str, bool]) -> dict[str, bool]:
    """Return what a result thought is allowed, under what was said since."""
    return {name: words.get(purpose, may[name]) for purpose, name in _MAY.items()}


@require_POST
def consent(request: Request, person: str) -> HttpResponse:
    """Write a word down."""
    form = Word(request.POST)
    with writing_about(request, person):
        if form.is_valid():
            said = form.cleaned_data
            consents.say(
                request.asked.shop, person, purposes=[said["purpose"]], granted=said["granted"], by=request.user,
                source=Consent.PAGE,
            )  # fmt: skip
    return _back(person)


@require_POST
def object_to(request: Request, person: str) -> HttpResponse:
    """Write down an objection to all marketing."""
    with writing_about(request, person):
        consents.say(
            request.asked.shop, person, purposes=Consent.MARKETING, granted=False, by=request.user,
            source=Consent.OBJECTION,
        )  # fmt: skip
    return _back(person)


@require_POST
def restrict(request: Request, person: str) -> HttpResponse:
    """Hold a person's data back from every analysis and contact, or lift that."""
    form = Restricted(request.POST)
    person_or_404(request, person)
    if form.is_valid():
        consents.restrict(request.asked.shop, person, restricted=form.cleaned_data["restricted"], by=request.user)
        queue.ask_after_all("analyse", by=request.user)
    return _back(person)


@require_POST
def rectify(request: Request, person: str) -> HttpResponse:
    """Put a value right, and have the person scored anew."""
    form = Rectified(request.POST)
    person_or_404(request, person)
    if form.is_valid():
        field, _, old = form.cleaned_data["wrong"].partition(":")
        new = form.cleaned_data["right"]
        changed = [changing.rectify(each, field=field, old=old, new=new) for each in persons.accounts_of(person)]
        if any(changed):
            audit.write("rectified", by=request.user.username, person=person, field=field)
            queue.ask_after_all("analyse", by=request.user)
    return _back(person)


@require_POST
def access_file(request: Request, person: str) -> HttpResponse:
    """Hand out everything that is known of a person, and write that down."""
    form = AccessFile(request.POST)
    asked = request.asked
    person_or_404(request, person)
    if not form.is_valid():
        return _back(person)
    chosen = form.cleaned_data["form"]
    audit.write("access", by=request.user.username, person=person, form=chosen)
    told = access.everything(asked.shop, asked.result, person)
    if chosen == "json":
        body = json.dumps(told, ensure_ascii=False, indent=1, default=_plain)
        answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    else:
        answer = HttpResponse(_readable(request, person, told), content_type="text/html; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="access-{clock.today().isoformat()}.{chosen}"'
    return answer


@require_POST
def ask(request: Request, person: str) -> HttpResponse:
    """Write down what somebody asked for, and by when it is to be answered."""
    form = Asked(request.POST)
    person_or_404(request, person)
    if form.is_valid():
        duties.note_request(person, **form.cleaned_data)
    return _back(person)


def erase(request: Request, person: str) -> HttpResponse:
    """Ask whether a person is to be erased; if it was asked and answered, do it."""
    shop = request.asked.shop
    person_or_404(request, person)
    if request.method != "POST":
        name = names_of([person]).get(person, person)
        accounts = accounts_of(shop, person)
        told = {"person": person, "name": name, "accounts": len(accounts)}
        return show(request, "privacy/erase.html", told, at="customers")
    erasing.shred(shop, person, by=request.user.username)
    queue.ask("erase", by=request.user)
    return redirect("privacy")


def _back(person: str) -> HttpResponse:
    answer = redirect("customer", person)
    answer.headers["Location"] += "#privacy"
    return answer


def _defaults() -> dict[str, bool]:
    consent = clock.shop_settings().consent
    return {
        "profiling": consent.profiling,
        **dict.fromkeys(Consent.MARKETING, consent.marketing),
        "sharing": consent.sharing,
    }


def _asked(asked: PrivacyRequest, voice: Voice) -> dict[str, Any]:
    return {
        "request": asked,
        "kind": voice.t(REQUESTS[asked.kind]),
        "law": voice.t(LAWS[asked.law]),
        "received": voice.short_day(asked.received_on),
        "due": voice.short_day(asked.due_on),
        "is_late": asked.answered_at is None and asked.due_on < clock.today(),
    }


def _readable(request: Request, person: str, told: dict[str, Any]) -> str:
    """Return the access file as a page of its own, in words."""
    asked = request.asked
    voice = asked.voice
    portrait = asked.people.portrait(told["figures"], told["reasons"]) if told["figures"] else None
    shown = {
        "t": voice.t, "voice": voice, "language": asked.language, "told": told, "portrait": portrait,
        "name": names_of([person]).get(person, person),
        "as_of": voice.short_day(date.fromisoformat(told["result"]["as_of"])) if told["result"] else "",
        "events": asked.people.events(told["events"]) if told["figures"] else [],
        "suggestion": asked.people.suggestion(told["suggestion"] | told["figures"]) if told["suggestion"] else None,
        "fields": {code: voice.t(said) for code, said in FIELDS.items()},
        "purposes": {code: voice.t(said) for code, said in PURPOSES.items()},
        "forms": {code: voice.t(said) for code, said in HANDED_OVER.items()},
        "events_of_log": {code: voice.t(said) for code, said in audit.WORDS.items()},
        "kind": lambda code: word("kind", code, voice=voice),
        "column": lambda code: word("column", code.removesuffix("_key"), voice=voice),
        "said": lambda name, value: _said(name, value, voice),
    }  # fmt: skip
    return render_to_string("privacy/access.html", shown)


def _said(name: str, value: Any, voice: Voice) -> str:
    """Return a value of a record in words."""
    if name == "purpose":
        return voice.t(PURPOSES.get(value, _ALL_MARKETING))
    if isinstance(value, bool):
        return voice.t("yes") if value else voice.t("no")
    return word("channel", value, voice=voice) if name == "channel" else str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
