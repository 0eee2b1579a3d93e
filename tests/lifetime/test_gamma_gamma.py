"""Gamma-gamma gives the published numbers, keeps its laws, and says why where it cannot be fitted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import ArrayLike, NDArray

from lifetime.histories import cdnow_summary, simulated_spend, slope_by_differences
from regulars.lifetime import Discounting
from regulars.lifetime.histories import HistoryInvalid, PurchaseSummary
from regulars.lifetime.histories._orders import FirstOrder
from regulars.lifetime.models import BetaGeometricNBD, FitFailed, GammaGamma, ModelNotFitted
from regulars.lifetime.models._gamma_gamma import _SpendLikelihood, log_slopes

TRUTH = (4.0, 3.5, 60.0)

laws = settings(max_examples=25, deadline=None)
shapes = st.floats(0.1, 30)
models = st.builds(lambda p, q, v: GammaGamma.with_parameters(p=p, q=q + 1, v=v), shapes, shapes, shapes)


def spent(
    x: ArrayLike, mean: ArrayLike, weight: ArrayLike | None = None, *, first_order: FirstOrder = "excluded"
) -> PurchaseSummary:
    """Return histories of so many purchases after the first, at one moment: the model asks for no times."""
    none = np.zeros(np.asarray(x).shape)
    return PurchaseSummary.from_columns(x, none, none, mean, weight, time_unit="week", first_order=first_order)


@pytest.fixture(scope="module")
def people() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return simulated_spend(TRUTH, customers=2000, seed=3)


@pytest.fixture(scope="module")
def fitted(people: tuple[NDArray[np.float64], NDArray[np.float64]]) -> GammaGamma:
    return GammaGamma().fit(spent(*people))


def parameters(model: GammaGamma) -> list[float]:
    return list(model.parameters_.values())


def test_the_order_of_the_customers_changes_nothing(
    people: tuple[NDArray[np.float64], NDArray[np.float64]], fitted: GammaGamma
) -> None:
    places = np.random.default_rng(4).permutation(people[0].size)
    assert GammaGamma().fit(spent(people[0][places], people[1][places])).fit_ == fitted.fit_


def test_a_weight_is_a_repetition(people: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    times = np.arange(people[0].size) % 3
    weighted = GammaGamma().fit(spent(*people, weight=times))
    repeated = GammaGamma().fit(spent(*(np.repeat(column, times) for column in people)))
    assert parameters(weighted) == pytest.approx(parameters(repeated), rel=1e-8)
    assert weighted.fit_.log_likelihood == pytest.approx(repeated.fit_.log_likelihood, rel=1e-12)
    assert weighted.fit_.checks == pytest.approx(repeated.fit_.checks, rel=1e-9)


@pytest.mark.parametrize("factor", [100.0, 1e-4])
def test_scaling_money_scales_v_only(
    people: tuple[NDArray[np.float64], NDArray[np.float64]], fitted: GammaGamma, factor: float
) -> None:
    scaled = GammaGamma().fit(spent(people[0], people[1] * factor))
    assert parameters(scaled) == pytest.approx((fitted.theta() * [1, 1, factor]).tolist(), rel=1e-7)
    assert scaled.population_mean() == pytest.approx(fitted.population_mean() * factor, rel=1e-7)


def test_over_a_hundred_seeds_the_truth_is_within_two_standard_errors_in_ninety() -> None:
    within = dict.fromkeys(("p", "q", "v"), 0)
    for seed in range(100):
        found = GammaGamma().fit(spent(*simulated_spend(TRUTH, customers=2_000, seed=seed)))
        for name, truth in zip(within, TRUTH, strict=True):
            within[name] += abs(found.parameters_[name] - truth) < 2 * found.standard_errors_[name] < truth
    assert min(within.values()) >= 90, within


@laws
@given(
    rows=st.lists(st.tuples(st.integers(1, 200), st.floats(0.01, 100)), min_size=1, max_size=8),
    point=arrays.arrays(np.float64, 3, elements=st.floats(-2, 2)),
)
def test_the_analytic_slope_and_curvature_are_those_of_differences(
    rows: list[tuple[int, float]], point: NDArray[np.float64]
) -> None:
    x, mean = np.array(rows, dtype=np.float64).T
    likelihood = _SpendLikelihood(x, mean, np.arange(1.0, len(rows) + 1))
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-4)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-5, abs=1e-4)


@laws
@given(model=models, x=st.integers(1, 500), mean=st.floats(0.01, 1e4))
def test_an_expectation_lies_between_ones_own_mean_and_everybodys_and_comes_nearer_with_every_purchase(
    model: GammaGamma, x: int, mean: float
) -> None:
    everybody = model.population_mean()
    expected, later = model.expected_spend(spent([x, x + 1], [mean, mean]))
    assert min(mean, everybody) * (1 - 1e-9) <= expected <= max(mean, everybody) * (1 + 1e-9)
    assert abs(later - mean) <= abs(expected - mean) * (1 + 1e-9) + 1e-9


@laws
@given(point=arrays.arrays(np.float64, 3, elements=st.floats(0.2, 3)), x=st.integers(0, 50), mean=st.floats(0, 50))
def test_the_slopes_of_an_expectation_are_those_of_differences(point: NDArray[np.float64], x: int, mean: float) -> None:
    def log_expected(log_parameters: NDArray[np.float64]) -> float:
        p, q, v = np.exp(log_parameters)
        return float(np.log(GammaGamma.with_parameters(p=p, q=q, v=v).expected_spend(spent([x], [mean]))[0]))

    slopes = log_slopes(np.exp(point), np.array([float(x)]), np.array([mean]))[0]
    assert slopes == pytest.approx(slope_by_differences(log_expected, point), rel=1e-4, abs=1e-5)


# Published numbers


def test_cdnow_has_its_published_parameters_and_correlation() -> None:
    x, _, _, mean = cdnow_summary()
    model = GammaGamma().fit(spent(x, mean))
    assert [round(value, 4) for value in parameters(model)] == [6.2488, 3.7446, 15.4477]
    fit = model.fit_
    assert fit.log_likelihood == pytest.approx(-4055.9232, abs=5e-5)
    assert (fit.reason, fit.repeaters, fit.conventions) == (None, 946, {"first_order": "excluded"})
    assert round(fit.checks["pearson_frequency_spend"], 6) == 0.113884


def test_cdnow_has_its_published_expectations() -> None:
    x, _, _, mean = cdnow_summary()
    expected = GammaGamma().fit(spent(x, mean)).expected_spend(spent(x, mean))
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert expected[:10] == pytest.approx(published, abs=0.05)
    # The source stopped its search at seven digits of the parameters, so its mean is good to seven digits.
    assert expected.mean() == pytest.approx(35.2529588, rel=1e-7)


def test_the_first_customer_of_cdnow_is_worth_36_30() -> None:
    x, t_x, age, mean = cdnow_summary()
    one_per_cent_a_month = Discounting(months=12, annual_rate=1.01**12 - 1)
    everybody = PurchaseSummary.from_columns(x, t_x, age, mean, time_unit="week")
    ahead = BetaGeometricNBD().fit(everybody).discounted_purchases(everybody, one_per_cent_a_month)
    worth = ahead * GammaGamma().fit(everybody).expected_spend(everybody)
    assert round(float(worth[0]), 2) == 36.30


# What is not known, too little, and bad input


def test_who_never_came_again_gets_everybodys_mean() -> None:
    model = GammaGamma.with_parameters(p=6.0, q=4.0, v=15.0)
    assert model.population_mean() == 30.0
    assert model.expected_spend(spent([0, 0, 3], [0.0, 99.0, np.nan])).tolist() == [30.0, 30.0, 30.0]


def test_a_mean_below_zero_counts_as_zero() -> None:
    model = GammaGamma.with_parameters(p=6.0, q=4.0, v=15.0)
    assert model.expected_spend(spent([3], [-50.0])) == model.expected_spend(spent([3], [0.0])) > 0


def test_only_who_came_again_is_fitted_and_the_first_order_decides_who_did(
    people: tuple[NDArray[np.float64], NDArray[np.float64]], fitted: GammaGamma
) -> None:
    x, mean = people
    with_first = GammaGamma().fit(spent(x - 1, mean, first_order="included"))
    assert with_first.fit_.repeaters == int((x >= 2).sum()) < x.size
    without_the_others = GammaGamma().fit(spent(x[x >= 2], mean[x >= 2]))
    assert parameters(with_first) == pytest.approx(parameters(without_the_others), rel=1e-9)
    more = GammaGamma().fit(spent(np.append(x, [0, 0, 5, 5]), np.append(mean, [0.0, 9.0, -3.0, np.nan])))
    assert (more.fit_.repeaters, parameters(more)) == (x.size, parameters(fitted))
    assert more.fit_.customers == x.size + 4


def test_fourteen_repeaters_are_too_few() -> None:
    fit = GammaGamma().attempt(spent(np.ones(14), np.arange(1.0, 15))).fit_
    assert (fit.reason, fit.needed, fit.is_usable) == ("too_few_repeaters", 15, False)


def test_a_shop_with_one_price_has_nothing_that_spreads() -> None:
    fit = GammaGamma().attempt(spent(np.arange(1, 101), np.full(100, 20.0))).fit_
    assert (fit.reason, fit.is_usable) == ("parameter_at_boundary", False)
    assert "pearson_frequency_spend" not in fit.checks


def test_a_tail_without_a_mean_is_told() -> None:
    x, mean = simulated_spend((4.0, 0.6, 60.0), customers=3000, seed=2)
    model = GammaGamma().attempt(spent(x, mean))
    assert model.fit_.reason == "mean_undefined"
    assert np.isnan(model.population_mean())
    with pytest.raises(FitFailed, match="the mean amount is infinite"):
        GammaGamma().fit(spent(x, mean))


def test_a_model_without_parameters_expects_nothing() -> None:
    with pytest.raises(ModelNotFitted, match="fit was not called"):
        GammaGamma().population_mean()
    with pytest.raises(ModelNotFitted, match="too_few_repeaters"):
        GammaGamma().attempt(spent([1], [1])).expected_spend(spent([1], [1]))


@pytest.mark.parametrize(("x", "mean"), [(-1, 5), (0.5, 5), (np.nan, 5), (1, np.inf)])
def test_what_is_no_history_is_refused_by_its_row(x: float, mean: float) -> None:
    with pytest.raises(HistoryInvalid, match="Row 1"):
        GammaGamma().fit(spent([2, x], [5, mean]))


def test_amounts_that_hardly_vary_end_at_the_boundary_and_not_on_the_way_there() -> None:
    # A ridge so flat that a line search stops on it, though everything still rises towards its end.
    fit = GammaGamma().attempt(spent(*simulated_spend(TRUTH, customers=30, seed=24))).fit_
    assert fit.reason == "parameter_at_boundary"


def test_a_summary_without_money_is_refused() -> None:
    with pytest.raises(HistoryInvalid, match="no amounts"):
        GammaGamma().fit(PurchaseSummary.new_customer())


def test_the_next_amount_falls_where_it_is_said_and_means_are_less_in_doubt() -> None:
    random = np.random.default_rng(12)
    p, q, v = TRUTH
    x = random.geometric(0.4, 8000).astype(np.float64)
    nu = random.gamma(q, 1 / v, x.size)
    mean, following = random.gamma(p * x, 1 / (nu * x)), random.gamma(p, 1 / nu)
    histories = spent(x, mean)
    told = GammaGamma().fit(histories).predict(histories, level=0.9)
    low, high, below, above = (
        told[name].to_numpy() for name in ("range_low", "range_high", "expected_low", "expected_high")
    )
    # Four standard errors of a share of 8,000 are 1.3 %.
    assert ((low <= following) & (following <= high)).mean() == pytest.approx(0.9, abs=0.014)
    assert (low < below).all()
    assert (above < high).all()
    unsure = GammaGamma.with_parameters(p=p, q=q, v=v).predict(histories)
    assert unsure["expected_low"].null_count == len(histories)
