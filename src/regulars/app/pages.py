"""How a page is made: the environment of its templates, and what every template may say."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from regulars._version import __version__
from regulars.reports import word


def environment(*, autoescape: bool = True, **options: Any) -> Environment:
    """Return Jinja's environment: everything escaped, a name that is not there an error."""
    shaped = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, **shaped}, autoescape=True)
    made.globals.update(static=_versioned, url=_url, word=word)
    return made


def _versioned(path: str) -> str:
    """Return the address of a file that browsers keep until the next version."""
    return f"{static(path)}?{__version__}"


def _url(name: str, *places: object) -> str:
    return reverse(name, args=places)
