"""Who logged in goes into the log."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from regulars.app.privacy import audit


@receiver(user_logged_in)
def logged_in(sender: Any, user: User, **_: Any) -> None:
    """Write it down."""
    audit.write("login", by=user.get_username())
