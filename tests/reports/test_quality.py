"""The section on the quality of the records: how good, what was refused, where first, and what it costs."""

import json
from pathlib import Path

from regulars.reports._folder import ResultFolder
from regulars.reports._quality import quality
from regulars.reports._voice import Voice


def texts(folder: Path, table: str, language: str = "en") -> list[list[tuple[str, ...]]]:
    """Return the cells of a table, each with its small print."""
    voice = Voice(language="zh" if language == "zh" else "en", currency="EUR")
    shown = getattr(quality(ResultFolder(path=folder), voice=voice), table)
    return [[(cell.text, *cell.notes) for cell in row] for row in shown.rows]


def test_rows_set_aside_say_where_the_first_stands_and_what_they_cost(untouched: Path) -> None:
    late, unread = texts(untouched, "set_aside")
    assert late[1:] == [
        ("dated in the future", "Timeliness"),
        ("1",),
        ("0.2%",),
        ("line 90, column 日期", "like ####"),
        ("these orders do not count", "at most €88.20 of revenue not counted"),
    ]
    assert unread[-1] == ("these orders do not count", "the amount of 1 order is not known")


def test_accepted_rows_say_what_their_gaps_and_marks_cost(untouched: Path) -> None:
    costs = {row[2][0]: row[-1] for row in texts(untouched, "issues")}
    assert costs["Empty"] == ("how they came is not known of these",)
    assert costs["Met again in another file (counted once)"] == ("counted once", "else €75.00 would count twice")
    assert costs["Identical rows in one file (all kept)"] == (
        "all are counted",
        "if they are one and the same, €40.00 is too much",
    )


def test_every_source_has_its_five_measures(untouched: Path) -> None:
    (row,) = texts(untouched, "soundness")
    assert [cell[0] for cell in row[:6]] == ["orders.csv", "Orders", "98%", "99.6%", "99%", "100%"]
    assert row[6] == ("Jun 20, 2024", "10 days before the last day")
    (chinese,) = texts(untouched, "soundness", "zh")
    assert chinese[6] == ("2024年6月20日", "比最后一天早 10 天")


def test_a_result_without_measures_is_shown_without_them(result: Path) -> None:
    manifest = result / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"soundness"', '"other"'), encoding="utf-8")
    assert quality(ResultFolder(path=result), voice=Voice(language="en")).soundness is None


def test_a_named_export_is_called_by_its_name_in_the_language_of_the_report(result: Path) -> None:
    manifest = result / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["inputs"][0]["export"] = "shopify_orders"
    manifest.write_text(json.dumps(told), encoding="utf-8")
    called = {language: texts(result, "files", language)[0][1][1] for language in ("en", "zh")}
    assert called == {"en": "Shopify: orders", "zh": "Shopify：订单"}
