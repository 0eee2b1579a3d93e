"""Import: a simulated shop to look around in, or files of one's own; what was imported, and taking it back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from regulars import records
from regulars.app import clock, uploads
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.models import Job
from regulars.app.privacy import erasing
from regulars.app.problems import problem_text
from regulars.app.roles import role_of
from regulars.app.spreadsheets import download
from regulars.app.views.screen import show
from regulars.core import RegularsError
from regulars.reports import N_, Voice, word

_MOST_FILES = 20
_HEADS = (N_("File"), N_("Line"), N_("Column"), N_("Why it was set aside"), N_("What the value looks like"))
_BATCH = r"^\d{8}T\d{6}-[0-9a-f]{6}$"


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Return every file, each checked."""
        chosen = data if isinstance(data, list | tuple) else [data]
        return [super(_Files, self).clean(each, initial) for each in chosen]


class Upload(forms.Form):
    """Files of records."""

    file = _Files(max_length=200, allow_empty_file=True, widget=_SeveralFiles)


class Undo(forms.Form):
    """Which import is to be taken back."""

    batch = forms.RegexField(_BATCH)


def start(request: Request) -> HttpResponse:
    """Offer what a new shop can begin with."""
    return show(request, "start.html", {"jobs": jobs_of(request.asked.voice, request.user)}, at="import")


def imports(request: Request) -> HttpResponse:
    """Show what was imported, and what is under way."""
    batches = records.Batches(request.asked.shop.workspace).live()
    shown = {"batches": batches[::-1], "jobs": jobs_of(request.asked.voice, request.user)}
    return show(request, "imports.html", shown, at="import")


@require_POST
def upload(request: Request) -> HttpResponse:
    """Keep files, and ask for a look at them."""
    form = Upload(request.POST, request.FILES)
    if not form.is_valid() or len(form.cleaned_data["file"]) > _MOST_FILES:
        return redirect("import")
    token, places = uploads.keep(request.asked.shop, form.cleaned_data["file"])
    payload = {"upload": token, "files": [{"path": str(place)} for place in places]}
    queue.ask("look", payload, key=token, by=request.user)
    return redirect("look", token)


@require_POST
def simulated(request: Request) -> HttpResponse:
    """Fill the shop with a simulated one."""
    day = clock.today().isoformat()
    queue.ask("simulate", {"last_day": day}, key="simulate", by=request.user)
    return redirect("start")


@require_POST
def undo(request: Request) -> HttpResponse:
    """Take an import back, and publish without it."""
    form = Undo(request.POST)
    if form.is_valid():
        queue.ask("undo", form.cleaned_data, key=form.cleaned_data["batch"], by=request.user)
    return redirect("import")


def set_aside(request: Request, batch: str) -> HttpResponseBase:
    """Hand over the rows of an import that could not be read, their values masked, as a spreadsheet."""
    voice = request.asked.voice
    try:
        rows = records.Batches(request.asked.shop.workspace).set_aside(batch)
    except RegularsError as error:
        raise Http404 from error
    heads = [voice.t(head) for head in _HEADS]
    told = (
        [row["file"], row["line"], row["column_name"], word("quarantine", row["reason"], voice=voice),
         row["masked_value"]]
        for row in rows
    )  # fmt: skip
    return download(f"{batch}.csv", heads, told)


def progress(request: Request) -> HttpResponse:
    """Show how far the jobs are: asked for again and again by the page while any is under way."""
    template = "jobs/progress.html" if request.headers.get("HX-Request") else "jobs/page.html"
    return show(request, template, {"jobs": jobs_of(request.asked.voice, request.user)}, at="import")


@require_POST
def stop(request: Request, job: int) -> HttpResponse:
    """Stop a job; an erasure that was begun is brought to its end, and so is the removal of old records."""
    found = get_object_or_404(Job.objects.exclude(kind__in=["erase", "let_go"]), id=job)
    if found.kind in _to_let_be(request.user):
        return show(request, "people/not_allowed.html", status=403)
    queue.cancel(found.id)
    return redirect("import")


def _to_let_be(user: User) -> set[str]:
    """Return the kinds of jobs that somebody may not stop: while something is to be gone, analyses are the owners'."""
    clears = erasing.results_speak_of_erased() and role_of(user) != "owner"
    return {"erase", "let_go"} | ({"analyse"} if clears else set())


def jobs_of(voice: Voice, user: User) -> dict[str, Any]:
    """Return the newest jobs in words."""
    let_be = _to_let_be(user)
    listed = list(Job.objects.exclude(kind="look").order_by("-asked_at", "-id")[:5])
    rows = [
        {"job": job, "state": job.state, "share": round(100 * job.progress), "step": _step(job.step, voice),
         "can_stop": job.state in {Job.QUEUED, Job.RUNNING} and job.kind not in let_be,
         "outcome": _outcome(job.kind, job.result, voice),
         "error": problem_text(job.error_code, job.error, job.error_params, voice=voice) if job.error else ""}
        for job in listed
    ]  # fmt: skip
    return {"rows": rows, "is_busy": any(job.state in {Job.QUEUED, Job.RUNNING} for job in listed)}


def _step(step: str, voice: Voice) -> str:
    """Return how fast an import reads; of other steps the bar says enough."""
    kind, *numbers = step.split(":")
    if kind != "read" or len(numbers) != 2:
        return ""
    rows, rate = (voice.count(int(number)) for number in numbers)
    return voice.t("{rows} rows read, {rate} a second", rows=rows, rate=rate)


def _outcome(kind: str, result: Mapping[str, Any], voice: Voice) -> list[str]:
    """Return what came of an import."""
    if kind not in {"import", "simulate"} or not result:
        return []
    lines = [
        voice.t("{file} was imported before; nothing of it was taken in again.", file=file)
        for file, _ in result.get("known", ())
    ]
    if result.get("batch"):
        parts = [voice.nt("{n} row read", "{n} rows read", result["read"])]
        parts.append(voice.nt("{n} accepted", "{n} accepted", result["accepted"]))
        if result.get("set_aside"):
            parts.append(voice.nt("{n} set aside", "{n} set aside", result["set_aside"]))
        if result.get("left_out"):
            parts.append(voice.nt("{n} left out", "{n} left out", result["left_out"]))
        lines.append(voice.list(parts))
    return lines
