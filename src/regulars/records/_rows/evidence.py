"""Which decimal mark does a column prove? Asked only when an amount has two readings, and then of the whole source."""

from collections.abc import Mapping

import pyarrow as pa

from regulars.records._cells.cells import FAULT, Cells
from regulars.records._cells.decimals import Marks, proofs
from regulars.records._formats.tables import TableSource
from regulars.records._opening import Opened


class DecimalMarks:
    """The decimal marks of one source's columns: as the settings state, else as each column proves by itself."""

    def __init__(self, source: Opened, stated: str | None) -> None:
        self._source = source
        self._stated = stated
        self._proven: Mapping[str, str | None] | None = None

    def of(self, name: str) -> Marks:
        """Return what is known by now of a column."""
        return Marks(stated=self._stated, proven=(self._proven or {}).get(name))

    def could_decide(self, cells: Cells) -> bool:
        """Whether there are amounts with two readings and the column has not been asked yet; asks it."""
        if self._stated or self._proven is not None or cells.faults is None:
            return False
        if not any((cells.faults == FAULT[reason]).any() for reason in ("money_ambiguous", "number_ambiguous")):
            return False
        self._proven = _proven_by(self._source)
        return True


def _proven_by(source: Opened) -> dict[str, str | None]:
    """Read the columns of numbers once through; a column that proves both marks proves none."""
    layout = source.layout
    decimals = [column.name for column in layout.kind.columns if column.role in {"money", "number"}]
    places = {name: layout.places[name] for name in decimals if name in layout.places}
    found: dict[str, set[str]] = {name: set() for name in places}
    is_stream = isinstance(source.content, TableSource) and isinstance(source.content.data, pa.RecordBatchReader)
    # A stream of batches passes only once: its amounts with two readings stay undecided.
    for piece in () if is_stream else source.content.pieces(sorted(set(places.values()))):
        for name, place in places.items():
            if is_text(piece.columns[place].type):
                found[name] |= proofs(piece.columns[place])
    return {name: next(iter(marks)) if len(marks) == 1 else None for name, marks in found.items()}


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text."""
    value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        is_text(value_type) for is_text in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )
