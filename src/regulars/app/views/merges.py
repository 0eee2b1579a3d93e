"""Merges: pairs of accounts that may be one person's, and accounts that were joined; a person's word is the last."""

from collections.abc import Iterable
from typing import Any

import pyarrow.compute as pc
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars import customers, records
from regulars.app._shop import Shop
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.privacy import audit
from regulars.app.vault import store, tombstones
from regulars.app.views.screen import show
from regulars.core import RegularsError
from regulars.reports import N_, Voice

_SHOWN = 25
_SURE, _LIKELY = 8.0, 4.0
_WHY = {
    "phone_shared": N_("The same phone, under which other names are known."),
    "likeness": N_("Name, address or birth date are alike, but not surely."),
    "contradiction": N_("They were joined, but that would make one person of two."),
}
_HOW = {
    "decision": N_("somebody here said so"),
    "open_id": N_("the same open id"),
    "email": N_("the same e-mail address"),
    "phone": N_("the same phone number"),
    "likeness": N_("name, address or birth date alike"),
}
_FIELDS = {
    "name": N_("Name"), "nickname": N_("Nickname"), "email": N_("E-mail"), "phone": N_("Phone"),
    "address": N_("Address"), "birth_date": N_("Date of birth"), "open_id": N_("Open id"),
    "customer_id": N_("Customer number"),
}  # fmt: skip


class Pair(forms.Form):
    """Two accounts, and from which row of the list on to look next."""

    left = forms.CharField(max_length=400, strip=False)
    right = forms.CharField(max_length=400, strip=False)
    what = forms.ChoiceField(choices=[(each, each) for each in ("merge", "unmerge")])


class Account(forms.Form):
    """An account that is to stand by itself again."""

    account = forms.CharField(max_length=400, strip=False)


class Listed(forms.Form):
    """From which place of the list on."""

    start = forms.IntegerField(min_value=0, max_value=10**9, required=False)

    def first(self) -> int:
        """Return the place; 0 if none was said, or nonsense."""
        return (self.cleaned_data.get("start") or 0) if self.is_valid() else 0


def merges(request: Request) -> HttpResponse:
    """Show the pairs to look at, and who was joined."""
    shop, voice = request.asked.shop, request.asked.voice
    start = Listed(request.GET).first()
    pairs, persons, log = _read(shop)
    people: dict[str, list[dict[str, Any]]] = {}
    for row in persons:
        people.setdefault(row["person_id"], []).append(row)
    listed = sorted(people)[start : start + _SHOWN]
    open_pairs = sorted(pairs, key=lambda row: (-(row["weight"] or 0), row["left_id"], row["right_id"]))[:_SHOWN]
    accounts = [row[side] for row in open_pairs for side in ("left_id", "right_id")]
    accounts += [row["customer_id"] for who in listed for row in people[who]]
    told = store.reveal(accounts)
    shown = {
        "pairs": [_pair(row, told, voice) for row in open_pairs],
        "pairs_in_all": len(pairs),
        "persons": [_person(who, people[who], told, log, voice) for who in listed],
        "persons_in_all": len(people),
        "next": start + _SHOWN if start + _SHOWN < len(people) else None,
    }
    return show(request, "merges.html", shown, at="merges")


@require_POST
def merge(request: Request) -> HttpResponse:
    """Keep somebody's word on a pair; it holds from the next analysis on, which is asked for."""
    form = Pair(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        _decide(request, said["what"], [(said["left"], said["right"])])
    return redirect("merges")


@require_POST
def unmerge(request: Request) -> HttpResponse:
    """Let an account of a person stand by itself again, apart from every other one of theirs."""
    form = Account(request.POST)
    if form.is_valid():
        account = form.cleaned_data["account"]
        others = [other for other in accounts_of(request.asked.shop, account) if other != account]
        _decide(request, "unmerge", [(account, other) for other in others])
    return redirect("merges")


def accounts_of(shop: Shop, customer_id: str) -> list[str]:
    """Return every account of the person that an account belongs to; itself alone if it was never joined."""
    _, persons, _ = _read(shop)
    person = next((row["person_id"] for row in persons if row["customer_id"] == customer_id), customer_id)
    found = {row["customer_id"] for row in persons if row["person_id"] == person}
    return sorted(found | {customer_id})


def joined(shop: Shop, customer_id: str, *, voice: Voice) -> dict[str, Any] | None:
    """Return the accounts of one person, how each came, and the last words on them; None of whom was never joined."""
    try:
        persons = customers.read_persons(shop.workspace)
    except RegularsError:  # no records yet
        return None
    own = persons.filter(pc.equal(persons["customer_id"], customer_id)).to_pylist()
    person = own[0]["person_id"] if own else customer_id
    rows = persons.filter(pc.equal(persons["person_id"], person)).to_pylist()
    if not rows:
        return None
    log = customers.read_merges(shop.workspace).to_pylist()
    return _person(person, rows, store.reveal([person, *(row["customer_id"] for row in rows)]), log, voice)


def _decide(request: Request, what: str, pairs: Iterable[tuple[str, str]]) -> None:
    day, pairs = timezone.now().date(), list(pairs)
    known = _known(request.asked.shop, {who for pair in pairs for who in pair})
    for left, right in pairs:
        if not {left, right} <= known:  # what is kept holds ids, never whatever was typed
            continue
        try:
            customers.decide(request.asked.shop.workspace, what=what, left=left, right=right, decided_at=day)
        except RegularsError:  # one id, or no records at all: nothing to decide
            continue
        other = audit.subject_of(right).hex()
        audit.write(what + "d", by=request.user.username, person=left, other=other)
        queue.ask_after_all("analyse", by=request.user)


def _known(shop: Shop, accounts: set[str]) -> set[str]:
    """Return those of some ids that the vault or the records know, and of whom nobody was erased."""
    pairs, persons, _ = _read(shop)
    known = {row[side] for row in pairs for side in ("left_id", "right_id")} | {row["customer_id"] for row in persons}
    known |= {*store.rows_of([*accounts])}
    others = accounts - known
    if others and (shop.workspace / "batches").is_dir():
        known |= others & {*records.Batches(shop.workspace).keys().to_pylist()}
    return (accounts & known) - tombstones.erased_ids(accounts)


def _read(shop: Shop) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the open pairs, the joined accounts and the log; nothing where there are no records yet."""
    try:
        folder = shop.workspace
        return (customers.read_review(folder).to_pylist(), customers.read_persons(folder).to_pylist(),
                customers.read_merges(folder).to_pylist())  # fmt: skip
    except RegularsError:
        return [], [], []


def _pair(row: dict[str, Any], told: dict[str, dict[str, list[str]]], voice: Voice) -> dict[str, Any]:
    left, right = told.get(row["left_id"], {}), told.get(row["right_id"], {})
    fields = [field for field in _FIELDS if field in left or field in right]
    return {
        "left": row["left_id"], "right": row["right_id"], "why": voice.t(_WHY[row["reason"]]),
        "sure": _how_sure(row["weight"], voice),
        "rows": [
            {"field": voice.t(_FIELDS[field]), "left": voice.list(left.get(field, [])),
             "right": voice.list(right.get(field, [])),
             "is_same": bool(set(left.get(field, ())) & set(right.get(field, ())))}
            for field in fields
        ],
    }  # fmt: skip


def _person(
    who: str, rows: list[dict[str, Any]], told: dict[str, dict[str, list[str]]], log: list[dict[str, Any]], voice: Voice
) -> dict[str, Any]:
    own = {row["customer_id"] for row in rows}
    return {
        "id": who,
        "name": next((told[one][field][0] for one in (who, *sorted(own)) for field in ("name", "nickname")
                      if field in told.get(one, {})), who),
        "accounts": [
            {"id": row["customer_id"], "how": voice.t(_HOW.get(row["how"], row["how"])),
             "facts": voice.list([value for field in _FIELDS if field != "customer_id"
                                  for value in told.get(row["customer_id"], {}).get(field, ())])}
            for row in sorted(rows, key=lambda row: row["customer_id"])
        ],
        "history": [
            {"day": voice.short_day(row["decided_at"]), "is_merge": row["what"] == "merge",
             "how": voice.t(_HOW.get(row["how"], row["how"]))}
            for row in log
            if {row["left_id"], row["right_id"]} <= own
        ][-5:],
    }  # fmt: skip


def _how_sure(weight: float | None, voice: Voice) -> str:
    """Return the weight of likeness (bits of evidence) in words."""
    if weight is None:
        return ""
    if weight >= _SURE:
        return voice.t("very probably one person")
    return voice.t("probably one person") if weight >= _LIKELY else voice.t("perhaps one person")
