"""What people write down about a customer: notes, tasks, who sees to them, fields of one's own."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app import clock
from regulars.app.middleware import Request
from regulars.app.models import Note, Person, Survey, Task
from regulars.app.privacy.duties import REVIEW
from regulars.app.vault import store
from regulars.app.views.screen import person_or_404, show
from regulars.reports import N_

_SHOWN = 100
_OWN = {"": "", REVIEW: N_("Look through the page Privacy and sign the review off")}
"""What the app's own tasks say."""


class Written(forms.Form):
    """A note."""

    text = forms.CharField(max_length=10_000)


class NewTask(forms.Form):
    """Something to do by a day."""

    text = forms.CharField(max_length=1_000)
    due_on = forms.DateField(required=False)


class Assigned(forms.Form):
    """Who sees to a customer; nobody, if empty."""

    assignee = forms.ModelChoiceField(User.objects.all(), required=False)


class OwnField(forms.Form):
    """A field of one's own; an empty value removes it."""

    name = forms.CharField(max_length=60)
    value = forms.CharField(max_length=500, required=False)


def known(person: str) -> dict[str, Any]:
    """Return everything written down about a person, in plain words."""
    about = Person.objects.filter(customer_id=person).select_related("assignee").first()
    if about is None:
        return {"notes": [], "tasks": [], "told": [], "custom": {}, "assignee": None, "users": [], "surveys": [],
                "answers": []}  # fmt: skip
    notes = [
        {"text": store.open_text(person, note.ciphertext, "note"), "at": note.written_at, "by": note.author}
        for note in about.notes.select_related("author").order_by("-written_at")[:_SHOWN]
    ]
    tasks = [
        {"task": task, "text": store.open_text(person, task.ciphertext, "task") if task.ciphertext else ""}
        for task in about.tasks.filter(done_at=None).order_by("due_on", "id")[:_SHOWN]
    ]
    custom = {
        name: store.open_text(person, bytes.fromhex(kept), f"custom.{name}") for name, kept in about.custom.items()
    }
    answers = [
        {"answer": answer,
         "text": store.open_text(person, answer.ciphertext, "answer") if answer.ciphertext else ""}
        for answer in about.answers.select_related("survey").order_by("-given_at")[:_SHOWN]
    ]  # fmt: skip
    return {
        "answers": answers,
        "notes": notes,
        "tasks": tasks,
        "told": list(about.messages.select_related("author").order_by("-told_at")[:_SHOWN]),
        "custom": custom,
        "assignee": about.assignee,
        "users": list(User.objects.filter(is_active=True).order_by("username")),
        "surveys": list(Survey.objects.filter(is_open=True).order_by("-made_at")),
    }


@require_POST
def write(request: Request, person: str) -> HttpResponse:
    """Keep a note."""
    form = Written(request.POST)
    if form.is_valid():
        about = person_or_404(request, person)
        kept = store.seal_text(person, form.cleaned_data["text"], "note")
        Note.objects.create(person=about, author=request.user, written_at=timezone.now(), ciphertext=kept)
    return redirect("customer", person)


@require_POST
def plan(request: Request, person: str) -> HttpResponse:
    """Keep a task."""
    form = NewTask(request.POST)
    if form.is_valid():
        about = person_or_404(request, person)
        kept = store.seal_text(person, form.cleaned_data["text"], "task")
        Task.objects.create(person=about, assignee=request.user, ciphertext=kept, due_on=form.cleaned_data["due_on"])
    return redirect("customer", person)


@require_POST
def do(request: Request, task: int) -> HttpResponse:
    """Tick a task off."""
    found = get_object_or_404(Task, pk=task)
    if found.code == REVIEW:
        return redirect("privacy")  # which is signed off there
    found.done_at = timezone.now()
    found.save()
    return redirect("customer", found.person.customer_id) if found.person else redirect("tasks")


@require_POST
def assign(request: Request, person: str) -> HttpResponse:
    """Say who sees to a customer."""
    form = Assigned(request.POST)
    if form.is_valid():
        about = person_or_404(request, person)
        about.assignee = form.cleaned_data["assignee"]
        about.save()
    return redirect("customer", person)


@require_POST
def set_field(request: Request, person: str) -> HttpResponse:
    """Keep a field of one's own, or remove it."""
    form = OwnField(request.POST)
    if form.is_valid():
        name, value = form.cleaned_data["name"], form.cleaned_data["value"]
        about = person_or_404(request, person)
        about.custom.pop(name, None)
        if value:
            about.custom[name] = store.seal_text(person, value, f"custom.{name}").hex()
        about.save()
    return redirect("customer", person)


def tasks(request: Request) -> HttpResponse:
    """Show every task that is open, the most urgent first."""
    rows = [
        {"task": task, "who": task.person.customer_id if task.person else "", "is_late": _is_late(task),
         "text": store.open_text(task.person.customer_id, task.ciphertext, "task") if task.person
         else request.asked.voice.t(_OWN[task.code])}
        for task in Task.objects.filter(done_at=None).select_related("person").order_by("due_on", "id")[:_SHOWN]
    ]  # fmt: skip
    return show(request, "tasks.html", {"rows": rows}, at="today")


def _is_late(task: Task) -> bool:
    return task.due_on is not None and task.due_on < clock.today()
