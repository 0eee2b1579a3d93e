"""The slot for a model of sentiment. None comes with this room: the texts of a shop decide which one is good enough."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from regulars.core import RegularsError


class SentimentUnusable(RegularsError):
    """A model that does not answer what it was asked."""

    code = "sentiment_unusable"
    template = (
        "The sentiment model gave {problem} for {texts} texts."
        " It must return one number from -1 to 1 for each text, in their order."
    )


class SentimentModel(Protocol):
    """Says how content a text sounds. It is asked in batches, each distinct text of a batch once."""

    def score(self, texts: Sequence[str]) -> np.ndarray:
        """Return one number for each text, in their order: -1 most discontented, 0 neither, 1 most content."""


def sentiments(texts: pa.Array, model: SentimentModel) -> pa.Array:
    """Return the model's number for each text (DOUBLE), null for null.

    Raises:
        SentimentUnusable: not one number for each text, or one that is missing or outside -1 to 1.
    """
    coded = texts.dictionary_encode()
    asked = coded.dictionary.to_pylist()
    if not asked:
        return pa.nulls(len(texts), pa.float64())
    told = np.asarray(model.score(asked), dtype=np.float64)
    if told.shape != (len(asked),):
        raise SentimentUnusable(problem=f"an array of shape {told.shape}", texts=len(asked))
    if not np.all(np.abs(told) <= 1):
        raise SentimentUnusable(problem=f"a number that is none from -1 to 1 ({_first_bad(told)})", texts=len(asked))
    return pa.array(told).take(coded.indices)


def _first_bad(told: np.ndarray) -> float:
    return float(told[~(np.abs(told) <= 1)][0])
