"""The slot for sentiment: what a model says of a text goes with its answer, and nonsense is refused."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from regulars.engines import Engine
from regulars.feedback import SentimentUnusable, add
from regulars.records import RAW_TABLES

TEXTS = ["good tea", None, "bad tea", "good tea", "tea"]


class CountsGoodAndBad:
    """A model that knows two words, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([("good" in text) - ("bad" in text) for text in texts], dtype=float)


class Says:
    """A model that gives one answer, whatever it is asked."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def score(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self.answer, dtype=float)


@pytest.fixture
def told(engine: Engine) -> Engine:
    rows = [{"file_id": 0, "line": line, "text": text} for line, text in enumerate(TEXTS)]
    engine.load("raw_feedback", pa.Table.from_pylist(rows, schema=RAW_TABLES["raw_feedback"]))
    return engine


def test_a_model_is_asked_each_text_once_and_its_answer_stands_beside_the_rating(told: Engine) -> None:
    model = CountsGoodAndBad()
    add(told, sentiment=model)
    found = told.fetch("SELECT sentiment FROM answers ORDER BY line").column("sentiment").to_pylist()
    assert found == [1.0, None, -1.0, 1.0, 0.0]
    assert sorted(model.asked) == ["bad tea", "good tea", "tea"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ([0.5], r"an array of shape \(1,\) for 3 texts"),
        ([[0.1], [0.2], [0.3]], r"an array of shape \(3, 1\)"),
        ([0.0, 2.0, 0.0], r"none from -1 to 1 \(2\.0\)"),
        ([0.0, float("nan"), 0.0], r"none from -1 to 1 \(nan\)"),
    ],
)
def test_a_model_that_answers_something_else_is_refused(told: Engine, answer: object, problem: str) -> None:
    with pytest.raises(SentimentUnusable, match=problem):
        add(told, sentiment=Says(answer))


def test_a_model_is_not_asked_where_nothing_was_written(engine: Engine) -> None:
    rows = [{"file_id": 0, "line": 2, "score": 4.0}]
    engine.load("raw_feedback", pa.Table.from_pylist(rows, schema=RAW_TABLES["raw_feedback"]))
    add(engine, sentiment=Says("never"))
    assert engine.fetch("SELECT sentiment FROM answers").column("sentiment").to_pylist() == [None]
