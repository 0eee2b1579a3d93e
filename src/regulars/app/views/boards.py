"""Pulse: what was worked out when the result was published."""

from django.http import HttpResponse
from django.shortcuts import redirect

from regulars.app.middleware import Request
from regulars.app.views.screen import show


def pulse(request: Request) -> HttpResponse:
    """Show the eight numbers and what comes next."""
    asked = request.asked
    if asked.result is None:
        return redirect("start")
    return show(request, "pulse.html", {"board": asked.result.board(asked.language)}, at="pulse")
