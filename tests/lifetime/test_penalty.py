"""The penalty: none is the plain fit, more of it pulls nearer to 1, and it means the same in every unit."""

from copy import copy

import numpy as np
import pytest

from lifetime.test_purchase_models import MODELS
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import GammaGamma, PenaltyInvalid, PurchaseModel

AGES = np.linspace(20, 150, 300)


def with_penalty(model: PurchaseModel, l2: float, summary: PurchaseSummary) -> PurchaseModel:
    asked = copy(model)
    asked.l2 = l2
    return asked.fit(summary)


@pytest.mark.parametrize("model", [MODELS[name] for name in ("bg_nbd", "pareto_nbd", "bg_cnbd_k")])
def test_a_larger_penalty_pulls_nearer_and_none_is_the_plain_fit(model: PurchaseModel) -> None:
    known = model.simulate(300, seed=3, age=AGES).summary
    unit = np.array([known.T.mean() if letter in model.times else 1.0 for letter in model.letters])
    plain = copy(model).fit(known)
    assert with_penalty(model, 0.0, known).parameters_ == plain.parameters_
    found = [with_penalty(model, l2, known) for l2 in (1e-6, 1e-3, 1e-2, 1e-1, 10.0)]
    assert found[0].theta() == pytest.approx(plain.theta(), rel=1e-3)
    far = [float((np.log(each.theta() / unit) ** 2).sum()) for each in found]
    likely = [each.log_likelihood_ for each in (plain, *found)]
    assert far == sorted(far, reverse=True)
    assert far[-1] < 0.1 < far[0]
    assert likely == sorted(likely, reverse=True)
    # A penalty that drowns the histories leaves its own curvature, n l2.
    assert np.diag(found[-1].covariance_) / found[-1].theta() ** 2 == pytest.approx(np.full(4, 1 / 3000), rel=0.2)
    # The likelihood is that of the parameters: the penalty is in none of it, and makes the criteria meaningless.
    assert likely[1] == pytest.approx(plain.log_likelihood_, rel=1e-7)
    assert np.isnan([found[1].aic_, found[1].bic_]).all()
    assert np.isfinite([plain.aic_, plain.bic_]).all()
    in_days = with_penalty(model, 1e-2, known.in_unit("day"))
    days = np.where(unit == 1, 1.0, 7.0)
    assert in_days.theta() == pytest.approx(found[2].theta() * days, rel=1e-6)


def test_money_is_penalised_alike_in_every_currency() -> None:
    random = np.random.default_rng(1)
    x = random.geometric(0.4, 400).astype(np.float64)
    mean = random.gamma(6 * x, 1 / (random.gamma(3.7, 1 / 15.4, 400) * x))
    one, other = (
        GammaGamma(l2=0.01).fit(PurchaseSummary.from_columns(x, x, x + 9, mean * rate, time_unit="week"))
        for rate in (1, 100)
    )
    plain = GammaGamma().fit(PurchaseSummary.from_columns(x, x, x + 9, mean, time_unit="week"))
    assert other.theta() == pytest.approx(one.theta() * [1, 1, 100], rel=1e-6)
    assert one.log_likelihood_ < plain.log_likelihood_
    assert np.log(one.theta()[:2]) @ np.log(one.theta()[:2]) < np.log(plain.theta()[:2]) @ np.log(plain.theta()[:2])


@pytest.mark.parametrize("l2", [-0.1, float("nan"), float("inf")])
def test_a_penalty_that_is_none_is_refused(l2: float) -> None:
    new = PurchaseSummary.from_columns([1], [1], [2], [5.0], time_unit="week")
    with pytest.raises(PenaltyInvalid, match="l2="):
        GammaGamma(l2=l2).fit(new)
    for model in MODELS.values():
        with pytest.raises(PenaltyInvalid, match="l2="):
            with_penalty(model, l2, new)
