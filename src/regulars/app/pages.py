"""How a page is made: the environment of its templates, and what every template may say."""

from functools import cache, lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment, StrictUndefined

from regulars._version import __version__
from regulars.app.clock import day_of
from regulars.reports import word


def environment(*, autoescape: bool = True, **options: Any) -> Environment:
    """Return Jinja's environment: everything escaped, a name that is not there an error."""
    shaped = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, **shaped}, autoescape=True)
    made.globals.update(static=_versioned, url=_url, word=word, day_of=day_of)
    return made


def one_token(request: HttpRequest) -> dict[str, Any]:
    """Give all forms of a page the same hidden token, made when the first form asks: a page has a dozen."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


@cache
def _versioned(path: str) -> str:
    """Return the address of a file that browsers keep until the next version."""
    return f"{static(path)}?{__version__}"


@lru_cache(maxsize=1024)
def _url(name: str, *places: object) -> str:
    return reverse(name, args=places)
