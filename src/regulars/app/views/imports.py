"""Import: a simulated shop to look around in, or files of one's own; how far it is; and taking it back."""

import secrets
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from regulars import records
from regulars.app import clock
from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.models import Job
from regulars.app.views.screen import show


class Upload(forms.Form):
    """A file of records."""

    file = forms.FileField(max_length=200, allow_empty_file=True)


class Undo(forms.Form):
    """Which import is to be taken back."""

    batch = forms.RegexField(r"^\d{8}T\d{6}-[0-9a-f]{6}$")


def start(request: Request) -> HttpResponse:
    """Offer what a new shop can begin with."""
    return show(request, "start.html", {"jobs": _jobs(request)}, at="import")


def imports(request: Request) -> HttpResponse:
    """Show what was imported, and what is under way."""
    shop = request.asked.shop
    batches = records.Batches(shop.workspace).live()
    return show(request, "imports.html", {"batches": batches[::-1], "jobs": _jobs(request)}, at="import")


@require_POST
def upload(request: Request) -> HttpResponse:
    """Keep a file for an import, and ask for the import and an analysis after it."""
    shop = request.asked.shop
    form = Upload(request.POST, request.FILES)
    if not form.is_valid():
        return redirect("import")
    file = form.cleaned_data["file"]
    folder = shop.workspace / "uploads" / secrets.token_hex(8)
    folder.mkdir(mode=0o700, parents=True)
    place = folder / Path(str(file.name)).name
    with place.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    queue.ask("import", {"files": [{"path": str(place)}]}, by=request.user)
    return redirect("import")


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


def progress(request: Request) -> HttpResponse:
    """Show how far the jobs are: asked for again and again by the page while any is under way."""
    return show(request, "jobs/progress.html", {"jobs": _jobs(request)})


@require_POST
def stop(request: Request, job: int) -> HttpResponse:
    """Stop a job."""
    queue.cancel(get_object_or_404(Job, id=job).id)
    return redirect("import")


def _jobs(request: Request) -> dict[str, Any]:
    voice = request.asked.voice
    listed = list(Job.objects.order_by("-asked_at", "-id")[:5])
    rows = [
        {"job": job, "state": job.state, "share": round(100 * job.progress),
         "error": voice.t(job.error, **job.error_params)}
        for job in listed
    ]  # fmt: skip
    is_busy = any(job.state in {Job.QUEUED, Job.RUNNING} for job in listed)
    return {"rows": rows, "is_busy": is_busy}
