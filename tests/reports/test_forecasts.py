"""What comes next and what customers are worth: forecasts with their ranges, and what the past said of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import reports
from regulars.reports._values import steps
from reports import example_forecasts, example_result
from reports.page_reader import Page, read_page

AMOUNTS = st.floats(min_value=1e-3, max_value=1e9)


def visible(folder: Path, language: reports.Language = "en") -> str:
    return " ".join(read_page(reports.render_html(folder, language=language)).visible().split())


def with_tested(result: Path, **changes: Any) -> str:
    """Return the page of the forecast whose test went otherwise."""
    content = example_forecasts.forecast()
    content["tested"] = {**content["tested"], **changes}
    example_forecasts.write(result, "forecast.json", content)
    return visible(result)


def test_a_forecast_says_whom_it_is_of_and_what_the_past_said(english: Page, chinese: Page) -> None:
    said = " ".join(english.visible().split())
    assert "Expected of today's 103 customers alone: who is still to be won is not in it." in said
    assert "of 98 customers on March 31, 2024, €2,102 was expected of them in the next 91 days" in said
    assert "(€1,500 to €2,700); €2,244 came." in said
    assert "That is within the range." in said
    assert "仅为现有 103 位客户的预期" in chinese.visible()


@pytest.mark.parametrize(("came", "verdict"), [(1499.0, "too high"), (2701.0, "too low")])
def test_a_forecast_that_was_wrong_says_so(result: Path, came: float, verdict: str) -> None:
    said = with_tested(result, came=came)
    assert f"take these forecasts for {verdict}" in said
    assert "within the range." not in said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("too_short_history", "the records do not reach back far enough."),
        ("too_few_customers", "on the day of the test there were too few customers to value."),
    ],
)
def test_a_forecast_that_was_not_tested_says_why(result: Path, reason: str, said: str) -> None:
    untested = {"tested": None, "why_untested": reason}
    example_forecasts.write(result, "forecast.json", {**example_forecasts.forecast(), **untested})
    assert f"It could not be tested on the past: {said}" in visible(result)


def test_the_two_kinds_of_range_stand_in_the_chart_and_in_its_table(result: Path) -> None:
    chart = reports.charts(result)["revenue"]
    boxes = [box["value"] for box in chart["option"]["series"][0]["data"]]
    assert all(box == sorted(box) for box in boxes)
    assert boxes[0] == pytest.approx([0.7 * 812.4, 0.9 * 812.4, 812.4, 1.1 * 812.4, 1.3 * 812.4])
    assert chart["rows"][0] == ["30 days", "€812", "€731 to €894", "€569 to €1,056"]


def test_a_forecast_without_ranges_is_drawn_as_its_middle_and_says_that_they_are_not_known(result: Path) -> None:
    content = example_forecasts.forecast()
    ends = dict.fromkeys(("expected_low", "expected_high", "range_low", "range_high"))
    content["revenue"] = [{**row, **ends} for row in content["revenue"]]
    example_forecasts.write(result, "forecast.json", content)
    chart = reports.charts(result)["revenue"]
    assert chart["option"]["series"][0]["data"][0]["value"] == [812.4] * 5
    assert chart["rows"][0] == ["30 days", "€812", "not known", "not known"]


def test_chances_are_counted_in_ten_bins_and_who_has_none_is_told(result: Path) -> None:
    rows = pq.read_table(result / "customers.parquet").to_pylist()
    told = [row["p_purchase"] for row in rows if row["p_purchase"] is not None]
    chart = reports.charts(result)["chances"]
    counts, _ = np.histogram(told, bins=10, range=(0, 1))
    assert [int(row[1]) for row in chart["rows"]] == counts.tolist()
    said = visible(result)
    likely = sum(chance >= 0.5 for chance in told)
    assert f"{likely} of {len(told)} customers ({round(100 * likely / len(told))}%) are more likely than not" in said
    assert "13 customers are not in it (never ordered: 12; withdrew consent to being profiled: 1)." in said


def test_values_are_counted_once_each_whatever_their_sign_and_size(result: Path) -> None:
    rows = pq.read_table(result / "customers.parquet").to_pylist()
    worth = [-12.5, 0.0, 0.004, 3.0, 70.0, 9e6, *(float(number) for number in range(1, len(rows) - 6)), None]
    for row, value in zip(rows, worth, strict=True):
        row["lifetime_value"], row["lifetime_reason"] = value, None if value is not None else "no_history"
    example_result.write(result / "customers.parquet", rows)
    table = reports.charts(result)["values"]["rows"]
    assert sum(int(row[1]) for row in table) == len(worth) - 1
    assert [row[0] for row in table][:3] == ["a loss", "nothing", "below €2"]
    assert "1 customer is not in it (known for too short a time: 1)." in visible(result)


def by_a_model(result: Path, name: str) -> list[tuple[float, int, int]]:
    """Write a result whose lifetime values are by a model; return P(alive), order days and silence of its buyers."""
    steps = [{"days": 7 * week, "came": 20 * week, "expected": 21.4 * week} for week in range(7)]
    example_forecasts.write(
        result, "models/lifetime.json", {**example_forecasts.lifetime(), "in_use": name, "tracking": steps}
    )
    people = pq.read_table(result / "customers.parquet")
    orders, silent = people["order_count"].to_pylist(), people["days_since_last"].to_pylist()
    told = [None if not n else 1.0 if n == 1 else 1 / (1 + days / 90) for n, days in zip(orders, silent, strict=True)]
    people = people.append_column("p_alive", pa.array(told)).append_column("order_day_count", pa.array(orders))
    pq.write_table(people, result / "customers.parquet")
    return [(p, n, days) for p, n, days in zip(told, orders, silent, strict=True) if p is not None]


@pytest.mark.parametrize("model", ["bg_nbd", "pareto_nbd"])
def test_who_still_is_a_customer_stands_in_a_grid_of_all_of_whom_it_is_known(result: Path, model: str) -> None:
    known = by_a_model(result, model)
    grid = reports.sections(result, language="en")["alive"]
    told = known if model == "pareto_nbd" else [row for row in known if row[1] > 1]
    assert sum(
        int(cell["notes"][0].split()[0]) for row in grid["table"]["rows"] for cell in row[1:] if cell["text"]
    ) == len(told)
    assert len(grid["table"]["columns"]) == 1 + (5 if model == "pareto_nbd" else 4)
    late = [p for p, orders, silent in told if orders >= 10 and silent >= 366]
    of_late = grid["table"]["rows"][-1][-1]["text"]
    assert of_late == (f"{np.mean(late):.0%}" if late else "")
    assert any("before a second purchase" in line for line in grid["lines"]) == (model == "bg_nbd")


def test_purchases_of_the_test_are_drawn_beside_what_was_expected(result: Path) -> None:
    assert "tracking" not in reports.charts(result)
    by_a_model(result, "bg_nbd")
    chart = reports.charts(result)["tracking"]
    assert chart["rows"][-1] == ["42", "120", "128"]
    came, expected = ([point["value"] for point in line["data"]] for line in chart["option"]["series"])
    assert (came[1], expected[1]) == ([7, 20], [7, 21.4])
    assert "what came, and what “Purchase model (BG/NBD)” expected" in visible(result)


def test_the_best_tenth_and_the_middle_are_told(result: Path) -> None:
    rows = pq.read_table(result / "customers.parquet").to_pylist()
    for place, row in enumerate(rows):
        row["lifetime_value"] = 1000.0 if place < 12 else 10.0 if place < 61 else 0.0
    example_result.write(result / "customers.parquet", rows)
    said = visible(result)
    assert "Half of 120 customers are expected to bring €10.00 or more in 12 months." in said
    assert "The most valuable tenth (12 of 120 customers) holds 96% of €12,490.00 in all." in said


def test_where_half_bring_nothing_that_is_said(result: Path) -> None:
    rows = pq.read_table(result / "customers.parquet").to_pylist()
    for place, row in enumerate(rows):
        row["lifetime_value"] = 5.0 if place < 50 else 0.0
    example_result.write(result / "customers.parquet", rows)
    assert "At least half of 120 customers are expected to bring nothing in 12 months." in visible(result)


@given(st.tuples(AMOUNTS, AMOUNTS).map(sorted))
def test_steps_are_round_ascend_and_reach_around_the_values(ends: list[float]) -> None:
    low, high = ends
    edges = steps(low, high)
    assert edges[0] <= low
    assert edges[-1] >= high
    assert edges == sorted(set(edges))
    assert all(f"{edge:e}"[:9] in {"1.000000e", "2.000000e", "5.000000e"} for edge in edges)


def test_levers_are_told_by_their_gain_and_what_is_not_known_is_no_zero(
    result: Path, english: Page, chinese: Page
) -> None:
    said = " ".join(english.visible().split())
    assert "Today's 103 customers are worth €5,000 over 12 months." in said
    assert "the greatest is “More margin on a purchase”" in said
    assert "nothing can be said of serving them for less" in said
    assert "the plain rule knows no drop-out" not in said.lower()
    assert "客户价值优化" in chinese.visible()
    chart = reports.charts(result)["levers"]
    assert chart["rows"][0] == ["More margin on a purchase", "€500", "€400 to €600", "10.0%"]
    assert [bar["value"] for bar in chart["option"]["series"][0]["data"]] == [500.0, 460.5, 56.5, 23.5]
    assert "Cheaper to serve not known" in said


def test_levers_by_the_plain_rule_say_what_staying_longer_is(result: Path) -> None:
    content = example_forecasts.levers()
    content["levers"][2]["lever"] = "duration"
    content["cost_to_serve"] = 300.0
    example_forecasts.write(result, "levers.json", content)
    said = visible(result)
    assert "The plain rule knows no drop-out" in said
    assert "nothing can be said of serving them" not in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_result_without_forecasts_has_a_page_and_every_other_section(
    tmp_path: Path, language: reports.Language
) -> None:
    folder = example_result.make(tmp_path / "result")
    for file in example_forecasts.FILES:
        (folder / file).unlink()
    page = read_page(reports.render_html(folder, language=language))
    ids = {element.attributes.get("id") for element in page.elements}
    assert ids.isdisjoint({"ahead", "models", "chart-revenue", "chart-chances", "chart-calibration", "chart-levers",
                            "subscriptions", "acquisition"})  # fmt: skip
    assert {"values", "referrals", "groups", "chart-values"} <= ids
    assert {link.attributes["href"].removeprefix("#") for link in page.all("a")} <= ids


def test_an_older_result_without_the_new_columns_has_a_page(result: Path) -> None:
    new = ("lifetime_reason", "cluster", "cluster_reason", "p_purchase", "p_lapse", "prediction_reason",
           "expected_orders", "feedback_language", "is_advocate", "referral_value")  # fmt: skip
    pq.write_table(pq.read_table(result / "customers.parquet").drop_columns(new), result / "customers.parquet")
    drawn = reports.charts(result)
    assert "chances" not in drawn
    assert "values" in drawn
    assert "Chances to buy" not in visible(result)


def test_a_damaged_forecast_is_an_error_that_names_the_file(result: Path) -> None:
    (result / "forecast.json").write_text("{")
    with pytest.raises(reports.ResultUnreadable, match=r"forecast\.json"):
        reports.render_html(result)
