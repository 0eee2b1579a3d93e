"""How far forecasts can be trusted: who was put beside whom, who won and by how much, and what to do without a test."""

from pathlib import Path
from typing import Any

import pytest

from regulars import reports
from reports import example_forecasts
from reports.page_reader import Page, read_page

LANGUAGES: tuple[reports.Language, ...] = ("en", "zh")
PURCHASE, LIFETIME = "models/purchase.json", "models/lifetime.json"


def section(page: Page) -> str:
    """Return the text of the section on trust."""
    found = next(e for e in page.all("section") if e.attributes.get("aria-labelledby") == "models")
    return " ".join(found.text.split())


def purchase_card(result: Path, language: reports.Language = "en", **changes: Any) -> str:
    """Return the section for a forecast of purchases that went otherwise."""
    example_forecasts.write(result, PURCHASE, {**example_forecasts.purchase(), **changes})
    return section(read_page(reports.render_html(result, language=language)))


def lifetime_card(result: Path, language: reports.Language = "en", **changes: Any) -> str:
    """Return the section for a lifetime value that went otherwise."""
    example_forecasts.write(result, LIFETIME, {**example_forecasts.lifetime(), **changes})
    return section(read_page(reports.render_html(result, language=language)))


def test_a_model_that_won_says_by_how_much_and_over_whom(english: Page, chinese: Page) -> None:
    assert (
        "“Many figures together (logistic regression)” is used: on the past it did better than the best plain rule,"
        " “Ranks of recency, frequency and spend”. Order (AUC): 0.812 against 0.795, gain 0.0171 (95% interval 0.0023"
        " to 0.0322), over 98 customers, of whom 41 bought."
    ) in section(english)
    assert "增益 0.0171（95% 区间 0.0023 至 0.0322），基于 98 位客户，其中 41 位购买" in section(chinese)


def test_the_horizon_says_where_it_comes_from(result: Path, english: Page) -> None:
    assert "of 389 gaps between two order days of a customer three quarters are no longer than 88" in section(english)
    chosen = purchase_card(result, horizon={"days": 91, "gaps": 0, "gap_days": None, "reason": "asked"})
    assert "91 days were set as the time to ask about." in chosen
    nobody = purchase_card(result, horizon={"days": 90, "gaps": 0, "gap_days": None, "reason": "no_repeat_orders"})
    assert "Nobody has ordered on two days yet, so 90 days are asked about." in nobody


def test_every_candidate_stands_in_the_table_with_its_figures_and_who_is_used_is_marked(english: Page) -> None:
    rows = [" ".join(row.text.split()) for row in english.all("tr")]
    (used,) = [row for row in rows if "model, in use" in row]
    assert used.startswith("Many figures together (logistic regression)")
    assert "0.731 to 0.893" in used
    (untested,) = [row for row in rows if row.startswith("Purchase model (BG/NBD)") and "0.791" in row]
    assert "–" in untested
    assert sum("plain rule" in row and "Candidate" not in row for row in rows) == 4


def test_every_measure_shown_is_explained(english: Page) -> None:
    terms = [element.text for element in english.all("dt")]
    for measure in ("Order (AUC)", "Finding who lapses (PR-AUC)", "The best tenth (lift)", "Typical error (RMSE)"):
        assert measure in terms


def test_learning_by_heart_would_be_seen(english: Page) -> None:
    assert "0.834 (AUC) and those of the test with 0.812" in section(english)


def test_the_strongest_figures_come_first_and_an_unknown_one_can_be_read(result: Path) -> None:
    told = {"scale": "log", "centre": 0.0, "spread": 1.0}
    features = [{"column": "garden_visits", "coefficient": 0.1}, {"column": "days_since_last", "coefficient": -0.91}]
    logistic = example_forecasts.purchase()["logistic"]
    said = purchase_card(result, logistic={**logistic, "features": [{**told, **feature} for feature in features]})
    assert said.index("Days since the last order less likely 0.40") < said.index("Garden visits more likely 1.11")


def test_a_figure_that_only_has_to_be_known_is_told_as_such(english: Page) -> None:
    assert "Days between orders (whether known) more likely 1.02" in section(english)


def test_what_the_regression_looks_at_is_not_shown_where_a_rule_is_in_use(result: Path) -> None:
    said = purchase_card(result, in_use="rfm", reason="rule_not_beaten")
    assert "“Ranks of recency, frequency and spend” is used: no model did better beyond doubt." in said
    assert "looks at most" not in said


def test_a_candidate_that_was_not_tried_says_why(result: Path) -> None:
    said = purchase_card(result, left_out={"bg_nbd": "too_few_repeaters"})
    assert "Not tried: Purchase model (BG/NBD): too few customers have bought again." in said


def test_a_winner_that_can_no_longer_be_fitted_gives_way_and_says_why(result: Path) -> None:
    said = purchase_card(result, in_use="rfm", reason="not_converged")
    assert "“Ranks of recency, frequency and spend” is used: the search for the best model did not come to" in said


def test_a_sample_says_of_how_many(result: Path) -> None:
    assert "drawn by lot" not in purchase_card(result)
    sample = {"prefix": "sample_", "population": 90_000, "size": 25_000, "seed": 0, "tables": []}
    assert "tested on 25,000 of 90,000 customers, drawn by lot." in purchase_card(result, sample=sample)


def test_a_rule_that_was_not_beaten_says_how_near_the_models_came(english: Page) -> None:
    assert (
        "“Next year as the last one” is used: no model did better beyond doubt. The nearest, “Purchase model (BG/NBD)”:"
        " Typical error (RMSE) €60.10 against €61.20, gain €1.10 (95% interval -€2.40 to €4.60), over 98 customers."
    ) in section(english)


def test_a_model_among_models_says_whose_place_it_took_and_who_came_nearest(result: Path) -> None:
    def came(name: str, met: str, step: tuple[float, float, float], rmse: float) -> dict[str, Any]:
        told = example_forecasts.trial(name, gain=(4.0, 1.0, 7.0), rmse=rmse)
        return {**told, "met": met, "step": example_forecasts.trial(name, gain=step)["gain"]}

    plain = example_forecasts.lifetime()["verdict"]["trials"][0]
    tried = [
        {**plain, "met": None, "step": None},
        came("bg_nbd", "plain", (2.0, 0.5, 3.5), 59.2),
        came("mbg_nbd", "bg_nbd", (2.5, 0.9, 4.1), 56.7),
        came("pareto_nbd", "mbg_nbd", (0.3, -0.4, 1.0), 56.4),
    ]
    verdict = {
        **example_forecasts.lifetime()["verdict"],
        "winner": "mbg_nbd",
        "reason": "model_better",
        "trials": tried,
    }
    said = lifetime_card(
        result, in_use="mbg_nbd", reason="model_better", verdict=verdict, left_out={"bg_cnbd_k": "no_regularity"},
        sample={"prefix": "sample_", "population": 90_000, "size": 25_000, "seed": 0, "tables": []},
    )  # fmt: skip
    assert "It took the place of “Purchase model (BG/NBD)”, a simpler one: gain €2.50 (95% interval €0.90" in said
    assert "the nearest, “Purchase model (Pareto/NBD)”: gain €0.30 (95% interval -€0.40 to €1.00)." in said
    assert "Not tried: Model of regular buyers (BG/CNBD-k): purchases come no more regularly than by chance" in said
    assert "Learned from and tested on 25,000 of 90,000 customers, drawn by lot." in said
    assert "over “Purchase model (MBG/NBD)”" in said
    assert "is used: the settings ask for it" in lifetime_card(result, in_use="plain", reason="asked_for")


@pytest.mark.parametrize(("reason", "customers", "bought"), [("too_few_customers", 31, 6), ("one_class_only", 31, 31)])
def test_a_test_of_too_few_tells_no_chance_and_says_how_many_it_takes(
    result: Path, reason: str, customers: int, bought: int
) -> None:
    verdict = {**example_forecasts.purchase()["verdict"], "customers": customers, "positives": bought, "enough": 20}
    said = purchase_card(result, in_use=None, reason=reason, verdict=verdict, logistic=None, calibration={})
    assert (
        f"No chances are told: the test had {customers} customers, of whom {bought} bought, too few to learn a chance"
        " from; it takes 20 who buy and 20 who do not."
    ) in said
    assert "is used" not in said.split("What will a customer be worth")[0]
    assert "calibration" not in reports.charts(result)
    assert (
        "Value at risk is the value of the customers whose stage of life is “At risk”"
        in read_page(result / "report.html").visible()
    )


def test_a_winner_that_today_has_too_few_to_fit_is_not_a_test_of_too_few(result: Path) -> None:
    said = purchase_card(result, in_use="rfm", reason="too_few_customers")
    assert "“Ranks of recency, frequency and spend” is used: there are too few customers." in said


def test_a_rule_that_ranked_the_wrong_way_says_that_everybody_is_told_the_same(result: Path) -> None:
    rule = {"name": "recency", "slope": 0.0, "intercept": -1.0, "centre": -50.0, "fitted_on": [], "gap_days": None}
    said = purchase_card(result, in_use="recency", reason="rule_not_beaten", rule=rule)
    assert "“Who bought last buys next” put those who bought last; so everybody is told the same chance" in said
    rule = {**rule, "slope": 0.02}
    assert "the same chance" not in purchase_card(result, in_use="recency", reason="rule_not_beaten", rule=rule)


def test_without_anybody_to_test_on_no_chance_is_told(result: Path) -> None:
    said = purchase_card(result, in_use=None, reason="too_few_customers", verdict=None, logistic=None, calibration={})
    assert "No chances are told: there are too few customers." in said


def test_a_history_too_short_for_a_test_makes_no_forecast_and_says_what_it_takes(result: Path) -> None:
    cutoffs = {"as_of": "2024-06-30", "horizon_days": 91, "test": None, "training": [], "reason": "too_short_history",
               "history_days": 120, "enough_days": 273}  # fmt: skip
    nothing = {"in_use": None, "reason": "too_short_history", "cutoffs": cutoffs, "verdict": None, "logistic": None}
    content = {**example_forecasts.purchase(), **nothing, "calibration": {}}
    example_forecasts.write(result, PURCHASE, content)
    english, chinese = (section(read_page(reports.render_html(result, language=each))) for each in LANGUAGES)
    assert "No chances are told yet: the records reach back 120 days, and a forecast with a test" in english
    assert "记录只追溯到 120 天前，而能够用过去检验的预测需要 273 天" in chinese
    assert "calibration" not in reports.charts(result)


@pytest.mark.parametrize(
    ("reason", "needed", "said"),
    [
        ("too_few_customers", 50, "only 108 customers with orders could be learned from, and a model takes 50"),
        ("too_few_repeaters", 20, "only 66 of those to learn from had bought again, and a model takes 20"),
        ("not_converged", None, "the search for the best model did not come to an end"),
        ("parameter_at_boundary", None, "the customers are too alike for a model of their differences"),
        ("too_short_history", None, "the records are too short"),
    ],
)
def test_a_model_that_could_not_be_fitted_says_why(result: Path, reason: str, needed: int | None, said: str) -> None:
    fit = example_forecasts.fit("bg_nbd", {}, time_unit_days=7.0, reason=reason, needed=needed)
    card = lifetime_card(result, reason=reason, verdict=None, purchases=fit, margins=None)
    assert f"“Next year as the last one” is used: {said}." in card


def test_too_few_customers_in_the_test_are_not_taken_for_too_few_to_fit(result: Path) -> None:
    verdict = {**example_forecasts.lifetime()["verdict"], "customers": 31, "enough": 40}
    card = lifetime_card(result, reason="too_few_customers", verdict=verdict)
    assert "“Next year as the last one” is used: the test had 31 customers, too few to tell; it takes 40." in card


def test_what_the_models_learned_stands_with_its_doubt_and_its_unit_of_time(english: Page) -> None:
    said = section(english)
    assert "Purchase model (BG/NBD) α 4.414 0.441" in said
    assert "was fitted to 108 customers as of March 31, 2024, 66 of whom bought again; its unit of time is 7" in said
    assert "their correlation is 0.11 (0 is none" in said


def test_the_rule_in_use_is_the_rule_that_the_method_describes(result: Path, english: Page) -> None:
    assert "It is a rule of thumb, not a prediction model." in english.visible()
    lifetime_card(result, in_use="bg_nbd", reason="model_better")
    visible = read_page(reports.render_html(result)).visible()
    assert "It is a rule of thumb" not in visible
    assert "Value of the next 12 months is what a model expects" in visible


def test_too_few_to_fit_is_told_also_where_the_rule_alone_stood_a_test(result: Path) -> None:
    fit = example_forecasts.fit("bg_nbd", {}, time_unit_days=7.0, reason="too_few_customers", customers=31, needed=50)
    card = lifetime_card(result, reason="too_few_customers", purchases=fit)
    assert "is used: only 31 customers with orders could be learned from, and a model takes 50." in card


def test_what_makes_the_value_at_risk_is_told(english: Page, result: Path) -> None:
    said = "Value at risk is every customer's value times the chance not to buy within 91 days."
    assert said in english.visible()
    purchase_card(result, in_use=None, reason="too_short_history", verdict=None, logistic=None, calibration={})
    assert said not in read_page(reports.render_html(result)).visible()


def test_calibration_leaves_out_bins_without_customers(result: Path) -> None:
    chart = reports.charts(result)["calibration"]
    assert len(chart["rows"]) == 9
    assert chart["rows"][1] == ["15%", "9%", "9"]
    assert [point["value"] for point in chart["option"]["series"][0]["data"]][1] == [15.0, 9.0]


def test_models_of_the_test_are_not_taken_for_what_is_in_use(result: Path) -> None:
    said = "The models below are those of the test: they learned from what was known on March 31, 2024, and of spend"
    assert said in lifetime_card(result)
    todays = {**example_forecasts.lifetime()["margins"], "fitted_to": {"whom": "everybody", "amounts": "margin"}}
    assert said not in lifetime_card(result, in_use="bg_nbd", reason="model_better", margins=todays)
