"""A look at uploaded files before they are imported: what they are taken for, what would be read, what may be changed.

Only what was looked at is imported: whoever changes a choice looks again first.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from regulars import records
from regulars.app import uploads
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.models import Job
from regulars.app.problems import problem_text
from regulars.app.views.screen import show
from regulars.reports import Voice, date_order_text, word

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "windows-1252", "shift_jis", "euc-kr")
WRITTEN = {"date_order": ("", "dmy", "mdy", "ymd"), "decimal_mark": ("", ".", ","), "excel_dates": ("", "1900", "1904")}


_MOST_SHOWN = 200
"""So many of the columns that mean nothing are offered a meaning; a file with more is no list that a person made."""


class Choices(forms.Form):
    """What is to become of the upload, and how its files are written; columns and kinds are read by name."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("look", "import", "drop")])
    date_order = forms.ChoiceField(choices=[(each, each) for each in WRITTEN["date_order"]], required=False)
    decimal_mark = forms.ChoiceField(choices=[(each, each) for each in WRITTEN["decimal_mark"]], required=False)
    excel_dates = forms.ChoiceField(choices=[(each, each) for each in WRITTEN["excel_dates"]], required=False)


def look(request: Request, token: str) -> HttpResponse:
    """Show what an upload would be read as; while that is being found out, how far it is."""
    job = _newest(token)
    if job is None or not uploads.is_there(request.asked.shop, token):
        return redirect("import")
    voice = request.asked.voice
    failed = job.state in {Job.FAILED, Job.CANCELLED}
    shown = {
        "token": token,
        "is_busy": job.state in {Job.QUEUED, Job.RUNNING},
        "failure": problem_text(job.error_code, job.error, job.error_params, voice=voice) if failed else "",
        "sources": [_said(place, source, job, voice) for place, source in enumerate(job.result.get("sources", ()))],
        "problem": _sentence(job.result.get("problem"), voice),
        "written": job.payload.get("written", {}),
        "choices": WRITTEN,
        "encodings": ENCODINGS,
        "kinds": [(name, word("kind", name, voice=voice)) for name in records.KINDS],
    }
    shown["can_import"] = not shown["is_busy"] and not failed and not shown["problem"] and all(
        source["can_import"] for source in shown["sources"]
    )  # fmt: skip
    return show(request, "imports/look.html", shown, at="import")


@require_POST
def decide(request: Request, token: str) -> HttpResponse:
    """Look again with other choices, import what was looked at, or give the upload up."""
    shop = request.asked.shop
    form, job = Choices(request.POST), _newest(token)
    if not form.is_valid() or job is None or not uploads.is_there(shop, token):
        return redirect("import")
    if form.cleaned_data["do"] == "drop":
        queue.cancel(job.id)
        uploads.give_up(shop, token)
        return redirect("import")
    files = [
        _chosen(place, job, request.POST)
        for place in range(len(job.payload["files"]))
        if f"leave-{place}" not in request.POST
    ]
    if not files:
        files = job.payload["files"]
    written = {name: form.cleaned_data[name] for name in WRITTEN if form.cleaned_data[name]}
    payload = {"upload": token, "files": files, "written": written}
    is_changed = _essence(payload) != _essence(_as_looked_at(job))
    if form.cleaned_data["do"] == "look" or is_changed or job.state != Job.DONE:
        queue.ask("look", payload, key=token, by=request.user)
        return redirect("look", token)
    queue.ask("import", payload, key=token, by=request.user)
    return redirect("import")


def _newest(token: str) -> Job | None:
    return Job.objects.filter(kind="look", key=token).order_by("-id").first()


def _as_looked_at(job: Job) -> dict[str, Any]:
    """Return the payload of a look with the mappings that it found: what an import of what was shown would take."""
    files = []
    for place, each in enumerate(job.payload["files"]):
        sources = job.result.get("sources", ())
        tables = sources[place]["tables"] if place < len(sources) else ()
        files.append({**each, "confirmed": {**each.get("confirmed", {}), **_confirmed(tables)}})
    return {**job.payload, "files": files}


def _confirmed(tables: Any) -> dict[str, Any]:
    return {
        table["headers_id"]: {"kind": table["kind"], "mapping": {one["column"]: one["header"] for one in
                                                                 table["columns"]}}
        for table in tables
        if not table["is_certain"]
    }  # fmt: skip


def _essence(payload: Mapping[str, Any]) -> Any:
    files = [(each["path"], each.get("kind") or None, each.get("encoding") or None, each.get("confirmed", {}))
             for each in payload["files"]]  # fmt: skip
    return files, {name: value for name, value in payload.get("written", {}).items() if value}


def _chosen(place: int, job: Job, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file of the payload with what was chosen for it."""
    each: dict[str, Any] = dict(job.payload["files"][place])
    encoding = said.get(f"encoding-{place}", "")
    each["encoding"] = encoding if encoding in ENCODINGS else None
    sources = job.result.get("sources", ())
    if place >= len(sources):
        return each
    confirmed: dict[str, Any] = {}
    for number, table in enumerate(_tables(sources[place], each)):
        kind = said.get(f"kind-{place}-{number}", "")
        if kind not in records.KINDS:
            kept = each.get("confirmed", {}).get(table["headers_id"])
            confirmed |= {table["headers_id"]: kept} if kept else _confirmed([table]) if table["columns"] else {}
            continue
        headers = [*(one["header"] for one in table["columns"]), *table["unused"]]
        mapping = {}
        for row, header in enumerate(headers):
            column = said.get(f"column-{place}-{number}-{row}", "")
            if column in records.KINDS[kind].names:
                mapping[column] = header
        if kind != table["kind"]:
            each["kind"], mapping = kind, {}
        is_as_found = table["is_certain"] and mapping == {one["column"]: one["header"] for one in table["columns"]}
        if mapping and not is_as_found:
            confirmed[table["headers_id"]] = {"kind": kind, "mapping": mapping}
        elif is_as_found and table["headers_id"] in each.get("confirmed", {}):
            confirmed[table["headers_id"]] = each["confirmed"][table["headers_id"]]
    each["confirmed"] = confirmed
    return each


def _tables(source: Mapping[str, Any], each: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the tables of a source; of one that was not understood, its headers with nothing chosen."""
    yield from source["tables"]
    problem = source["problem"]
    if not source["tables"] and problem and problem["headers"]:
        kind = problem["params"].get("kind") or each.get("kind") or ""
        yield {"file": source["file"], "headers_id": problem["headers_id"], "kind": kind, "confidence": "low",
               "is_certain": False, "columns": [], "unused": problem["headers"], "report": None}  # fmt: skip


def _said(place: int, source: Mapping[str, Any], job: Job, voice: Voice) -> dict[str, Any]:
    each = job.payload["files"][place]
    tables = [_table(table, voice) for table in _tables(source, each)]
    return {
        "file": source["file"],
        "problem": _sentence(source["problem"], voice),
        "tables": tables,
        "encoding": each.get("encoding") or "",
        "can_import": source["problem"] is None and bool(source["tables"]),
    }


def _table(table: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    report, kind = table["report"], table["kind"]
    export = records.exports().get((report or {}).get("export") or "")
    rows = [
        {"header": one["header"], "column": one["column"], "means": word("column", one["column"], voice=voice),
         "sure": word("confidence", one["confidence"], voice=voice), "is_sure": one["confidence"] == "high",
         "why": word("why_mapped", one["why"], voice=voice), "examples": one["examples"]}
        for one in table["columns"]
    ] + [
        {"header": header, "column": "", "means": "", "sure": "", "is_sure": True, "why": "", "examples": []}
        for header in table["unused"][:_MOST_SHOWN]
    ]  # fmt: skip
    names = records.KINDS[kind].names if kind in records.KINDS else ()
    return {
        "file": table["file"],
        "kind": kind,
        "kind_word": word("kind", kind, voice=voice) if kind else "",
        "sure": word("confidence", table["confidence"], voice=voice),
        "export": export.title_in(voice.language) if export else "",
        "rows": rows,
        "meanings": [(name, word("column", name, voice=voice)) for name in names],
        "doubtful": sum(not one["is_sure"] for one in rows),
        "report": None if report is None else _outcome(report, voice),
    }


def _outcome(report: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    return {
        "read": voice.count(report["read"]),
        "kept": voice.count(report["accepted"]),
        "set_aside": voice.count(report["set_aside"]) if report["set_aside"] else "",
        "left_out": voice.count(sum(report["left_out"].values())) if report["left_out"] else "",
        "refused": [
            {"rows": voice.count(one["rows"]), "why": word("quarantine", one["reason"], voice=voice),
             "line": one["line"], "column": one["column"], "example": one["example"]}
            for one in report["refused"]
        ],
        "not_records": [
            {"rows": voice.count(rows), "why": word("left_out", code, voice=voice)}
            for code, rows in report["left_out"].items()
        ],
        "tables": [
            {"name": name, "why": word("tables_left_out", code, voice=voice)}
            for name, code in report["tables_left_out"].items()
        ],
        "taken_as": [
            {"rows": voice.count(rows), "what": word("issue", code, voice=voice)}
            for code, rows in report["taken_as"].items()
        ],
        "date_orders": [
            date_order_text(header, taken, voice=voice) for header, taken in report.get("date_orders", {}).items()
        ],
        "of_people": voice.list(list(report.get("of_people", ()))),
        "name_beside": report.get("name_beside", ""),
    }  # fmt: skip


def _sentence(problem: Mapping[str, Any] | None, voice: Voice) -> str:
    if not problem:
        return ""
    return problem_text(problem["code"], problem["template"], problem["params"], voice=voice)
