"""RFM: equal values get equal scores, the grid leaves no cell out, and own cut points do what they say."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import buyer, by_customer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.segments import GROUPS, ScoreOutsideGrid, add, rfm_group

on_spark_too = pytest.mark.both_engines(slow=True)

SCORES = ("recency_score", "frequency_score", "monetary_score")

laws = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
shops = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 6), st.integers(-50, 300)), min_size=1, max_size=20)


def scored(engine: Engine, rows: list[dict[str, object]], **cuts: object) -> dict[str, dict[str, object]]:
    load(engine, rows)
    add(engine, settings=Settings.model_validate({"segments": cuts}), period_days=90)
    return by_customer(engine, "segments")


def shop_of(people: list[tuple[int, int, int]]) -> list[dict[str, object]]:
    return [
        buyer(f"p{place}", silent=silent, orders=orders, spend=spend)
        for place, (silent, orders, spend) in enumerate(people)
    ]


@laws
@given(people=shops)
def test_equal_values_get_equal_scores_and_better_values_never_lower_ones(
    engine: Engine, people: list[tuple[int, int, int]]
) -> None:
    found = scored(engine, shop_of(people))
    for measure, score in enumerate(SCORES):
        direction = -1 if score == "recency_score" else 1
        pairs = sorted((direction * person[measure], found[f"p{place}"][score]) for place, person in enumerate(people))
        points = [int(str(point)) for _, point in pairs]
        assert points == sorted(points)
        assert len(set(pairs)) == len({value for value, _ in pairs})
        assert set(points) <= {1, 2, 3, 4, 5}


@laws
@given(people=shops)
def test_every_score_is_that_of_the_mid_rank(engine: Engine, people: list[tuple[int, int, int]]) -> None:
    found = scored(engine, shop_of(people))
    spends = [spend for _, _, spend in people]
    for place, spend in enumerate(spends):
        less, equal = sum(other < spend for other in spends), spends.count(spend)
        # In whole numbers: 5 · (less + equal / 2) / n = (10 · less + 5 · equal) / 2n.
        assert found[f"p{place}"]["monetary_score"] == min(5, 1 + (10 * less + 5 * equal) // (2 * len(spends)))


@laws
@given(people=shops, order=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    engine: Engine, people: list[tuple[int, int, int]], order: Random
) -> None:
    rows = shop_of(people)
    once = scored(engine, rows)
    order.shuffle(rows)
    assert scored(engine, rows) == once


@laws
@given(people=shops, strangers=st.integers(0, 5))
def test_every_customer_with_an_order_is_in_exactly_one_group(
    engine: Engine, people: list[tuple[int, int, int]], strangers: int
) -> None:
    found = scored(engine, shop_of(people) + [someone(f"s{i}") for i in range(strangers)])
    assert len(found) == len(people) + strangers
    grouped = {who for who, row in found.items() if row["rfm_group"] in GROUPS}
    assert grouped == {f"p{place}" for place in range(len(people))}


@on_spark_too
def test_one_one_one_two_three_order_days_score_two_two_two_four_five(engine: Engine) -> None:
    days = {"ana": 1, "bo": 1, "cy": 1, "di": 2, "ed": 3}
    found = scored(engine, [buyer(who, orders=orders) for who, orders in days.items()])
    assert [found[who]["frequency_score"] for who in days] == [2, 2, 2, 4, 5]


def test_frequency_goes_by_days_and_not_by_orders(engine: Engine) -> None:
    found = scored(engine, [buyer("ana", orders=9, order_day_count=1), buyer("bo", orders=2)])
    assert int(str(found["ana"]["frequency_score"])) < int(str(found["bo"]["frequency_score"]))


def test_the_later_the_last_order_the_higher_the_recency_score(engine: Engine) -> None:
    found = scored(
        engine, [buyer(who, silent=silent) for who, silent in zip("abcde", (0, 10, 20, 30, 40), strict=True)]
    )
    assert [found[who]["recency_score"] for who in "abcde"] == [5, 4, 3, 2, 1]


def test_the_only_customer_stands_in_the_middle(engine: Engine) -> None:
    assert scored(engine, [buyer("ana")])["ana"]["rfm_group"] == "need_attention"


def test_the_grid_has_every_cell_once() -> None:
    cells = Counter(rfm_group(recency=r, frequency=f) for r in range(1, 6) for f in range(1, 6))
    assert cells == {
        "hibernating": 4,
        "at_risk": 4,
        "cant_lose": 2,
        "about_to_sleep": 2,
        "need_attention": 1,
        "loyal": 4,
        "promising": 1,
        "new": 1,
        "potential_loyalists": 4,
        "champions": 2,
    }
    assert set(cells) == set(GROUPS)


@pytest.mark.parametrize(
    ("group", "recency", "frequency"),
    [
        ("hibernating", (1, 2), (1, 2)),
        ("at_risk", (1, 2), (3, 4)),
        ("cant_lose", (1, 2), (5,)),
        ("about_to_sleep", (3,), (1, 2)),
        ("need_attention", (3,), (3,)),
        ("loyal", (3, 4), (4, 5)),
        ("promising", (4,), (1,)),
        ("new", (5,), (1,)),
        ("potential_loyalists", (4, 5), (2, 3)),
        ("champions", (5,), (4, 5)),
    ],
)
def test_every_group_has_its_cells(group: str, recency: tuple[int, ...], frequency: tuple[int, ...]) -> None:
    assert {rfm_group(recency=r, frequency=f) for r in recency for f in frequency} == {group}


@pytest.mark.parametrize(("recency", "frequency"), [(0, 3), (3, 6), (-1, 1)])
def test_a_score_off_the_grid_is_refused(recency: int, frequency: int) -> None:
    with pytest.raises(ScoreOutsideGrid, match="from 1"):
        rfm_group(recency=recency, frequency=frequency)


@on_spark_too
def test_the_group_in_the_table_is_that_of_the_grid(engine: Engine) -> None:
    people = [(silent, orders, 10) for silent in (1, 40, 80, 120, 200) for orders in (1, 2, 3, 4, 5)]
    found = scored(engine, shop_of(people))
    assert {(row["recency_score"], row["frequency_score"]) for row in found.values()} == {
        (r, f) for r in range(1, 6) for f in range(1, 6)
    }
    for row in found.values():
        recency, frequency = int(str(row["recency_score"])), int(str(row["frequency_score"]))
        assert row["rfm_group"] == rfm_group(recency=recency, frequency=frequency)


@on_spark_too
def test_a_cut_point_belongs_to_the_better_score(engine: Engine) -> None:
    found = scored(
        engine,
        [
            buyer("on", silent=30, orders=3, spend="100.00"),
            buyer("off", silent=31, orders=2, spend="99.99"),
            buyer("best", silent=0, orders=9, spend="999"),
            buyer("worst", silent=181, orders=1, spend="-5"),
        ],
        recency_cuts=(30, 60, 90, 180),
        frequency_cuts=(2, 3, 5, 8),
        monetary_cuts=(10, 100, 200, 500),
    )
    assert {who: tuple(row[score] for score in SCORES) for who, row in found.items()} == {
        "on": (5, 3, 3),
        "off": (4, 2, 2),
        "best": (5, 5, 5),
        "worst": (1, 1, 1),
    }


@on_spark_too
def test_one_measure_may_have_cut_points_and_the_others_quintiles(engine: Engine) -> None:
    found = scored(engine, [buyer("ana", silent=5), buyer("bo", silent=7)], recency_cuts=(10, 20, 30, 40))
    assert {(row["recency_score"], row["frequency_score"]) for row in found.values()} == {(5, 3)}


def test_people_without_an_order_have_no_scores(engine: Engine) -> None:
    lee = scored(engine, [buyer("ana"), someone("lee", usage_count=3, days_since_usage=2)])["lee"]
    assert [lee[column] for column in (*SCORES, "rfm_group")] == [None] * 4


@on_spark_too
def test_ed_who_withdrew_consent_has_no_segment_and_moves_nobody_elses(engine: Engine) -> None:
    rows = [buyer("ana", orders=1), buyer("di", orders=2)]
    alone = scored(engine, rows)
    found = scored(engine, [*rows, *(buyer(f"ed{i}", orders=9, may_profile=False) for i in range(9))])
    assert {who: found[who] for who in alone} == alone
    assert set(found["ed0"].values()) == {"ed0", None}


def test_an_empty_shop_has_an_empty_table(engine: Engine) -> None:
    assert scored(engine, []) == {}
    assert engine.columns("segments") == ("customer_id", *SCORES, "rfm_group", "lifecycle_stage")


def test_nothing_is_left_lying_about(engine: Engine) -> None:
    scored(engine, [buyer("ana")], recency_cuts=(1, 2, 3, 4))
    assert not [name for name in ("segments_values", "segments_values_cuts", "segments_grid") if engine.columns(name)]
