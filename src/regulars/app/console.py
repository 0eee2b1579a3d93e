"""What the console says of requests: which page it was, and never whose."""

import logging

from django.http import HttpRequest

_NO_PAGE = "(no page)"


class ShapeOfAddresses(logging.Filter):
    """Puts the shape of an address in the place of the address, which may hold a customer's id or a secret link."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, with no address in it."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            match = request.resolver_match
            shape = _NO_PAGE if match is None else f"/{match.route}"
            told = record.args if isinstance(record.args, tuple) else ()
            hidden = {request.path, request.path_info, request.get_full_path()}
            record.args = tuple(shape if each in hidden else each for each in told)
        return True
