"""What every request is given, and what no page of a person may be without."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path

from regulars.app._shop import served
from regulars.app.publication.current import Published, current
from regulars.app.shop_language import shop_language
from regulars.reports import Language, People, ResultFolder, Voice


class Request(HttpRequest):
    """A request as views get it: who asks (pages without login apart), and what about."""

    user: User
    asked: "Asked"


Answer = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "regulars_language"
A_YEAR = 365 * 24 * 3600
MOST_OF_STRANGERS = 200_000
"""So many bytes may be sent without login: the answer to a survey takes a few thousand."""
_STATIC = "/static/"
_SEE_OTHER, _NOT_ALLOWED = 303, 405


class Asked:
    """What one request asks about: the shop, one result of it, and the language of the answer."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.shop = served()

    @cached_property
    def result(self) -> Published | None:
        """The result that was current when the request first asked; it stays the same to its end."""
        return current(self.shop)

    @property
    def is_overtaken(self) -> bool:
        """Whether the request began with a result that is no longer the current one."""
        return self.__dict__.get("result") is not None and self.result != current(self.shop)

    def without_result(self) -> None:
        """Answer with nothing of any result, which may be what is broken."""
        self.__dict__.update(result=None, voice=Voice(language=self.language))

    @cached_property
    def language(self) -> Language:
        """What the reader chose, else what the shop set, else what the browser prefers."""
        chosen = self._request.COOKIES.get(LANGUAGE_COOKIE) or shop_language()
        if chosen is None:
            chosen = self._request.headers.get("Accept-Language", "").strip()[:2].lower()
        return "zh" if chosen == "zh" else "en"

    @cached_property
    def voice(self) -> Voice:
        """How numbers, days and sentences are said."""
        currency = "" if self.result is None else str(self.result.manifest["business"].get("currency") or "")
        return Voice(language=self.language, currency=currency)

    @cached_property
    def people(self) -> People:
        """The words for people of the result, which there must be."""
        if self.result is None:
            raise LookupError("nothing is published yet")
        return _people(self.result.folder, self.voice)


@lru_cache(maxsize=4)
def _people(folder: Path, voice: Voice) -> People:
    """Return the words for people of a result: it never changes, so what it says of itself is read once."""
    return People(folder=ResultFolder(path=folder), voice=voice)


def asked(answer: Answer) -> Answer:
    """Give every request what it asks about, as `request.asked`."""

    def middleware(request: Any) -> HttpResponse:
        request.asked = Asked(request)
        return answer(request)

    middleware.process_exception = _once_more  # type: ignore[attr-defined]
    return middleware


def _once_more(request: Any, _: Exception) -> HttpResponse | None:
    """Ask a page once more of the current result, if another one was published, and its own removed, meanwhile.

    What changes something is not done twice: it says that it broke.
    """
    if request.method not in {"GET", "HEAD"} or not request.asked.is_overtaken:
        return None
    request.asked = Asked(request)
    view, args, kwargs = request.resolver_match
    answered: HttpResponse = view(request, *args, **kwargs)
    return answered


def little_of_strangers(answer: Answer) -> Answer:
    """Take no long request of anybody who has not logged in: it would be read, and a file of it kept, to be refused."""

    def middleware(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        is_short = said.isdigit() and int(said) <= MOST_OF_STRANGERS
        return answer(request) if is_short or get_user(request).is_authenticated else HttpResponse(status=413)

    return middleware


def pages_of_forms(answer: Answer) -> Answer:
    """Lead to the page above whoever opens what only a form is sent to: back from the login, or from a choice."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.status_code == _NOT_ALLOWED and request.method in {"GET", "HEAD"}:
            above = request.path_info
            while not is_valid_path(above := above.rstrip("/").rpartition("/")[0] + "/"):
                pass
            return HttpResponseRedirect(quote(above), status=_SEE_OTHER)
        return response

    return middleware


def personal_pages(answer: Answer) -> Answer:
    """Forbid browsers and proxies to keep any page: nearly all show people."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if not request.path.startswith(_STATIC):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
