"""Who is logged in: Django's own sessions and users, not asked for anew by every page while nothing was written."""

from copy import copy
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from regulars.app.remembered import remembered


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        """Return what a session holds; one that has ended, or that nobody knows, is dealt with as Django does."""
        kept = remembered(("session", self.session_key), Session.objects.filter(session_key=self.session_key).first)
        if kept is None or kept.expire_date <= timezone.now():
            return dict(super().load())
        return dict(self.decode(kept.session_data))


class Users(ModelBackend):
    """Users in the database."""

    def get_user(self, user_id: int) -> User | None:
        """Return a user of the request's own, which it may change."""
        return copy(remembered(("user", user_id), lambda: super(Users, self).get_user(user_id)))
