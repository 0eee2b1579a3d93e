"""How long subscribers stay, as the page tells it."""

from pathlib import Path

from regulars import reports
from reports import example_forecasts
from reports.page_reader import Page, read_page


def words(page: Page) -> str:
    return " ".join(page.visible().split())


def test_plans_are_told_with_what_is_left_and_what_is_to_come(english: Page, chinese: Page) -> None:
    said = words(english)
    assert "Tea 80 40 28%25% to 32% €3,400€3,000 to €3,900 €2,100" in said
    assert "All plans together 89 44 28%25% to 32% not knownrenewed after different times: see each plan" in said
    assert "No plan named 9 4 not knownnone was seen for so long not knowntoo few to learn from" in said
    assert "(3 of 89) are left out" in said
    assert "the two do not add up" in said
    assert "订阅客户能留多久" in chinese.visible()


def test_the_lines_of_a_chart_are_its_table(result: Path) -> None:
    chart = reports.charts(result)["subscriptions"]
    assert chart["columns"] == ["Month", "All plans together", "Tea", "No plan named"]
    assert chart["rows"][0] == ["1", "90%", "90%", "90%"]
    assert chart["rows"][-1] == ["14", "23%", "23%", "–"]
    drawn = chart["option"]["series"][1]["data"]
    assert (drawn[0]["value"], drawn[14]["value"]) == ([0, 100.0], [14, 22.88])


def test_a_plan_alone_stands_beside_what_the_model_expects(result: Path) -> None:
    alone = {"plans": [example_forecasts.plan("Tea", months=3, contracts=80, residual=True)]}
    example_forecasts.write(result, "subscriptions.json", alone)
    chart = reports.charts(result)["subscriptions"]
    assert chart["columns"] == ["Month", "Tea", "Expected by the model"]
    assert chart["rows"][0] == ["1", "90%", "91%"]
    assert [series["name"] for series in chart["option"]["series"]] == chart["columns"][1:]


def test_a_business_without_subscriptions_has_no_such_section(result: Path) -> None:
    example_forecasts.write(result, "subscriptions.json", {"plans": []})
    page = read_page(reports.render_html(result))
    assert "subscriptions" not in {element.attributes.get("id") for element in page.elements}
    assert "subscriptions" not in reports.charts(result)
