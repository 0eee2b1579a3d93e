"""What is said where there is no page, and where one broke."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

from regulars.app.middleware import Request
from regulars.app.views.screen import show


@login_not_required
def not_found(request: Request, exception: Exception) -> HttpResponse:
    """Say that there is nothing at this address, or nobody any more."""
    return show(request, "people/not_found.html", status=404)


@login_not_required
def not_understood(request: Request, exception: Exception) -> HttpResponse:
    """Say that the question made no sense."""
    return show(request, "people/not_found.html", status=400)


@login_not_required
def broken(request: Request) -> HttpResponse:
    """Say that it is the app's fault; the console has the details."""
    request.asked.without_result()
    return show(request, "people/broken.html", status=500)
