"""BG/NBD gives the published numbers, keeps its laws, and says why where it cannot be fitted."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.special import betaincinv, gammaincinv

from lifetime.histories import cdnow_log, cdnow_summary, simulated, slope_by_differences
from regulars.lifetime import Discounting, RateInvalid
from regulars.lifetime.histories import PurchaseSummary, Span
from regulars.lifetime.histories._spans import TimeUnit
from regulars.lifetime.models import BetaGeometricNBD, FitFailed, ModelNotFitted, ParametersInvalid
from regulars.lifetime.models._bg_nbd_likelihood import PurchaseLikelihood

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


NEW = PurchaseSummary.new_customer()


def known(
    x: ArrayLike, t_x: ArrayLike, age: ArrayLike, weight: ArrayLike | None = None, *, unit: TimeUnit = "week"
) -> PurchaseSummary:
    return PurchaseSummary.from_columns(x, t_x, age, weight=weight, time_unit=unit)


def one(history: tuple[float, float, float]) -> PurchaseSummary:
    return known(*([number] for number in history))


@pytest.fixture(scope="module")
def people() -> PurchaseSummary:
    return known(*simulated(TRUTH, customers=1500, ages=(5, 100), seed=11)[:3])


@pytest.fixture(scope="module")
def fitted(people: PurchaseSummary) -> BetaGeometricNBD:
    return BetaGeometricNBD().fit(people)


def parameters(model: BetaGeometricNBD) -> list[float]:
    return list(model.parameters_.values())


# Laws of the fit


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_customers_changes_nothing(
    people: PurchaseSummary, fitted: BetaGeometricNBD, seed: int
) -> None:
    places = np.random.default_rng(seed).permutation(len(people))
    shuffled = known(*(column[places] for column in (people.frequency, people.recency, people.T)))
    assert BetaGeometricNBD().fit(shuffled).fit_ == fitted.fit_


def test_a_weight_is_a_repetition(people: PurchaseSummary) -> None:
    times = np.arange(len(people)) % 3
    columns = people.frequency, people.recency, people.T
    weighted = BetaGeometricNBD().fit(known(*columns, weight=times))
    repeated = BetaGeometricNBD().fit(known(*(np.repeat(column, times) for column in columns)))
    assert parameters(weighted) == pytest.approx(parameters(repeated), rel=1e-9)
    assert weighted.fit_.log_likelihood == pytest.approx(repeated.fit_.log_likelihood, rel=1e-12)
    assert weighted.fit_.customers == repeated.fit_.customers


@pytest.mark.parametrize("factor", [7.0, 1 / 30.4375, 1e6])
def test_scaling_time_scales_alpha_only(people: PurchaseSummary, fitted: BetaGeometricNBD, factor: float) -> None:
    scaled = BetaGeometricNBD().fit(people.in_unit(7 / factor))
    r, alpha, a, b = parameters(fitted)
    assert parameters(scaled) == pytest.approx([r, alpha * factor, a, b], rel=1e-7)
    assert scaled.fit_.standard_errors["a"] == pytest.approx(fitted.fit_.standard_errors["a"], rel=1e-6)
    ana, year = known([3], [20], [30]), Discounting()
    assert scaled.discounted_purchases(ana, year) == pytest.approx(fitted.discounted_purchases(ana, year), rel=1e-7)
    for name in ("expected_low", "expected_high", "range_high"):
        told, other = (model.predict(ana, Span(6, "month"))[name].to_numpy() for model in (scaled, fitted))
        assert told == pytest.approx(other, rel=1e-6)
    rate = scaled.discounted_residual_transactions(ana, 0.1), fitted.discounted_residual_transactions(ana, 0.1)
    assert rate[0] == pytest.approx(rate[1], rel=1e-7)


def test_who_was_simulated_is_recovered_within_three_standard_errors() -> None:
    x, t_x, age, _ = simulated(TRUTH, customers=20_000, ages=(20, 150), seed=5)
    fit = BetaGeometricNBD().fit(known(x, t_x, age)).fit_
    assert fit.is_usable
    for name, truth in zip(("r", "alpha", "a", "b"), TRUTH, strict=True):
        assert abs(fit.parameters[name] - truth) < 3 * fit.standard_errors[name]
        assert fit.standard_errors[name] < 0.2 * truth


@pytest.mark.slow
def test_standard_errors_say_how_far_fits_scatter() -> None:
    fits = [
        BetaGeometricNBD().fit(known(*simulated(TRUTH, customers=2000, ages=(20, 150), seed=seed)[:3])).fit_
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


# Laws of the forecasts


@laws
@given(model=models, history=histories, share=st.floats(0.001, 1), more=st.floats(1.01, 3))
def test_more_time_brings_more(
    model: BetaGeometricNBD, history: tuple[int, float, float], share: float, more: float
) -> None:
    customer, age = one(history), history[2]
    # In a time much longer than the one known, everybody leaves: what more there is drowns in rounding.
    t = share * model.parameters_["alpha"]
    assert model.expected_purchases(NEW, t * more) > model.expected_purchases(NEW, t) > 0
    t = share * (model.parameters_["alpha"] + age)
    soon, late = (model.expected_purchases(customer, ahead) for ahead in (t, t * more))
    alive = model.probability_alive(customer)
    assert late > soon > 0 or alive < 1e-300
    chance, longer = (model.probability_of_purchase(customer, ahead) for ahead in (t, t * more))
    assert 0 <= chance <= longer <= alive <= 1
    # At least one purchase: fewer people than purchases.
    assert chance <= soon * (1 + 1e-9)


@laws
@given(model=models, times_alpha=st.floats(0.01, 3), history=st.one_of(st.just((0, 0.0, 0.0)), histories))
def test_the_chances_of_all_counts_add_up_and_their_mean_is_the_expectation(
    model: BetaGeometricNBD, times_alpha: float, history: tuple[int, float, float]
) -> None:
    customer, t = one((min(history[0], 9), history[1] if history[0] else 0.0, history[2])), times_alpha
    t *= model.parameters_["alpha"] + history[2]
    # A count of 400 needs a rate so far out that floating point does not know it: (3 / 4)^400 is 1e-50.
    counts = np.arange(1000)
    chances = np.array([model.probability_of_count(customer, int(count), t)[0] for count in counts])
    assert chances.min() >= -1e-15
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    assert (chances * counts).sum() == pytest.approx(model.expected_purchases(customer, t)[0], rel=1e-7, abs=1e-9)
    assert 1 - chances[0] == pytest.approx(model.probability_of_purchase(customer, t)[0], abs=1e-12)


@laws
@given(model=models, history=histories, t=st.floats(0.01, 300))
def test_expected_purchases_are_those_of_an_independent_integration(
    model: BetaGeometricNBD, history: tuple[int, float, float], t: float
) -> None:
    x, _, age = history
    r, alpha, a, b = model.theta()

    # Given p the rate integrates by hand: (1 − (1 + p t / (α + T))^−(r + x)) / p; then over p, by its quantiles, in
    # pieces that close in on 0 and 1.
    ends = np.concatenate([[0], 10.0 ** np.arange(-14, 0), [0.5], 1 - 10.0 ** np.arange(-1, -15, -1), [1]])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    low, width = ends[:-1, np.newaxis], np.diff(ends)[:, np.newaxis]
    p = np.maximum(betaincinv(a, b + x, low + width * (nodes + 1) / 2), 1e-300)
    given_p = -np.expm1(-(r + x) * np.log1p(p * t / (alpha + age))) / p
    expected = float((given_p * weights * width / 2).sum()) * model.probability_alive(one(history))
    assert model.expected_purchases(one(history), t) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("a", [1 - 1e-4, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 1e-4])
@pytest.mark.parametrize(("x", "age"), [(0, 0.0), (0, 40.0), (7, 40.0)])
def test_there_is_no_hole_where_a_is_one(a: float, x: int, age: float) -> None:
    def at(value: float) -> float:
        model = BetaGeometricNBD.with_parameters(r=0.3, alpha=5, a=value, b=2)
        return float(model.expected_purchases(one((x, age if x else 0, age)), 20)[0])

    # Between two points far enough from the hole, by their chord and its bend.
    chord = at(0.99) + (a - 0.99) / 0.02 * (at(1.01) - at(0.99))
    bend = (at(1.02) - 2 * at(1.0) + at(0.98)) / 0.02**2
    assert at(a) == pytest.approx(chord + bend / 2 * (a - 0.99) * (a - 1.01), rel=1e-7)


def test_a_purchase_within_the_horizon_is_that_of_an_integration_over_rates() -> None:
    x, t_x, age, t = 3, 20.0, 35.0, 13.0
    r, alpha, _, _ = CDNOW.theta()

    def given_rate(share: float) -> float:
        rate = gammaincinv(r + x, share) / (alpha + age)
        return float(-np.expm1(-rate * t))

    integral, _ = quad(given_rate, 0, 1, epsabs=0, epsrel=1e-11)
    customer = one((x, t_x, age))
    assert CDNOW.probability_of_purchase(customer, t) == pytest.approx(
        CDNOW.probability_alive(customer) * integral, rel=1e-8
    )


@pytest.mark.parametrize("repeats", [(0, 0), (1, 1), (2, 4), (5, 200)])
def test_as_many_come_again_as_the_model_says(repeats: tuple[int, int]) -> None:
    x, t_x, age, later = simulated(TRUTH, customers=60_000, ages=(10, 80), seed=8, ahead=26)
    group = (repeats[0] <= x) & (x <= repeats[1])
    later, customers = later[group], known(x[group], t_x[group], age[group])
    model = BetaGeometricNBD.with_parameters(r=TRUTH[0], alpha=TRUTH[1], a=TRUTH[2], b=TRUTH[3])
    chances = model.probability_of_purchase(customers, 26)
    spread = np.sqrt((chances * (1 - chances)).sum())
    assert abs((later > 0).sum() - chances.sum()) < 4 * spread
    expected = model.expected_purchases(customers, 26)
    assert abs(later.sum() - expected.sum()) < 4 * later.std() * np.sqrt(later.size)


# Discounting

REGULAR = PurchaseSummary.from_columns([2], [30.43], [38.86], time_unit="week")


def test_without_a_rate_discounted_purchases_are_those_of_real_months() -> None:
    undiscounted = CDNOW.discounted_purchases(REGULAR, Discounting(months=6, annual_rate=0))
    assert undiscounted == pytest.approx(CDNOW.expected_purchases(REGULAR, Span(6, "month")), rel=1e-12)


def test_each_month_is_discounted_at_its_end_or_its_start() -> None:
    totals = [CDNOW.expected_purchases(REGULAR, Span(months, "month"))[0] for months in range(13)]
    waits = np.arange(1, 13)
    for paid_at, late in (("month_end", 0), ("month_start", 1)):
        by_hand = (np.diff(totals) * 1.1 ** (-(waits - late) / 12)).sum()
        conventions = Discounting(annual_rate=0.1, paid_at=paid_at)  # type: ignore[arg-type]
        assert CDNOW.discounted_purchases(REGULAR, conventions) == pytest.approx(by_hand, rel=1e-12)


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
    model = BetaGeometricNBD().fit(known(*(cdnow_log() if data == "log" else cdnow_summary()[:3])))
    assert parameters(model) == pytest.approx(published, rel=5e-6)
    fit = model.fit_
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=5e-5)
    assert (fit.reason, fit.customers, fit.repeaters, fit.time_unit_days) == (None, 2357, 946, 7.0)
    assert [round(value, 3) for value in parameters(model)] == [0.243, 4.414, 0.793, 2.426]


def test_cdnow_has_its_published_standard_errors() -> None:
    model = BetaGeometricNBD().fit(known(*cdnow_summary()[:3]))
    errors = list(model.standard_errors_.values())
    assert errors == pytest.approx([0.012557, 0.378221, 0.185719, 0.705345], abs=1.5e-6)
    assert np.sqrt(np.diag(model.covariance_)) == pytest.approx(errors, rel=1e-12)
    assert model.aic_ == pytest.approx(2 * 4 + 2 * 9582.4256, abs=1e-3)
    assert model.bic_ == pytest.approx(4 * np.log(2357) + 2 * 9582.4256, abs=1e-3)


def test_published_expectations_of_a_new_customer() -> None:
    found = [CDNOW.expected_purchases(NEW, t)[0] for t in (0.1429, 1, 3, 31.8571, 32, 78)]
    assert [round(float(value), 4) for value in found[:5]] == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert round(float(found[5]), 3) == 1.858


def test_published_expectation_of_a_known_customer() -> None:
    assert round(float(CDNOW.expected_purchases(REGULAR, 39)[0]), 5) == 1.22591


def test_published_probabilities() -> None:
    many, none = ROUNDED.probability_of_count(NEW, 10, 2), ROUNDED.probability_of_count(NEW, 0, 39)
    assert many == pytest.approx(1.07869e-07, rel=1e-5)
    assert none == pytest.approx(0.5737864, abs=5e-8)


def test_a_frequent_buyer_gone_silent_is_gone_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gone = one((1000, 10.0, 100.0))
        assert ROUNDED.probability_alive(gone) == 0.0
        assert ROUNDED.expected_purchases(gone, 52) == 0.0
        assert ROUNDED.probability_of_purchase(gone, 13) == 0.0
        assert ROUNDED.predict(gone, 52)["range_high"].to_pylist() == [0]


def test_a_one_time_buyer_is_never_gone_which_is_why_p_alive_is_no_churn_score() -> None:
    assert CDNOW.probability_alive(one((0, 0.0, 500.0))) == 1
    assert CDNOW.probability_of_purchase(one((0, 0.0, 500.0)), 13) < 0.01


# Too little, and bad input


def test_forty_nine_customers_are_too_few() -> None:
    fit = BetaGeometricNBD().attempt(known(np.ones(49), np.ones(49), np.full(49, 9.0))).fit_
    assert (fit.reason, fit.needed, fit.is_usable, fit.parameters) == ("too_few_customers", 50, False, {})


def test_nineteen_repeaters_are_too_few() -> None:
    x = np.repeat([1, 0], [19, 81])
    fit = BetaGeometricNBD().attempt(known(x, x * 2.0, np.full(100, 9.0))).fit_
    assert (fit.reason, fit.needed, fit.repeaters) == ("too_few_repeaters", 20, 19)


def test_nobody_at_all_is_too_few() -> None:
    assert BetaGeometricNBD().attempt(known([], [], [])).fit_.reason == "too_few_customers"


def test_a_shop_of_one_day_has_shown_nothing() -> None:
    nothing = known(np.ones(60), np.zeros(60), np.zeros(60))
    assert BetaGeometricNBD().attempt(nothing).fit_.reason == "no_time_observed"


def test_a_crowd_all_alike_has_nothing_that_spreads() -> None:
    random = np.random.default_rng(1)
    x = random.poisson(5, 3000).astype(np.float64)
    # The last of x purchases at uniform times within 10, in a crowd that nobody leaves.
    t_x = np.where(x > 0, 10 * random.random(3000) ** (1 / np.maximum(x, 1)), 0)
    alike = known(x, t_x, np.full(3000, 10.0))
    fit = BetaGeometricNBD().attempt(alike).fit_
    assert (fit.reason, fit.is_usable) == ("parameter_at_boundary", False)
    with pytest.raises(FitFailed, match=r"hardly differ.*Use a model with fewer parameters"):
        BetaGeometricNBD().fit(alike)


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (PurchaseSummary.new_customer(), "fitted to 1 customers. Give it 50 or more"),
        (
            PurchaseSummary.from_columns(np.zeros(99), np.zeros(99), np.ones(99), time_unit="week"),
            "0 customers came again, and it takes 20",
        ),
        (
            PurchaseSummary.from_columns(np.ones(99), np.ones(99), np.ones(99), weight=np.zeros(99), time_unit="week"),
            "fitted to 0 customers",
        ),
    ],
)
def test_too_little_is_an_error_that_says_what_would_be_enough(summary: PurchaseSummary, said: str) -> None:
    with pytest.raises(FitFailed, match=said):
        BetaGeometricNBD().fit(summary)


def test_who_weighs_nothing_teaches_nothing(people: PurchaseSummary, fitted: BetaGeometricNBD) -> None:
    x, t_x, age = (np.append(column, [90.0, 0.0]) for column in (people.frequency, people.recency, people.T))
    weight = np.append(people.weight, [0.0, 0.0])
    t_x[-2], age[-2:] = 3, 100
    assert BetaGeometricNBD().fit(known(x, t_x, age, weight)).fit_ == fitted.fit_


def test_a_model_without_parameters_forecasts_nothing() -> None:
    with pytest.raises(ModelNotFitted, match="fit was not called"):
        BetaGeometricNBD().probability_alive(known([1], [1], [2]))
    few = BetaGeometricNBD().attempt(known([1], [1], [2]))
    with pytest.raises(ModelNotFitted, match="too_few_customers"):
        few.expected_purchases(PurchaseSummary.new_customer(), 3)


@pytest.mark.parametrize("told", [{"r": 1.0}, {"r": 1.0, "alpha": 0.0, "a": 1.0, "b": 1.0}])
def test_parameters_that_are_none_are_refused(told: dict[str, float]) -> None:
    with pytest.raises(ParametersInvalid, match="r, alpha, a, b"):
        BetaGeometricNBD.with_parameters(**told)
