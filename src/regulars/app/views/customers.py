"""Customers: everybody in an order, found by a part of a name, and one person whole."""

from datetime import date
from math import isfinite
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from regulars.app.middleware import Request
from regulars.app.models import Consent, Person, PrivacyRequest
from regulars.app.privacy import consents
from regulars.app.publication import listing, shelves
from regulars.app.publication.current import Published
from regulars.app.vault import persons, store, tombstones
from regulars.app.views import about, merges, privacy, timeline
from regulars.app.views.refused import NOTHING, Refused
from regulars.app.views.screen import show
from regulars.app.views.today import names_of
from regulars.app.written import kinds_about
from regulars.reports import Voice, word

_SIZE = 50
_EVENTS = 40
"""How many of the newest events a page shows, unless all are asked for."""

_NUMBER = r"-?\d{1,20}(?:\.\d{1,25})?(?:e[+-]?\d{1,3})?"
"""A float as Python prints it, all digits: with fewer, the page after a row would begin before or behind it."""


class Narrowed(forms.Form):
    """What part of the list is asked for; whatever does not fit is taken for not said."""

    order = forms.ChoiceField(choices=[(each, each) for each in listing.ORDERS], required=False)
    after = forms.RegexField(rf"^{_NUMBER},\d{{1,12}}$", required=False)
    lifecycle_stage = forms.RegexField(r"^[a-z_]{1,40}$", required=False)
    stage_before = forms.RegexField(r"^[a-z_]{1,40}$", required=False)

    def asked_for(self) -> dict[str, Any]:
        """Return what `listing.page` takes."""
        self.is_valid()
        said = self.cleaned_data
        after = said.get("after") or None
        value, place = after.split(",") if after else ("nan", "0")
        moved = (said.get(listing.STAGE_BEFORE), said.get("lifecycle_stage"))
        return {
            "order": said.get("order") or "rank",
            "after": (float(value), int(place)) if isfinite(float(value)) else None,
            "moved": moved if all(moved) else None,
        }


class Search(forms.Form):
    """What is looked for."""

    wanted = forms.CharField(max_length=100, strip=True)


def customers(request: Request) -> HttpResponse:
    """Show a page of the list."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    told = Narrowed(request.GET).asked_for()
    page = listing.page(asked.result, size=_SIZE, **told)
    rows = _with_words(request, page.rows)
    shown = {"rows": rows, "after": page.after, "order": told["order"], "orders": list(listing.ORDERS),
             "moved": told["moved"], "narrowed": _narrowed(told["moved"], asked.voice)}  # fmt: skip
    return show(request, "customers/list.html", shown, at="customers")


@require_POST
def search(request: Request) -> HttpResponse:
    """Show the people that a search finds. What is looked for is a person's name: it goes into no address or log."""
    asked = request.asked
    form = Search(request.POST)
    if asked.result is None or not form.is_valid():
        return redirect("customers")
    wanted = form.cleaned_data["wanted"]
    ids = store.find(wanted)
    people = persons.persons_of(ids)
    theirs = {who: people[who] for who in ids[: 2 * _SIZE]}
    rows = listing.some(asked.result, [*{*theirs, *theirs.values()}])
    # Whoever is found by an account that was joined to another is listed as that one.
    listed = dict.fromkeys(who if who in rows else person for who, person in theirs.items())
    found = [rows[who] for who in listed if who in rows][:_SIZE]
    fit = len({*people.values()})
    shown = {"rows": _with_words(request, found), "wanted": wanted, "found": fit, "shown": len(found),
             "is_capped": len(ids) >= store.MOST_FOUND}  # fmt: skip
    return show(request, "customers/found.html", shown, at="customers")


def customer(request: Request, person: str, told: Refused = NOTHING) -> HttpResponse:
    """Show one person whole; `told` is why a form of the page was not taken."""
    asked = request.asked
    rows = {} if asked.result is None else listing.some(asked.result, [person, persons.person_of(person)])
    account, person = person, person if person in rows or not rows else persons.person_of(person)
    if account != person and not told.why:
        return redirect("customer", person)
    row, accounts = rows.get(person), persons.accounts_of(person)
    found = sorted(Person.objects.filter(customer_id__in=accounts), key=lambda each: accounts.index(each.customer_id))
    keys = store.keys_of(accounts)
    known = persons.reveal([person], keys=keys).get(person, {})
    if (row is None and not known) or tombstones.erased_ids([person]):
        raise Http404
    kinds = kinds_about(found)
    words = consents.newest([person]).get(person, {}) if Consent in kinds else {}
    shown: dict[str, Any] = {"person": person, "identity": known, "name": store.called(known, person),
                             "figures": None, "suggestion": None, "events": [], "days": [], "older": 0,
                             "referrals": None, "is_held_out": False}  # fmt: skip
    may = None
    if asked.result is not None and row is not None:
        shown |= _of_result(request, asked.result, row)
        may = shown["figures"]["may"] = privacy.allowed_now(words, shown["figures"]["may"])
        is_barred = any(each.restricted for each in found) or consents.is_refused(row["channel"], words)
        shown["is_held_out"] = bool(row["held_out"]) and not is_barred
        if is_barred or row["held_out"]:
            shown["suggestion"] = None
    written = about.known(found, keys, kinds)
    _add_own(request, shown, timeline.own_events(
        written, consents.history(accounts) if words else (), voice=asked.voice,
        known_to=None if asked.result is None else date.fromisoformat(asked.result.manifest["as_of"]),
    ))  # fmt: skip
    shown["joined"] = merges.joined(asked.shop, person, voice=asked.voice)
    has_asked = PrivacyRequest in kinds
    shown["privacy"] = privacy.known(request, found, told=known, words=words, may=may, has_asked=has_asked)
    shown["refused"] = told
    status = 422 if told.why else 200
    if told.why:
        shown["here"] = reverse("customer", args=[person])  # the form's own address has no page
    return show(request, "customers/customer.html", {**shown, **written}, at="customers", status=status)


def _of_result(request: Request, result: Published, row: dict[str, Any]) -> dict[str, Any]:
    """Return what a result says of the person of a row of the list."""
    people, person, place = request.asked.people, row["customer_id"], row["place"]
    told = shelves.rows_of(result, person, place)
    (whole,), happened = told["customers"], told["events"]
    older = 0 if "all" in request.GET else max(len(happened) - _EVENTS, 0)
    return {
        "figures": people.portrait(whole, told["reasons"]),
        "older": older,
        "events": people.events(happened[older:]),
        "days": sorted((row["day"] or date.min for row in happened[older:]), reverse=True),
        "referrals": _referrals(whole.get("referred_by"), happened),
        "suggestion": people.suggestion(row) if row["rank"] is not None else None,
    }


def _add_own(request: Request, shown: dict[str, Any], own: list[timeline.Told]) -> None:
    """Put what was done in the app among what happened; what is earlier than all that is shown waits with it."""
    first = shown["days"][-1] if shown["older"] else date.min
    near = [told for told in own if told[0] >= first]
    shown["older"] += len(own) - len(near)
    shown["events"] = timeline.merged(shown["events"], shown["days"], near)


def _referrals(by: object, happened: list[dict[str, object]]) -> dict[str, Any]:
    """Return who brought a person and whom the person brought, with names; without whom was erased since."""
    brought = list(dict.fromkeys(str(row["detail"]) for row in happened if row["kind"] == "brought" and row["detail"]))
    ids = [*([str(by)] if by else []), *brought]
    if not ids:
        return {"by": [], "brought": []}
    gone, names = tombstones.erased_ids(ids), names_of(ids)
    told = [(who, names.get(who, who)) for who in ids if who not in gone]
    return {"by": [one for one in told if one[0] == by], "brought": [one for one in told if one[0] != by]}


def _narrowed(moved: tuple[str, str] | None, voice: Voice) -> str:
    """Return in words whom a list was narrowed to."""
    if moved is None:
        return ""
    then, now = (word("stage", code, voice=voice) for code in moved)
    return voice.t("{now}, before that {then}", now=now, then=then)


def _with_words(request: Request, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = request.asked
    gone = tombstones.erased_ids([row["customer_id"] for row in rows])
    rows = [row for row in rows if row["customer_id"] not in gone]
    names = names_of([row["customer_id"] for row in rows])
    return [
        {"id": row["customer_id"], "name": names.get(row["customer_id"], row["customer_id"]),
         **asked.people.line(row)}
        for row in rows
    ]  # fmt: skip
