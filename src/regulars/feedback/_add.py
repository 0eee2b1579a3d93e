"""From raw feedback to answers: what was said, without the words it was said in."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from regulars.engines import Engine
from regulars.feedback._language import languages
from regulars.feedback._scale import SCALED
from regulars.feedback._sentiment import SentimentModel, sentiments

ANSWERS = pa.schema(
    [
        ("file_id", pa.int32()),
        ("line", pa.int64()),
        ("kind", pa.string()),
        ("scale_min", pa.float64()),
        ("scale_max", pa.float64()),
        ("rating", pa.float64()),
        ("language", pa.string()),
        ("sentiment", pa.float64()),
    ]
)
"""The columns of `answers`. `file_id` and `line` say which row of raw_feedback; the cleaning puts a customer to it."""


def add(engine: Engine, *, sentiment: SentimentModel | None = None, into: str = "answers") -> None:
    """Write what each row of `raw_feedback` says: kind, scale, rating (0 to 100), language, sentiment (-1 to 1).

    rating = 100 · (score - scale_min) / (scale_max - scale_min), NULL without a score or a scale, and off the scale.

    Args:
        engine: holds `raw_feedback`, as `records.read` left it.
        sentiment: a model of sentiment; None: that column is NULL.
        into: the table to write; its columns are `ANSWERS`, and no text is among them.

    Raises:
        SentimentUnusable: the model does not return one number from -1 to 1 for each text.
    """

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            texts = batch.column("text").cast(pa.string())
            columns = {name: batch.column(name) for name in batch.schema.names}
            columns["language"] = languages(texts)
            columns["sentiment"] = (
                pa.nulls(len(texts), pa.float64()) if sentiment is None else sentiments(texts, sentiment)
            )
            yield pa.RecordBatch.from_arrays(
                [columns[field.name].cast(field.type) for field in ANSWERS], schema=ANSWERS
            )

    engine.map_batches(SCALED, read, ANSWERS, into=into)
