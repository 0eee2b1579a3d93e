"""The search for a maximum: from a few of many customers it ends where it would from all, or begins anew."""

import numpy as np
import pytest
from numpy.typing import NDArray

from regulars.lifetime.histories._distinct import counted
from regulars.lifetime.models import BetaGeometricNBD
from regulars.lifetime.models._bg_nbd_likelihood import PurchaseLikelihood
from regulars.lifetime.models._maximum import maximise, maximise_over

Array = NDArray[np.float64]
Rows = tuple[Array, Array, Array, Array]
START = np.log([1.0, 10.0, 1.0, 3.0])


class Upwards:
    """A likelihood that rises for ever with every parameter."""

    def slope(self, log_parameters: Array) -> tuple[float, Array]:
        return float(log_parameters.sum()), np.ones(log_parameters.size)

    def curvature(self, log_parameters: Array) -> Array:
        return -1e-6 * np.eye(log_parameters.size)


@pytest.fixture(scope="module")
def many() -> Rows:
    model = BetaGeometricNBD.with_parameters(r=0.6, alpha=9.0, a=0.9, b=2.8)
    lived = model.simulate(60_000, seed=4, age=np.random.default_rng(4).uniform(20, 60, 60_000)).summary
    (x, t_x, age), weights = counted((lived.frequency, lived.recency, lived.T), lived.weight)
    return x, t_x, age, weights


def test_few_of_many_lead_to_the_same_maximum(many: Rows) -> None:
    *_, weights = many
    assert weights.size > 40_000
    near = maximise_over(PurchaseLikelihood, many[:3], weights, start=START)
    far = maximise(PurchaseLikelihood(*many), start=START, customers=float(weights.sum()))
    assert near.log_parameters == pytest.approx(far.log_parameters, rel=1e-9, abs=1e-9)
    assert np.array(near.log_covariance()) == pytest.approx(np.array(far.log_covariance()), rel=1e-6)
    assert near.reason is far.reason is None


def test_a_sample_that_leads_astray_is_left(many: Rows) -> None:
    x, t_x, age, weights = (column[::12] for column in many)
    likelihood, customers = PurchaseLikelihood(x, t_x, age, weights), float(weights.sum())
    led = maximise(likelihood, start=START, customers=customers, sample=Upwards())
    alone = maximise(likelihood, start=START, customers=customers)
    assert led.reason is alone.reason
    assert led.log_parameters == pytest.approx(alone.log_parameters, rel=1e-9)
