"""The models' answers are those of fifty digits, worked out by other ways (see tools/closed_forms.py)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD, PurchaseModel

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "closed_forms.json").read_text(encoding="ascii"))
KINDS: dict[str, type[PurchaseModel]] = {
    kind.name: kind for kind in (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD)
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']}-{row['parameters'][0]}-{row['history']}")
def test_answers_are_those_of_fifty_digits(row: dict[str, Any]) -> None:
    kind = KINDS[row["model"]]
    model = kind.with_parameters(**dict(zip(kind.letters, row["parameters"], strict=True)))
    customer = PurchaseSummary.from_columns(*([number] for number in row["history"]), time_unit="week")
    x, t_x, age = (np.array([number]) for number in row["history"])
    t, n = row["t"], row["n"]
    at_least = 1 - sum(model.probability_of_count(customer, count, t)[0] for count in range(n))
    found = {
        "log_likelihood": model._likelihood(x, t_x, age, np.ones(1)).slope(np.log(model.theta()))[0],
        "alive": model.probability_alive(customer)[0],
        "expected": model.expected_purchases(customer, t)[0],
        "dert": model.discounted_residual_transactions(customer, 0.1)[0],
    }
    for name, value in found.items():
        assert value == pytest.approx(float(row[name]), rel=1e-8, abs=1e-250), name
    assert at_least == pytest.approx(float(row["at_least"]), rel=1e-8, abs=1e-13)


def test_every_model_and_both_sides_of_alpha_and_beta_are_among_them() -> None:
    assert {row["model"] for row in ROWS} == set(KINDS)
    pareto = [row["parameters"] for row in ROWS if row["model"] == "pareto_nbd"]
    assert {alpha < beta for _, alpha, _, beta in pareto} == {True, False}
    assert any(row["history"][0] == 1000 for row in ROWS)
