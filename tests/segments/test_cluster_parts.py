"""The parts of clustering on their own: scales, the nearest centre, the choice of k, and the traits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from regulars.core import Interval
from regulars.segments import TRAITS, Candidate, Scale
from regulars.segments._kmeans import adjusted_rand, best
from regulars.segments._nearest import nearest
from regulars.segments._scales import COLUMNS, coordinates, scales_of
from regulars.segments._traits import traits_of

Figures = dict[str, NDArray[np.float64]]

cents = st.lists(st.integers(1, 10**7), min_size=2, max_size=40, unique=True)


def people(**columns: list[float]) -> Figures:
    """Return the figures of as many people as are given; what is not given is 1 for everybody."""
    (n,) = {len(values) for values in columns.values()}
    return {name: np.array(columns.get(name, [1.0] * n), dtype=np.float64) for name in COLUMNS}


@given(amounts=cents, factor=st.sampled_from([0.01, 7.0, 100.0]))
def test_the_unit_of_money_does_not_matter(amounts: list[int], factor: float) -> None:
    one, other = ({"spend_mean": [amount / 100 * unit for amount in amounts]} for unit in (1.0, factor))
    told = [coordinates(people(**money), scales_of(people(**money))) for money in (one, other)]
    np.testing.assert_allclose(told[0], told[1], atol=1e-9)


@given(days=st.lists(st.integers(0, 3000), min_size=2, max_size=90).filter(lambda days: len(set(days)) > 1))
def test_coordinates_have_mean_zero_spread_one_and_keep_the_order(days: list[int]) -> None:
    figures = people(days_since_last=[float(day) for day in days])
    (scale,) = scales_of(figures)
    assert scale.column == "days_since_last"
    found = coordinates(figures, (scale,))[:, 0]
    assert found.mean() == pytest.approx(0, abs=1e-9)
    assert found.std() == pytest.approx(1)
    assert (np.diff(found[np.argsort(days)]) >= 0).all()


def test_a_giant_stands_where_the_99th_percentile_does() -> None:
    figures = people(spend_mean=[*(float(amount) for amount in range(1, 200)), 1e9])
    (scale,) = scales_of(figures)
    assert (scale.low, scale.high) == (2, 198)
    found = coordinates(figures, (scale,))[:, 0]
    assert found[-1] == found[-2] == found[-3]


@pytest.mark.parametrize("nothing", [0.0, -12.5])
def test_refunds_that_leave_nothing_count_as_the_smallest_amount(nothing: float) -> None:
    figures = people(spend_mean=[nothing, 10.0, 20.0, 40.0])
    (scale,) = scales_of(figures)
    found = coordinates(figures, (scale,))[:, 0]
    assert scale.low == 10
    assert found[0] == found[1] < found[2]


def test_where_nobody_spent_anything_money_has_no_say() -> None:
    figures = people(spend_mean=[0.0, -1.0, 0.0], tenure_days=[1.0, 2.0, 3.0])
    assert [scale.column for scale in scales_of(figures)] == ["tenure_days"]


def test_what_differs_beyond_the_twelfth_digit_is_the_same() -> None:
    figures = people(spend_mean=[100 / 3, 100 / 3 * (1 + 1e-15), 50.0])
    found = coordinates(figures, scales_of(figures))[:, 0]
    assert found[0] == found[1]


points = st.lists(st.lists(st.floats(-9, 9), min_size=2, max_size=2), min_size=1, max_size=20)


@given(people_at=points, centres=points)
def test_nobody_is_nearer_to_another_centre(people_at: list[list[float]], centres: list[list[float]]) -> None:
    found = nearest(np.array(people_at), np.array(centres))
    for point, own in zip(people_at, found, strict=True):
        squares = [sum((a - b) ** 2 for a, b in zip(point, centre, strict=True)) for centre in centres]
        assert squares[own] == pytest.approx(min(squares), abs=1e-9)


def test_between_two_centres_the_first_wins() -> None:
    assert nearest(np.array([[1.0]]), np.array([[2.0], [0.0], [2.0]])).tolist() == [0]


def tried(k: int, *, stability: float, silhouette: float) -> Candidate:
    around = Interval(low=stability, high=stability, method="student")
    return Candidate(k=k, stability=stability, stability_interval=around, silhouette=silhouette)


def test_the_best_silhouette_wins_among_the_stable_and_ties_go_to_fewer_clusters() -> None:
    found = [
        tried(2, stability=0.9, silhouette=0.30),
        tried(3, stability=0.6, silhouette=0.404),
        tried(4, stability=0.7, silhouette=0.396),
        tried(5, stability=0.59, silhouette=0.9),
    ]
    assert best(found, least_stability=0.6) == 3
    assert best(found[3:], least_stability=0.6) is best([], least_stability=0.6) is None


def test_traits_are_the_three_strongest_differences() -> None:
    scales = [Scale(column=column, low=1, high=9, centre=1, spread=1) for column in COLUMNS]
    found = traits_of(np.array([0.21, -1.5, 0.1, -0.3, 2.0]), scales)
    assert [(trait.code, trait.difference) for trait in found] == [
        ("uses_more", 2.0),
        ("comes_less_often", -1.5),
        ("new", -0.3),
    ]
    assert traits_of(np.zeros(len(COLUMNS)), scales) == ()


def test_every_column_has_a_trait_in_each_direction() -> None:
    scales = [Scale(column=column, low=1, high=9, centre=1, spread=1) for column in COLUMNS]
    found = set()
    for place in range(len(COLUMNS)):
        for direction in (-1.0, 1.0):
            centre = np.zeros(len(COLUMNS))
            centre[place] = direction
            (trait,) = traits_of(centre, scales)
            found.add(trait.code)
    assert found == set(TRAITS)
    assert len(TRAITS) == 2 * len(COLUMNS)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30))
def test_two_ways_to_cluster_agree_as_far_as_scikit_learn_says(told: list[tuple[int, int, int]]) -> None:
    one, other, counts = np.array(told, dtype=np.int64).T
    everybody = (np.repeat(labels, counts) for labels in (one, other))
    assert adjusted_rand(one, other, counts) == adjusted_rand_score(*everybody)
