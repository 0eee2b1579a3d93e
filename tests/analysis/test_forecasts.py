"""What the result says of the days to come: probabilities that are explained, and models that can be read again."""

import json
import math
from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars import Settings, analyze, simulation
from regulars.analysis import Result


def model(result: Result, name: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((result.folder / name).read_text(encoding="utf-8"))
    return content


def test_the_parts_of_a_probability_add_up_to_its_log_odds(result: Result) -> None:
    told = [row for row in result.customers.to_pylist() if row["p_purchase"] is not None]
    assert told
    for row in told[:10]:
        parts = [part for part in result.explain(row["customer_id"]).reasons if part["figure"] == "p_purchase"]
        odds = math.log(row["p_purchase"] / row["p_lapse"])
        assert sum(part["contribution"] for part in parts) == pytest.approx(odds, abs=1e-9)


def test_who_has_no_probability_has_a_reason_and_no_parts(result: Result) -> None:
    silent = [row for row in result.customers.to_pylist() if row["p_purchase"] is None]
    assert silent
    for row in silent[:5]:
        assert row["prediction_reason"]
        assert not [part for part in result.explain(row["customer_id"]).reasons if part["figure"] == "p_purchase"]


def test_every_value_is_by_the_rule_that_is_in_use_or_by_the_plain_one(result: Result) -> None:
    in_use = model(result, "models/lifetime.json")["in_use"]
    rules = {row["lifetime_rule"] for row in result.customers.to_pylist() if row["lifetime_rule"]}
    assert rules <= {in_use, "plain"}
    assert in_use in rules


def test_the_base_is_told_for_a_month_a_quarter_and_a_year(result: Result) -> None:
    told = model(result, "forecast.json")["revenue"]
    assert isinstance(told, list)
    assert [row["days"] for row in told] == [30, 90, 365]
    for row in told:
        assert row["range_low"] <= row["expected_low"] <= row["value"] <= row["expected_high"] <= row["range_high"]


def test_another_horizon_is_asked_for(tmp_path: Path) -> None:
    shop = simulation.simulate_shop(tmp_path / "records", customers=60, seed=2)
    settings = Settings.model_validate({"prediction": {"horizon_days": 120}})
    result = analyze(orders=list(shop.files["orders"]), settings=settings)
    assert model(result, "models/purchase.json")["horizon_days"] == 120


def test_a_fit_says_as_of_which_day_and_to_what(result: Result) -> None:
    told, tested = model(result, "models/lifetime.json"), model(result, "models/purchase.json")["cutoffs"]
    assert isinstance(tested, dict)
    is_todays = told["in_use"] == "bg_nbd"
    day = result.manifest["as_of"] if is_todays else tested["test"]
    for name, amounts in (("purchases", None), ("margins", "margin" if is_todays else "spend")):
        fit = told[name]
        assert isinstance(fit, dict)
        assert (fit["fitted_at"], fit["fitted_to"]) == (day, {"whom": "everybody", "amounts": amounts})


@pytest.mark.parametrize(("days", "reason"), [(60, "too_short_history"), (400, "too_few_customers")])
def test_an_untested_forecast_says_whether_days_or_customers_are_missing(
    tmp_path: Path, days: int, reason: str
) -> None:
    last = date(2024, 12, 31)
    bought = [("ana", last - timedelta(days=ago)) for ago in range(0, days, 20)]
    bought += [(f"new{n}", last - timedelta(days=n)) for n in range(3)]
    rows = "\n".join(f"{who},{day},10" for who, day in bought)
    (tmp_path / "orders.csv").write_text(f"customer_id,ordered_at,amount\n{rows}\n")
    told = model(analyze(tmp_path / "orders.csv", today=last), "forecast.json")
    assert (told["tested"], told["why_untested"]) == (None, reason)
