"""The scores of a table: on their scale, by the same rules as the plain functions, and fair to what is missing."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from random import Random
from typing import Literal, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import buyer, by_customer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.scoring import (
    PreviousUnusable,
    RanksCannotFreeze,
    ScoringSummary,
    add,
    entropy_weights,
    loyalty_grade,
    normalise,
)

Method = Literal["minmax", "percentile", "zscore"]

FIGURES = ("value_score", "satisfaction_score", "loyalty_score")
BEHAVIOURS = ("purchase", "usage", "feedback", "referral", "rating", "service")

laws = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def person(name: str, draw: tuple[int, ...]) -> dict[str, object]:
    """Return somebody made of twelve numbers; a 0 means that there is no such record."""
    orders, cents, tenure, uses, minutes, feedbacks, rating, since, referred, reply, solved, silent = draw
    columns: dict[str, object] = {
        "tenure_days": tenure,
        "usage_count": uses,
        "usage_frequency": uses * 365 / max(tenure, 30),
        "usage_minutes": float(minutes if uses else 0),
        "feedback_count": feedbacks,
        "rating_mean": float(rating) if feedbacks else None,
        "rating_recent_mean": float(rating) if feedbacks else None,
        "days_since_feedback": since if feedbacks else None,
        "referral_count": referred,
        "first_reply_minutes_mean": float(reply) if reply else None,
        "resolution_minutes_mean": float(solved) if solved else None,
    }
    if not orders:
        return someone(name, **columns)
    return buyer(name, orders=orders, spend=cents / 100, silent=silent) | columns


draws = st.tuples(
    st.integers(0, 9),
    st.integers(-500, 50_000),
    st.integers(0, 900),
    st.integers(0, 9),
    st.integers(0, 500),
    st.integers(0, 3),
    st.integers(0, 100),
    st.integers(0, 300),
    st.integers(0, 2),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 300),
)
shops = st.lists(draws, max_size=12).map(lambda people: [person(f"p{i}", draw) for i, draw in enumerate(people)])


def scored(
    engine: Engine,
    rows: list[dict[str, object]],
    *,
    previous: Mapping[str, Mapping[str, object]] | None = None,
    **scoring: object,
) -> tuple[dict[str, dict[str, object]], ScoringSummary]:
    load(engine, rows)
    summary = add(engine, settings=Settings.model_validate({"scoring": scoring}), previous=previous)
    return by_customer(engine, "scores"), summary


def same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return one.keys() == other.keys() and all(
        other[name] == (pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value)
        for name, value in one.items()
    )


def column(rows: list[dict[str, object]], name: str) -> list[float]:
    return [float("nan") if row[name] is None else float(str(row[name])) for row in rows]


@laws
@given(rows=shops, normaliser=st.sampled_from(get_args(Method)))
def test_every_score_is_on_its_scale_and_missing_only_where_nothing_is_known(
    engine: Engine, rows: list[dict[str, object]], normaliser: str
) -> None:
    found, _ = scored(engine, rows, normaliser=normaliser)
    assert len(found) == len(rows)
    for row in found.values():
        for figure in FIGURES:
            score, coverage = row[figure], float(str(row[figure.replace("score", "coverage")]))
            assert (score is None) == (coverage == 0)
            assert 0 <= coverage <= 1
            assert score is None or 0 <= float(str(score)) <= 100
        loyalty = row["loyalty_score"]
        assert row["loyalty_grade"] == loyalty_grade(None if loyalty is None else float(str(loyalty)))


@laws
@given(rows=shops, order=st.randoms(use_true_random=False), weighting=st.sampled_from(["manual", "equal", "entropy"]))
def test_the_order_of_the_rows_changes_nothing(
    engine: Engine, rows: list[dict[str, object]], order: Random, weighting: str
) -> None:
    once, _ = scored(engine, rows, weighting=weighting)
    order.shuffle(rows)
    again, _ = scored(engine, rows, weighting=weighting)
    assert once.keys() == again.keys()
    assert all(same(once[who], again[who]) for who in once)


@laws
@given(rows=shops, normaliser=st.sampled_from(get_args(Method)))
def test_the_table_is_scored_as_the_plain_function_scores(
    engine: Engine, rows: list[dict[str, object]], normaliser: Method
) -> None:
    found, _ = scored(engine, rows, normaliser=normaliser)
    reply, solved = (
        normalise(column(rows, name), method=normaliser, skewed=True, less_is_better=True)
        for name in ("first_reply_minutes_mean", "resolution_minutes_mean")
    )
    for row, parts in zip(rows, zip(reply, solved, strict=True), strict=True):
        known = [part for part in parts if not np.isnan(part)]
        mean = sum(known) / len(known) if known else None
        service = found[str(row["customer_id"])]["service_behaviour"]
        assert service == (None if mean is None else pytest.approx(mean, abs=1e-9))


@laws
@given(rows=shops, factor=st.integers(2, 50))
def test_the_currency_changes_no_percentile(engine: Engine, rows: list[dict[str, object]], factor: int) -> None:
    once, _ = scored(engine, rows, normaliser="percentile")
    money = ("spend_total", "margin_total", "cost_to_serve")
    dearer = [row | {name: _times(row.get(name), factor) for name in money} for row in rows]
    scaled, _ = scored(engine, dearer, normaliser="percentile")
    for who, row in once.items():
        rate, scaled_rate = row.pop("value_rate"), scaled[who].pop("value_rate")
        assert same(row, scaled[who])
        assert scaled_rate == (None if rate is None else pytest.approx(float(str(rate)) * factor, abs=1e-6))


def _times(amount: object, factor: int) -> Decimal | None:
    return None if amount is None else Decimal(str(amount)) * factor


def test_purchase_usage_and_feedback_are_weighed_as_published(engine: Engine) -> None:
    low = person("low", (1, 100, 400, 1, 1, 1, 0, 300, 0, 0, 0, 10))
    high = person("high", (9, 90_000, 400, 9, 400, 3, 50, 0, 0, 0, 0, 10))
    found, summary = scored(engine, [low, high])
    assert summary.weights["loyalty_score"] == {"purchase": 0.4, "usage": 0.4, "feedback": 0.2}
    row = found["high"]
    assert [row["purchase_behaviour"], row["usage_behaviour"]] == [100, 100]
    assert row["feedback_behaviour"] == pytest.approx(250 / 3)  # 100 for how many, 50 for what, 100 for how recent
    assert row["loyalty_score"] == pytest.approx(0.4 * 100 + 0.4 * 100 + 0.2 * 250 / 3)
    assert found["low"]["loyalty_score"] == 0


def test_frequency_is_a_years_and_a_newcomer_is_not_taken_to_order_every_day(engine: Engine) -> None:
    _, summary = scored(
        engine, [buyer("cy", orders=1, tenure_days=1), buyer("ana", orders=2, tenure_days=730)], winsor_share=0
    )
    frequency = summary.bounds["order_frequency"]
    assert [frequency.low, frequency.high] == pytest.approx([1, 365 / 30])


def test_ratings_keep_their_own_scale_and_service_is_better_the_shorter(engine: Engine) -> None:
    rows = [
        someone("ana", feedback_count=1, rating_mean=90.0, rating_recent_mean=80.0, first_reply_minutes_mean=5.0),
        someone("bo", feedback_count=1, rating_mean=90.0, rating_recent_mean=70.0, first_reply_minutes_mean=500.0),
    ]
    found, summary = scored(engine, rows)
    assert found["ana"]["satisfaction_score"] == pytest.approx(0.7 * 80 + 0.3 * 100)
    assert found["bo"]["satisfaction_score"] == pytest.approx(0.7 * 70)
    assert "rating_recent_mean" not in summary.bounds


def test_what_the_business_does_not_record_gives_its_weight_to_the_rest(engine: Engine) -> None:
    found, summary = scored(engine, [buyer("ana", orders=1), buyer("di", orders=5, spend=500)])
    assert summary.weights == {
        "value_score": {"purchase": 1},
        "satisfaction_score": {},
        "loyalty_score": {"purchase": 1},
    }
    assert summary.dropped == {
        "value_score": ("referral", "feedback"),
        "satisfaction_score": ("rating", "service"),
        "loyalty_score": ("usage", "feedback"),
    }
    assert found["di"]["loyalty_score"] == found["di"]["purchase_behaviour"] == 100
    assert (found["di"]["loyalty_coverage"], found["di"]["satisfaction_coverage"]) == (1, 0)


def test_what_a_customer_lacks_is_left_out_and_the_coverage_says_so(engine: Engine) -> None:
    uses = {"usage_count": 4, "usage_frequency": 4.0, "usage_minutes": 40.0}
    rows = [buyer("ana", orders=1), buyer("di", orders=5, spend=500), buyer("lee") | uses]
    found, _ = scored(engine, rows)
    assert found["di"]["usage_behaviour"] is None
    assert found["di"]["loyalty_score"] == found["di"]["purchase_behaviour"] == 100
    assert found["di"]["loyalty_coverage"] == pytest.approx(0.5)
    assert found["lee"]["loyalty_coverage"] == 1


def test_uses_that_were_never_timed_leave_minutes_out(engine: Engine) -> None:
    rows = [someone("a", usage_count=1, usage_frequency=1.0), someone("b", usage_count=9, usage_frequency=9.0)]
    found, summary = scored(engine, rows)
    assert "usage_minutes" not in summary.bounds
    assert (found["a"]["usage_behaviour"], found["b"]["usage_behaviour"]) == (0, 100)


def test_who_referred_nobody_is_known_to_have_referred_nobody(engine: Engine) -> None:
    rows = [buyer("ana"), buyer("di", referral_count=1), buyer("lee", referral_count=3)]
    found, summary = scored(engine, rows)
    assert (summary.bounds["referral_count"].low, summary.bounds["referral_count"].high) == (0, 3)
    assert [found[who]["referral_behaviour"] for who in ("ana", "di", "lee")] == pytest.approx([0, 50, 100])
    assert float(str(found["di"]["value_score"])) > float(str(found["ana"]["value_score"]))


def test_without_spread_everybody_scores_fifty_and_the_summary_says_of_what(engine: Engine) -> None:
    found, summary = scored(engine, [buyer("ana"), buyer("bo")])
    assert found["ana"]["purchase_behaviour"] == 50
    assert summary.no_spread == ("order_count", "spend_total", "order_frequency")
    assert found["ana"]["loyalty_grade"] == "medium"


def test_refunds_above_the_orders_count_as_no_spend(engine: Engine) -> None:
    _, summary = scored(engine, [buyer("bo", spend=-40), buyer("ana", spend=100)])
    assert summary.bounds["spend_total"].low == 0


def test_one_odd_customer_does_not_set_the_scale(engine: Engine) -> None:
    rows = [buyer(f"p{i:03}", spend=i + 1) for i in range(199)] + [buyer("whale", spend=10_000_000)]
    _, summary = scored(engine, rows)
    assert (summary.bounds["spend_total"].low, summary.bounds["spend_total"].high) == (2, 198)


def test_ed_who_withdrew_consent_has_no_scores_and_moves_nobody_elses(engine: Engine) -> None:
    rows = [buyer("ana", orders=1), buyer("di", orders=2, spend=900)]
    alone, bounds = scored(engine, rows)
    ed = buyer("ed", orders=99, spend=99_999, referral_count=9, may_profile=False) | {"usage_minutes": 5.0}
    found, summary = scored(engine, [*rows, ed])
    assert {who: found[who] for who in alone} == alone
    assert summary == bounds
    assert set(found["ed"].values()) == {"ed", None}


def test_value_rate_is_money_a_year_and_missing_below_thirty_days(engine: Engine) -> None:
    rows = [
        buyer("ana", spend=2000, margin_total=1200, cost_to_serve=300, tenure_days=1096),
        buyer("bo", spend=2000, margin_total=None, cost_to_serve=0, tenure_days=1461),
        buyer("cy", tenure_days=29),
        buyer("di", spend=10, tenure_days=30),
    ]
    found, _ = scored(engine, rows)
    assert found["ana"]["value_rate"] == pytest.approx(300, rel=1e-3)
    assert found["bo"]["value_rate"] == pytest.approx(500)
    assert found["cy"]["value_rate"] is None
    assert found["di"]["value_rate"] == pytest.approx(10 * 365.25 / 30)


def test_equal_weights_are_equal_over_what_is_recorded(engine: Engine) -> None:
    _, summary = scored(engine, [buyer("ana", referral_count=1), buyer("bo")], weighting="equal")
    assert summary.weights["value_score"] == {"purchase": 0.5, "referral": 0.5}


def test_entropy_weights_are_those_of_the_plain_function(engine: Engine) -> None:
    rows = [person(f"p{i}", (i + 1, 1000 * i + 7, 400, 2 * i + 1, 30, 1, 10 * i, 5 * i, 0, 0, 0, 3)) for i in range(8)]
    found, summary = scored(engine, rows, weighting="entropy")
    names = ("purchase", "usage", "feedback")
    matrix = [[float(str(row[f"{name}_behaviour"])) for name in names] for row in found.values()]
    assert [summary.weights["loyalty_score"][name] for name in names] == pytest.approx(list(entropy_weights(matrix)))


def test_a_weight_of_nought_is_obeyed(engine: Engine) -> None:
    nothing_else = {"purchase": 0.0, "usage": 0.0, "feedback": 1.0}
    found, _ = scored(engine, [buyer("ana"), buyer("bo", orders=3)], loyalty_weights=nothing_else)
    assert (found["ana"]["loyalty_score"], found["ana"]["loyalty_coverage"]) == (None, 0)


def test_cut_offs_are_settings(engine: Engine) -> None:
    found, _ = scored(engine, [buyer("ana")], grade_medium=50, grade_high=50)
    assert found["ana"]["loyalty_grade"] == "high"


@pytest.mark.parametrize("normaliser", ["minmax", "zscore"])
def test_earlier_bounds_freeze_the_scale(engine: Engine, normaliser: str) -> None:
    rows = [buyer("ana", orders=1, spend=10), buyer("bo", orders=3, spend=90), buyer("di", orders=9, spend=900)]
    before, summary = scored(engine, rows, normaliser=normaliser)
    bounds = {code: asdict(found) for code, found in summary.bounds.items()}
    richer = [*rows, buyer("new", orders=80, spend=90_000), buyer("max", orders=9, spend=900)]
    after, frozen = scored(engine, richer, previous=bounds, normaliser=normaliser)
    assert frozen.bounds == summary.bounds
    assert all(same(before[who], after[who]) for who in before)
    assert same({**after["max"], "customer_id": "new", "value_rate": 0}, {**after["new"], "value_rate": 0})


def test_an_indicator_that_is_new_is_measured_now(engine: Engine) -> None:
    _, summary = scored(engine, [buyer("ana")], previous={})
    assert summary.bounds["order_count"].low == 1


def test_percentile_ranks_cannot_be_frozen(engine: Engine) -> None:
    with pytest.raises(RanksCannotFreeze, match="minmax or zscore"):
        scored(engine, [buyer("ana")], previous={}, normaliser="percentile")


@pytest.mark.parametrize("earlier", [{"low": 1}, {"low": 1, "high": 2, "centre": None, "spread": None}])
def test_bounds_of_another_normaliser_are_refused(engine: Engine, earlier: dict[str, object]) -> None:
    with pytest.raises(PreviousUnusable, match="no bounds of order_count for the normaliser zscore"):
        scored(engine, [buyer("ana")], previous={"order_count": earlier}, normaliser="zscore")


@pytest.mark.parametrize("weighting", ["manual", "equal", "entropy"])
def test_an_empty_shop_has_empty_scores(engine: Engine, weighting: str) -> None:
    found, summary = scored(engine, [], weighting=weighting)
    assert (found, summary.bounds) == ({}, {})


def test_people_without_records_have_no_scores(engine: Engine) -> None:
    found, _ = scored(engine, [someone("lee"), buyer("ana")])
    assert [found["lee"][figure] for figure in FIGURES] == [None] * 3
    assert found["lee"]["loyalty_grade"] is None
    assert found["lee"]["loyalty_coverage"] == 0
