"""Who may do what: an owner everything, a member the daily work, a viewer looks and sees identifiers masked.

One matrix over every address; one that is not in it is the owner's alone. A test holds it against all addresses.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from regulars.app.models import Person, Task
from regulars.app.vault import eyes

Role: TypeAlias = Literal["viewer", "member", "owner"]

ROLES: tuple[Role, ...] = ("viewer", "member", "owner")
"""The lowest first; each may do what those before it may."""

MATRIX: Mapping[str, Role] = {
    # to look
    "today": "viewer", "customers": "viewer", "search": "viewer", "customer": "viewer", "pulse": "viewer",
    "groups": "viewer", "segment": "viewer", "segment_count": "viewer", "segment_people": "viewer",
    "new_segment": "viewer", "build": "viewer", "surveys": "viewer", "survey": "viewer", "tasks": "viewer",
    "logout": "viewer", "language": "viewer", "jobs": "viewer",
    # to work
    "start": "member", "simulated": "member", "became": "member", "note": "member", "import": "member",
    "upload": "member", "look": "member", "decide": "member", "set_aside": "member", "undo": "member",
    "stop": "member", "remove_segment": "member", "hand_over": "member", "merges": "member", "merge": "member",
    "unmerge": "member", "invite": "member", "task": "member", "assign": "member", "set_field": "member",
    "task_done": "member", "task_assignee": "member", "set_goal": "member", "drop_goal": "member",
    "new_survey": "member", "close_survey": "member", "consent": "member", "object": "member", "restrict": "member",
    "rectify": "member",
    "ask_due": "member", "privacy_request": "member", "answered": "member", "privacy": "member",
    # to decide for all
    "settings": "owner", "scores": "owner", "playbook": "owner", "messages": "owner", "members": "owner",
    "invite_member": "owner", "invite_again": "owner", "dismiss": "owner", "promote": "owner",
    "access": "owner", "erase": "owner", "review": "owner", "retention": "owner", "let_go": "owner", "log": "owner",
    "keep_records": "owner", "let_go_records": "owner", "processing": "owner", "assessment": "owner",
}  # fmt: skip
"""The lowest role that may open each address, by its name."""

OPEN = {"login", "welcome", "join", "answer"}
"""Addresses for people who have not logged in."""


def role_of(user: User | AnonymousUser) -> Role | None:
    """Return what somebody is; None of somebody who has not logged in."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return "owner"
    return "member" if user.is_staff else "viewer"


def workers() -> QuerySet[User]:
    """Return who does the daily work: members and owners, by their names."""
    return User.objects.filter(is_active=True, is_staff=True).order_by("username")


def still_working(user: User | None) -> User | None:
    """Return somebody as they are now, nobody if they do the daily work no more; asked where it is kept meanwhile."""
    return None if user is None else workers().filter(pk=user.pk).first()


def give(user: User, role: Role) -> None:
    """Let somebody be this from now on; what a viewer may not do any more falls to nobody in particular."""
    user.is_superuser, user.is_staff = role == "owner", role in {"owner", "member"}
    with transaction.atomic():
        user.save()
        if not user.is_staff:
            Task.objects.filter(assignee=user, done_at=None).update(assignee=None)
            Person.objects.filter(assignee=user).update(assignee=None)


def may(role: Role | None, address: str) -> bool:
    """Say whether somebody of a role may open an address."""
    if address in OPEN or (role is None and address == "language"):
        return True
    return role is not None and ROLES.index(role) >= ROLES.index(MATRIX.get(address, "owner"))


class Allowed:
    """Lets a request pass or says that it may not, and masks every identifier for a viewer."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with a viewer's eyes if it is one."""
        with eyes.masked_if(role_of(request.user) == "viewer"):
            return self._answer(request)

    def process_view(self, request: Any, *_: Any) -> HttpResponse | None:
        """Refuse what the role may not; who has not logged in is led to the login by others."""
        role = role_of(request.user)
        if role is None or may(role, str(request.resolver_match.url_name)):
            return None
        from regulars.app.views.screen import show  # noqa: PLC0415  (views know roles, not the other way round)

        return show(request, "people/not_allowed.html", status=403)
