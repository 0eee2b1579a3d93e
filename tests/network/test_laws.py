"""What must hold of who brings whom, whatever the referrals say: circles, repetitions, and people without consent."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.village import (
    PEOPLE,
    Found,
    Row,
    ancestors,
    network_of,
    person,
    referral,
    referrals,
    referrers_by_hand,
    villages,
)
from regulars.engines import Engine

laws = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def worth(village: dict[str, Row], who: str) -> float:
    one = village[who]
    return (one["value"] or 0.0) if one["may_profile"] else 0.0


def assert_alike(one: Found, other: Found) -> None:
    assert one.rows.keys() == other.rows.keys()
    for who, row in one.rows.items():
        for name, value in row.items():
            assert other.rows[who][name] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value)


@laws
@given(village=villages, rows=referrals, share=st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_every_column_is_what_walking_the_tree_by_hand_gives(
    engine: Engine, village: dict[str, Row], rows: list[Row], share: float
) -> None:
    found = network_of(engine, village, rows, share=share)
    by = referrers_by_hand(village, rows)
    above = {who: ancestors(by, who) for who in village}
    for who, row in found.rows.items():
        below = {other: above[other].index(who) + 1 for other in village if who in above[other]}
        assert row["referred_by"] == by.get(who)
        assert row["referral_depth"] == len(above[who])
        assert row["referred_directly"] == sum(steps == 1 for steps in below.values())
        assert row["referred_in_all"] == len(below)
        if not village[who]["may_profile"] or not by:
            assert row["referral_value"] is None
        else:
            expected = sum(share**steps * worth(village, other) for other, steps in below.items())
            assert row["referral_value"] == pytest.approx(expected, abs=1e-9)
            known = village[who]["value"] is not None or below
            total = worth(village, who) + expected
            assert row["total_value"] == (pytest.approx(total, abs=1e-9) if known else None)


@laws
@given(village=villages, rows=referrals)
def test_every_referral_is_counted_once_with_what_became_of_it(
    engine: Engine, village: dict[str, Row], rows: list[Row]
) -> None:
    found = network_of(engine, village, rows)
    brought = sum(by is not None for by in found.column("referred_by").values())
    assert found.summary.referral_count == brought + sum(found.summary.left_out.values())
    assert min(found.summary.left_out.values()) >= 0
    assert found.summary.deepest_chain == max(found.column("referral_depth").values())
    assert (found.summary.brought.count or 0) == brought


@laws
@given(village=villages, rows=referrals)
def test_what_is_credited_is_what_everybody_hands_up(engine: Engine, village: dict[str, Row], rows: list[Row]) -> None:
    willing = {who: {**one, "may_profile": True} for who, one in village.items()}
    found = network_of(engine, willing, rows)
    if any(found.column("referral_value").values()):
        handed = sum(
            worth(willing, who) * sum(0.5**step for step in range(1, depth + 1))
            for who, depth in found.column("referral_depth").items()
        )
        assert sum(found.column("referral_value").values()) == pytest.approx(handed, abs=1e-6)


@laws
@given(village=villages, rows=referrals, order=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    engine: Engine, village: dict[str, Row], rows: list[Row], order: Any
) -> None:
    once = network_of(engine, village, rows)
    again = network_of(engine, village, order.sample(rows, len(rows)))
    assert_alike(once, again)
    assert once.summary == again.summary


@laws
@given(village=villages, rows=referrals, who=st.sampled_from(PEOPLE), place=st.integers(0, 20))
def test_bringing_oneself_or_saying_it_twice_changes_nothing(
    engine: Engine, village: dict[str, Row], rows: list[Row], who: str, place: int
) -> None:
    rows = [*rows, referral(who, who, 1)]
    once = network_of(engine, village, rows)
    more = [*rows, referral(who, who, 0), referral(who, who, None), *rows[place : place + 1]]
    assert_alike(once, network_of(engine, village, more))


@laws
@given(village=villages, rows=referrals, factor=st.sampled_from([2, 100]))
def test_money_in_another_unit_gives_values_in_that_unit(
    engine: Engine, village: dict[str, Row], rows: list[Row], factor: int
) -> None:
    once = network_of(engine, village, rows)
    grown = {who: {**one, "value": one["value"] and one["value"] * factor} for who, one in village.items()}
    scaled = network_of(engine, grown, rows)
    for name in ("referral_value", "total_value"):
        for who, value in once.column(name).items():
            expected = None if value is None else pytest.approx(value * factor, abs=1e-6)
            assert scaled.rows[who][name] == expected


@laws
@given(village=villages, rows=referrals)
def test_what_is_referred_later_changes_nothing(engine: Engine, village: dict[str, Row], rows: list[Row]) -> None:
    once = network_of(engine, village, rows)
    assert_alike(once, network_of(engine, village, [*rows, referral("p0", "p1", -1), referral("p1", "p0", -2)]))


@laws
@given(length=st.integers(2, 8), tail=st.integers(0, 3), days=st.data())
def test_a_circle_never_counts_anybodys_own_value_to_himself(
    engine: Engine, length: int, tail: int, days: st.DataObject
) -> None:
    circle, waiting = PEOPLE[:length], PEOPLE[length : length + tail]
    ways = [(who, circle[(place + 1) % length]) for place, who in enumerate(circle)]
    ways += [([*circle, *waiting][length + place - 1], who) for place, who in enumerate(waiting)]
    rows = [referral(*way, days.draw(st.none() | st.integers(0, 3))) for way in ways]
    village = {who: {"value": 1.0, "may_profile": True} for who in [*circle, *waiting]}
    found = network_of(engine, village, rows, share=1.0)
    assert found.summary.left_out["cycle"] == 1
    assert max(found.column("referred_in_all").values()) == len(village) - 1
    assert found.column("referral_value") == found.column("referred_in_all")


@laws
@given(cents=st.lists(st.integers(1, 10**7), min_size=3, max_size=40), seed=st.integers(0, 100))
def test_what_somebody_brought_is_the_same_to_the_last_bit_in_whatever_order_they_came(
    engine: Engine, cents: list[int], seed: int
) -> None:
    people = {f"q{place:02}": person(value / 700) for place, value in enumerate(cents)} | {"di": person(1.0)}
    names = [who for who in people if who != "di"]
    rows = [referral("di", who) for who in names]
    once = network_of(engine, people, rows).rows["di"]["referral_value"]
    shuffled = [names[place] for place in np.random.default_rng(seed).permutation(len(names))]
    again = network_of(
        engine, {who: people[who] for who in [*shuffled, "di"]}, [referral("di", who) for who in shuffled]
    )
    assert again.rows["di"]["referral_value"] == once
