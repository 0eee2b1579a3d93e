"""Reasons: the parts add up to the score, and a score that is missing says why."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import buyer, by_customer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.scoring import add

FIGURES = ("value_score", "satisfaction_score", "loyalty_score")

Reasons = dict[tuple[str, str], dict[str, tuple[object, object]]]

people = st.lists(
    st.fixed_dictionaries(
        {
            "order_count": st.integers(0, 5),
            "spend_total": st.integers(-5, 300),
            "usage_count": st.integers(0, 5),
            "feedback_count": st.integers(0, 2),
            "rating_mean": st.none() | st.floats(0, 100),
            "rating_recent_mean": st.none() | st.floats(0, 100),
            "referral_count": st.integers(0, 2),
            "first_reply_minutes_mean": st.none() | st.floats(0, 1000),
            "may_profile": st.booleans(),
            "tenure_days": st.integers(0, 100),
        }
    ),
    max_size=12,
)


def reasons(engine: Engine, rows: list[dict[str, object]], **scoring: object) -> Reasons:
    """Return code → (value, contribution) by customer and figure; fails if a code stands twice."""
    load(engine, rows)
    add(engine, settings=Settings.model_validate({"scoring": scoring}))
    found: Reasons = defaultdict(dict)
    for row in engine.fetch("SELECT * FROM score_reasons").to_pylist():
        codes = found[row["customer_id"], row["figure"]]
        assert row["code"] not in codes
        codes[row["code"]] = (row["value"], row["contribution"])
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=people,
    normaliser=st.sampled_from(["minmax", "percentile", "zscore"]),
    weighting=st.sampled_from(["manual", "equal", "entropy"]),
)
def test_the_parts_add_up_to_the_score(
    engine: Engine, drawn: list[dict[str, object]], normaliser: str, weighting: str
) -> None:
    rows = [someone(f"p{i}", **columns) for i, columns in enumerate(drawn)]
    found = reasons(engine, rows, normaliser=normaliser, weighting=weighting)
    scores = by_customer(engine, "scores")
    for who, row in scores.items():
        for figure in FIGURES:
            codes = found.get((who, figure), {})
            if row[figure] is None:
                assert set(codes) <= {"no_consent", "no_records"}
                assert len(codes) == 1
            else:
                parts = [float(str(points)) for _, points in codes.values()]
                assert sum(parts) == pytest.approx(float(str(row[figure])), abs=1e-9)
                assert not codes.keys() & {"no_consent", "no_records"}


def test_a_part_shows_its_points_and_the_number_behind_them(engine: Engine) -> None:
    rows = [buyer("ana", orders=5, spend="300.50", referral_count=2), buyer("bo", orders=1, spend=10)]
    ana = reasons(engine, rows)["ana", "value_score"]
    assert ana == {
        "purchase": (300.5, pytest.approx(100 * 0.6 / 0.8)),
        "referral": (2, pytest.approx(100 * 0.2 / 0.8)),
    }


def test_a_part_without_points_has_no_row(engine: Engine) -> None:
    found = reasons(engine, [buyer("ana", orders=5, spend=300, referral_count=2), buyer("bo", orders=1, spend=10)])
    assert ("bo", "value_score") not in found
    assert by_customer(engine, "scores")["bo"]["value_score"] == 0


def test_where_all_are_alike_the_reason_says_so(engine: Engine) -> None:
    found = reasons(engine, [buyer("ana"), buyer("bo"), someone("lee")])
    assert found["ana", "loyalty_score"] == {"purchase": (100, 50), "no_spread": (None, 0)}
    assert found["lee", "loyalty_score"] == {"no_records": (None, None)}


def test_missing_scores_say_why(engine: Engine) -> None:
    found = reasons(engine, [buyer("cy", tenure_days=12), buyer("ed", may_profile=False)])
    assert found["cy", "value_rate"] == {"short_history": (12, None)}
    assert found["cy", "satisfaction_score"] == {"no_records": (None, None)}
    assert all(found["ed", figure] == {"no_consent": (None, None)} for figure in (*FIGURES, "value_rate"))


def test_an_empty_shop_needs_no_reasons(engine: Engine) -> None:
    assert reasons(engine, []) == {}
    assert engine.columns("score_reasons") == ("customer_id", "figure", "code", "value", "contribution")


def test_nothing_is_left_lying_about(engine: Engine) -> None:
    reasons(engine, [buyer("ana")])
    assert not engine.columns("score_reasons_weights")
