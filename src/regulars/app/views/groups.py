"""Groups: the kinds of customers that were found, and groups of one's own, put together on a page."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app.clock import shop_settings
from regulars.app.middleware import Request
from regulars.app.models import SavedSegment
from regulars.app.privacy import audit
from regulars.app.privacy.handed_over import noted
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.segments import asking, conditions, drafts, handover
from regulars.app.segments.columns import ALL, held
from regulars.app.spreadsheets import download
from regulars.app.vault import tombstones
from regulars.app.views.screen import show
from regulars.app.views.today import names_of, stages_told
from regulars.reports import N_, Voice

_SHOWN = 10
_TESTS = {
    "is": N_("is"), "is_not": N_("is not"), "contains": N_("contains"), "contains_not": N_("does not contain"),
    "at_least": N_("is at least"), "at_most": N_("is at most"), "between": N_("is between"), "yes": N_("yes"),
    "no": N_("no"), "on_or_after": N_("is on or after"), "on_or_before": N_("is on or before"),
    "days_ago_at_most": N_("lies at most so many days back"),
    "days_ago_at_least": N_("lies at least so many days back"),
    "known": N_("is known"), "unknown": N_("is not known"),
}  # fmt: skip
_JOINS = {
    "all": N_("all of this holds"), "any": N_("any of this holds"), "none": N_("none of this holds"),
}  # fmt: skip


class Saved(forms.Form):
    """What a group is to be called, and which one it replaces."""

    name = forms.CharField(max_length=120, strip=True, required=False)
    segment = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    do = forms.CharField(max_length=40, required=False)


class HandOver(forms.Form):
    """What of a group is handed over."""

    what = forms.ChoiceField(choices=[(each, each) for each in handover.COLUMNS])


def groups(request: Request) -> HttpResponse:
    """Show what kinds of customers there are, and the groups that were kept."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    kept = SavedSegment.objects.order_by("name")
    board = asked.result.board(asked.language)
    changes = board.get("changes")
    flow = (
        None if changes is None else {"since": changes["since"], "moves": stages_told(changes["stages"], asked.voice)}
    )
    return show(request, "groups.html", {"board": board, "kept": kept, "flow": flow}, at="groups")


def segment(request: Request, segment: int | None = None) -> HttpResponse:
    """Show a group that was kept, or begin one."""
    result = request.asked.result
    if result is None:
        return redirect("start")
    kept = None if segment is None else get_object_or_404(SavedSegment, id=segment)
    read = None if kept is None else conditions.read(kept.conditions)
    draft = {"join": "all", "parts": [drafts.begun()]} if read is None else drafts.of_segment(read)
    return _page(request, result, draft, name=kept.name if kept else "", kept=kept)


def build(request: Request) -> HttpResponse:
    """Count a group as the page says it, change a part of it, or keep it; nothing of that goes into an address."""
    if request.method != "POST":
        return redirect("new_segment")
    result = request.asked.result
    form = Saved(request.POST)
    if result is None or not form.is_valid():
        return redirect("groups")
    said = form.cleaned_data
    draft = drafts.changed(drafts.of_form(request.POST), said["do"] or "")
    kept = SavedSegment.objects.filter(id=said["segment"]).first() if said["segment"] else None
    made = drafts.segment_of(draft)
    fault = ""
    if said["do"] == "save":
        fault = _fault(said["name"], made, kept)
        if not fault:
            return redirect("segment", _keep(said["name"], made, kept).id)
    return _page(request, result, draft, name=said["name"] or "", kept=kept, fault=fault)


@require_POST
def people(request: Request) -> HttpResponse:
    """Say who is in a group as the page says it: the most valuable ones, after it was counted."""
    result, made = request.asked.result, drafts.segment_of(drafts.of_form(request.POST))
    if result is None or made is None:
        return HttpResponse("")
    return show(request, "segments/people.html", {"people": _some(request, result, made)})


@require_POST
def remove(request: Request, segment: int) -> HttpResponse:
    """Forget a group; its customers stay as they are."""
    get_object_or_404(SavedSegment, id=segment).delete()
    return redirect("groups")


def counted(request: Request, segment: int) -> HttpResponse:
    """Say how many are in a group that was kept, for the list of groups."""
    read = conditions.read(get_object_or_404(SavedSegment, id=segment).conditions)
    if request.asked.result is None or read is None:
        return HttpResponse("")
    return HttpResponse(_count(request.asked.result, read, request.asked.voice)["line"])


@require_POST
def hand_over(request: Request, segment: int) -> HttpResponseBase:
    """Hand a group over as a file."""
    kept = get_object_or_404(SavedSegment, id=segment)
    form, read, result = HandOver(request.POST), conditions.read(kept.conditions), request.asked.result
    if not form.is_valid() or read is None or result is None:
        return redirect("segment", segment)
    what = form.cleaned_data["what"]
    voice = request.asked.voice
    members = asking.members(result, read, handover.COLUMNS[what])
    heads = {
        "ids": [voice.t("Customer number")],
        "people": [voice.t(head) for head in ("Customer number", "Name", "E-mail", "Phone")],
    }.get(what, list(handover.HEADS.get(what, ())))
    rows = handover.rows(what, members, country=shop_settings().business.country)
    # Before the first row goes out: of a file that was cut off, some rows are out all the same.
    audit.write("handed_over", by=request.user.username, group=kept.pk, form=what, members=members.num_rows)
    return download(f"{kept.name}.csv", heads, noted(rows, form=what, by=request.user.username))


def _page(
    request: Request, result: Published, draft: drafts.Draft, *, name: str, kept: SavedSegment | None, fault: str = ""
) -> HttpResponse:
    voice = request.asked.voice
    made = drafts.segment_of(draft)
    shown: dict[str, Any] = {
        "root": _shown(draft, "", voice, result),
        "columns": [(each.name, each.called(voice)) for each in ALL.values() if each.name in held(result)],
        "joins": [(code, voice.t(words)) for code, words in _JOINS.items()],
        "counted": None if made is None else _count(result, made, voice),
        "name": name, "kept": kept, "fault": fault, "name_field": "name",
    }  # fmt: skip
    template = "segments/builder.html" if request.headers.get("HX-Request") else "segments/segment.html"
    return show(request, template, shown, at="groups")


def _shown(draft: drafts.Draft, path: str, voice: Voice, result: Published) -> dict[str, Any]:
    parts = []
    for number, part in enumerate(draft["parts"]):
        place = f"{path}.{number}" if path else str(number)
        parts.append(_shown(part, place, voice, result) if "parts" in part else _rule(part, place, voice, result))
    depth = len(path.split(".")) if path else 0
    return {"path": path, "join": draft["join"], "parts": parts, "can_nest": depth < conditions.DEEPEST - 1}


def _rule(part: drafts.Draft, path: str, voice: Voice, result: Published) -> dict[str, Any]:
    column = ALL[part["column"]]
    needed = conditions.VALUES[part["test"]]
    values = part["values"]
    return {
        "path": path, "column": column.name, "type": column.type, "test": part["test"], "is_share": column.is_share,
        "called": column.called(voice),
        "tests": [(test, voice.t(_TESTS[test])) for test in conditions.OPERATORS[column.type]],
        "is_days": part["test"] in {"days_ago_at_most", "days_ago_at_least"},
        "values": [values[place] if place < len(values) else "" for place in range(needed)],
        "chosen": values,
        "codes": [(code, column.said(code, voice)) for code in column.codes] if needed else [],
        "often": asking.often(result, column.name) if column.type == "text" and column.name != "referred_by" else [],
        "is_missing": not drafts.is_complete(part),
    }  # fmt: skip


def _count(result: Published, made: conditions.Segment, voice: Voice) -> dict[str, str]:
    found, everybody = asking.count(result, made)
    share = voice.share(found / everybody) if everybody else ""
    line = voice.nt("{n} customer ({share} of {all})", "{n} customers ({share} of {all})", found,
                    share=share, all=voice.count(everybody))  # fmt: skip
    return {"line": line, "found": str(found)}


def _some(request: Request, result: Published, made: conditions.Segment) -> list[dict[str, Any]]:
    ids = asking.first(result, made, _SHOWN)
    known, names, gone = listing.some(result, ids), names_of(ids), tombstones.erased_ids(ids)
    return [
        {"id": who, "name": names.get(who, who), **request.asked.people.line(known[who])}
        for who in ids
        if who in known and who not in gone
    ]


def _fault(name: str, made: conditions.Segment | None, kept: SavedSegment | None) -> str:
    """Return why a group cannot be kept, as a code; empty if it can."""
    if made is None:
        return "incomplete"
    if not name:
        return "nameless"
    others = SavedSegment.objects.filter(name=name)
    return "taken" if others.exclude(id=kept.id if kept else 0).exists() else ""


def _keep(name: str, made: conditions.Segment | None, kept: SavedSegment | None) -> SavedSegment:
    row = kept or SavedSegment(made_at=timezone.now())
    row.name = name
    row.conditions = made.model_dump(mode="json") if made else {}
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody took the name just now
        row.name = f"{name} {timezone.now():%H:%M:%S}"
        row.save()
    return row
