"""Tasks: everything that is open, of all customers and of the shop itself."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app import clock
from regulars.app.middleware import Request
from regulars.app.models import Task
from regulars.app.privacy.duties import REVIEW, next_review
from regulars.app.roles import still_working, workers
from regulars.app.vault import persons, store
from regulars.app.views.about import MOST_URGENT, is_late
from regulars.app.views.screen import show
from regulars.reports import N_, Voice

_SHOWN = 100
Told = Mapping[str, Mapping[str, list[str]]]
_OWN = {"": "", REVIEW: N_("Look through the page Privacy and sign the review off")}
"""What the app's own tasks say."""


class Whose(forms.Form):
    """Whose tasks are asked for; all of them, if nothing or nonsense was said."""

    whose = forms.ChoiceField(choices=[("mine", "mine")], required=False)


class PassOn(forms.Form):
    """Who is to do a task from now on: nobody in particular, if empty; and the page on which it was said."""

    assignee = forms.ModelChoiceField(workers(), required=False)
    at = forms.ChoiceField(choices=[("customer", "customer")], required=False)


@require_POST
def pass_on(request: Request, task: int) -> HttpResponse:
    """Give a task that is open to somebody else; a choice that is none changes nothing."""
    found = get_object_or_404(Task.objects.filter(done_at=None, person__isnull=False), pk=task)
    form = PassOn(request.POST)
    if form.is_valid():
        with transaction.atomic():
            Task.objects.filter(pk=task).update(assignee=still_working(form.cleaned_data["assignee"]))
    if form.cleaned_data.get("at") and found.person:
        return redirect("customer", found.person.customer_id)
    return redirect("tasks")


@require_POST
def do(request: Request, task: int) -> HttpResponse:
    """Tick a task off."""
    found = get_object_or_404(Task, pk=task)
    if found.code == REVIEW:
        return redirect("privacy")  # which is signed off there
    Task.objects.filter(pk=task).update(done_at=timezone.now())  # not the task of somebody erased meanwhile, anew
    return redirect("customer", found.person.customer_id) if found.person else redirect("tasks")


def waiting() -> tuple[int, int]:
    """Return how many tasks are open, and how many of them are due today or were before."""
    is_open = Task.objects.filter(done_at=None)
    return is_open.count(), is_open.filter(due_on__lte=clock.today()).count()


def tasks(request: Request) -> HttpResponse:
    """Show every task that is open, or one's own, the most urgent first; the next review of privacy is one."""
    next_review()
    form = Whose(request.GET)
    is_mine = form.is_valid() and form.cleaned_data["whose"] == "mine"
    found = Task.objects.filter(done_at=None, **({"assignee": request.user} if is_mine else {}))
    listed = list(found.select_related("person", "assignee").order_by(*MOST_URGENT)[:_SHOWN])
    people = [task.person.customer_id for task in listed if task.person]
    keys = store.keys_of(people)
    told = persons.reveal(people, store.NAME_FIELDS)
    rows = [_row(task, told, keys, request.asked.voice) for task in listed]
    return show(request, "tasks.html", {"rows": rows, "is_mine": is_mine, "workers": list(workers())}, at="today")


def _row(task: Task, told: Told, keys: Mapping[str, bytes], voice: Voice) -> dict[str, Any]:
    row = {"task": task, "who": "", "called": "", "is_late": is_late(task)}
    if task.person is None:
        return {**row, "text": voice.t(_OWN[task.code])}
    who = task.person.customer_id
    return {
        **row,
        "who": who,
        "called": store.called(told.get(who, {}), who),
        "text": store.open_text(who, task.ciphertext, "task", keys),
    }
