"""Writing something down about a customer: a note, a task, a field of one's own, who sees to them."""

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app import clock
from regulars.app.middleware import Request
from regulars.app.models import Note, Person, Task
from regulars.app.roles import still_working, workers
from regulars.app.vault import persons, store
from regulars.app.views.customers import customer
from regulars.app.views.refused import refused
from regulars.app.views.screen import writing_about
from regulars.reports import N_

_CALLED = {
    "note": {"text": N_("New note")},
    "task": {"text": N_("New task"), "due_on": N_("By (may stay empty)"), "assignee": N_("Who does it")},
    "assign": {"assignee": N_("Who sees to this customer")},
    "field": {"name": N_("Name of the field"), "value": N_("Value (empty removes the field)")},
}
"""What the page of a customer calls the fields of each form."""


class Written(forms.Form):
    """A note."""

    text = forms.CharField(max_length=10_000)


class NewTask(forms.Form):
    """Something to do by a day, by somebody who works here; by nobody in particular, if empty."""

    text = forms.CharField(max_length=1_000)
    due_on = forms.DateField(required=False)
    assignee = forms.ModelChoiceField(workers(), required=False)


class Assigned(forms.Form):
    """Who sees to a customer, of those who work here; nobody, if empty."""

    assignee = forms.ModelChoiceField(workers(), required=False)


class OwnField(forms.Form):
    """A field of one's own; an empty value removes it."""

    name = forms.CharField(max_length=60)
    value = forms.CharField(max_length=500, required=False)


@require_POST
def write(request: Request, person: str) -> HttpResponse:
    """Keep a note."""
    form = Written(request.POST)
    if not form.is_valid():
        return _again(request, person, "note", form)
    with writing_about(request, person) as about:
        kept = store.seal_text(person, form.cleaned_data["text"], "note")
        Note.objects.create(person=about, author=request.user, written_at=timezone.now(), ciphertext=kept)
    return redirect("customer", person)


@require_POST
def plan(request: Request, person: str) -> HttpResponse:
    """Keep a task."""
    form = NewTask(request.POST)
    if not form.is_valid():
        return _again(request, person, "task", form)
    with writing_about(request, person) as about:
        told = {"due_on": form.cleaned_data["due_on"], "assignee": still_working(form.cleaned_data["assignee"])}
        kept = store.seal_text(person, form.cleaned_data["text"], "task")
        Task.objects.create(person=about, ciphertext=kept, **told)
    return redirect("customer", person)


@require_POST
def assign(request: Request, person: str) -> HttpResponse:
    """Say who sees to a customer."""
    form = Assigned(request.POST)
    if not form.is_valid():
        return _again(request, person, "assign", form)
    with writing_about(request, person) as about:
        _others(about).exclude(assignee=None).update(assignee=None)
        about.assignee = still_working(form.cleaned_data["assignee"])
        about.save(update_fields=["assignee"])
    return redirect("customer", person)


@require_POST
def set_field(request: Request, person: str) -> HttpResponse:
    """Keep a field of one's own, or remove it."""
    form = OwnField(request.POST)
    if not form.is_valid():
        return _again(request, person, "field", form)
    name, value = form.cleaned_data["name"], form.cleaned_data["value"]
    with writing_about(request, person) as about:
        for one in (about, *_others(about)):
            is_there = name in one.custom
            for kept in (one.custom, one.custom_on):
                kept.pop(name, None)
            if one is about and value:
                about.custom_on[name] = clock.today().isoformat()
                about.custom[name] = store.seal_text(person, value, f"custom.{name}").hex()
            if one is about or is_there:
                one.save(update_fields=["custom", "custom_on"])
    return redirect("customer", person)


def _others(about: Person) -> QuerySet[Person]:
    """Return the other accounts of the same person, where what is replaced may stand."""
    return Person.objects.filter(customer_id__in=persons.accounts_of(about.customer_id)[1:])


def _again(request: Request, person: str, name: str, form: forms.Form) -> HttpResponse:
    """Show the page once more, with why the form was not taken beside it."""
    return customer(request, person, told=refused(name, form, called=_CALLED[name], voice=request.asked.voice))
