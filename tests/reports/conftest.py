"""A result folder to report on."""

from pathlib import Path
from shutil import copytree

import pytest

from regulars.reports import render_html
from reports import example_result
from reports.page_reader import Page, read_page


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tea shop's result, written once: for copies and for tests that only look."""
    return example_result.make(tmp_path_factory.mktemp("shop") / "result")


@pytest.fixture
def result(untouched: Path, tmp_path: Path) -> Path:
    """A folder of that result to change."""
    return Path(copytree(untouched, tmp_path / "result"))


@pytest.fixture(scope="session")
def english(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The shop's page in English, read once."""
    return read_page(render_html(untouched, path=tmp_path_factory.mktemp("en") / "report.html", language="en"))


@pytest.fixture(scope="session")
def chinese(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The same in Chinese."""
    return read_page(render_html(untouched, path=tmp_path_factory.mktemp("zh") / "report.html", language="zh"))


@pytest.fixture(params=["en", "zh"])
def page(request: pytest.FixtureRequest, english: Page, chinese: Page) -> Page:
    """Each of the two in turn."""
    return english if request.param == "en" else chinese
