"""Charts, the workbook and the lines for a terminal: what is handed to other programs."""

import json
import re
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from regulars import reports
from reports import example_result
from reports.workbook_reader import sheet, sheet_names


def test_charts_are_plain_data_and_never_smoothed(result: Path) -> None:
    drawn = reports.charts(result, "zh")
    text = json.dumps(drawn, allow_nan=False)
    assert set(drawn) == {
        "lifecycle", "groups", "concentration", "revenue", "chances", "values", "levers", "subscriptions",
        "acquisition", "calibration",
    }  # fmt: skip
    assert "smooth" not in text
    assert all(chart["option"]["tooltip"]["renderMode"] == "richText" for chart in drawn.values())


def test_a_chart_and_its_table_say_the_same(result: Path) -> None:
    chart = reports.charts(result)["lifecycle"]
    bars = [[bar["label"]["formatter"] for bar in series["data"]] for series in chart["option"]["series"]]
    assert [row[2:] for row in chart["rows"]] == [list(pair) for pair in zip(*bars, strict=True)]


def test_a_workbook_has_its_sheets_in_the_readers_language(result: Path, tmp_path: Path) -> None:
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx", language="zh")
    assert sheet_names(path) == [
        "八个数字", "该联系谁", "全部客户", "客户群体", "从记录中发现的群体", "谁带来了谁", "按首单月份", "记录质量",
    ]  # fmt: skip
    assert [len(sheet(path, number)) for number in (1, 3)] == [9, 1 + example_result.PEOPLE]
    assert not re.search(r"\b[a-z]+_[a-z]+\b", " ".join(text for row in sheet(path, 2) for text in row))


def test_a_customer_called_like_a_formula_is_text(result: Path, tmp_path: Path) -> None:
    rows = pq.read_table(result / "customers.parquet").to_pylist()
    rows[0]["customer_id"] = "=1+1"
    rows[1]["customer_id"] = "@SUM(A1)"
    example_result.write(result / "customers.parquet", rows)
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx")
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in content or b"<hyperlink" in content for content in sheets)
    assert [row[0] for row in sheet(path, 3)][1:3] == ["=1+1", "@SUM(A1)"]


def test_a_sheet_that_is_full_says_how_many_rows_are_missing(result: Path, tmp_path: Path) -> None:
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx", max_rows=100)
    rows = sheet(path, 3)
    assert len(rows) == 100
    assert rows[-1] == [f"{example_result.PEOPLE - 98} more rows do not fit."]


def test_a_sheet_that_is_just_full_says_nothing(result: Path, tmp_path: Path) -> None:
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx", max_rows=example_result.PEOPLE + 2)
    assert len(sheet(path, 3)) == example_result.PEOPLE + 1


def test_held_out_people_are_in_no_list_to_act_on(result: Path, tmp_path: Path) -> None:
    held_out = {row["customer_id"] for row in pq.read_table(result / "actions.parquet").to_pylist() if row["held_out"]}
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx")
    assert not held_out & {text for row in sheet(path, 2) for text in row}
    _, rows = reports.action_rows(result, limit=100)
    assert len(rows) == 36
    assert not held_out & {row[1] for row in rows}


def test_actions_as_rows_carry_names_only_when_given(result: Path) -> None:
    heads, rows = reports.action_rows(result, limit=1, names={"C0000": "Ana"})
    assert dict(zip(heads, rows[0], strict=True))["Name"] == "Ana"
    heads, _ = reports.action_rows(result, limit=1)
    assert "Name" not in heads


def test_a_customer_is_explained_by_scores_and_their_parts(result: Path) -> None:
    customer = pq.read_table(result / "customers.parquet").to_pylist()[0]
    reasons = [row for row in pq.read_table(result / "reasons.parquet").to_pylist() if row["customer_id"] == "C0000"]
    lines = reports.explanation_lines(result, customer, reasons, language="en")
    assert lines[0] == "Customer C0000: New, Champions"
    assert "Value score: 99.6" in lines
    assert "  buying (net spend €240.50): 74.7" in lines
    assert "Next action: Win back" in lines


def test_a_chance_is_explained_by_what_multiplies_its_odds(result: Path) -> None:
    customer = pq.read_table(result / "customers.parquet").to_pylist()[1]
    parts = [
        ("base", None, -1.1),
        ("days_since_last", 37.0, 0.5),
        ("spend_trend", -0.25, -0.2),
        ("gap_sd_days", None, 0.1),
    ]
    reasons = [
        {"customer_id": "C0001", "figure": "p_purchase", "code": code, "value": value, "contribution": contribution}
        for code, value, contribution in parts
    ]
    lines = reports.explanation_lines(result, customer, reasons, language="en")
    first = lines.index("Chance to buy: 96%")
    assert lines[first + 1 : first + 5] == [
        "  where the reckoning begins: odds times 0.33",
        "  last order 37 days ago: odds times 1.65",
        "  Trend of the spend: -0.2: odds times 0.82",
        "  Spread of the days between orders: not known: odds times 1.11",
    ]


def test_the_business_can_name_its_own_plays(tmp_path: Path) -> None:
    plays = [{"code": "win_back", "title": "Send the spring letter"}]
    folder = example_result.make(tmp_path / "result", settings={"strategy": {"plays": plays}})
    _, rows = reports.action_rows(folder, limit=40)
    assert "Send the spring letter" in {row[4 - 1] for row in rows}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_row_to_act_on_says_why(result: Path, language: reports.Language) -> None:
    _, rows = reports.action_rows(result, limit=100, language=language)
    assert all(row[2] for row in rows)
