"""Customers: everybody in an order, found by a part of a name, and one person whole."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from regulars.app.middleware import Request
from regulars.app.privacy import consents
from regulars.app.publication import listing, shelves
from regulars.app.vault import store, tombstones
from regulars.app.views import about, merges, privacy
from regulars.app.views.screen import show
from regulars.app.views.today import names_of
from regulars.reports import Voice, word

_SIZE = 50
_EVENTS = 40
"""How many of the newest events a page shows, unless all are asked for."""

_NARROWS = ("lifecycle_stage", "rfm_group", listing.STAGE_BEFORE)
_NUMBER = r"-?\d{1,12}(?:\.\d{1,12})?"


class Narrowed(forms.Form):
    """What part of the list is asked for; whatever does not fit is taken for not said."""

    order = forms.ChoiceField(choices=[(each, each) for each in listing.ORDERS], required=False)
    after = forms.RegexField(rf"^{_NUMBER},\d{{1,12}}$", required=False)
    lifecycle_stage = forms.RegexField(r"^[a-z_]{1,40}$", required=False)
    rfm_group = forms.RegexField(r"^[a-z_]{1,40}$", required=False)
    stage_before = forms.RegexField(r"^[a-z_]{1,40}$", required=False)

    def asked_for(self) -> dict[str, Any]:
        """Return what `listing.page` takes."""
        self.is_valid()
        said = self.cleaned_data
        after = said.get("after") or None
        value, place = after.split(",") if after else (None, None)
        return {
            "order": said.get("order") or "rank",
            "after": (float(value), int(place)) if value is not None and place is not None else None,
            "where": {name: said[name] for name in _NARROWS if said.get(name)},
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
    shown = {"rows": rows, "after": page.after, "order": told["order"], "where": told["where"],
             "orders": list(listing.ORDERS), "narrowed": _narrowed(told["where"], asked.voice)}  # fmt: skip
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
    rows = listing.some(asked.result, ids[:_SIZE])
    found = [rows[who] for who in ids[:_SIZE] if who in rows]
    shown = {"rows": _with_words(request, found), "wanted": wanted, "found": len(ids), "shown": len(found),
             "is_capped": len(ids) >= store.MOST_FOUND}  # fmt: skip
    return show(request, "customers/found.html", shown, at="customers")


def customer(request: Request, person: str) -> HttpResponse:
    """Show one person whole."""
    asked = request.asked
    result = asked.result
    row = None if result is None else listing.some(result, [person]).get(person)
    told = store.reveal([person]).get(person, {})
    if (row is None and not told) or tombstones.erased_ids([person]):
        raise Http404
    shown: dict[str, Any] = {"person": person, "identity": told, "figures": None,
                             "suggestion": None, "events": [], "older": 0, "referrals": None}  # fmt: skip
    shown["name"] = names_of([person]).get(person, person)
    if result is not None and row is not None:
        place = row["place"]
        (whole,) = shelves.rows_of(result, "customers", person, place)
        reasons = shelves.rows_of(result, "reasons", person, place)
        shown["figures"] = asked.people.portrait(whole, reasons)
        happened = shelves.rows_of(result, "events", person, place)
        shown["older"] = 0 if "all" in request.GET else max(len(happened) - _EVENTS, 0)
        shown["events"] = asked.people.events(happened[shown["older"] :])
        shown["referrals"] = _referrals(whole.get("referred_by"), happened)
        shown["suggestion"] = asked.people.suggestion(row) if row["rank"] is not None else None
        shown["figures"]["may"] = privacy.allowed_now(person, shown["figures"]["may"])
        if consents.closed({person: row["channel"]}):
            shown["suggestion"] = None
    shown["joined"] = merges.joined(asked.shop, person, voice=asked.voice)
    shown["privacy"] = privacy.known(request, person, shown["figures"])
    return show(request, "customers/customer.html", {**shown, **about.known(person)}, at="customers")


def _referrals(by: object, happened: list[dict[str, object]]) -> dict[str, Any]:
    """Return who brought a person and whom the person brought, with names; without whom was erased since."""
    brought = list(dict.fromkeys(str(row["detail"]) for row in happened if row["kind"] == "brought" and row["detail"]))
    ids = [*([str(by)] if by else []), *brought]
    gone, names = tombstones.erased_ids(ids), names_of(ids)
    told = [(who, names.get(who, who)) for who in ids if who not in gone]
    return {"by": [one for one in told if one[0] == by], "brought": [one for one in told if one[0] != by]}


def _narrowed(where: Mapping[str, str], voice: Voice) -> str:
    """Return in words whom a list was narrowed to."""
    said = [word("group" if name == "rfm_group" else "stage", code, voice=voice) for name, code in where.items()]
    if listing.STAGE_BEFORE in where:
        return voice.t("{now}, before that {then}", now=voice.list(said[:-1]), then=said[-1])
    return voice.list(said)


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
