"""What winning customers was worth, as the page tells it."""

from pathlib import Path
from typing import Any

from regulars import reports
from reports import example_forecasts
from reports.page_reader import Page, read_page


def test_channels_are_told_with_what_came_of_their_cost_and_when(english: Page, chinese: Page) -> None:
    said = " ".join(english.visible().split())
    assert "Of 103 customers it is recorded what winning them cost, €2,100 in all." in said
    assert "All together 103 €2,100 €20.39 2.92.5 to 3.3 43 to 5" in said
    assert "Website 60 €1,200 €20.00 4.23.5 to 4.9 32 to 4" in said
    assert "Advertisement 40 €900 €22.50 1.10.7 to 1.5 75 or later" in said
    assert "Not recorded 3 €0 €0.00 not knownnothing was paid –" in said
    assert "Nov 2023 8 €160 €20.00 3.02.0 to 4.0 not yet" in said
    assert "Dec 2023 8 €160 €20.00 3.02.0 to 4.0 not knowntoo few were seen for a month" in said
    assert "获客值不值" in chinese.visible()


def test_the_chart_follows_the_channels_that_have_months(result: Path) -> None:
    chart = reports.charts(result)["acquisition"]
    assert chart["columns"] == ["Month", "Website", "Advertisement"]
    assert (chart["rows"][0], chart["rows"][-1]) == (["1", "40%", "15%"], ["7", "280%", "105%"])
    assert [series["data"][0]["value"] for series in chart["option"]["series"]] == [[0, 0.0], [0, 0.0]]


def test_without_recorded_costs_there_is_no_such_section(result: Path) -> None:
    nothing: dict[str, Any] = {"together": None, "channels": [], "cohorts": [], "cells": [], "sample": 0}
    example_forecasts.write(result, "acquisition.json", nothing)
    page = read_page(reports.render_html(result))
    assert "acquisition" not in {element.attributes.get("id") for element in page.elements}
    assert "acquisition" not in reports.charts(result)
