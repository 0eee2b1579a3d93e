"""Orders that an export says do not count: no records of a sale, and yet word about an order that was one before."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.cells import Cells
from regulars.records._cells.text import read_id, read_key
from regulars.records._formats.texts import Piece
from regulars.records._kinds import WITHDRAWN
from regulars.records._rows.rows import Reading


def withdrawn_rows(piece: Piece, reading: Reading) -> pa.RecordBatch:
    """Return who, when, which order and why: of a cell that cannot be read, nothing, for nothing is counted by it."""
    places = reading.layout.sources()
    told = {name: piece.withdrawn[place] for name, place in places.items() if place in piece.withdrawn}
    rows = len(told["customer_id"])
    found = {"file_id": pa.array(np.full(rows, reading.file_id, dtype=np.int32))}
    found["customer_key"] = _sound(read_key(told["customer_id"], role="customer_id"))
    found["ordered_at"] = _sound(reading.times(told["ordered_at"], "ordered_at", may_be_later=True))
    found |= {name: _sound(read_id(told[name])) for name in ("order_id", "line_id") if name in told}
    if piece.why_withdrawn is not None:
        found["why"] = piece.why_withdrawn
    columns = [found.get(field.name, pa.nulls(rows, field.type)) for field in WITHDRAWN]
    return pa.RecordBatch.from_arrays(columns, schema=WITHDRAWN)


def _sound(cells: Cells) -> pa.Array:
    if cells.faults is None:
        return cells.values
    return pc.if_else(pa.array(cells.faults == 0), cells.values, pa.scalar(None, cells.values.type))
