"""BG/CNBD-k is BG/NBD at k = 1, finds how regular buyers are, and says what sums of fifty digits and purchases say."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from lifetime.histories import CDNOW_LAST_DAY, cdnow_whole_log, slope_by_differences
from regulars.lifetime.histories import HistoryInvalid, PurchaseSummary, Span
from regulars.lifetime.models import (
    BetaGeometricCondensedNBD,
    BetaGeometricNBD,
    FitFailed,
    GapsUnknown,
    ModifiedBetaGeometricCondensedNBD,
    ModifiedBetaGeometricNBD,
    ParametersInvalid,
    PurchaseModel,
)
from regulars.lifetime.models import _condensed_formulas as formulas
from regulars.lifetime.models._cells import History
from regulars.lifetime.models._condensed_likelihood import CondensedLikelihood

Array = NDArray[np.float64]

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "closed_forms_condensed.json").read_text(encoding="ascii")
)
KINDS = {kind.name: kind for kind in (BetaGeometricCondensedNBD, ModifiedBetaGeometricCondensedNBD)}
PAPER = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
REGULAR = BetaGeometricCondensedNBD.with_parameters(k=3, **PAPER)

laws = settings(max_examples=25, deadline=None)
histories = st.tuples(st.integers(0, 100), st.floats(0, 1), st.floats(0.1, 500)).map(
    lambda drawn: (drawn[0], drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2])
)
points = arrays.arrays(np.float64, 4, elements=st.floats(-2, 2))
of_one_stage = pytest.mark.parametrize(
    ("kind", "other"),
    [(BetaGeometricCondensedNBD, BetaGeometricNBD), (ModifiedBetaGeometricCondensedNBD, ModifiedBetaGeometricNBD)],
)


def one(history: tuple[float, float, float]) -> PurchaseSummary:
    return PurchaseSummary.from_columns(*([number] for number in history), time_unit="week")


@of_one_stage
@laws
@given(history=histories, point=points, t=st.floats(0.1, 500))
def test_of_one_stage_it_is_bg_nbd(
    kind: type[BetaGeometricCondensedNBD],
    other: type[PurchaseModel],
    history: tuple[int, float, float],
    point: Array,
    t: float,
) -> None:
    parameters = dict(zip(other.letters, np.exp(point).tolist(), strict=True))
    mine, theirs, customer = kind.with_parameters(k=1, **parameters), other.with_parameters(**parameters), one(history)
    assert mine.probability_alive(customer) == pytest.approx(theirs.probability_alive(customer), rel=1e-9)
    assert mine.expected_purchases(customer, t) == pytest.approx(theirs.expected_purchases(customer, t), rel=1e-7)
    assert mine.probability_of_count(customer, 2, t) == pytest.approx(
        theirs.probability_of_count(customer, 2, t), abs=1e-12
    )
    rows = [np.array([float(number)]) for number in history]
    likelihoods = [model._likelihood(rows[0], rows[1], rows[2], np.ones(1)).slope(point)[0] for model in (mine, theirs)]
    assert likelihoods[0] == pytest.approx(likelihoods[1], rel=1e-9)


@of_one_stage
def test_cdnow_is_bought_at_random(kind: type[BetaGeometricCondensedNBD], other: type[PurchaseModel]) -> None:
    known = PurchaseSummary.from_orders(cdnow_whole_log(), as_of=CDNOW_LAST_DAY)
    mine, theirs = kind().fit(known), other().fit(known)
    assert (mine.k_, list(mine.fit_.tried)) == (1, list(range(1, 13)))
    assert mine.log_likelihood_ == pytest.approx(theirs.log_likelihood_, abs=1e-6)
    assert list(mine.parameters_.values())[1:] == pytest.approx(list(theirs.parameters_.values()), rel=1e-6)
    # k was estimated too.
    assert mine.aic_ - theirs.aic_ == pytest.approx(2)


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['model']}-{row['k']}-{row['parameters'][0]}-{row['history']}"
)
def test_answers_are_those_of_fifty_digits(row: dict[str, Any]) -> None:
    kind = KINDS[row["model"]]
    model = kind.with_parameters(k=row["k"], **dict(zip(kind.letters, row["parameters"], strict=True)))
    customer = one(row["history"])
    rows = [np.array([float(number)]) for number in row["history"]]
    found = {
        "log_likelihood": model._likelihood(rows[0], rows[1], rows[2], np.ones(1)).slope(np.log(model.theta()))[0],
        "alive": model.probability_alive(customer)[0],
        "expected": model.expected_purchases(customer, row["t"])[0],
        "at_least": model.probability_alive(customer)[0]
        * model._at_least(model.theta(), 2, row["t"], History(*rows))[0],
    }
    for name, value in found.items():
        assert value == pytest.approx(float(row[name]), rel=1e-8, abs=1e-250), name


@laws
@given(rows=st.lists(histories, min_size=1, max_size=6), point=points, k=st.integers(1, 12), first=st.integers(0, 1))
def test_the_analytic_slope_is_that_of_differences(
    rows: list[tuple[int, float, float]], point: Array, k: int, first: int
) -> None:
    columns = History(*np.array(rows, dtype=np.float64).T)
    likelihood = CondensedLikelihood(columns, np.arange(1.0, len(rows) + 1), stages=k, first=first)
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-5)


@laws
@example(history=(113, 0.944470934144701, 0.9601363942193807), point=np.log([0.36, 0.081, 1.73, 0.123]), k=10, t=152.6)
@given(history=histories, point=points, k=st.integers(1, 12), t=st.floats(5, 1000))
def test_the_long_sum_and_the_mean_over_chances_are_one_expectation(
    history: tuple[int, float, float], point: Array, k: int, t: float
) -> None:
    known, theta = History(*(np.array([float(number)]) for number in history)), np.exp(point)
    terms = int((theta[0] + k * history[0] + 40) * (t / (theta[1] + history[2])) / k * 3 + 60)
    counts = np.arange(1.0, min(terms, 20_000) + 1)
    there = formulas.at_least(theta, counts, t, known.at(np.zeros(counts.size, dtype=np.int64)), stages=k)
    summed = there.sum()
    if there[-1] < 1e-12 * summed and summed > 1e-3:
        # Where leaving is told, the mean over chances is taken whatever the sum would say.
        staged = formulas.by_stage(theta, np.array([t]), known.x, known.age, stages=k, leaving=1.0)[0]
        shares, _ = formulas.passed(theta, known, stages=k)
        assert staged @ np.concatenate(shares) == pytest.approx(summed, rel=1e-8)


def test_how_regular_they_are_is_found() -> None:
    known = REGULAR.simulate(3000, seed=1, age=np.linspace(24, 52, 3000)).summary
    found = BetaGeometricCondensedNBD().fit(known)
    assert (found.k_, max(found.fit_.tried, key=found.fit_.tried.__getitem__)) == (3, 3)
    for letter, truth in PAPER.items():
        assert abs(found.parameters_[letter] - truth) < 3 * found.standard_errors_[letter]
    in_days = BetaGeometricCondensedNBD(k=3).fit(known.in_unit("day"))
    # A density of times in days is that in weeks, divided by seven for every purchase.
    assert in_days.log_likelihood_ == pytest.approx(found.log_likelihood_ - known.frequency.sum() * np.log(7), rel=1e-9)
    told = BetaGeometricCondensedNBD(k=3).fit(
        PurchaseSummary.from_columns(known.frequency, known.recency, known.T, time_unit="week")
    )
    assert told.theta() == pytest.approx(found.theta(), rel=1e-6)
    assert np.isnan(told.log_likelihood_)


def test_a_regular_buyer_is_missed_sooner() -> None:
    late = PurchaseSummary.from_columns([6], [24], [36], time_unit="week")
    by_chance = BetaGeometricCondensedNBD.with_parameters(k=1, r=0.85, alpha=1.45 * 3, a=0.79, b=2.42)
    assert REGULAR.probability_alive(late)[0] < by_chance.probability_alive(late)[0] / 2
    # And one who has not bought for a while is about to: two of three stages may be behind them.
    due, new = (PurchaseSummary.from_columns([6], [24], [age], time_unit="week") for age in (27, 24))
    assert REGULAR.probability_of_purchase(due, 1)[0] > 1.5 * REGULAR.probability_of_purchase(new, 1)[0]


def test_times_between_purchases_are_counted_and_taken_along() -> None:
    days = [0, 7, 21, 3]
    orders = pa.table(
        {"customer_id": ["ana", "ana", "ana", "bo"], "ordered_at": [date(2024, 1, 1) + timedelta(day) for day in days]}
    )
    weeks = PurchaseSummary.from_orders(orders)
    assert weeks.log_gaps == pytest.approx([np.log(1) + np.log(2), 0])
    assert weeks.in_unit("day").log_gaps == pytest.approx([np.log(7) + np.log(14), 0])
    then = weeks.split(date(2024, 1, 10)).calibration
    assert then.log_gaps == pytest.approx([0, 0])


def test_what_cannot_be_learned_is_an_error() -> None:
    known = REGULAR.simulate(200, seed=1, age=30.0).summary
    columns = known.frequency, known.recency, known.T
    with pytest.raises(GapsUnknown, match="the summary has no log_gaps"):
        BetaGeometricCondensedNBD().fit(PurchaseSummary.from_columns(*columns, time_unit="week"))
    at_once = np.where(known.frequency > 0, -np.inf, 0.0)
    same = PurchaseSummary.from_columns(*columns, time_unit="week", log_gaps=at_once)
    with pytest.raises(FitFailed, match="could not be fitted to 0 customers"):
        BetaGeometricCondensedNBD().fit(replace(known, weight=np.zeros(len(known))))
    with pytest.raises(GapsUnknown, match="same moment"):
        BetaGeometricCondensedNBD(k=2).fit(same)
    assert list(BetaGeometricCondensedNBD().attempt(same).fit_.tried) == [1]
    for k in (0, 1.5):
        with pytest.raises(ParametersInvalid):
            BetaGeometricCondensedNBD(k=k).fit(known)  # type: ignore[arg-type]
        with pytest.raises(ParametersInvalid):
            BetaGeometricCondensedNBD.with_parameters(k=k, **PAPER)
    for log_gaps, problem in (([9.0], "above what"), ([float("nan")], "above what"), ([0.0, 0.0], "2 values")):
        with pytest.raises(HistoryInvalid, match=problem):
            PurchaseSummary.from_columns([2], [6], [9], time_unit="week", log_gaps=log_gaps)
    with pytest.raises(HistoryInvalid, match="no repeat"):
        PurchaseSummary.from_columns([0], [0], [9], time_unit="week", log_gaps=[-1.0])
    assert REGULAR.predict(known, Span(1, "month")).num_rows == 200


@laws
@given(
    point=points,
    stages=st.integers(2, 5),
    x=st.sampled_from([0, 1, 7, 60, 1000]),
    age=st.tuples(st.floats(0.1, 2087), st.floats(0.1, 2087)),
    t=st.floats(0.1, 520),
    leaving=st.sampled_from([None, 0.9, 1.1]),
)
def test_many_asked_together_get_what_each_gets_alone(
    point: Array, stages: int, x: int, age: tuple[float, float], t: float, leaving: float | None
) -> None:
    """Polynomials go between a few that are worked out, the same whoever asks: up to 1,000 orders in 40 years."""
    theta, ages = np.exp(point), np.linspace(min(age), max(age), num=200)
    columns = np.full(ages.size, t), np.full(ages.size, float(x)), ages

    together = formulas.by_stage(theta, *columns, stages=stages, leaving=leaving)

    some = [0, 1, 67, 131, 199]
    alone = [formulas.by_stage(theta, *(c[[i]] for c in columns), stages=stages, leaving=leaving)[0] for i in some]
    np.testing.assert_array_equal(together[some], alone)
    t_some, x_some, age_some = (column[some] for column in columns)
    asked = formulas._Staged(t_some, x_some, age_some, 0)
    exact = [formulas._expected(theta, asked._replace(passed=j), stages, leaving) for j in range(stages)]
    np.testing.assert_allclose(together[some], np.stack(exact, axis=-1), rtol=1e-7, atol=1e-12)
