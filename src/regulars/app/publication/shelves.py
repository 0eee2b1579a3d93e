"""Rows of one person, found at once among a million: a few dozen people to a box, a box packed as one piece.

A person's place is the number of their row in customers.parquet, which is ordered by customer id. The rows of `BOX`
people are one Arrow batch, packed whole: one piece to unpack, where a row group of Parquet has one for each of its
hundred columns. The boxes of every kind stand in one small read-only database beside the result.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from regulars.app.publication.current import Published

KINDS = ("customers", "reasons", "events")
"""What is kept by person: the files of a result of these names."""

FILE = "shelves.sqlite3"
BOX = 64
_ROWS = 65_536
_PACKED = "zstd"


def write_shelves(folder: Path, ids: pa.Array, target: Path) -> None:
    """Put the rows of a result's files on shelves; `ids` are everybody's, in order, and each file is ordered by them.

    Rows of people who are not among the ids are left out.
    """
    with closing(sqlite3.connect(target)) as base:
        base.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE shelf (kind TEXT PRIMARY KEY, columns BLOB NOT NULL);"
        )
        for kind in KINDS:
            source = folder / f"{kind}.parquet"
            if source.exists():
                base.execute(f"CREATE TABLE {kind} (box INTEGER PRIMARY KEY, size INTEGER NOT NULL, rows BLOB)")
                base.execute("INSERT INTO shelf VALUES (?, ?)", [kind, pq.read_schema(source).serialize().to_pybytes()])
                base.executemany(f"INSERT INTO {kind} VALUES (?, ?, ?)", _packed(source, ids))
        base.commit()


def rows_of(published: Published, customer_id: str, place: int) -> dict[str, list[dict[str, object]]]:
    """Return the rows of one person, by their kind.

    A result without shelves, published by an earlier version, is read itself, which takes longer and says the same.
    """
    path = published.pages / FILE
    if not path.exists():
        return {kind: _from_the_result(published.folder / f"{kind}.parquet", customer_id) for kind in KINDS}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        columns = dict(base.execute("SELECT kind, columns FROM shelf").fetchall())
        boxes = {
            kind: base.execute(f"SELECT size, rows FROM {kind} WHERE box = ?", [place // BOX]).fetchone()
            for kind in columns
        }
    return {kind: _unpacked(boxes.get(kind), columns.get(kind), customer_id) for kind in KINDS}


def _unpacked(box: tuple[int, bytes] | None, columns: bytes | None, customer_id: str) -> list[dict[str, object]]:
    """Return the rows of one person in a box, given as its size and what is packed in it; none of no box."""
    if box is None:
        return []
    size, packed = box
    schema = pa.ipc.read_schema(pa.py_buffer(columns))
    rows = pa.ipc.read_record_batch(pa.decompress(packed, decompressed_size=size, codec=_PACKED), schema)
    ids = rows["customer_id"].to_pylist()  # in order, so that a person's rows are one run
    first = bisect_left(ids, customer_id)
    mine: list[dict[str, object]] = rows.slice(first, bisect_right(ids, customer_id) - first).to_pylist()
    return mine


def _from_the_result(path: Path, customer_id: str) -> list[dict[str, object]]:
    if not path.exists():
        return []
    rows: list[dict[str, object]] = pq.read_table(path, filters=[("customer_id", "=", customer_id)]).to_pylist()
    return rows


def _packed(source: Path, ids: pa.Array) -> Iterator[tuple[int, int, bytes]]:
    """Yield each box with the size of its batch and the batch packed; a box without rows is not there."""
    for box, rows in _boxes(source, ids):
        (batch,) = rows.combine_chunks().to_batches()
        unpacked = batch.serialize()
        yield box, unpacked.size, pa.compress(unpacked, codec=_PACKED, asbytes=True)


def _boxes(source: Path, ids: pa.Array) -> Iterator[tuple[int, pa.Table]]:
    """Yield all rows of each box of people, in order."""
    held: list[pa.Table] = []
    at = -1
    with pq.ParquetFile(source) as file:
        for batch in file.iter_batches(batch_size=_ROWS):
            rows = pa.Table.from_batches([batch])
            first, last = (_place(ids, rows["customer_id"][end].as_py()) for end in (0, -1))
            near = ids.slice(first, last - first + 1)  # to look among all ids would hash a million for each batch
            places = pc.index_in(rows["customer_id"], value_set=near)
            rows = rows.filter(pc.is_valid(places))
            boxes = (np.asarray(places.drop_null()) + first) // BOX
            for box, part in _runs(boxes, rows):
                if box != at and held:
                    yield at, pa.concat_tables(held)
                    held = []
                at = box
                held.append(part)
    if held:
        yield at, pa.concat_tables(held)


def _place(ids: pa.Array, customer_id: str) -> int:
    """Return where an id stands among all, or would."""
    return bisect_left(range(len(ids)), customer_id, key=lambda place: str(ids[place].as_py()))


def _runs(boxes: NDArray[np.int64], rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    if not len(boxes):
        return
    cuts = [0, *(np.flatnonzero(np.diff(boxes)) + 1).tolist(), len(boxes)]
    for start, end in pairwise(cuts):
        yield int(boxes[start]), rows.slice(start, end - start)
