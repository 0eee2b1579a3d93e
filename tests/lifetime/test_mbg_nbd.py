"""MBG/NBD gives the published numbers, and lets who bought once be gone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from lifetime.histories import cdnow_log, slope_by_differences
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import BetaGeometricNBD, ModifiedBetaGeometricNBD
from regulars.lifetime.models._bg_nbd_likelihood import PurchaseLikelihood

histories = st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0.1, 500)).map(
    lambda drawn: (drawn[0], drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2])
)


def test_cdnow_has_its_parameters() -> None:
    model = ModifiedBetaGeometricNBD().fit(PurchaseSummary.from_columns(*cdnow_log(), time_unit="week"))
    assert list(model.parameters_.values()) == pytest.approx([0.524843, 6.183085, 0.891359, 1.614002], rel=1e-6)
    assert model.log_likelihood_ == pytest.approx(-9582.1357, abs=5e-5)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(histories, min_size=1, max_size=8), point=arrays.arrays(np.float64, 4, elements=st.floats(-2, 2)))
def test_the_analytic_slope_and_curvature_are_those_of_differences(
    rows: list[tuple[int, float, float]], point: NDArray[np.float64]
) -> None:
    x, t_x, age = np.array(rows, dtype=np.float64).T
    likelihood = PurchaseLikelihood(x, t_x, age, np.arange(1.0, len(rows) + 1), first=1)
    near = slope_by_differences(lambda there: likelihood.slope(there)[0], point)
    assert likelihood.slope(point)[1] == pytest.approx(near, rel=1e-5, abs=1e-5)
    curved = slope_by_differences(lambda there: likelihood.slope(there)[1], point)
    assert likelihood.curvature(point) == pytest.approx(curved, rel=1e-5, abs=1e-5)


def test_who_bought_once_long_ago_is_probably_gone_though_bg_nbd_keeps_them() -> None:
    once = PurchaseSummary.from_columns([0, 0, 0], [0, 0, 0], [0, 10, 200], time_unit="week")
    parameters = {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6}
    alive = ModifiedBetaGeometricNBD.with_parameters(**parameters).probability_alive(once)
    assert alive[0] == pytest.approx(1.6 / 2.5)
    assert alive[0] > alive[1] > alive[2]
    assert BetaGeometricNBD.with_parameters(**parameters).probability_alive(once).tolist() == [1, 1, 1]
