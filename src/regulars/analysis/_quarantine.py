"""The rows that could not be read: masked in the result, whole only in the workspace of their owner."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from regulars.engines import Engine
from regulars.records import RecordSet, masked

_MASKED_SCHEMA = pa.schema(
    [
        ("file_id", pa.int32()),
        ("line", pa.int64()),
        ("column_name", pa.string()),
        ("reason", pa.string()),
        ("masked_value", pa.string()),
    ]
)

_RAW = """
SELECT f.file, q.line, q.column_name, q.reason, q.raw_value
FROM quarantine AS q JOIN file_names AS f ON f.file_id = q.file_id ORDER BY q.file_id, q.line, q.column_name
"""

_MASKED = """
SELECT f.file, q.line, q.column_name, q.reason, q.masked_value
FROM quarantine_masked AS q JOIN file_names AS f ON f.file_id = q.file_id ORDER BY q.file_id, q.line, q.column_name
"""


def write_masked(engine: Engine, records: RecordSet, path: Path) -> None:
    """Write file, line, column, reason and the masked value of every quarantined row."""
    _name_files(engine, records)
    query = "SELECT file_id, line, column_name, reason, raw_value FROM quarantine"
    engine.map_batches(query, _mask, _MASKED_SCHEMA, into="quarantine_masked")
    engine.write_parquet(_MASKED, path)


def mask_quarantine(engine: Engine) -> None:
    """Put the masked values in the place of the raw ones: for a workspace that is to hold nothing of a person."""
    query = "SELECT file_id, line, column_name, reason, raw_value FROM quarantine"
    engine.map_batches(query, _mask, _MASKED_SCHEMA, into="quarantine_masked")
    engine.run("SELECT * EXCLUDE (masked_value), masked_value AS raw_value FROM quarantine_masked", into="quarantine")
    engine.drop("quarantine_masked")


def write_raw(engine: Engine, records: RecordSet, path: Path) -> None:
    """Write the same with the raw value, readable by the owner of the workspace only."""
    _name_files(engine, records)
    path.touch(mode=0o600)
    engine.write_parquet(_RAW, path)
    os.chmod(path, 0o600)


def _name_files(engine: Engine, records: RecordSet) -> None:
    numbers = pa.array(range(len(records.files)), pa.int32())
    names = pa.array([file.file for file in records.files], pa.string())
    engine.load("file_names", pa.table({"file_id": numbers, "file": names}))


def _mask(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        values = [None if value is None else masked(value) for value in batch.column("raw_value").to_pylist()]
        columns = [batch.column(name) for name in _MASKED_SCHEMA.names[:-1]]
        yield pa.RecordBatch.from_arrays([*columns, pa.array(values, pa.string())], schema=_MASKED_SCHEMA)
