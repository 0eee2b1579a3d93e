"""The page on adding an export is true: its recipe reads its file and its sample, in both languages."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from records.exports.samples import Sample
from records.exports.writing import count, money, sheet
from records_desk import Desk
from regulars.engines import Engine
from regulars.records import Export, exports
from regulars.records._exports import finding
from regulars.records._exports.recipes import export_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["adding-an-export.md", "adding-an-export.zh-CN.md"]


def block(page: str, language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)
    return str(found)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A page, its recipe put among the others."""
    text = (DOCS / str(request.param)).read_text(encoding="utf-8")
    known: Mapping[str, Export] = {**exports(), "corner_till": export_of("corner_till", block(text, "toml"))}
    monkeypatch.setattr(finding, "exports", lambda: known)
    return text


def read(desk: Desk, text: str) -> dict[str, int]:
    (first, *_) = desk.text(text).files
    assert first.export == "corner_till"
    assert first.read == first.accepted + first.quarantined_total + first.left_out_total
    return first.left_out


def test_the_file_of_the_page_is_read_as_the_page_says(page: str, engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine=engine, folder=tmp_path)
    left_out = read(desk, block(page, "csv"))
    assert left_out == {"cancelled": 1, "nobody_named": 1, "summary_row": 1}
    assert money(desk) == Decimal("1274.50")
    assert desk.orders("order_id", "product_id", "quantity")[1][0] == "7001"


def test_the_sample_of_the_page_comes_out_as_it_says(page: str, engine: Engine, tmp_path: Path) -> None:
    told: dict[str, Any] = {"Sample": Sample, "sheet": sheet}
    exec(block(page, "python"), told)  # noqa: S102  (the page's own words)
    sample: Sample = told["CORNER_TILL"]
    desk = Desk(engine=engine, folder=tmp_path)
    assert read(desk, sample.text) == sample.left_out
    assert money(desk) == Decimal(sample.money)
    assert (count(desk, "order_id"), count(desk, "customer_key")) == (sample.orders, sample.customers)


def test_both_pages_teach_the_same() -> None:
    shapes = [re.sub(r"[^`#|\n]", "", (DOCS / name).read_text(encoding="utf-8")).count("|") for name in PAGES]
    assert shapes[0] == shapes[1]
