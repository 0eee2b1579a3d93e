"""From stage to stage within a period: a table and a drawing that tell of the same customers."""

from pathlib import Path
from typing import Any

import pytest

from regulars import reports
from reports.example_result import make

MOVES = [
    {"was": "growth", "is_now": "growth", "customers": 30},
    {"was": "growth", "is_now": "at_risk", "customers": 12},
    {"was": "at_risk", "is_now": "lapsed", "customers": 5},
    {"was": None, "is_now": "acquisition", "customers": 7},
]
FLOW = {"since": "2024-04-01", "days": 90, "moves": MOVES}


def told(folder: Path, language: Any = "en", flow: Any = FLOW) -> dict[str, Any]:
    make(folder, flow=flow)
    return reports.sections(folder, language=language)


def test_every_customer_stands_once_in_the_table_and_the_rows_are_those_then(tmp_path: Path) -> None:
    table = told(tmp_path)["flow"]
    head = [column["text"] for column in table["columns"]]
    rows = {
        row[0]["text"]: dict(zip(head[1:], [cell["text"] for cell in row[1:]], strict=True)) for row in table["rows"]
    }
    assert head == ["Stage then", "New", "Growing", "At risk", "Lapsed"]
    assert rows["Growing"] == {"New": "0", "Growing": "30", "At risk": "12", "Lapsed": "0"}
    assert rows["At risk"]["Lapsed"] == "5"
    assert rows["not a customer yet"]["New"] == "7"
    assert sum(int(n) for row in rows.values() for n in row.values()) == 54
    assert [cell["heat"] for cell in table["rows"][0]] == [None, 0, 6, 3, 0], "shaded by the share of the row"


def test_the_drawing_tells_then_and_now_and_its_numbers_add_up(tmp_path: Path) -> None:
    chart = told(tmp_path)["charts"]["flow"]
    assert "April 1, 2024" in chart["title"]
    rows = {name: [int(n) for n in counts] for name, *counts in chart["rows"]}
    assert rows["Growing"] == [42, 30, 30, 0, 12]
    for then, now, stayed, came, left in rows.values():
        assert (now, then) == (stayed + came, stayed + left)
    drawn = [[point["value"] for point in series["data"]] for series in chart["option"]["series"]]
    assert drawn == [[row[0] for row in rows.values()], [row[1] for row in rows.values()]]


def test_it_is_told_in_chinese_and_stands_in_the_report(tmp_path: Path) -> None:
    said = told(tmp_path, "zh")
    assert said["flow"]["caption"] == "客户：当时的阶段（纵）与现在的阶段（横）"
    assert "2024年4月1日" in said["charts"]["flow"]["title"]
    page = reports.render_html(tmp_path, language="zh").read_text(encoding="utf-8")
    assert 'id="chart-flow"' in page
    assert "当时还不是客户" in page


@pytest.mark.parametrize("flow", [None, {**FLOW, "moves": []}])
def test_where_nothing_is_known_of_it_nothing_is_said(tmp_path: Path, flow: Any) -> None:
    said = told(tmp_path, flow=flow)
    assert said["flow"] is None
    assert "flow" not in said["charts"]
