"""One-time links: the first owner's, and those by which everybody else sets a password.

Only their fingerprints are kept, and they are gone once used.
"""

import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from regulars.app.models import Kept
from regulars.app.vault.keys import fingerprint
from regulars.app.vault.secrets import secret

_NAME = "invitation"
_HOLDS = timedelta(hours=24)
_JOIN = "join:"
_JOIN_HOLDS = timedelta(days=7)
_MARK_LETTERS = 32


def invite() -> str | None:
    """Return a fresh link's token if the shop has no owner yet; earlier ones no longer hold."""
    if User.objects.exists():
        return None
    token = secrets.token_urlsafe(24)
    until = (timezone.now() + _HOLDS).timestamp()
    Kept.objects.update_or_create(name=_NAME, defaults={"value": {"mark": _mark(token), "until": until}})
    return token


def is_invited(token: str) -> bool:
    """Whether a token holds."""
    kept = Kept.objects.filter(name=_NAME).first()
    if kept is None or User.objects.exists() or timezone.now().timestamp() > kept.value["until"]:
        return False
    return secrets.compare_digest(kept.value["mark"], _mark(token))


def use_invitation(token: str) -> bool:
    """Let a token be used up; whether it held until then."""
    with transaction.atomic():
        if not is_invited(token):
            return False
        return bool(Kept.objects.filter(name=_NAME).delete()[0])


def invite_user(user: User) -> str:
    """Return a fresh link's token for somebody to set a password with; earlier ones of theirs no longer hold."""
    token = secrets.token_urlsafe(24)
    until = (timezone.now() + _JOIN_HOLDS).timestamp()
    Kept.objects.filter(name__startswith=_JOIN, value__user=user.id).delete()
    Kept.objects.create(name=_JOIN + _mark(token)[:_MARK_LETTERS], value={"user": user.id, "until": until})
    return token


def invited_user(token: str) -> User | None:
    """Return whom a token lets set a password; None if it does not hold."""
    kept = Kept.objects.filter(name=_JOIN + _mark(token)[:_MARK_LETTERS]).first()
    if kept is None or timezone.now().timestamp() > kept.value["until"]:
        return None
    return User.objects.filter(id=kept.value["user"], is_active=True).first()


def use_up(token: str) -> bool:
    """Let such a token be used up; whether it held until then."""
    return bool(Kept.objects.filter(name=_JOIN + _mark(token)[:_MARK_LETTERS]).delete()[0])


def _mark(token: str) -> str:
    return fingerprint(secret("index"), f"invitation:{token}").hex()
