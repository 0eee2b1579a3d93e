"""Every page opens, in both languages, for whoever may see it, whatever stands in the address."""

import html
import io
import logging
import re

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app_pages import OPEN_PAGES, PAGES, PARTS
from regulars.app import middleware
from regulars.app.models import Survey
from regulars.app.publication import listing
from regulars.app.publication.current import Published
from regulars.app.urls import urlpatterns

SIMPLE = [
    "/", "/start/", "/customers/", "/pulse/", "/groups/", "/groups/new/", "/import/", "/jobs/", "/merges/",
    "/privacy/", "/privacy/log/", "/privacy/processing/", "/privacy/assessment/", "/surveys/", "/tasks/",
    "/settings/", "/settings/scores/", "/settings/playbook/", "/settings/messages/", "/settings/members/",
]  # fmt: skip
ADDRESSES = {str(pattern.pattern) for pattern in urlpatterns}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", SIMPLE)
def test_every_page_opens_in_both_languages(client: Client, tea: Published, page: str, language: str) -> None:
    client.cookies["regulars_language"] = language
    answer = client.get(page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", ["/customers/", "/pulse/", "/groups/", "/"])
def test_before_the_first_result_every_page_leads_to_the_beginning(client: Client, shop: object, page: str) -> None:
    assert client.get(page).headers["Location"] == "/start/"


@pytest.mark.parametrize("page", [*SIMPLE, "/customers/ana/"])
def test_nobody_sees_anything_without_logging_in(tea: Published, page: str) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


def test_every_page_of_a_shop_is_reached_by_links(client: Client, tea: Published) -> None:
    seen: set[str] = set()
    new = {"/"}
    while new:
        seen |= new
        linked = {link for page in new for link in _linked(client, page)}
        new = {link for link in linked if link in SIMPLE} - seen
    assert set(SIMPLE) - seen == {"/start/", "/jobs/"}  # to which forms and the first visit lead


def _linked(client: Client, page: str) -> set[str]:
    return set(re.findall(r'<a [^>]*href="([^"?#]+)', client.get(page).content.decode()))


SENT = [
    "account",
    "after",
    "assignee",
    "by",
    "days",
    "do",
    "due_on",
    "figure",
    "form",
    "granted",
    "kind",
    "language",
    "lapsed_windows",
    "left",
    "months",
    "name",
    "order",
    "page",
    "people",
    "period_days",
    "purpose",
    "q",
    "rates",
    "received_on",
    "recency_cuts",
    "restricted",
    "right",
    "role",
    "score",
    "segment",
    "start",
    "survey",
    "target",
    "text",
    "title",
    "user",
    "wanted",
    "what",
    "when",
    "whose",
    "wrong",
]
"""Names under which pages of the app send something."""


@pytest.mark.parametrize("value", ["-1", "x", "\0", "²", "9" * 30, "NaN"])
def test_no_address_breaks_whatever_is_sent_to_it(client: Client, tea: Published, value: str) -> None:
    client.raise_request_exception = False
    who = str(listing.suggestions(tea, first=1, size=1)[0]["customer_id"])
    survey = Survey.objects.create(kind="csat", title="t", question="?", language="en", made_at=timezone.now())
    places = {"path:person": who, "int:survey": str(survey.pk), "str:language": "en"}
    broken = []
    for pattern in urlpatterns:
        if pattern.name in {"logout", "erase"}:
            continue
        address = "/" + re.sub(r"<([^>]+)>", lambda place: places.get(place[1], "1"), str(pattern.pattern))
        for ask in (client.get, client.post):
            if ask(address, dict.fromkeys(SENT, value)).status_code >= 500:
                broken.append(f"{ask.__name__} {address}")
    assert broken == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    query=st.dictionaries(
        st.sampled_from(["order", "after", "lifecycle_stage", "stage_before", "page", "q"]), st.text()
    )
)
def test_no_query_breaks_the_list(client: Client, tea: Published, query: dict[str, str]) -> None:
    assert client.get("/customers/", query).status_code == 200


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wanted=st.text(max_size=110))
def test_no_search_breaks_the_search(client: Client, tea: Published, wanted: str) -> None:
    assert client.post("/customers/found/", {"wanted": wanted}).status_code in {200, 302}


@pytest.mark.parametrize("order", list(listing.ORDERS))
def test_the_pages_of_the_list_hold_everybody_once_in_order(tea: Published, order: str) -> None:
    seen: list[str] = []
    values: list[float] = []
    after = None
    while True:
        page = listing.page(tea, order=order, after=after, size=7)
        seen += [row["customer_id"] for row in page.rows]
        values += [row[order] for row in page.rows]
        if page.after is None:
            break
        after = page.after
    assert len(seen) == len(set(seen))
    assert len(seen) > 7 or order == "p_purchase"  # so small a shop has no forecast
    assert values == sorted(values, reverse=listing.ORDERS[order] == "DESC")


@pytest.mark.parametrize("moved", [None, ("growing", "lapsed")])
@pytest.mark.parametrize("order", list(listing.ORDERS))
def test_a_page_is_read_from_one_range_of_an_index_also_among_equals(
    tea: Published, order: str, moved: tuple[str, str] | None
) -> None:
    sign = {"ASC": ">", "DESC": "<"}[listing.ORDERS[order]]
    ranges = [f"{order}>?", f"{order}=? AND place{sign}?", f"{order}{sign}?"]
    asked = [each for after in (None, (2.0, 7)) for each in listing._ranges(order, after, moved)]
    with listing.opened(tea) as base:
        for (query, values), of in zip(asked, ranges, strict=True):
            steps = [row["detail"] for row in base.execute(f"EXPLAIN QUERY PLAN {query}", [*values, 8])]
            if moved is None:
                assert len(steps) == 1, steps
                assert steps[0].replace(f"{order}>? AND ", "") == f"SEARCH people USING INDEX by_{order} ({of})"
            else:
                assert steps[0].startswith("SEARCH people USING INDEX moved (stage_before=? AND lifecycle_stage=?")


def test_an_order_by_what_is_not_known_of_anybody_says_so(client: Client, tea: Published) -> None:
    assert not listing.page(tea, order="p_purchase", after=None, size=7).rows, "so small a shop has no forecast"
    page = client.get("/customers/?order=p_purchase").content.decode()
    assert "No customer here has the figure that this order goes by." in page
    assert "<table" not in page


def test_following_the_list_page_by_page_shows_everybody_once(client: Client, tea: Published) -> None:
    for order in listing.ORDERS:
        seen: list[str] = []
        link: str | None = f"?order={order}"
        while link and len(seen) < 500:
            page = client.get(f"/customers/{link}").content.decode()
            seen += re.findall(r'<th scope="row"><a href="/customers/([^"]+)/"', page)
            found = re.search(r'<a class="btn" href="([^"]+)">Next 50', page)
            link = html.unescape(found[1]) if found else None
        everybody = listing.page(tea, order=order, after=None, size=500).rows
        assert seen == [row["customer_id"] for row in everybody], order


def test_no_page_is_forgotten_by_those_who_look_at_all_of_them(client: Client, tea: Published) -> None:
    samples = {"str:token": "x", "str:language": "en", "path:person": "ana", "str:batch": "x"}
    known = {**PAGES, **OPEN_PAGES, **PARTS}
    forgotten = []
    for pattern in urlpatterns:
        address = "/" + re.sub(r"<([^>]+)>", lambda place: samples.get(place[1], "1"), str(pattern.pattern))
        if client.get(address).status_code != 303 and pattern.name not in known:
            forgotten.append(f"{pattern.name} is a page: say in tests/app_pages.py where it is")
    assert forgotten == []
    assert set(known) <= {str(pattern.name) for pattern in urlpatterns}


@pytest.mark.parametrize(
    ("form", "page"),
    [("/customers/found/", "/customers/"), ("/customers/%E7%8E%8B/1/note/", "/customers/%E7%8E%8B/1/"),
     ("/settings/members/1/link/", "/settings/members/"), ("/today/ana/became/", "/")],
)  # fmt: skip
def test_who_comes_back_to_what_only_a_form_is_sent_to_is_led_to_its_page(
    client: Client, tea: Published, form: str, page: str
) -> None:
    assert client.get(form).headers["Location"] == page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_there_is_told_in_words(client: Client, tea: Published, language: str) -> None:
    client.cookies["regulars_language"] = language
    for address in ("/nowhere/", "/customers/nobody/", "/groups/987654/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert {"en": "Not found", "zh": "找不到"}[language] in answer.content.decode()


@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_eight_numbers_of_a_period_are_those_of_an_analysis_with_that_period(
    client: Client, tea: Published, days: int
) -> None:
    cards = {period["days"]: period["cards"] for period in tea.board("en")["periods"]}
    assert sorted(cards) == [30, 90, 365]
    page = client.get(f"/pulse/?days={days}").content.decode()
    assert f'href="?days={days}" aria-current="true"' in page
    for card in cards[days]:
        assert f">{card['value']}</p>" in page
    assert cards[90] == tea.board("en")["cards"]


def test_the_period_and_what_it_is_compared_with_stand_on_the_page_and_on_paper(client: Client, tea: Published) -> None:
    page = client.get("/pulse/?days=30").content.decode()
    (line,) = re.findall(r"<p[^>]*>30 days: (.*?)</p>", page)
    line = line.replace("\u2009", " ")
    assert line == "Jun 1 – 30, 2024, compared with May 2 – 31, 2024 and with Jun 1 – 30, 2023"


@pytest.mark.parametrize(
    "query", ["?days=31", "?days=-1", "?days=x", "?days=", "?days=99999999999999999999", "?days=%00"]
)
def test_a_period_that_is_none_shows_the_usual_one(client: Client, tea: Published, query: str) -> None:
    page = client.get(f"/pulse/{query}")
    assert page.status_code == 200
    assert 'href="?days=90" aria-current="true"' in page.content.decode()


@pytest.mark.parametrize("page", ["/", "/customers/", "/pulse/", "/groups/"])
def test_a_page_whose_result_was_removed_meanwhile_is_of_the_next_one(
    client: Client, tea: Published, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    wanted = client.get(page).status_code
    gone = iter([Published(tea.folder.with_name("000000-00000000"))])
    monkeypatch.setattr(middleware, "current", lambda _: next(gone, tea))
    assert client.get(page).status_code == wanted


def test_the_page_that_says_that_something_broke_reads_no_result(
    client: Client, tea: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(middleware, "current", lambda _: Published(tea.folder.with_name("000000-00000000")))
    answer = client.get("/customers/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


def test_the_console_tells_no_token_and_nobody(client: Client, tea: Published) -> None:
    (console,) = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    with io.StringIO() as said:
        stream = console.setStream(said)
        try:
            for address in ("/join/SECRET/", "/answer/SECRET/", "/customers/SECRET/", "/SECRET/?SECRET"):
                assert client.get(address).status_code >= 400
        finally:
            console.setStream(stream)
        lines = said.getvalue()
    assert "SECRET" not in lines
    assert "/join/<str:token>/" in lines
