"""Groups found in the records, and who brings whom."""

from pathlib import Path
from typing import Any

import pytest

from regulars import reports
from reports import example_groups, example_result
from reports.page_reader import Page, read_page
from reports.workbook_reader import sheet, sheet_names


def page_with(tmp_path: Path, language: reports.Language = "en", **changes: Any) -> str:
    """Return what a reader sees of a result that differs from the example."""
    folder = example_result.make(tmp_path / "result", **changes)
    return " ".join(read_page(reports.render_html(folder, language=language)).visible().split())


def test_groups_are_told_by_what_sets_them_apart(english: Page, chinese: Page) -> None:
    rows = [" ".join(row.text.split()) for row in english.all("tr")]
    assert any(row.startswith("Group 1 come more often, bought lately 30") for row in rows)
    assert any(row.startswith("Group 2 near the mean in everything 78") for row in rows)
    assert any("第 1 组" in row.text and "来得较多、最近买过" in row.text for row in chinese.all("tr"))


def test_the_number_of_groups_says_how_sure_it_is(english: Page) -> None:
    said = " ".join(english.visible().split())
    assert "0.91 (95% interval 0.86 to 0.96; 1 is the same groups, 0 is chance, 0.6 is asked for), on 108" in said
    rows = [" ".join(row.text.split()) for row in english.all("tr")]
    assert "2 0.91 (95% interval 0.86 to 0.96) 0.33 chosen" in rows
    assert "4 0.41 (95% interval 0.36 to 0.46) 0.36 would not come out again" in rows


@pytest.mark.parametrize(
    ("silhouette", "said"),
    [(0.25, "run into each other (separation 0.25 of 1)"), (0.5, "touch (separation 0.50 of 1)")],
)
def test_groups_without_gaps_say_so(tmp_path: Path, silhouette: float, said: str) -> None:
    found = {**example_groups.clusters(), "candidates": [example_groups.candidate(2, 0.91, silhouette)]}
    assert f"The groups {said}" in page_with(tmp_path, clusters=found)


def test_groups_that_stand_apart_are_called_neither_touching_nor_running_into_each_other(tmp_path: Path) -> None:
    found = {**example_groups.clusters(), "candidates": [example_groups.candidate(2, 0.91, 0.7)]}
    assert "The groups " not in page_with(tmp_path, clusters=found).replace("The groups of recency", "")


@pytest.mark.parametrize(
    ("reason", "customers", "english", "chinese"),
    [
        (
            "too_few_customers",
            60,
            "from 100 customers with orders; there are 60.",
            "达到 100 位才寻找群体，现在有 60 位",
        ),
        ("no_stable_groups", 108, "No groups hold: other customers like these 108", "没有稳定的群体"),
        ("no_spread", 108, "The 108 customers with orders are alike in everything", "在可以用来分组的各方面都相同"),
    ],
)
def test_where_there_are_no_groups_the_page_says_why(
    tmp_path: Path, reason: str, customers: int, english: str, chinese: str
) -> None:
    found = example_groups.no_clusters(reason, customers=customers)
    assert english in page_with(tmp_path / "en", clusters=found)
    assert chinese in page_with(tmp_path / "zh", "zh", clusters=found)


def test_the_best_agreement_of_groups_that_do_not_hold_is_told(tmp_path: Path) -> None:
    said = page_with(tmp_path, clusters=example_groups.no_clusters("no_stable_groups"))
    assert "(the best agreement, of 3 groups, is 0.51, 95% interval 0.46 to 0.56; 0.6 is asked for)" in said


def test_who_was_brought_is_told_with_base_and_interval_and_what_does_not_count(english: Page) -> None:
    said = " ".join(english.visible().split())
    assert "10% were brought by another customer (12 of 120 customers; 95% interval 6% to 17%)" in said
    assert "2 of 14 referrals do not count (named themselves: 1; led back to where they began: 1)." in said
    assert "2 customers brought at least one who went on to order; the longest chain has 3 steps." in said


def test_advocates_stand_with_their_own_value_and_what_they_brought(english: Page) -> None:
    rows = [" ".join(row.text.split()) for row in english.all("tr")]
    assert "C0003 2 €61.50 €110.60 €172.10" in rows
    assert "C0119 1and 1 through them €20.00 €0.00 €20.00" in rows


@pytest.mark.parametrize(("language", "said"), [("en", "No referrals are recorded."), ("zh", "没有推荐记录。")])
def test_without_referrals_one_line_says_so(tmp_path: Path, language: reports.Language, said: str) -> None:
    nothing = example_groups.referrals(
        referral_count=0, left_out={}, brought=example_result.share("brought_share", 0, 0, low=0, high=0),
        deepest_chain=0, advocate_count=0,
    )  # fmt: skip
    visible = page_with(tmp_path, language, referrals=nothing, advocates=[])
    assert said in visible
    assert {"en": "Who brings the most", "zh": "谁带来最多"}[language] not in visible


def test_an_older_result_without_groups_and_referrals_has_a_page(tmp_path: Path) -> None:
    visible = page_with(tmp_path, clusters=None, referrals=None, advocates=None)
    assert "Groups found in the records" not in visible
    assert "Who brings whom" not in visible


def test_the_workbook_has_groups_with_words_and_advocates(result: Path, tmp_path: Path) -> None:
    path = reports.write_xlsx(result, path=tmp_path / "tables.xlsx")
    assert sheet(path, 5)[1][:3] == ["1", "come more often, bought lately", "30"]
    assert sheet(path, 6)[1] == ["C0003", "2", "2", "61.5", "110.6", "172.1"]
    grouped = [row[:2] for row in sheet(path, 4)]
    assert ["Groups found in the records", "Group 1"] in grouped


def test_a_workbook_of_a_result_without_groups_and_advocates_has_no_sheets_of_them(tmp_path: Path) -> None:
    folder = example_result.make(tmp_path / "result", clusters=None, advocates=[])
    path = reports.write_xlsx(folder, path=tmp_path / "tables.xlsx")
    assert len(sheet_names(path)) == 6
