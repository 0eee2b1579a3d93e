"""How sure the models are of all values together: one parameter too high makes everybody too valuable at once."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from feature_rows import by_customer, load
from lifetime.test_rule_in_use import crowd
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import (
    Discounting,
    Learned,
    add,
    doubt_of_sums,
    forecast,
)
from regulars.lifetime._forecast import forecast_batches
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma

Z = NormalDist().inv_cdf(0.975)
SETTINGS = Settings()
YEAR = Discounting.of(SETTINGS)


@pytest.fixture
def learned(engine: Engine) -> Learned:
    """Models of a crowd that is valued by them."""
    load(engine, crowd())
    found = add(engine, settings=SETTINGS, rule="bg_nbd")
    assert found is not None
    assert found.is_usable
    return found


def values(engine: Engine) -> dict[str, float]:
    return {who: float(str(row["lifetime_value"])) for who, row in by_customer(engine, "lifetime").items()}


def told(engine: Engine, learned: Learned, **columns: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the doubt about sums of parts, customer by customer in the order of their ids."""
    engine.load("parts", pa.table({"customer_id": sorted(values(engine)), **columns}))
    return doubt_of_sums(engine, learned, parts="parts", columns=list(columns), settings=SETTINGS)


def total_by(engine: Engine, parameters: dict[str, float]) -> float:
    """Return the value of all customers by models that were told their parameters."""
    purchases = BetaGeometricNBD.with_parameters(**{name: parameters[name] for name in ("r", "alpha", "a", "b")})
    margins = GammaGamma.with_parameters(**{name: parameters[name] for name in ("p", "q", "v")})
    forecast(engine, forecast_batches(purchases, margins, discounting=YEAR), margin_share=1.0)
    return sum(float(str(row["value"])) for row in by_customer(engine, "forecast").values())


def test_of_one_customer_it_is_the_doubt_of_the_interval(engine: Engine, learned: Learned) -> None:
    rows = by_customer(engine, "lifetime")
    for place, who in enumerate(sorted(rows)[:5]):
        value, low = (float(str(rows[who][name])) for name in ("lifetime_value", "lifetime_value_low"))
        alone = np.zeros(len(rows))
        alone[place] = value
        assert told(engine, learned, alone=alone) == pytest.approx((np.log(value / low) / Z,), rel=1e-6)


def test_of_all_it_is_what_the_sum_does_when_the_parameters_move(engine: Engine, learned: Learned) -> None:
    worth = values(engine)
    everybody = np.array([worth[who] for who in sorted(worth)])
    (doubt,) = told(engine, learned, everybody=everybody)
    parameters = {**learned.purchases.parameters, **learned.margins.parameters}
    slopes = []
    for name, value in parameters.items():
        up, down = (total_by(engine, {**parameters, name: value * np.exp(step)}) for step in (1e-4, -1e-4))
        slopes.append((np.log(up) - np.log(down)) / 2e-4)
    variances = [
        np.array(slope) @ np.array(fit.log_covariance) @ np.array(slope)
        for slope, fit in ((slopes[:4], learned.purchases), (slopes[4:], learned.margins))
    ]
    assert doubt == pytest.approx(np.sqrt(sum(variances)), rel=1e-3)


def test_it_is_more_than_if_customers_were_wrong_one_by_one_and_less_than_if_all_at_once_in_full(
    engine: Engine, learned: Learned
) -> None:
    rows = by_customer(engine, "lifetime")
    value, low = (
        np.array([float(str(rows[who][name])) for who in sorted(rows)])
        for name in ("lifetime_value", "lifetime_value_low")
    )
    (doubt,) = told(engine, learned, everybody=value)
    each = value * np.log(value / low) / Z
    assert np.sqrt((each**2).sum()) / value.sum() < doubt <= each.sum() / value.sum()


def test_the_unit_of_the_parts_changes_nothing_and_nothing_has_no_doubt(engine: Engine, learned: Learned) -> None:
    worth = values(engine)
    everybody = np.array([worth[who] for who in sorted(worth)])
    one, hundred, none = told(engine, learned, one=everybody, hundred=100 * everybody, none=0 * everybody)
    assert hundred == pytest.approx(one)
    assert none == 0


def test_without_standard_errors_no_doubt_can_be_told(engine: Engine, learned: Learned) -> None:
    unsure = replace(learned, margins=replace(learned.margins, log_covariance=()))
    assert told(engine, unsure, everybody=np.ones(len(values(engine)))) == (0.0,)
