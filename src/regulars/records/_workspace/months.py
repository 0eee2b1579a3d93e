"""Rows as Parquet, one file a month: cut by month in large pieces as they come, so that the engine need not sort them.

A sort of all rows would go to the disk and back where they are more than the memory; a piece always fits.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

MOST_FILES = 200
"""How many months are written at once; each has a file open."""

_PIECE = 524_288


def write_by_month(rows: Iterable[pa.RecordBatch], folder: Path) -> None:
    """Write rows as `<yyyy-mm>.parquet` by their `local_day`; within a month they stand as they come.

    No more than MOST_FILES months may come.
    """
    writers: dict[int, pq.ParquetWriter] = {}
    with ExitStack() as open_files:
        for months in _pieces(rows):
            for month, parts in months.items():
                if month not in writers:
                    path = folder / f"{np.datetime64(month, 'M')}.parquet"
                    writers[month] = open_files.enter_context(writer(path, parts[0].schema))
                writers[month].write_table(pa.Table.from_batches(parts))


def writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer for rows of a batch."""
    # Dictionaries of amounts and order numbers take a third of the time, and make no file smaller;
    # statistics take a tenth, and nobody asks them: a batch is read as a whole.
    return pq.ParquetWriter(path, schema, use_dictionary=False, write_statistics=False)


def _pieces(rows: Iterable[pa.RecordBatch]) -> Iterator[dict[int, list[pa.RecordBatch]]]:
    """Yield large pieces: the rows of each month by its number, in parts, for to put them together would copy them."""
    waiting: dict[int, list[pa.RecordBatch]] = {}
    count = 0
    for batch in rows:
        for month, part in _by_month(batch):
            waiting.setdefault(month, []).append(part)
        count += len(batch)
        if count >= _PIECE:
            yield waiting
            waiting, count = {}, 0
    yield waiting


def _by_month(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows of each month, counted from January 1970."""
    days = batch.column("local_day").to_numpy(zero_copy_only=False)
    months = days.astype("datetime64[M]").astype(np.int16)  # numbers of two bytes are sorted by counting them
    order = np.argsort(months, kind="stable")
    months, batch = months[order], batch.take(pa.array(order))
    cuts = [0, *(np.flatnonzero(np.diff(months)) + 1).tolist(), len(months)]
    for start, end in pairwise(cuts):
        if end > start:
            yield int(months[start]), batch.slice(start, end - start)
