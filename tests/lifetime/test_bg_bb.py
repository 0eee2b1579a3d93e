"""BG/BB gives the published numbers and those of fifty digits, keeps its laws, and asks for whole opportunities."""

import json
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import ArrayLike, NDArray

from lifetime.histories import donations, slope_by_differences
from regulars.lifetime import Discounting
from regulars.lifetime.histories import HistoryInvalid, PurchaseSummary, Span
from regulars.lifetime.models import BetaGeometricBetaBinomial, FitFailed, ResidualUnbounded
from regulars.lifetime.models._bg_bb import OpportunityLikelihood
from regulars.lifetime.models._cells import History

Array = NDArray[np.float64]

ROWS: list[dict[str, Any]] = [
    row
    for row in json.loads((Path(__file__).parent / "closed_forms_by_period.json").read_text(encoding="ascii"))
    if row["model"] == "bg_bb"
]
PAPER = {"alpha": 1.203523, "beta": 0.749717, "gamma": 0.656718, "delta": 2.783443}
DONORS = BetaGeometricBetaBinomial.with_parameters(**PAPER, time_unit="year")
NEW = PurchaseSummary.new_customer(time_unit="year")

laws = settings(max_examples=25, deadline=None)
positive = st.floats(0.05, 20)
models = st.builds(
    lambda a, b, c, d: BetaGeometricBetaBinomial.with_parameters(alpha=a, beta=b, gamma=c, delta=d, time_unit="year"),
    positive, positive, positive, positive,
)  # fmt: skip


@st.composite
def opportunities(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(0, 60))
    t_x = draw(st.integers(0, n))
    return (draw(st.integers(1, t_x)) if t_x else 0), t_x, n


def known(x: ArrayLike, t_x: ArrayLike, n: ArrayLike, weight: ArrayLike | None = None) -> PurchaseSummary:
    return PurchaseSummary.from_columns(x, t_x, n, weight=weight, time_unit="year")


def one(history: tuple[int, int, int]) -> PurchaseSummary:
    return known(*([number] for number in history))


def likelihood_of(columns: list[Array], weights: Array | None = None) -> OpportunityLikelihood:
    x, t_x, n = columns
    return OpportunityLikelihood(x, t_x, n, np.ones(x.size) if weights is None else weights)


@pytest.fixture(scope="module")
def donors() -> PurchaseSummary:
    x, t_x, n, weight = donations()
    return known(x, t_x, n, weight)


@pytest.fixture(scope="module")
def fitted(donors: PurchaseSummary) -> BetaGeometricBetaBinomial:
    return BetaGeometricBetaBinomial().fit(donors)


def test_the_donors_have_their_parameters(fitted: BetaGeometricBetaBinomial) -> None:
    assert fitted.fit_.customers == 11_104
    assert list(fitted.parameters_.values()) == pytest.approx(list(PAPER.values()), rel=2e-6)
    assert fitted.log_likelihood_ == pytest.approx(-33225.5813, abs=5e-5)


def test_so_many_donors_are_expected_at_each_frequency(
    fitted: BetaGeometricBetaBinomial, donors: PurchaseSummary
) -> None:
    expected = fitted.expected_frequencies(donors)
    assert (expected[0], expected[6]) == (pytest.approx(3454.9, abs=0.05), pytest.approx(1253.1, abs=0.05))
    assert expected.sum() == pytest.approx(11_104)
    total = (donors.weight * fitted.expected_purchases(donors, 5)).sum()
    assert total == pytest.approx(12884.2, abs=0.05)


def test_a_new_donor_gives_so_often_in_eleven_years() -> None:
    told = [.4985, .9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887]  # fmt: skip
    found = [float(DONORS.expected_purchases(NEW, years)[0]) for years in range(1, 12)]
    assert found == pytest.approx(told, abs=5e-5)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['parameters'][0]}-{row['history']}")
def test_answers_are_those_of_fifty_digits(row: dict[str, Any]) -> None:
    letters = BetaGeometricBetaBinomial.letters
    model = BetaGeometricBetaBinomial.with_parameters(
        **dict(zip(letters, row["parameters"], strict=True)), time_unit="year"
    )
    customer = one(row["history"])
    columns = [np.array([float(number)]) for number in row["history"]]
    alive = model.probability_alive(customer)[0]
    found = {
        "alive": alive,
        "alive_next": model.probability_alive(customer, ahead=1)[0],
        "expected": model.expected_purchases(customer, row["t"])[0],
        "at_least": alive * model._at_least(model.theta(), row["n"], row["t"], History(*columns))[0],
        "dert": model.discounted_residual_transactions(customer, 0.1)[0],
    }
    for name, value in found.items():
        assert value == pytest.approx(float(row[name]), rel=1e-8, abs=1e-250), name
    likelihood = likelihood_of(columns).slope(np.log(model.theta()))[0]
    assert likelihood == pytest.approx(float(row["log_likelihood"]), rel=1e-8, abs=1e-13)


def test_a_thousand_purchases_and_a_dropout_near_one_are_among_them() -> None:
    assert any(row["history"][0] == 1000 for row in ROWS)
    assert any(abs(row["parameters"][2] - 1) < 1e-6 for row in ROWS)


@laws
@given(
    rows=st.lists(opportunities(), min_size=1, max_size=8),
    point=arrays.arrays(np.float64, 4, elements=st.floats(-2, 2)),
)
def test_the_analytic_slope_is_that_of_differences(rows: list[tuple[int, int, int]], point: Array) -> None:
    likelihood = likelihood_of(list(np.array(rows, dtype=np.float64).T), np.arange(1.0, len(rows) + 1))
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-6)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-4, abs=1e-6)


@laws
@given(model=models, n=st.integers(0, 9))
def test_all_histories_together_are_certain(model: BetaGeometricBetaBinomial, n: int) -> None:
    # C(t_x − 1, x − 1) strings of purchases have the same x and t_x.

    total = 0.0
    for t_x in range(n + 1):
        for x in range(1, t_x + 1) if t_x else [0]:
            row = [np.array([float(number)]) for number in (x, t_x, n)]
            chance = np.exp(likelihood_of(row).slope(np.log(model.theta()))[0])
            total += chance * (comb(t_x - 1, x - 1) if t_x else 1)
    assert total == pytest.approx(1, rel=1e-10)


@laws
@given(model=models, history=opportunities(), t=st.integers(1, 30), more=st.integers(1, 30))
def test_chances_are_chances_and_more_time_brings_more(
    model: BetaGeometricBetaBinomial, history: tuple[int, int, int], t: int, more: int
) -> None:
    customer = one(history)
    alive = model.probability_alive(customer)[0]
    soon, late = (model.expected_purchases(customer, ahead)[0] for ahead in (t, t + more))
    chance, longer = (model.probability_of_purchase(customer, ahead)[0] for ahead in (t, t + more))
    assert 0 <= alive <= 1 + 1e-12
    assert 0 < soon < late <= (t + more) * alive
    assert 0 < chance <= longer <= alive * (1 + 1e-12)
    assert chance <= soon * (1 + 1e-9)
    assert model.probability_alive(customer, ahead=1)[0] < alive


@laws
@given(model=models, x=st.integers(1, 20), more=st.integers(0, 20), silence=st.integers(0, 30))
def test_the_longer_the_silence_the_less_likely_they_are_there(
    model: BetaGeometricBetaBinomial, x: int, more: int, silence: int
) -> None:
    short, long = (model.probability_alive(one((x, x + more, x + more + wait)))[0] for wait in (silence, silence + 1))
    assert long < short
    assert model.probability_alive(one((x, x + more, x + more)))[0] == pytest.approx(1, rel=1e-12)


@laws
@given(model=models, history=opportunities(), t=st.integers(1, 25))
def test_chances_of_counts_add_up_to_the_expectation(
    model: BetaGeometricBetaBinomial, history: tuple[int, int, int], t: int
) -> None:
    counts = np.arange(1.0, t + 2)
    customer = History(*(np.array([float(number)]) for number in history))
    there = model._at_least(model.theta(), counts, t, customer.at(np.zeros(counts.size, dtype=np.int64)))
    assert there[-1] == 0
    assert there.sum() == pytest.approx(float(model._while_alive(model.theta(), t, customer)[0]), rel=1e-9)


def test_a_weight_is_a_repetition_and_order_does_not_matter() -> None:
    people = DONORS.simulate(600, seed=1, age=np.repeat([3.0, 6.0, 9.0], 200)).summary
    times = np.arange(600) % 3
    weighted = BetaGeometricBetaBinomial().fit(known(people.frequency, people.recency, people.T, times))
    back = [np.repeat(column, times)[::-1] for column in (people.frequency, people.recency, people.T)]
    repeated = BetaGeometricBetaBinomial().fit(known(*back))
    assert weighted.fit_.parameters == pytest.approx(repeated.fit_.parameters, rel=1e-7)
    assert weighted.log_likelihood_ == pytest.approx(repeated.log_likelihood_, rel=1e-12)


def test_another_unit_of_time_changes_no_answer(donors: PurchaseSummary, fitted: BetaGeometricBetaBinomial) -> None:
    in_weeks = donors.in_unit("week")
    for ahead in (Span(5, "year"), Span(5.9, "year")):
        assert fitted.expected_purchases(in_weeks, ahead) == pytest.approx(fitted.expected_purchases(donors, 5))
    assert fitted.predict(in_weeks, Span(11, "month"))["expected_purchases"].to_pylist() == [0.0] * len(donors)
    with pytest.raises(HistoryInvalid, match="no whole number of opportunities"):
        BetaGeometricBetaBinomial().fit(in_weeks)


def test_more_purchases_than_opportunities_are_no_history() -> None:
    for history, said in (((3, 2, 6), "more purchases than"), ((1, 0, 6), "more purchases than")):
        with pytest.raises(HistoryInvalid, match=said):
            DONORS.probability_alive(one(history))
        with pytest.raises(HistoryInvalid, match=said):
            BetaGeometricBetaBinomial().fit(one(history))


def test_who_was_simulated_is_recovered_and_does_what_was_foretold() -> None:
    lived = DONORS.simulate(20_000, seed=7, age=np.repeat([4.0, 6.0, 12.0, 20.0], 5000), horizon=Span(5, "year"))
    found = BetaGeometricBetaBinomial().fit(lived.summary)
    for letter, truth in PAPER.items():
        assert abs(found.parameters_[letter] - truth) < 3 * found.standard_errors_[letter], letter
    expected = DONORS.expected_purchases(lived.summary, 5)
    error = (lived.purchases - expected).std() / np.sqrt(expected.size)
    assert abs(lived.purchases.mean() - expected.mean()) < 4 * error
    alive = DONORS.probability_alive(lived.summary)
    assert lived.is_alive.mean() == pytest.approx(alive.mean(), abs=4 * np.sqrt(0.25 / alive.size))
    told = DONORS.predict(lived.summary, 5, level=0.9)
    inside = (told["range_low"].to_numpy() <= lived.purchases) & (lived.purchases <= told["range_high"].to_numpy())
    assert inside.mean() > 0.88


def test_the_donors_are_told_with_both_intervals(fitted: BetaGeometricBetaBinomial, donors: PurchaseSummary) -> None:
    told = fitted.predict(donors, 5, level=0.9).to_pydict()
    low, value, high = (np.array(told[name]) for name in ("expected_low", "expected_purchases", "expected_high"))
    assert ((low < value) & (value < high)).all()
    assert all(0 <= least <= most <= 5 for least, most in zip(told["range_low"], told["range_high"], strict=True))


def test_a_year_of_discounted_months_has_the_one_opportunity_at_its_end(donors: PurchaseSummary) -> None:
    within = DONORS.discounted_purchases(donors, Discounting(months=11, annual_rate=0.1))
    assert within.tolist() == [0.0] * len(donors)
    year = DONORS.discounted_purchases(donors, Discounting(months=12, annual_rate=0.1))
    assert year == pytest.approx(DONORS.expected_purchases(donors, 1) / 1.1, rel=1e-12)
    always = DONORS.discounted_residual_transactions(donors, 0.1)
    centuries = DONORS.discounted_purchases(donors, Discounting(months=12 * 300, annual_rate=0.1))
    assert centuries == pytest.approx(always, rel=1e-9)


def test_customers_of_no_weight_are_nobody(donors: PurchaseSummary, fitted: BetaGeometricBetaBinomial) -> None:
    columns = [
        np.append(column, more)
        for column, more in zip(
            (donors.frequency, donors.recency, donors.T, donors.weight), (300, 400, 500, 0), strict=True
        )
    ]
    assert BetaGeometricBetaBinomial().fit(known(*columns)).fit_ == fitted.fit_


def test_what_cannot_be_said_is_an_error() -> None:
    with pytest.raises(ResidualUnbounded):
        DONORS.discounted_residual_transactions(NEW, 0.0)
    nobody_again = known(np.zeros(99), np.zeros(99), np.full(99, 6.0))
    for summary, said in ((NEW, "1 customers. Give it 50"), (nobody_again, "0 customers came again")):
        with pytest.raises(FitFailed, match=said):
            BetaGeometricBetaBinomial().fit(summary)


@pytest.mark.slow
def test_over_a_hundred_seeds_the_truth_is_within_two_standard_errors_in_ninety() -> None:
    within = dict.fromkeys(PAPER, 0)
    for seed in range(100):
        known_then = DONORS.simulate(3000, seed=seed, age=np.repeat([4.0, 6.0, 9.0, 12.0, 20.0], 600)).summary
        found = BetaGeometricBetaBinomial().fit(known_then)
        for letter, truth in PAPER.items():
            within[letter] += abs(found.parameters_[letter] - truth) < 2 * found.standard_errors_[letter]
    assert min(within.values()) >= 90, within
