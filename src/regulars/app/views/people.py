"""Who may look: the first owner by a one-time link, everybody else by a password; and in which language."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from regulars.app.invitations import is_invited, use_invitation
from regulars.app.middleware import A_YEAR, LANGUAGE_COOKIE, Request
from regulars.app.views.screen import show


class Welcome(forms.Form):
    """Who the first owner is."""

    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=200, strip=False)


class Login(forms.Form):
    """Who somebody says to be."""

    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=200, strip=False)


@login_not_required
@sensitive_post_parameters("password")
def welcome(request: Request, token: str) -> HttpResponse:
    """Make the first owner, whoever has the one-time link that the console printed."""
    if not is_invited(token):
        return show(request, "people/invitation_gone.html", status=410)
    form = Welcome(request.POST or None)
    faults: list[str] = []
    if form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        faults = _faults(password, name)
        if not faults and use_invitation(token):
            owner = User.objects.create_superuser(name, password=password)
            login(request, owner, backend="regulars.app.logged_in.Users")
            return redirect("start")
    return show(request, "people/welcome.html", {"form": form, "faults": faults, "token": token})


@login_not_required
@sensitive_post_parameters("password")
def enter(request: Request) -> HttpResponse:
    """Log somebody in."""
    form = Login(request.POST or None)
    is_wrong = False
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            login(request, user)
            wanted = request.GET.get("next", "")
            is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
            return HttpResponseRedirect(wanted) if is_ours else redirect(settings.LOGIN_REDIRECT_URL)
        is_wrong = True
    return show(request, "people/login.html", {"form": form, "is_wrong": is_wrong}, status=401 if is_wrong else 200)


@require_POST
def leave(request: Request) -> HttpResponse:
    """Log somebody out."""
    logout(request)
    return redirect("login")


@login_not_required
@require_POST
def speak(request: Request, language: str) -> HttpResponse:
    """Answer in another language from now on."""
    if language not in {"en", "zh"}:
        raise Http404
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    answer = HttpResponseRedirect(back if is_ours else "/")
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


@login_not_required
def locked_out(request: Request, *_: Any, **__: Any) -> HttpResponse:
    """Say that there were too many wrong passwords."""
    return show(request, "people/locked_out.html", status=429)


@login_not_required
def forged(request: Request, reason: str = "") -> HttpResponse:
    """Say that a form was too old, or not from here."""
    return show(request, "people/forged.html", status=403)


def password_faults(password: str, name: str) -> list[str]:
    """Return the codes of what is wrong with a password."""
    try:
        validate_password(password, User(username=name))
    except ValidationError as error:
        return [each.code or "" for each in error.error_list]
    return []


def _faults(password: str, name: str) -> list[str]:
    """Return the codes of what is wrong with a new person's name and password."""
    faults = password_faults(password, name)
    return faults or (["username_taken"] if User.objects.filter(username=name).exists() else [])
