"""Tables beside the batches of a workspace: what an app remembers itself, such as consents given on a page.

Their ids are customer ids already, as an earlier result or the records themselves have them, so they pass as they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.records import Batches, RecordSet, Source, read

_TOGETHER = "SELECT * FROM {table} UNION ALL SELECT * FROM beside"


def open_with(
    engine: Engine, *, store: Batches, beside: Sequence[Source], settings: Settings, today: date
) -> RecordSet:
    """Load every batch and, after their files, the tables beside them, into `raw_<kind>` and `quarantine`.

    Raises:
        RegularsError: as `Batches.open` and `records.read`.
    """
    if not beside:
        return store.open(engine, settings=settings, today=today)
    more = read(engine, beside, settings=settings, today=today)
    names = [*sorted({f"raw_{file.kind}" for file in more.files}), "quarantine"]
    tables = {name: engine.fetch(f"SELECT * FROM {quoted(name)}") for name in names}
    kept = store.open(engine, settings=settings, today=today)
    for name, table in tables.items():
        engine.load("beside", _numbered_on(table, len(kept.files)))
        engine.run(_TOGETHER.format(table=quoted(name)), into=name)
    engine.drop("beside")
    files = (*kept.files, *(replace(file, key_role="hashed") for file in more.files))
    return RecordSet(files=files, currency=kept.currency or more.currency)


def _numbered_on(table: pa.Table, first: int) -> pa.Table:
    return table.set_column(0, table.schema.field(0), pc.add(table.column(0), pa.scalar(first, pa.int32())))
