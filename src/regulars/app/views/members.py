"""Who works here: the owner invites members and viewers, changes what they are, and lets them go."""

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from regulars.app._public import public_link
from regulars.app.invitations import invite_user, invited_user, use_up
from regulars.app.middleware import Request
from regulars.app.privacy import audit
from regulars.app.roles import ROLES, give, role_of
from regulars.app.views.people import password_faults
from regulars.app.views.screen import show

_GIVEN = [(role, role) for role in ROLES]


class Invitation(forms.Form):
    """Whom to invite, and as what."""

    username = forms.CharField(max_length=150, strip=True)
    role = forms.ChoiceField(choices=_GIVEN)


class Promotion(forms.Form):
    """What somebody is to be."""

    role = forms.ChoiceField(choices=_GIVEN)


class Joining(forms.Form):
    """The password somebody chose."""

    password = forms.CharField(max_length=200, strip=False)


def members(request: Request) -> HttpResponse:
    """Show who works here."""
    return _page(request)


@require_POST
def invite(request: Request) -> HttpResponse:
    """Let somebody in by a one-time link, which is shown once."""
    form = Invitation(request.POST)
    if not form.is_valid():
        return _page(request, fault="nameless")
    name = form.cleaned_data["username"]
    if User.objects.filter(username=name).exists():
        return _page(request, fault="taken")
    user = User.objects.create_user(name)  # without a password nobody can log in
    give(user, form.cleaned_data["role"])
    audit.write("member", by=request.user.username, who=name, is_now=form.cleaned_data["role"])
    return _page(request, link=public_link(request, f"/join/{invite_user(user)}/"), invited=name)


@require_POST
def invite_again(request: Request, user: int) -> HttpResponse:
    """Let somebody choose a password anew, by a one-time link that is shown once; the old one holds until then."""
    found = get_object_or_404(User, id=user, is_active=True)
    audit.write("password", by=request.user.username, who=found.username)
    return _page(request, link=public_link(request, f"/join/{invite_user(found)}/"), invited=found.username)


@require_POST
def promote(request: Request, user: int) -> HttpResponse:
    """Let somebody be something else; one owner always stays."""
    form, found = Promotion(request.POST), get_object_or_404(User, id=user)
    if not form.is_valid():
        return redirect("members")
    with transaction.atomic():  # two owners may be at it at once: whoever comes second asks of what is then
        is_last = form.cleaned_data["role"] != "owner" and _is_last_owner(found)
        if not is_last:
            give(found, form.cleaned_data["role"])
    if is_last:
        return _page(request, fault="last_owner")
    audit.write("member", by=request.user.username, who=found.username, is_now=form.cleaned_data["role"])
    return redirect("members")


@require_POST
def dismiss(request: Request, user: int) -> HttpResponse:
    """Let somebody go; what they wrote stays."""
    found = get_object_or_404(User, id=user)
    with transaction.atomic():
        is_last = _is_last_owner(found)
        if not is_last:
            found.delete()
    if is_last:
        return _page(request, fault="last_owner")
    audit.write("member", by=request.user.username, who=found.username, is_now=None)
    return redirect("members")


@login_not_required
@sensitive_post_parameters("password")
def join(request: Request, token: str) -> HttpResponse:
    """Let somebody who was invited choose a password."""
    user = invited_user(token)
    if user is None:
        return show(request, "people/invitation_gone.html", status=410)
    form = Joining(request.POST or None)
    faults: list[str] = []
    if form.is_valid():
        faults = password_faults(form.cleaned_data["password"], user.username)
        if not faults and use_up(token):
            user.set_password(form.cleaned_data["password"])
            user.save()  # which ends every session of theirs
            login(request, user, backend="regulars.app.logged_in.Users")
            return redirect("today")
    return show(request, "people/join.html", {"username": user.username, "faults": faults})


def _page(request: Request, *, fault: str = "", link: str = "", invited: str = "") -> HttpResponse:
    people = [
        {"user": user, "role": role_of(user)} for user in User.objects.filter(is_active=True).order_by("username")
    ]
    shown = {"people": people, "roles": ROLES, "fault": fault, "link": link, "invited": invited}
    return show(request, "settings/members.html", shown, at="settings")


def _is_last_owner(user: User) -> bool:
    owners = set(User.objects.filter(is_superuser=True, is_active=True).values_list("id", flat=True))
    return owners == {user.id}
