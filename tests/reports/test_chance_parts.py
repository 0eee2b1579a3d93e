"""Why this chance: the parts of the model in use, in words, and the figures that are shown add up."""

import re
from typing import Any

import pytest

from regulars import prediction
from regulars.reports import Voice
from regulars.reports._chance_parts import ChanceParts, chance_parts
from reports import example_forecasts

RECENCY: dict[str, Any] = {
    "in_use": "recency",
    "rule": {"name": "recency", "slope": 0.02, "intercept": 1.0, "centre": -50.0, "gap_days": None},
}
BO = {**dict.fromkeys(prediction.READS), "days_since_last": 140, "p_purchase": 0.14185106490048782}


def test_a_rule_of_recency_speaks_of_the_last_order_and_of_nothing_else() -> None:
    told = chance_parts(RECENCY, BO, voice=Voice(language="en"))
    assert told == ChanceParts(
        begins="Begins at 50.0%, that of an average customer",
        parts=[{"reason": "last order 140 days ago", "points": "-35.8 percentage points"}],
        comes_to="Comes to 14.2%",
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_a_model_the_largest_parts_are_told_and_the_others_as_one(language: Any) -> None:
    names = ("days_since_last", "orders_30d", "orders_90d", "orders_365d", "spend_90d", "spend_365d", "usage_count")
    card = {**example_forecasts.purchase()["logistic"], "intercept": 0.0}
    card["features"] = [
        {"column": name, "scale": "plain", "centre": 0.0, "spread": 1.0, "coefficient": 0.1 * place}
        for place, name in enumerate(names)
    ]
    row = {**BO, **dict.fromkeys(names, 1), "p_purchase": 1 / (1 + 2.718281828459045**-2.1)}
    voice = Voice(language=language, currency="EUR")
    told = chance_parts({"in_use": "logistic", "logistic": card}, row, voice=voice)
    assert told is not None
    figures = [_number(told.begins), *(_number(part["points"]) for part in told.parts)]
    assert sum(figures) == pytest.approx(_number(told.comes_to))
    assert figures[1:-1] == sorted(figures[1:-1], reverse=True)
    assert len(told.parts) == 6
    assert told.parts[-1]["reason"] == voice.nt("{n} other figure", "{n} other figures", 2)
    assert not [name for name in names if name in str(told)]


def test_who_has_no_chance_and_a_result_without_a_model_have_no_parts() -> None:
    assert chance_parts(RECENCY, {**BO, "p_purchase": None}, voice=Voice(language="en")) is None
    assert chance_parts(None, BO, voice=Voice(language="en")) is None


def _number(text: str) -> float:
    (found,) = re.findall(r"[-+]?\d+\.\d", text)
    return float(found)
