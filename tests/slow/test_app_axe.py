"""axe finds nothing on any page of the app, in both languages, by day and night; every page fits a phone and paper."""

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
        assert owner.faults == []
        yield Toured(browser, owner, places, links)


def found(page: Page, rules: dict[str, object]) -> list[str]:
    """Return what axe has against a page."""
    seen = Axe().run(page, options={**rules, "resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url}: {one['id']}: {node['html']}" for one in seen for node in one["nodes"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_on_any_page(shop: Toured, language: str) -> None:
    inside = Visitor(shop.browser, shop.address, language, DESK)
    inside.context.add_cookies(
        [{"name": each["name"], "value": each["value"], "url": shop.address} for each in shop.cookies]
    )
    outside = Visitor(shop.browser, shop.address, language, DESK)
    # What a link leads to that is used up is told with the status 410, which a browser writes on its console.
    against, seen = [], 0
    places = {**shop.places, "answer": shop.links[language]}
    for visitor, pages in ((inside, PAGES), (outside, OPEN_PAGES)):
        for name, place in pages.items():
            page = visitor.goto(re.sub(r"\{(\w+)\}", lambda part: places[part[1]], place))
            assert page.locator("main h1").count() == 1, name
            against += found(page, {"runOnly": RULES})
            page.evaluate(NIGHT)
            against += found(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
            visitor.narrowed()
            visitor.printed()
            seen += 1
        visitor.context.close()
    faults = [each for each in (*inside.faults, *outside.faults) if "410 (Gone)" not in each]
    assert seen == len(PAGES) + len(OPEN_PAGES)
    assert against == [], "\n".join(against)
    assert faults == []
