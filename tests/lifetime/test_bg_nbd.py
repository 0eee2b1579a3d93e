"""BG/NBD gives the published numbers, keeps its laws, and says why where it cannot be fitted."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import betaincinv, gammaincinv

from lifetime.histories import cdnow_log, cdnow_summary, simulated, slope_by_differences
from regulars.lifetime import BetaGeometricNBD, Discounting, HistoryInvalid, RateInvalid
from regulars.lifetime._bg_nbd_formulas import log_alive
from regulars.lifetime._bg_nbd_likelihood import PurchaseLikelihood
from regulars.lifetime._results import ModelNotFitted

CDNOW = BetaGeometricNBD.with_parameters(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
ROUNDED = BetaGeometricNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
TRUTH = (0.6, 9.0, 0.9, 2.8)

laws = settings(max_examples=25, deadline=None)
positive = st.floats(0.05, 20)
models = st.builds(
    lambda r, alpha, a, b: BetaGeometricNBD.with_parameters(r=r, alpha=alpha, a=a, b=b),
    positive, positive, positive, positive,
)  # fmt: skip
histories = st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0.1, 500)).map(
    lambda drawn: (drawn[0], drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2])
)


@pytest.fixture(scope="module")
def people() -> tuple[NDArray[np.float64], ...]:
    return simulated(TRUTH, customers=1500, ages=(5, 100), seed=11)[:3]


@pytest.fixture(scope="module")
def fitted(people: tuple[NDArray[np.float64], ...]) -> BetaGeometricNBD:
    return BetaGeometricNBD().fit(*people)


def parameters(model: BetaGeometricNBD) -> list[float]:
    return [model.r_, model.alpha_, model.a_, model.b_]


# Laws of the fit


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_customers_changes_nothing(
    people: tuple[NDArray[np.float64], ...], fitted: BetaGeometricNBD, seed: int
) -> None:
    places = np.random.default_rng(seed).permutation(people[0].size)
    assert BetaGeometricNBD().fit(*(column[places] for column in people)).fit_ == fitted.fit_


def test_a_weight_is_a_repetition(people: tuple[NDArray[np.float64], ...]) -> None:
    times = np.arange(people[0].size) % 3
    x, t_x, age = people
    weighted = BetaGeometricNBD().fit(x, t_x, age, weights=times)
    repeated = BetaGeometricNBD().fit(*(np.repeat(column, times) for column in people))
    assert parameters(weighted) == pytest.approx(parameters(repeated), rel=1e-9)
    assert weighted.fit_.log_likelihood == pytest.approx(repeated.fit_.log_likelihood, rel=1e-12)
    assert weighted.fit_.customers == repeated.fit_.customers


@pytest.mark.parametrize("factor", [7.0, 1 / 30.4375, 1e6])
def test_scaling_time_scales_alpha_only(
    people: tuple[NDArray[np.float64], ...], fitted: BetaGeometricNBD, factor: float
) -> None:
    x, t_x, age = people
    scaled = BetaGeometricNBD(time_unit_days=7 / factor).fit(x, t_x * factor, age * factor)
    r, alpha, a, b = parameters(fitted)
    assert parameters(scaled) == pytest.approx([r, alpha * factor, a, b], rel=1e-7)
    assert scaled.fit_.standard_errors["a"] == pytest.approx(fitted.fit_.standard_errors["a"], rel=1e-6)
    assert scaled.discounted_purchases(3, 20 * factor, 30 * factor, discounting=Discounting()) == pytest.approx(
        fitted.discounted_purchases(3, 20, 30, discounting=Discounting()), rel=1e-7
    )


def test_who_was_simulated_is_recovered_within_three_standard_errors() -> None:
    x, t_x, age, _ = simulated(TRUTH, customers=20_000, ages=(20, 150), seed=5)
    fit = BetaGeometricNBD().fit(x, t_x, age).fit_
    assert fit.is_usable
    for name, truth in zip(("r", "alpha", "a", "b"), TRUTH, strict=True):
        assert abs(fit.parameters[name] - truth) < 3 * fit.standard_errors[name]
        assert fit.standard_errors[name] < 0.2 * truth


@pytest.mark.slow
def test_standard_errors_say_how_far_fits_scatter() -> None:
    fits = [
        BetaGeometricNBD().fit(*simulated(TRUTH, customers=2000, ages=(20, 150), seed=seed)[:3]).fit_
        for seed in range(100, 140)
    ]
    for name in ("r", "alpha", "a", "b"):
        scatter = np.std(np.log([fit.parameters[name] for fit in fits]), ddof=1)
        stated = np.median([fit.standard_errors[name] / fit.parameters[name] for fit in fits])
        # The scatter of 40 is itself known to ± 11 %.
        assert 0.65 < scatter / stated < 1.45


likelihoods = st.lists(histories, min_size=1, max_size=8)
log_parameters = arrays.arrays(np.float64, 4, elements=st.floats(-2, 2))


@laws
@given(rows=likelihoods, point=log_parameters)
def test_the_analytic_slope_and_curvature_are_those_of_differences(
    rows: list[tuple[int, float, float]], point: NDArray[np.float64]
) -> None:
    x, t_x, age = np.array(rows, dtype=np.float64).T
    likelihood = PurchaseLikelihood(x, t_x, age, np.arange(1.0, len(rows) + 1))
    _, gradient = likelihood.slope(point)
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert gradient == pytest.approx(near, rel=1e-5, abs=1e-5)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-5, abs=1e-5)


@laws
@given(history=histories, point=log_parameters)
def test_the_slope_of_p_alive_is_that_of_differences(
    history: tuple[int, float, float], point: NDArray[np.float64]
) -> None:
    row = [np.array([float(number)]) for number in history]
    _, slopes = log_alive(np.exp(point), *row)
    near = slope_by_differences(lambda there: log_alive(np.exp(there), *row)[0][0], point)
    assert slopes[0] == pytest.approx(near, rel=1e-5, abs=1e-5)


# Laws of the forecasts


@laws
@given(model=models, history=histories, share=st.floats(0.001, 1), more=st.floats(1.01, 3))
def test_more_time_brings_more(
    model: BetaGeometricNBD, history: tuple[int, float, float], share: float, more: float
) -> None:
    x, t_x, age = history
    # In a time much longer than the one known, everybody leaves: what more there is drowns in rounding.
    t = share * model.alpha_
    assert model.expected_purchases_new(t * more) > model.expected_purchases_new(t) > 0
    t = share * (model.alpha_ + age)
    soon, late = (model.expected_purchases(ahead, x, t_x, age) for ahead in (t, t * more))
    assert late > soon > 0 or model.p_alive(x, t_x, age) < 1e-300
    one, other = (model.p_purchase_within(ahead, x, t_x, age) for ahead in (t, t * more))
    assert 0 <= one <= other <= model.p_alive(x, t_x, age) <= 1
    # At least one purchase: fewer people than purchases.
    assert one <= soon * (1 + 1e-9)


@laws
@given(model=models, times_alpha=st.floats(0.01, 3))
def test_the_chances_of_all_counts_add_up_and_their_mean_is_the_expectation(
    model: BetaGeometricNBD, times_alpha: float
) -> None:
    t = times_alpha * model.alpha_
    # A count of 400 needs a rate so far out that floating point does not know it: (3 / 4)^400 is 1e-50.
    counts = np.arange(1000)
    chances = model.probability_of(counts, t)
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    assert (chances * counts).sum() == pytest.approx(model.expected_purchases_new(t), rel=1e-7)
    assert 1 - chances[0] == pytest.approx(model.p_purchase_within(t, 0, 0, 0), rel=1e-7)


@laws
@given(model=models, history=histories, t=st.floats(0.01, 300))
def test_expected_purchases_are_those_of_an_independent_integration(
    model: BetaGeometricNBD, history: tuple[int, float, float], t: float
) -> None:
    x, t_x, age = history

    # Given p the rate integrates by hand: (1 − (1 + p t / (α + T))^−(r + x)) / p; then over p, by its quantiles, in
    # pieces that close in on 0 and 1.
    ends = np.concatenate([[0], 10.0 ** np.arange(-14, 0), [0.5], 1 - 10.0 ** np.arange(-1, -15, -1), [1]])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    low, width = ends[:-1, np.newaxis], np.diff(ends)[:, np.newaxis]
    p = np.maximum(betaincinv(model.a_, model.b_ + x, low + width * (nodes + 1) / 2), 1e-300)
    given_p = -np.expm1(-(model.r_ + x) * np.log1p(p * t / (model.alpha_ + age))) / p
    expected = float((given_p * weights * width / 2).sum()) * float(model.p_alive(x, t_x, age))
    assert model.expected_purchases(t, x, t_x, age) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("a", [1 - 1e-4, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 1e-4])
@pytest.mark.parametrize(("x", "age"), [(0, 0.0), (0, 40.0), (7, 40.0)])
def test_there_is_no_hole_where_a_is_one(a: float, x: int, age: float) -> None:
    def at(value: float) -> float:
        model = BetaGeometricNBD.with_parameters(r=0.3, alpha=5, a=value, b=2)
        return float(model.expected_purchases(20, x, age if x else 0, age))

    # Between two points far enough from the hole, by their chord and its bend.
    chord = at(0.99) + (a - 0.99) / 0.02 * (at(1.01) - at(0.99))
    bend = (at(1.02) - 2 * at(1.0) + at(0.98)) / 0.02**2
    assert at(a) == pytest.approx(chord + bend / 2 * (a - 0.99) * (a - 1.01), rel=1e-7)


def test_a_purchase_within_the_horizon_is_that_of_an_integration_over_rates() -> None:
    x, t_x, age, t = 3, 20.0, 35.0, 13.0

    def given_rate(share: float) -> float:
        rate = gammaincinv(CDNOW.r_ + x, share) / (CDNOW.alpha_ + age)
        return float(-np.expm1(-rate * t))

    integral, _ = quad(given_rate, 0, 1, epsabs=0, epsrel=1e-11)
    assert CDNOW.p_purchase_within(t, x, t_x, age) == pytest.approx(
        float(CDNOW.p_alive(x, t_x, age)) * integral, rel=1e-8
    )


@pytest.mark.parametrize("repeats", [(0, 0), (1, 1), (2, 4), (5, 200)])
def test_as_many_come_again_as_the_model_says(repeats: tuple[int, int]) -> None:
    x, t_x, age, later = simulated(TRUTH, customers=60_000, ages=(10, 80), seed=8, ahead=26)
    group = (repeats[0] <= x) & (x <= repeats[1])
    x, t_x, age, later = x[group], t_x[group], age[group], later[group]
    model = BetaGeometricNBD.with_parameters(r=TRUTH[0], alpha=TRUTH[1], a=TRUTH[2], b=TRUTH[3])
    chances = model.p_purchase_within(26, x, t_x, age)
    spread = np.sqrt((chances * (1 - chances)).sum())
    assert abs((later > 0).sum() - chances.sum()) < 4 * spread
    expected = model.expected_purchases(26, x, t_x, age)
    assert abs(later.sum() - expected.sum()) < 4 * later.std() * np.sqrt(later.size)


# Discounting


def test_without_a_rate_discounted_purchases_are_those_of_real_months() -> None:
    undiscounted = CDNOW.discounted_purchases(2, 30.43, 38.86, discounting=Discounting(months=6, annual_rate=0))
    half_a_year = 6 * 365.25 / 12 / 7
    assert undiscounted == pytest.approx(CDNOW.expected_purchases(half_a_year, 2, 30.43, 38.86), rel=1e-12)


def test_each_month_is_discounted_at_its_end_or_its_start() -> None:
    months = np.arange(13) * 365.25 / 12 / 7
    gained = np.diff(CDNOW.expected_purchases(months, 2, 30.43, 38.86))
    waits = np.arange(1, 13)
    for paid_at, late in (("month_end", 0), ("month_start", 1)):
        by_hand = (gained * 1.1 ** (-(waits - late) / 12)).sum()
        conventions = Discounting(annual_rate=0.1, paid_at=paid_at)  # type: ignore[arg-type]
        assert CDNOW.discounted_purchases(2, 30.43, 38.86, discounting=conventions) == pytest.approx(by_hand, rel=1e-12)


def test_a_rate_of_minus_one_is_refused() -> None:
    with pytest.raises(RateInvalid):
        Discounting(annual_rate=-1.0)


# Published numbers


@pytest.mark.parametrize(
    ("data", "published", "log_likelihood"),
    [
        ("log", (0.242595, 4.413602, 0.792922, 2.425907), -9582.4292),
        ("summary", (0.242593, 4.413532, 0.792886, 2.425752), -9582.4256),
    ],
)
def test_cdnow_has_its_published_parameters(data: str, published: tuple[float, ...], log_likelihood: float) -> None:
    model = BetaGeometricNBD().fit(*(cdnow_log() if data == "log" else cdnow_summary()[:3]))
    assert parameters(model) == pytest.approx(published, rel=5e-6)
    fit = model.fit_
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=5e-5)
    assert (fit.reason, fit.customers, fit.repeaters, fit.time_unit_days) == (None, 2357, 946, 7.0)
    assert [round(value, 3) for value in parameters(model)] == [0.243, 4.414, 0.793, 2.426]


def test_cdnow_has_its_published_standard_errors() -> None:
    errors = BetaGeometricNBD().fit(*cdnow_summary()[:3]).fit_.standard_errors
    assert list(errors.values()) == pytest.approx([0.012557, 0.378221, 0.185719, 0.705345], abs=1.5e-6)


def test_published_expectations_of_a_new_customer() -> None:
    found = CDNOW.expected_purchases_new([0.1429, 1, 3, 31.8571, 32, 78])
    assert [round(float(value), 4) for value in found[:5]] == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert round(float(found[5]), 3) == 1.858


def test_published_expectation_of_a_known_customer() -> None:
    assert round(float(CDNOW.expected_purchases(39, 2, 30.43, 38.86)), 5) == 1.22591


def test_published_probabilities() -> None:
    many, none = ROUNDED.probability_of([10, 0], [2, 39])
    assert many == pytest.approx(1.07869e-07, rel=1e-5)
    assert none == pytest.approx(0.5737864, abs=5e-8)


def test_a_frequent_buyer_gone_silent_is_gone_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ROUNDED.p_alive(1000, 10, 100) == 0.0
        assert ROUNDED.expected_purchases(52, 1000, 10, 100) == 0.0
        assert ROUNDED.p_purchase_within(13, 1000, 10, 100) == 0.0


def test_a_one_time_buyer_is_never_gone_which_is_why_p_alive_is_no_churn_score() -> None:
    assert CDNOW.p_alive(0, 0, 500) == 1
    assert CDNOW.p_purchase_within(13, 0, 0, 500) < 0.01


# Too little, and bad input


def test_forty_nine_customers_are_too_few() -> None:
    fit = BetaGeometricNBD().fit(np.ones(49), np.ones(49), np.full(49, 9.0)).fit_
    assert (fit.reason, fit.needed, fit.is_usable, fit.parameters) == ("too_few_customers", 50, False, {})


def test_nineteen_repeaters_are_too_few() -> None:
    x = np.repeat([1, 0], [19, 81])
    fit = BetaGeometricNBD().fit(x, x * 2.0, np.full(100, 9.0)).fit_
    assert (fit.reason, fit.needed, fit.repeaters) == ("too_few_repeaters", 20, 19)


def test_nobody_at_all_is_too_few() -> None:
    assert BetaGeometricNBD().fit([], [], []).fit_.reason == "too_few_customers"


def test_a_shop_of_one_day_has_shown_nothing() -> None:
    assert BetaGeometricNBD().fit(np.ones(60), np.zeros(60), np.zeros(60)).fit_.reason == "no_time_observed"


def test_a_crowd_all_alike_has_nothing_that_spreads() -> None:
    random = np.random.default_rng(1)
    x = random.poisson(5, 3000).astype(np.float64)
    # The last of x purchases at uniform times within 10, in a crowd that nobody leaves.
    t_x = np.where(x > 0, 10 * random.random(3000) ** (1 / np.maximum(x, 1)), 0)
    fit = BetaGeometricNBD().fit(x, t_x, np.full(3000, 10.0)).fit_
    assert (fit.reason, fit.is_usable) == ("parameter_at_boundary", False)


def test_a_model_without_parameters_forecasts_nothing() -> None:
    with pytest.raises(ModelNotFitted, match="fit was not called"):
        BetaGeometricNBD().p_alive(1, 1, 2)
    with pytest.raises(ModelNotFitted, match="too_few_customers"):
        BetaGeometricNBD().fit([1], [1], [2]).expected_purchases_new(3)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "problem"),
    [
        (-1, 0, 5, "repeat_count"),
        (1.5, 1, 5, "repeat_count"),
        (np.nan, 1, 5, "repeat_count"),
        (np.inf, 1, 5, "repeat_count"),
        (1, 6, 5, "between 0 and age"),
        (1, -1, 5, "between 0 and age"),
        (1, np.nan, 5, "between 0 and age"),
        (1, 1, np.inf, "age is not"),
        (1, 1, np.nan, "age is not"),
        (0, 1, 5, "no repeat purchase"),
    ],
)
def test_what_is_no_history_is_refused_by_its_row(x: float, t_x: float, age: float, problem: str) -> None:
    with pytest.raises(HistoryInvalid, match=f"Row 1.*{problem}"):
        BetaGeometricNBD().fit([0, x], [0, t_x], [5, age])
    with pytest.raises(HistoryInvalid, match=problem):
        CDNOW.p_alive(x, t_x, age)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(HistoryInvalid, match="lengths"):
        BetaGeometricNBD().fit([1, 2], [1, 1], [5, 5, 5])


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, np.nan]])
def test_weights_that_weigh_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(HistoryInvalid, match="weight"):
        BetaGeometricNBD().fit([1, 2], [1, 1], [5, 5], weights=weights)
