"""Rows of one person, found at once among a million: Parquet files of a few thousand people each.

A person's place is the number of their row in customers.parquet, which is ordered by customer id. A shelf is a file of
`SHELF` people, a row group in it holds `BOX` of them, so that reading one person opens one small group of one file.
"""

from collections.abc import Iterator
from itertools import chain, groupby, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from regulars.app.publication.current import Published

SHELF, BOX = 16_384, 1_024
_ROWS = 65_536


def shelve(source: Path, ids: pa.Array, folder: Path) -> None:
    """Put the rows of a Parquet file that is ordered by customer_id on shelves; `ids` are everybody's, in order.

    Rows of people who are not among the ids are left out.
    """
    folder.mkdir()
    for shelf, boxes in groupby(_boxes(source, ids), key=lambda found: found[0] // (SHELF // BOX)):
        _, first = next(boxes)
        with pq.ParquetWriter(folder / f"{shelf:05}.parquet", first.schema, use_dictionary=False) as writer:
            for rows in chain([first], (rows for _, rows in boxes)):
                writer.write_table(rows, row_group_size=rows.num_rows)


def rows_of(published: Published, kind: str, customer_id: str, place: int) -> list[dict[str, object]]:
    """Return the rows of one person from the shelves of a kind."""
    path = published.pages / kind / f"{place // SHELF:05}.parquet"
    if not path.exists():
        return []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            held = file.metadata.row_group(group).column(0).statistics
            if held is None or held.min <= customer_id <= held.max:
                found = file.read_row_group(group)
                mine = found.filter(pc.equal(found["customer_id"], customer_id))
                if mine.num_rows:
                    rows: list[dict[str, object]] = mine.to_pylist()
                    return rows
    return []


def _boxes(source: Path, ids: pa.Array) -> Iterator[tuple[int, pa.Table]]:
    """Yield all rows of each box of people, in order; a box without rows is not there."""
    held: list[pa.Table] = []
    at = -1
    with pq.ParquetFile(source) as file:
        for batch in file.iter_batches(batch_size=_ROWS):
            rows = pa.Table.from_batches([batch])
            places = pc.index_in(rows["customer_id"], value_set=ids)
            rows = rows.filter(pc.is_valid(places))
            boxes = np.asarray(places.drop_null()) // BOX
            for box, part in _runs(boxes, rows):
                if box != at and held:
                    yield at, pa.concat_tables(held)
                    held = []
                at = box
                held.append(part)
    if held:
        yield at, pa.concat_tables(held)


def _runs(boxes: NDArray[np.int64], rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    if not len(boxes):
        return
    cuts = [0, *(np.flatnonzero(np.diff(boxes)) + 1).tolist(), len(boxes)]
    for start, end in pairwise(cuts):
        yield int(boxes[start]), rows.slice(start, end - start)
