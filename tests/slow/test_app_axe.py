"""axe finds nothing on any page of the app, in both languages, by day and night; every page fits a phone and paper.

That goes for what is opened by its address, and for what only a form leads to: what was found, what was refused.
"""

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("django", reason="the app's packages are not installed: pip install 'regulars[app]'")
pytest.importorskip("playwright", reason="playwright is not installed: make test-slow installs it")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app_pages import OPEN_PAGES, PAGES
from browsing import (
    DESK,
    Visitor,
    chromium,
    link_for,
    make_a_survey,
    own,
    save_a_group,
    serving,
    until_analysed,
    upload,
)

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NIGHT = "document.documentElement.setAttribute('data-bs-theme', 'dark')"

POSTED = {
    "found": ("/customers/", {"#wanted": "ra"}, "form[role=search] button"),
    "note refused": ("{customer}", {}, "form[action$='/note/'] button"),
    "group refused": ("/groups/new/", {}, "button[value=save]"),
    "business refused": ("/settings/", {"#recency_cuts": "4 3 2 1"}, "main form.fields .btn-primary"),
    "invited": ("/settings/members/", {"#username": "mo-{language}"}, "form[action$='/invite/'] button"),
}  # fmt: skip
"""Of somebody who has logged in: the page with the form, what is filled in, and what is pressed."""

OPEN_POSTED = {
    "login refused": ("/login/", {"#username": "lin", "#password": "wrong"}, "form .btn-primary"),
    "answer refused": ("{answer}", {"#text": "oolong"}, "form button.btn-primary"),
}
"""Of somebody who has not."""


class Toured:
    """The simulated shop, one of each thing made in it, and its owner's session."""

    def __init__(self, browser: Browser, owner: Visitor, places: dict[str, str], links: dict[str, str]) -> None:
        self.browser, self.address, self.places = browser, owner.address, places
        self.links = links  # by the language of the survey, which is that of the page behind it
        self.cookies = owner.context.cookies()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toured]:
    """The simulated shop with a group, a survey, an upload to look at, and somebody invited."""
    home = tmp_path_factory.mktemp("home")
    with chromium() as browser, serving(home) as served:
        owner = Visitor(browser, served.address, "en", DESK)
        page = owner.page
        own(owner, served.link)
        owner.press("form[action='/start/simulated/'] button")
        until_analysed(owner)
        owner.goto("/customers/")
        customer = str(page.locator("tbody th a").first.get_attribute("href"))
        save_a_group(owner, "all who bought")
        places = {"customer": customer, "segment": page.url.removeprefix(served.address)}
        places["survey"] = make_a_survey(owner, "first")
        make_a_survey(owner, "第一", language="zh")
        links = {"en": link_for(owner, customer, "first"), "zh": link_for(owner, customer, "第一")}
        owner.goto("/settings/members/")
        page.fill("#username", "wei")
        owner.press("form[action='/settings/members/invite/'] button")
        places["join"] = page.locator(".alert .examples").inner_text()
        file = home / "orders.csv"
        file.write_text("Order no,E-mail,Ordered on,What came in\n1,ana@example.org,2026-01-02,9.50\n")
        upload(owner, file)
        places["look"] = page.url.removeprefix(served.address)
        upload(owner, file)
        row = page.locator("tr", has=page.get_by_role("rowheader", name="What came in")).locator("select")
        row.select_option("amount")
        owner.press("button[value=look]")
        page.wait_for_selector("#look button[value=import]")
        places["dry_run"] = page.url.removeprefix(served.address)
        assert owner.faults == []
        yield Toured(browser, owner, places, links)


def found(page: Page, rules: dict[str, object]) -> list[str]:
    """Return what axe has against a page."""
    seen = Axe().run(page, options={**rules, "resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url}: {one['id']}: {node['html']}" for one in seen for node in one["nodes"]]


def against(visitor: Visitor) -> list[str]:
    """Return what axe has against the page that is open, by day and by night; look at it on a phone and on paper."""
    page = visitor.page
    seen = found(page, {"runOnly": RULES})
    page.evaluate(NIGHT)
    seen += found(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    visitor.narrowed()
    visitor.printed()
    return seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_on_any_page(shop: Toured, language: str) -> None:
    inside = Visitor(shop.browser, shop.address, language, DESK)
    inside.context.add_cookies(
        [{"name": each["name"], "value": each["value"], "url": shop.address} for each in shop.cookies]
    )
    outside = Visitor(shop.browser, shop.address, language, DESK)
    faults, seen = [], 0
    places = {**shop.places, "answer": shop.links[language], "language": language}

    def filled(place: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda part: places[part[1]], place)

    for visitor, pages, posted in (
        (inside, {**PAGES, "dry run": "{dry_run}"}, POSTED),
        (outside, OPEN_PAGES, OPEN_POSTED),
    ):
        for name, place in pages.items():
            assert visitor.goto(filled(place)).locator("main h1").count() == 1, name
            faults += against(visitor)
            seen += 1
        for name, (place, said, press) in posted.items():
            page = visitor.goto(filled(place))
            page.evaluate("for (const each of document.forms) each.noValidate = true")
            for selector, text in said.items():
                page.fill(selector, filled(text))
            visitor.press(press)
            assert page.locator("main h1").count() == 1, name
            assert page.locator("main tbody th a, main [role=alert], main .alert").count(), name
            faults += against(visitor)
            seen += 1
        visitor.context.close()
    # A link that is used up and a form that is refused have a status that a browser writes on its console.
    told = [each for each in (*inside.faults, *outside.faults) if not re.search(r"status of 4(01|10|22) ", each)]
    assert seen == len(PAGES) + 1 + len(OPEN_PAGES) + len(POSTED) + len(OPEN_POSTED)
    assert inside.unfolded > 0
    assert faults == [], "\n".join(faults)
    assert told == []
