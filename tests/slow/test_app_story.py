"""The story of a shop's first day at phone size, in both languages: from the console's link to somebody erased."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("django", reason="the app's packages are not installed: pip install 'regulars[app]'")
pytest.importorskip("playwright", reason="playwright is not installed: make test-slow installs it")

from playwright.sync_api import Browser

from browsing import (
    PHONE,
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

SOLD = {"en": "Order no,Customer id,Ordered on,What came in", "zh": "单号,客户编号,下单日期,实收"}
WHO = {"en": "Customer id,Name,E-mail", "zh": "客户编号,姓名,电子邮箱"}
NAMES = {
    "en": ("Ana Birch", "Bo Reed", "Cy Lake", "Di Moss", "Ed Vale", "Fay Holt"),
    "zh": ("王秀英", "李伟", "张敏", "刘洋", "陈静", "杨磊"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's browser."""
    with chromium() as found:
        yield found


def records(folder: Path, language: str) -> list[Path]:
    """Write who six customers are and what they ordered, under heads that are not all known."""
    names = NAMES[language]
    people = [f"c{number},{name},c{number}@example.org" for number, name in enumerate(names)]
    sold = [
        f"o{number}-{month},c{number},2026-{month:02}-{3 + number:02},{12 + 3 * number + month}.50"
        for number, _ in enumerate(names)
        for month in range(1, 11 - number)
    ]
    files = {"customers.csv": [WHO[language], *people], "orders.csv": [SOLD[language], *sold]}
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder / name for name in files]


def confirm(owner: Visitor) -> None:
    """Say that the guessed column is the amount, look again, and import."""
    page = owner.page
    head = SOLD[owner.language].split(",")[-1]
    row = page.locator("tr", has=page.get_by_role("rowheader", name=head)).locator("select")
    row.select_option("amount")
    owner.press("button[value=look]")
    page.wait_for_selector("#look button[value=import]")
    assert row.input_value() == "amount"
    owner.press("button[value=import]")
    until_analysed(owner)


def find(owner: Visitor, name: str) -> list[str]:
    """Search for a name; return the addresses of whom was found."""
    page = owner.goto("/customers/")
    page.fill("#wanted", name)
    owner.press("form[role=search] button")
    if page.url.rstrip("/").endswith("/found"):
        return [str(link.get_attribute("href")) for link in page.locator("tbody th a").all()]
    return [page.url.removeprefix(owner.address)]


def answer(browser: Browser, owner: Visitor, link: str) -> None:
    """Answer the survey as the customer, who has not logged in."""
    customer = Visitor(browser, owner.address, owner.language, PHONE)
    page = customer.goto(link)
    page.locator(".scale label").last.click()
    page.fill("#text", "<b>Oolong</b> & more")
    customer.press("form button.btn-primary")
    assert page.locator("textarea").count() == 0
    assert customer.faults == []
    customer.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_day_of_a_shop(browser: Browser, tmp_path: Path, language: str) -> None:
    ana = NAMES[language][0]
    with serving(tmp_path) as shop:
        owner = Visitor(browser, shop.address, language, PHONE)
        page = owner.page
        own(owner, shop.link)
        upload(owner, *records(tmp_path, language))
        confirm(owner)

        owner.goto("/")
        assert page.locator("main .lead").inner_text().strip()
        (customer,) = find(owner, ana)
        owner.goto(customer)
        assert page.locator("h1").inner_text() == ana

        page.fill("#text", "=1+1 <script>alert(1)</script>")
        owner.press("form[action$='/note/'] button")
        assert "<script>alert(1)</script>" in page.locator(".notes").first.inner_text()

        save_a_group(owner, "all who bought")
        owner.goto("/groups/")
        page.get_by_role("link", name="all who bought").wait_for()

        survey = make_a_survey(owner, "first")
        answer(browser, owner, link_for(owner, customer, "first"))
        owner.goto(survey)
        assert "<b>Oolong</b> & more" in page.locator("main .notes").inner_text()

        owner.goto(customer)
        owner.press("a[href$='/erase/']")
        owner.press("form[action$='/erase/'] .btn-danger")
        assert find(owner, ana) == []
        assert owner.context.request.get(shop.address + customer).status == 404
        owner.goto(survey)
        assert "Oolong" not in page.locator("main").inner_text()
        assert owner.faults == []
        owner.context.close()
