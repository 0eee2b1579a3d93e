"""A served shop and a browser that looks at it: what the slow tests of the app stand on.

Every step finds its fields and buttons by what they are called in the page, not by words, so that it goes in
every language.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
A4 = 718
"""Pixels between the margins that browsers leave on a sheet: 190 mm."""
PASSWORD = "tea with three clouds"  # noqa: S105  (of nobody)
LOCALES = {"en": "en-US", "zh": "zh-CN"}
_TOLD = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
_UNFOLDED = (
    "each => [...each.children].every(part => part.checkVisibility() && part.getBoundingClientRect().height > 0)"
)
_A_JOB = 240_000  # milliseconds that a job may take on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A shop that is being served: where, and the link that makes its first owner."""

    address: str
    link: str


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Serve a fresh shop with `regulars serve` in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1",
        "REGULARS_KEYS": str(home / "keys"),
    }  # fmt: skip
    command = [sys.executable, "-m", "regulars", "serve", str(home / "shop"), "--port", str(port)]
    with (home / "errors.txt").open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            assert server.stdout is not None
            said = [server.stdout.readline(), server.stdout.readline()]
            link = re.search(r"http\S+/welcome/\S+", "".join(said))
            assert link, (said, (home / "errors.txt").read_text())
            _await_port(port)
            yield Served(address=f"http://127.0.0.1:{port}", link=link[0])
        finally:
            server.terminate()
            server.wait(timeout=30)
            if server.stdout is not None:
                server.stdout.close()


def _await_port(port: int) -> None:
    """Wait until somebody answers."""
    for _ in range(600):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("nobody answers")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's browser; without one the test is skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: run `make deps-system`")
        pytest.skip("no Chromium on this machine: run `make deps-system`")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own, and everything that went wrong in it."""

    browser: Browser
    address: str
    language: str
    at: dict[str, int]
    faults: list[str] = field(default_factory=list)
    unfolded: int = 0
    """How much of what is folded was seen on paper."""

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            viewport={"width": self.at["width"], "height": self.at["height"]},
            locale=LOCALES[self.language],
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(60_000)
        self.context.add_init_script(_TOLD)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda told: self._note(told.text) if told.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, fault: str) -> None:
        self.faults.append(f"{self.page.url}: {fault}")

    def goto(self, path: str) -> Page:
        """Open a page, and look at it."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.looked()

    def press(self, selector: str) -> Page:
        """Press what leads to another page, and look at it."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self.looked()

    def looked(self) -> Page:
        """Note it if the page is wider than the window or in another language."""
        page = self.page
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > self.at["width"]:
            self._note(f"{wide} pixels wide in a window of {self.at['width']}")
        if not page.evaluate("document.documentElement.lang").startswith(self.language):
            self._note("in another language")
        return page

    def narrowed(self) -> None:
        """Note it if the page does not fit a phone."""
        self.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE["width"]:
            self._note(f"{wide} pixels wide on a phone")
        self.page.set_viewport_size({"width": self.at["width"], "height": self.at["height"]})

    def printed(self) -> None:
        """Note it if the page, printed, has what only a screen needs, lacks what is folded, or is cut by the edge."""
        self.page.set_viewport_size({"width": A4, "height": 1000})
        self.page.emulate_media(media="print")
        folded = self.page.locator("main details:not([open], .d-print-none, .d-print-none *)").element_handles()
        self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        hidden = [each.inner_text() for each in folded if not each.evaluate(_UNFOLDED)]
        if hidden:
            self._note(f"not on paper: {hidden[:3]}")
        self.unfolded += len(folded)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > A4:
            self._note(f"{wide} pixels wide on paper")
        shown = "nav, .skip, main button, main .btn, main input[type=file]"
        useless = [each.evaluate("each => each.outerHTML") for each in self.page.locator(shown).all()
                   if each.is_visible()]  # fmt: skip
        if useless:
            self._note(f"on paper without use: {useless[:3]}")
        self.page.evaluate("dispatchEvent(new Event('afterprint'))")
        if any(each.get_attribute("open") is not None for each in folded):
            self._note("left unfolded after printing")
        self.page.emulate_media(media="screen")
        self.page.set_viewport_size({"width": self.at["width"], "height": self.at["height"]})


def own(visitor: Visitor, link: str) -> None:
    """Become the first owner."""
    page = visitor.goto(link)
    page.fill("#username", "lin")
    page.fill("#password", PASSWORD)
    visitor.press("form .btn-primary")
    assert page.url.endswith("/start/")


def until_analysed(visitor: Visitor) -> None:
    """Wait on the page that shows the jobs until the result is there."""
    visitor.page.wait_for_selector("#jobs a[href='/']", timeout=_A_JOB)
    visitor.looked()


def upload(visitor: Visitor, *files: Path) -> None:
    """Hand files over and wait until they were looked at."""
    page = visitor.goto("/import/")
    page.set_input_files("#file", list(files))
    visitor.press("form[action='/import/upload/'] button")
    page.wait_for_selector("#look button[value=look]", timeout=_A_JOB)
    visitor.looked()


def save_a_group(visitor: Visitor, name: str) -> None:
    """Put together who ordered at least once, see them counted, and keep them."""
    page = visitor.goto("/groups/new/")
    page.select_option("[name='column.0']", "order_count")
    page.wait_for_selector("[name='value.0'][inputmode=decimal]")
    page.fill("[name='value.0']", "1")
    page.keyboard.press("Tab")
    page.wait_for_selector(".counted strong")
    page.wait_for_selector(".of-them a")
    page.fill("#name", name)
    visitor.press("button[value=save]")
    assert re.search(r"/groups/\d+/$", page.url)


def make_a_survey(visitor: Visitor, title: str, *, language: str | None = None) -> str:
    """Ask how likely a recommendation is, in the visitor's language or another; return the survey's address."""
    page = visitor.goto("/surveys/")
    page.fill("#title", title)
    page.select_option("#kind", "nps")
    page.select_option("#language", language or visitor.language)
    visitor.press("form[action='/surveys/new/'] button")
    visitor.goto("/surveys/")
    return str(page.locator("main li a").first.get_attribute("href"))


def link_for(visitor: Visitor, customer: str, title: str) -> str:
    """Make the one-time link by which a customer answers a survey."""
    visitor.goto(customer).select_option("#survey", label=title)
    visitor.press("form[action$='/survey/'] button")
    return visitor.page.locator(".alert code").inner_text()
