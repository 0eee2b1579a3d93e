"""Pareto/NBD gives the published numbers, and keeps its digits where the published form loses them."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import gammaln

from lifetime.histories import cdnow_log, slope_by_differences
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ParetoNBD
from regulars.lifetime.models._pareto_nbd import _HistoryLikelihood

CDNOW = ParetoNBD.with_parameters(r=0.553277, alpha=10.577684, s=0.606240, beta=11.668735)
ROUNDED = ParetoNBD.with_parameters(r=0.55, alpha=10.56, s=0.61, beta=11.64)
NEW = PurchaseSummary.new_customer()

laws = settings(max_examples=25, deadline=None)
histories = st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0.1, 500)).map(
    lambda drawn: (drawn[0], drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2])
)
points = arrays.arrays(np.float64, 4, elements=st.floats(-3, 3))


def one(x: float, t_x: float, age: float) -> PurchaseSummary:
    return PurchaseSummary.from_columns([x], [t_x], [age], time_unit="week")


@pytest.fixture(scope="module")
def fitted() -> ParetoNBD:
    return ParetoNBD().fit(PurchaseSummary.from_columns(*cdnow_log(), time_unit="week"))


def test_cdnow_has_its_parameters(fitted: ParetoNBD) -> None:
    assert list(fitted.parameters_.values()) == pytest.approx([0.553277, 10.577684, 0.606240, 11.668735], rel=1e-6)
    assert fitted.log_likelihood_ == pytest.approx(-9594.9762, abs=5e-5)


def test_cdnow_has_its_published_standard_errors(fitted: ParetoNBD) -> None:
    errors = [round(error, 4) for error in fitted.standard_errors_.values()]
    assert errors == pytest.approx([0.0476, 0.8427, 0.1873, 6.2105], abs=1e-3)


def test_published_expectations() -> None:
    published = [0, 0.05077821, 0.09916088, 0.14542507, 0.18979930, 0.23247466, 0.27361274, 0.31335159, 0.35181024,
                 0.38909211]  # fmt: skip
    assert [ROUNDED.expected_purchases(NEW, t)[0] for t in range(10)] == pytest.approx(published, abs=5e-9)
    assert round(float(CDNOW.expected_purchases(one(26, 30.86, 31), 52)[0]), 6) == pytest.approx(25.456318, abs=2e-6)
    assert round(float(CDNOW.probability_alive(one(26, 30.86, 31))[0]), 6) == 0.997918
    assert ROUNDED.probability_alive(one(0, 0, 39)) == pytest.approx(0.2924031, abs=5e-8)


@laws
@given(rows=st.lists(histories, min_size=1, max_size=6), point=points)
def test_the_slope_and_curvature_are_those_of_differences(
    rows: list[tuple[int, float, float]], point: NDArray[np.float64]
) -> None:
    x, t_x, age = np.array(rows, dtype=np.float64).T
    likelihood = _HistoryLikelihood(x, t_x, age, np.arange(1.0, len(rows) + 1))
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-5)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-5, abs=1e-5)


@laws
@given(history=histories, point=points)
def test_a_likelihood_is_that_of_an_adaptive_integration(
    history: tuple[int, float, float], point: NDArray[np.float64]
) -> None:
    x, t_x, age = history
    r, alpha, s, beta = np.exp(point)

    def fallen(tau: float) -> float:
        """Return the integrand as a share of what it was at t_x."""
        return float(
            np.exp(-(r + x) * np.log((alpha + tau) / (alpha + t_x)) - (s + 1) * np.log((beta + tau) / (beta + t_x)))
        )

    # In pieces that close in on t_x, where nearly all of it lies.
    ends = [t_x, *(t_x + (age - t_x) * share for share in 10.0 ** np.arange(-5, 1))]
    gone = sum(quad(fallen, *piece, epsabs=0, epsrel=1e-12, limit=200)[0] for piece in pairwise(ends))
    first = -(r + x) * np.log(alpha + t_x) - s * np.log(beta + t_x)
    bracket = fallen(age) * (beta + age) / (beta + t_x) + gone * s / (beta + t_x)
    whole = gammaln(r + x) - gammaln(r) + r * point[1] + s * point[3] + first + np.log(bracket)
    x_row, t_x_row, age_row = (np.array([float(number)]) for number in history)
    assert _HistoryLikelihood(x_row, t_x_row, age_row, np.ones(1)).slope(point)[0] == pytest.approx(
        whole, rel=1e-9, abs=1e-9
    )


def test_there_is_no_hole_where_s_is_one() -> None:
    values = [ParetoNBD.with_parameters(r=0.5, alpha=9, s=s, beta=12) for s in (1 - 1e-9, 1.0, 1 + 1e-9)]
    found = [float(model.expected_purchases(one(2, 10, 20), 30)[0]) for model in values]
    assert found[0] == pytest.approx(found[1], rel=1e-8)
    assert found[2] == pytest.approx(found[1], rel=1e-8)


def test_a_frequent_buyer_gone_silent_is_gone_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gone = one(1000, 10, 100)
        assert CDNOW.probability_alive(gone) == pytest.approx(0, abs=1e-300)
        assert CDNOW.expected_purchases(gone, 52) == pytest.approx(0, abs=1e-290)
        assert CDNOW.probability_alive(one(1000, 100, 100)) == 1


def test_many_histories_are_many_times_one() -> None:
    x, t_x, age = (np.tile(column, 20_000) for column in ([0.0, 3.0], [0.0, 11.0], [9.0, 20.0]))
    age = age + np.repeat(np.arange(20_000) / 1e4, 2)
    many = CDNOW.predict(PurchaseSummary.from_columns(x, t_x, age, time_unit="week"), 26)
    for place in (0, 1, 16_385, 39_999):
        alone = CDNOW.predict(one(x[place], t_x[place], age[place]), 26)
        for name in ("probability_alive", "expected_purchases", "probability_of_purchase", "range_high"):
            assert many[name][place].as_py() == pytest.approx(alone[name][0].as_py(), rel=1e-12)
