"""sBG gives the published numbers and those of fifty digits, keeps its laws, and says why where it cannot be fitted."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from lifetime.histories import slope_by_differences
from regulars.lifetime.histories import Contracts, HistoryInvalid, QuestionInvalid
from regulars.lifetime.models import (
    FitFailed,
    ModelNotFitted,
    ParametersInvalid,
    ResidualUnbounded,
    ShiftedBetaGeometric,
)
from regulars.lifetime.models._sbg import StayLikelihood

Array = NDArray[np.float64]

ROWS: list[dict[str, Any]] = [
    row
    for row in json.loads((Path(__file__).parent / "closed_forms_by_period.json").read_text(encoding="ascii"))
    if row["model"] == "sbg"
]

# Percent of customers still there after 0, 1, 2, … years: Fader and Hardie (2007), table 1.
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]

laws = settings(max_examples=25, deadline=None)
positive = st.floats(0.05, 20)
models = st.builds(lambda a, b: ShiftedBetaGeometric.with_parameters(alpha=a, beta=b), positive, positive)
counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8).filter(
    lambda rows: sum(map(sum, rows)) > 0
)


def of_a_thousand(percent: list[float], years: int) -> Contracts:
    """Return what was known of a thousand customers after so many years."""
    left = -np.diff(np.array(percent[: years + 1]) * 10)
    return Contracts.from_counts(left, percent[years] * 10)


@pytest.mark.parametrize(
    ("percent", "alpha", "beta", "likelihood"),
    [(HIGH_END, 0.668088, 3.806096, -1611.158), (REGULAR, 0.704077, 1.182043, -1680.265)],
)
def test_seven_years_of_customers_have_their_parameters(
    percent: list[float], alpha: float, beta: float, likelihood: float
) -> None:
    model = ShiftedBetaGeometric().fit(of_a_thousand(percent, 7))
    assert list(model.parameters_.values()) == pytest.approx([alpha, beta], rel=1e-6)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=5e-4)


def test_the_next_five_years_are_foretold_as_published_and_nearly_as_they_came() -> None:
    model = ShiftedBetaGeometric().fit(of_a_thousand(HIGH_END, 7))
    forecast = model.survival([8, 9, 10, 11, 12])
    assert forecast == pytest.approx([0.4604, 0.4358, 0.4142, 0.3951, 0.3780], abs=5e-5)
    # Of the years not learned from; the first one's 86.9 % lie just above what the model can say (83.1 to 86.8 %).
    told = model.predict([8, 9, 10, 11, 12], level=0.95)
    low, high = told["survival_low"].to_numpy(), told["survival_high"].to_numpy()
    came = np.array(HIGH_END[8:]) / 100
    assert ((low < came) & (came < high)).all()
    assert np.abs(forecast - came).max() < 0.02


@pytest.mark.parametrize(
    ("alpha", "beta", "published"),
    [(3.80, 15.20, [3.310, 3.451, 3.587, 3.717, 3.842]), (0.067, 0.267, [7.671, 9.455, 9.851, 10.056, 10.189])],
)
def test_the_residual_lifetimes_are_the_published_ones(alpha: float, beta: float, published: list[float]) -> None:
    model = ShiftedBetaGeometric.with_parameters(alpha=alpha, beta=beta)
    assert model.discounted_residual_lifetime([1, 2, 3, 4, 5], 0.1) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['parameters']}-{row['period']}")
def test_answers_are_those_of_fifty_digits(row: dict[str, Any]) -> None:
    alpha, beta = row["parameters"]
    n = row["period"]
    model = ShiftedBetaGeometric.with_parameters(alpha=alpha, beta=beta)
    point = np.log(model.theta())
    none = [0.0] * (n - 1)
    lost, stayed = Contracts.from_counts([*none, 1], 0), Contracts.from_counts([*none, 0], 1)
    found = {
        "log_lost": StayLikelihood(lost).slope(point)[0],
        "log_survival": StayLikelihood(stayed).slope(point)[0],
        "retention": float(model.retention(n)),
        "derl": float(model.discounted_residual_lifetime(n, 0.1)),
    }
    for name, value in found.items():
        assert value == pytest.approx(float(row[name]), rel=1e-8), name
    assert float(model.survival(n)) == pytest.approx(np.exp(float(row["log_survival"])), rel=1e-8)


@laws
@given(rows=counts, point=arrays.arrays(np.float64, 2, elements=st.floats(-2, 2)))
def test_the_analytic_slope_and_curvature_are_those_of_differences(rows: list[tuple[int, int]], point: Array) -> None:
    lost, remaining = np.array(rows, dtype=np.float64).T
    likelihood = StayLikelihood(Contracts.from_counts(lost, remaining))
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-6)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-5, abs=1e-6)


@laws
@given(model=models, n=st.integers(0, 40), t=st.integers(1, 40))
def test_fewer_are_there_the_later_and_who_stayed_is_likelier_to_stay(
    model: ShiftedBetaGeometric, n: int, t: int
) -> None:
    shares = model.survival(np.arange(n + t + 1))
    assert shares[0] == 1
    assert (np.diff(shares) < 0).all()
    assert (shares > 0).all()
    assert (np.diff(model.retention(np.arange(1, n + t + 1))) > 0).all()
    assert np.cumprod(model.retention(np.arange(1, n + t + 1))) == pytest.approx(shares[1:], rel=1e-9)
    assert float(model.survival(t, after=n)) == pytest.approx(shares[n + t] / shares[n], rel=1e-9)


@laws
@given(model=models, n=st.integers(1, 40), rate=st.floats(0.05, 1))
def test_the_residual_lifetime_is_the_discounted_sum_of_survival(
    model: ShiftedBetaGeometric, n: int, rate: float
) -> None:
    ahead = np.arange(1, 1001)
    slow = (model.survival(ahead, after=n - 1) / (1 + rate) ** (ahead - 1)).sum()
    assert float(model.discounted_residual_lifetime(n, rate)) == pytest.approx(slow, rel=1e-9)


def test_cohorts_that_began_at_different_times_are_one_likelihood() -> None:
    first, second = Contracts.from_counts([30, 20, 10], 40), Contracts.from_counts([25], 75)
    both = Contracts.from_counts([55, 20, 10], [75, 0, 40])
    point = np.array([0.3, -0.2])
    parts = sum(StayLikelihood(each).slope(point)[0] * each.customers for each in (first, second))
    assert StayLikelihood(both).slope(point)[0] * both.customers == pytest.approx(parts, rel=1e-12)
    doubled = Contracts.from_counts(both.lost * 2, both.remaining * 2)
    once, twice = (ShiftedBetaGeometric().fit(each) for each in (both, doubled))
    assert twice.parameters_ == pytest.approx(once.parameters_, rel=1e-8)
    assert twice.log_likelihood_ == pytest.approx(2 * once.log_likelihood_, rel=1e-12)


def test_who_was_simulated_is_recovered() -> None:
    truth = ShiftedBetaGeometric.with_parameters(alpha=0.8, beta=2.5)
    within = {"alpha": 0, "beta": 0}
    for seed in range(100):
        found = ShiftedBetaGeometric().fit(truth.simulate(2000, seed=seed, periods=8))
        for letter, value in truth.parameters_.items():
            within[letter] += abs(found.parameters_[letter] - value) < 2 * found.standard_errors_[letter]
    assert min(within.values()) >= 90, within


def test_the_intervals_hold_the_truth() -> None:
    truth = ShiftedBetaGeometric.with_parameters(alpha=0.8, beta=2.5)
    share, inside = float(truth.survival(15, after=2)), 0
    for seed in range(100):
        told = ShiftedBetaGeometric().fit(truth.simulate(500, seed=seed, periods=6)).predict(15, after=2, level=0.9)
        inside += told["survival_low"][0].as_py() <= share <= told["survival_high"][0].as_py()
    assert 84 <= inside <= 96


def test_a_model_that_was_told_its_parameters_has_no_intervals_and_nobody_is_lost_at_once() -> None:
    told = ShiftedBetaGeometric.with_parameters(alpha=1, beta=1).predict([0, 1]).to_pydict()
    assert told["survival"] == pytest.approx([1, 0.5])
    assert told["survival_low"] == told["survival_high"] == [None, None]
    assert told["retention"] == [None, 0.5]
    fitted = ShiftedBetaGeometric().fit(of_a_thousand(REGULAR, 7)).predict(0).to_pydict()
    assert fitted["survival_low"] == fitted["survival"] == fitted["survival_high"] == [1.0]


@pytest.mark.parametrize(
    ("contracts", "said"),
    [
        (Contracts.from_counts([5, 3], 20), "28 customers. Give it 50"),
        (Contracts.from_counts([0, 0, 0], 100), "hardly differ"),
        (Contracts.from_counts([100, 0, 0], 0), "hardly differ"),
        (Contracts.from_counts([40], 60), "Give it a longer history|hardly differ"),
    ],
)
def test_what_cannot_be_fitted_is_an_error_that_says_why(contracts: Contracts, said: str) -> None:
    with pytest.raises(FitFailed, match=said):
        ShiftedBetaGeometric().fit(contracts)


@pytest.mark.parametrize(
    ("lost", "remaining", "said"),
    [
        ([], 5, "no period"),
        ([3, float("nan")], 5, "Row 1: lost is not"),
        ([3, -1], 5, "Row 1: lost is not"),
        ([3, 1], -5, "Row 1: remaining is not"),
        ([3, 1], [1, 2, 3], "3 counts of running contracts for 2 periods"),
    ],
)
def test_bad_counts_are_refused(lost: list[float], remaining: Any, said: str) -> None:
    with pytest.raises(HistoryInvalid, match=said):
        Contracts.from_counts(lost, remaining)


def test_what_has_no_answer_is_an_error() -> None:
    model = ShiftedBetaGeometric.with_parameters(alpha=1, beta=1)
    for asked in (lambda: model.predict(1, level=95), lambda: model.simulate(-1, seed=0, periods=3)):
        with pytest.raises(QuestionInvalid):
            asked()
    with pytest.raises(ResidualUnbounded):
        model.discounted_residual_lifetime(1, 0.0)
    with pytest.raises(HistoryInvalid, match="0 is not a whole number of 1 or more periods"):
        model.retention(0)
    with pytest.raises(HistoryInvalid, match=r"1\.5 is not"):
        model.survival(1.5)
    with pytest.raises(ModelNotFitted):
        ShiftedBetaGeometric().survival(1)
    with pytest.raises(ParametersInvalid):
        ShiftedBetaGeometric.with_parameters(alpha=0, beta=1)
