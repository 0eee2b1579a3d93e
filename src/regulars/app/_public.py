"""Where customers reach the shop from outside, if they do: an address that another web server hands on from.

The app itself listens on this machine alone, so whatever comes with a proxy's headers came through that server.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from regulars.core import RegularsError

if TYPE_CHECKING:
    from django.http import HttpRequest

PUBLIC_PLACE = "REGULARS_PUBLIC_URL"
"""The variable that names the address for the processes of one server."""


class AddressInvalid(RegularsError):
    """No address that a link could begin with."""

    code = "public_address_invalid"
    template = "{told} is no address to reach the shop at. Give it without a path: https://shop.example."


def checked(told: str) -> str:
    """Return an address without its last slash.

    Raises:
        AddressInvalid: it is not http or https, names no host, or has a path, a name or a query.
    """
    try:
        parts = urlsplit(told.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressInvalid(told=told) from None
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not host or rest:
        raise AddressInvalid(told=told)
    return f"{parts.scheme}://{parts.netloc}"


def address() -> str:
    """Return the address that this process was given, or nothing."""
    return os.environ.get(PUBLIC_PLACE, "")


def public_link(request: HttpRequest, path: str) -> str:
    """Return a link for somebody outside; without an address of the shop's it opens on this machine alone."""
    return f"{address()}{path}" if address() else request.build_absolute_uri(path)


def client_address(request: HttpRequest) -> str:
    """Return whose attempts to log in are counted: who asked the other web server, which adds it as the last."""
    sender = str(request.META.get("REMOTE_ADDR", ""))
    return request.headers.get("X-Forwarded-For", sender).rsplit(",", 1)[-1].strip() if address() else sender
