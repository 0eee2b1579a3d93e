"""A result folder to report on."""

from pathlib import Path

import pytest

from regulars.reports import render_html
from reports import example_result
from reports.page_reader import Page, read_page


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The folder of the tea shop's result."""
    return example_result.make(tmp_path / "result")


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The shop's page in English, read once: for tests that only look."""
    return read_page(render_html(example_result.make(tmp_path_factory.mktemp("en") / "result"), language="en"))


@pytest.fixture(scope="session")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The same in Chinese."""
    return read_page(render_html(example_result.make(tmp_path_factory.mktemp("zh") / "result"), language="zh"))


@pytest.fixture(params=["en", "zh"])
def page(request: pytest.FixtureRequest, english: Page, chinese: Page) -> Page:
    """Each of the two in turn."""
    return english if request.param == "en" else chinese
