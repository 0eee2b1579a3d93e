"""The report as a file: safe to open, complete, readable by everybody, and silent about what it must not say."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq
import pytest

from regulars import reports
from reports import example_result
from reports.page_reader import Page, read_page

LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")


def page_of(folder: Path, language: Literal["en", "zh"] = "en") -> Page:
    return read_page(reports.render_html(folder, language=language))


def change_customers(folder: Path, file: str, column: str, text: str) -> None:
    """Give the first person of a file another text in a column."""
    rows = pq.read_table(folder / file).to_pylist()
    rows[0][column] = text
    example_result.write(folder / file, rows)


def test_a_page_says_its_language(english: Page, chinese: Page) -> None:
    assert [page.all("html")[0].attributes["lang"] for page in (english, chinese)] == ["en", "zh-Hans"]


def test_a_page_has_one_title(page: Page) -> None:
    assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1


def test_the_contents_name_the_sections_in_their_order(page: Page) -> None:
    named = [link.attributes["href"].removeprefix("#") for link in page.all("a") if "nav" in link.around]
    sections = [heading.attributes["id"] for heading in page.all("h2")]
    assert named == [section for section in sections if section != "numbers"]


def test_nothing_is_fetched_from_anywhere(page: Page) -> None:
    for element in page.elements:
        for name in ("src", "href", "action", "srcset"):
            assert element.attributes.get(name, "#").startswith(("#", "data:")), element
    style = page.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    policy = next(e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes)
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_headings_descend_by_one_level_at_a_time(page: Page) -> None:
    levels = [int(element.name[1]) for element in page.elements if re.fullmatch("h[1-6]", element.name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_headings_with_a_scope(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption")) > 10
    assert all(caption.text.strip() for caption in page.all("caption"))
    assert all(heading.attributes.get("scope") in {"col", "row"} for heading in page.all("th"))


def test_ids_are_unique_and_every_link_inside_the_page_leads_somewhere(page: Page) -> None:
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"].removeprefix("#") for link in page.all("a")} <= set(ids)


def test_every_chart_stands_with_a_label_and_its_numbers_as_a_table(page: Page) -> None:
    options = json.loads(next(e.text for e in page.all("script") if e.attributes.get("id") == "charts"))
    figures = [element for element in page.all("figure") if element.attributes.get("class") == "chart"]
    drawings = [element for element in page.all("div") if element.attributes.get("class") == "drawing"]
    assert len(figures) == len(drawings) == len(options) == 10
    for figure, drawing in zip(figures, drawings, strict=True):
        chart = options[drawing.attributes["id"].removeprefix("chart-")]
        assert drawing.attributes["aria-label"]
        assert all(text in figure.text for row in chart["rows"] for text in row)


def test_no_code_word_is_shown(page: Page) -> None:
    visible = page.visible()
    # File names are the reader's own, or named as files.
    shown = re.sub(r"\b[a-z_]+\.(csv|parquet|toml|md)\b", "", visible)
    assert re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", shown) == []


def test_the_chinese_page_has_no_english_left(chinese: Page) -> None:
    visible = chinese.visible()
    allowed = {"regulars", "duckdb", "pyarrow", "python", "csv", "orders", "actions", "memo", "tea", "cups", "europe",
               "berlin", "b", "eur"}  # fmt: skip
    # Measures and models go by these names in Chinese too.
    allowed |= {"auc", "pr", "brier", "ece", "rmse", "mae", "bg", "nbd", "gamma"}
    words = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", visible)} - {"c"}
    assert {word for word in words - allowed if not re.fullmatch("f+", word)} == set()


def test_names_of_shops_and_customers_cannot_become_markup(tmp_path: Path) -> None:
    attack = "</script><img src=x onerror=alert(1)>"
    business = {"name": attack, "currency": "EUR", "time_zone": "UTC"}
    folder = example_result.make(tmp_path / "result", business=business)
    change_customers(folder, "actions.parquet", "customer_id", attack)
    change_customers(folder, "segments.parquet", "segment", attack)
    page = page_of(folder)
    assert page.all("img") == []
    assert attack in page.visible()
    assert len(page.all("script")) == 3


def test_who_is_held_out_is_counted_and_never_named(result: Path, english: Page) -> None:
    rows = pq.read_table(result / "actions.parquet").to_pylist()
    listed = next(e.text for e in english.all("div") if "contacts" in e.attributes.get("class", ""))
    held_out = {row["customer_id"] for row in rows if row["held_out"]}
    assert held_out
    assert not any(customer in listed for customer in held_out)
    assert "C0000" in listed
    assert "4 more people are held out by lot" in english.visible()


def test_gains_are_marked_as_assumed(english: Page) -> None:
    visible = english.visible()
    assert "Expected gain, assumed until measured" in visible
    assert "assumed until measured." in visible


def test_a_missing_number_says_why(english: Page) -> None:
    visible = english.visible()
    assert "Ease of doing business: not known (nobody has answered yet)" in visible
    assert "the records do not reach back so far" in visible


def test_a_month_that_is_not_over_is_marked(result: Path, english: Page) -> None:
    running = [element for element in english.all("span") if element.attributes.get("class") == "running"]
    cohorts = pq.read_table(result / "cohorts.parquet").to_pylist()
    assert len(running) == 2 * sum(row["is_partial"] for row in cohorts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shop_with_nothing_in_it_has_a_page_too(tmp_path: Path, language: Literal["en", "zh"]) -> None:
    folder = example_result.make(
        tmp_path / "result",
        concentration=[],
        sales_efficiency=[],
        plan={},
        grades={},
        portfolio={},
        inputs=[],
        notes=[],
    )
    for file in ("actions", "cohorts", "segments", "quality", "reasons", "customers"):
        path = folder / f"{file}.parquet"
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    visible = page_of(folder, language).visible()
    assert {"en": "There are no orders yet.", "zh": "还没有订单。"}[language] in visible


def test_the_same_result_gives_the_same_page(result: Path, tmp_path: Path) -> None:
    pages = [reports.render_html(result, path=tmp_path / name).read_bytes() for name in ("one.html", "two.html")]
    assert pages[0] == pages[1]


def test_a_folder_without_a_result_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(reports.ResultMissing, match=re.escape(str(tmp_path))) as caught:
        reports.render_html(tmp_path)
    assert "没有结果" in reports.error_text(caught.value, language="zh")


@pytest.mark.parametrize("content", ["{", '{"schema_version": 99}'])
def test_a_damaged_result_is_an_error_that_says_what_to_do(result: Path, content: str) -> None:
    (result / "manifest.json").write_text(content)
    with pytest.raises(reports.ResultUnreadable, match="Run regulars analyze again"):
        reports.render_html(result)


def test_a_damaged_table_is_an_error_that_names_the_file(result: Path) -> None:
    (result / "segments.parquet").write_bytes(b"no table")
    with pytest.raises(reports.ResultUnreadable, match=r"segments\.parquet"):
        reports.render_html(result)


def luminance(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb (WCAG 2.1)."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_stands_out_from_its_ground(english: Page) -> None:
    style = english.all("style")[0].text
    named = dict(re.findall(r"--(\w+): (#\w+)", style))
    shades = re.findall(r"\.h\d \{ background: (#\w+);(?: color: ([^;]+);)? \}", style)
    assert len(shades) == 10
    for ground, text in shades:
        colour = named[text[6:-1]] if text.startswith("var(") else text or named["ink"]
        assert contrast(ground, colour) >= 4.5, (ground, colour)
    for text in ("ink", "soft", "accent"):
        assert min(contrast(named[text], named[ground]) for ground in ("ground", "panel")) >= 4.5
