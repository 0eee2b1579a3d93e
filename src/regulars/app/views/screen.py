"""What every screen has: its words, its place in the menu, and who is looking."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render

from regulars.app.middleware import Request
from regulars.app.models import Person
from regulars.app.publication import listing
from regulars.app.roles import may, role_of
from regulars.app.vault import store, tombstones
from regulars.reports import N_

MENU = (
    ("today", N_("Today")),
    ("customers", N_("Customers")),
    ("pulse", N_("Pulse")),
    ("groups", N_("Groups")),
    ("surveys", N_("Surveys")),
    ("import", N_("Import")),
    ("merges", N_("Merges")),
    ("privacy", N_("Privacy")),
    ("settings", N_("Settings")),
)
"""The screens of the menu: the name of each one's address, and what it is called."""

_HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def person_or_404(request: Request, customer_id: str) -> Person:
    """Return somebody whom the vault or the result knows.

    Raises:
        Http404: neither does, or the person was erased since.
    """
    if tombstones.erased_ids([customer_id]):
        raise Http404
    found = Person.objects.filter(customer_id=customer_id).first()
    result = request.asked.result
    if found is None and result is not None and listing.some(result, [customer_id]):
        found = store.meet(customer_id)
    if found is None:
        raise Http404
    return found


@contextmanager
def writing_about(request: Request, customer_id: str) -> Iterator[Person]:
    """Yield somebody as they are now, and let nobody erase them before what is written down about them is kept.

    The databases are held in the order in which erasing holds them, so that neither waits for the other for ever.

    Raises:
        Http404: there is nobody like that, or not any more.
    """
    with transaction.atomic(using="keys"), transaction.atomic():
        yield person_or_404(request, customer_id)


def show(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, at: str = "", status: int = 200
) -> HttpResponse:
    """Return a page; `at` is its place in the menu."""
    asked = request.asked
    voice = asked.voice
    role = role_of(request.user)
    shared = {
        "t": voice.t,
        "nt": voice.nt,
        "voice": voice,
        "html_language": _HTML_LANGUAGE[asked.language],
        "other_language": "en" if asked.language == "zh" else "zh",
        "menu": [(name, voice.t(called)) for name, called in MENU if may(role, name)],
        "may": lambda address: may(role, address),
        "at": at,
        "user": request.user,
        "result": asked.result,
        "here": request.get_full_path(),
    }
    return render(request, template, {**shared, **(context or {})}, status=status)
