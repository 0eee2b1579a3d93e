"""Scores of every scale become ratings on one, and a score that means nothing becomes none."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.engines import Engine
from regulars.feedback import ANSWERS, USUAL_SCALES, add
from regulars.records import RAW_TABLES

laws = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = dict[str, Any]

_number = st.integers(-20, 20).map(float)
_answer = st.fixed_dictionaries(
    {"kind": st.sampled_from([None, "comment", *USUAL_SCALES]), "score": st.none() | _number,
     "scale_min": st.none() | _number, "scale_max": st.none() | _number}
)  # fmt: skip


def answers(engine: Engine, rows: list[Row]) -> list[Row]:
    """Return the answers of raw rows, in their order."""
    placed = [{"file_id": 0, "line": line, **row} for line, row in enumerate(rows)]
    engine.load("raw_feedback", pa.Table.from_pylist(placed, schema=RAW_TABLES["raw_feedback"]))
    add(engine)
    found: list[Row] = engine.fetch("SELECT * FROM answers ORDER BY file_id, line").to_pylist()
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("kind", "score", "scale", "rating"),
    [("nps", 10, (None, None), 100), ("csat", 1, (None, None), 0), ("ces", 4, (None, None), 50),
     ("review", 3, (0, 10), 30), ("review", 5.5, (None, 10), 50), ("nps", 11, (None, None), None),
     ("comment", 4, (None, None), None), (None, 4, (1, 5), 75), ("csat", 5, (5, 1), None), ("csat", 3, (3, 3), None)],
)  # fmt: skip
def test_a_score_is_read_on_its_own_scale(
    engine: Engine, kind: str | None, score: float, scale: tuple[float | None, float | None], rating: float | None
) -> None:
    row = {"kind": kind, "score": float(score), "scale_min": scale[0], "scale_max": scale[1]}
    (found,) = answers(engine, [row])
    assert found["rating"] == rating
    assert found["kind"] == (kind or "comment")


@laws
@given(rows=st.lists(_answer, max_size=12), factor=st.sampled_from([0.5, 2.0, 10.0]), shift=_number)
def test_the_same_answer_on_a_longer_scale_is_the_same_rating(
    engine: Engine, rows: list[Row], factor: float, shift: float
) -> None:
    once = answers(engine, rows)
    ends = [{"scale_min": one["scale_min"], "scale_max": one["scale_max"], "score": row["score"]}
            for one, row in zip(once, rows, strict=True)]  # fmt: skip
    moved = [
        {**row, **{name: None if value is None else factor * value + shift for name, value in one.items()}}
        for row, one in zip(rows, ends, strict=True)
        if None not in one.values()
    ]
    before = [one["rating"] for one, row in zip(once, ends, strict=True) if None not in row.values()]
    after = [one["rating"] for one in answers(engine, moved)]
    assert after == [None if rating is None else pytest.approx(rating, abs=1e-9) for rating in before]


@laws
@given(rows=st.lists(_answer, max_size=12))
def test_a_rating_is_from_0_to_100_and_grows_with_the_score(engine: Engine, rows: list[Row]) -> None:
    found = answers(engine, rows)
    for row, one in zip(rows, found, strict=True):
        low, high = one["scale_min"], one["scale_max"]
        is_on = None not in (row["score"], low, high) and low < high and low <= row["score"] <= high
        assert (one["rating"] is not None) == is_on
    scored: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for row, one in zip(rows, found, strict=True):
        if one["rating"] is not None:
            scored.setdefault((one["scale_min"], one["scale_max"]), []).append((row["score"], one["rating"]))
    for (low, high), points in scored.items():
        ratings = [rating for _, rating in sorted([*points, (low, 0.0), (high, 100.0)])]
        assert ratings == sorted(ratings)


@pytest.mark.both_engines(slow=True)
def test_answers_have_the_promised_columns_and_no_text(engine: Engine) -> None:
    (found,) = answers(engine, [{"kind": "ticket", "text": "Where is my parcel?"}])
    assert engine.columns("answers") == tuple(ANSWERS.names)
    assert "Where is my parcel?" not in found.values()
    assert (found["language"], found["rating"], found["sentiment"]) == ("en", None, None)


def test_no_feedback_is_no_answers(engine: Engine) -> None:
    assert answers(engine, []) == []
    assert engine.columns("answers") == tuple(ANSWERS.names)
