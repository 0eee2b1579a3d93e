"""The rows of some people in a batch: shown to them, or left out of it, so that nothing of them stays.

What is left out is counted under `erased`, as if it had been left out when it was read; `read` still is the sum. Orders
that were cancelled or not paid were left out before; they are removed without being counted twice.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.records._kinds import KINDS, Kind
from regulars.records._results import FileReport
from regulars.records._workspace.batch import MANIFEST, Batch

ERASED = "erased"
"""The code under which rows of erased people are counted."""

_ROWS = 131_072
_LATER_FILE = "later.parquet"
WITHDRAWN_FILE = "withdrawn.parquet"


def keys_in(folder: Path) -> pa.Array:
    """Return the keys that the rows of a batch carry, each once."""
    found = [pa.array([], pa.string())]
    for kind, path in _files(folder):
        with pq.ParquetFile(path) as file:
            columns = _keys(kind, file)
            for rows in file.iter_batches(batch_size=_ROWS, columns=list(columns)):
                found += [pc.unique(rows.column(name)).cast(pa.string()) for name in columns]
    return pc.unique(pa.concat_arrays(found)).drop_null()


def rows_of(folder: Path, people: pa.Array) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of some people in a batch, kind by kind, as they were read."""
    for kind, path in _files(folder):
        with pq.ParquetFile(path) as file:
            for rows in file.iter_batches(batch_size=_ROWS):
                mine = rows.filter(_is_of(rows, _keys(kind, file), people))
                if mine.num_rows:
                    yield kind.name, pa.Table.from_batches([mine])


def copy_without(batch: Batch, folder: Path, people: pa.Array, target: Path) -> Batch | None:
    """Write a batch without the rows of some people into a new folder; None, and nothing there, if it has none.

    Files that none of these people are in are the same ones, not copies, where the disk allows it.
    """
    touched = {path: kind for kind, path in _files(folder) if _has_any(kind, path, people)}
    if not touched:
        return None
    gone: dict[int, int] = {}
    later = 0
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_dir():
            place.mkdir(mode=0o700)
        elif path in touched:
            found = _filtered(touched[path], path, people, place)
            if path.name == WITHDRAWN_FILE:
                continue
            gone = {file: gone.get(file, 0) + found.get(file, 0) for file in {*gone, *found}}
            if path.name == _LATER_FILE and touched[path].name != "consents":  # consents may be of any day
                later += sum(found.values())
        elif path.name != MANIFEST:
            _same(path, place)
    files = tuple(_without(file, gone.get(number, 0)) for number, file in enumerate(batch.files))
    return replace(batch, files=files, later=max(batch.later - later, 0))


def _files(folder: Path) -> Iterator[tuple[Kind, Path]]:
    for kind in KINDS.values():
        for path in sorted((folder / kind.name).glob("*.parquet")):
            yield kind, path
    if (folder / WITHDRAWN_FILE).exists():  # batches of earlier versions have none
        yield KINDS["orders"], folder / WITHDRAWN_FILE


def _keys(kind: Kind, file: pq.ParquetFile) -> tuple[str, ...]:
    held = set(file.schema_arrow.names)
    return tuple(name for column in kind.keys if (name := kind.column(column).key_name) in held)


def _is_of(rows: pa.RecordBatch, keys: tuple[str, ...], people: pa.Array) -> pa.Array:
    mine = pa.array([False] * rows.num_rows, pa.bool_())
    for name in keys:
        mine = pc.or_(mine, pc.is_in(rows.column(name).cast(pa.string()), value_set=people))
    return mine


def _has_any(kind: Kind, path: Path, people: pa.Array) -> bool:
    with pq.ParquetFile(path) as file:
        keys = _keys(kind, file)
        return any(
            pc.any(_is_of(rows, keys, people)).as_py()
            for rows in file.iter_batches(batch_size=_ROWS, columns=list(keys))
        )


def _filtered(kind: Kind, path: Path, people: pa.Array, target: Path) -> Mapping[int, int]:
    """Write the rows of everybody else; return how many were left out, by the number of their file in the batch."""
    gone: dict[int, int] = {}
    with (
        pq.ParquetFile(path) as file,
        pq.ParquetWriter(target, file.schema_arrow, use_dictionary=False, write_statistics=False) as writer,
    ):
        for rows in file.iter_batches(batch_size=_ROWS):
            mine = _is_of(rows, _keys(kind, file), people)
            writer.write_batch(rows.filter(pc.invert(mine)))
            for each in pc.value_counts(rows.column("file_id").filter(mine)).to_pylist():
                gone[each["values"]] = gone.get(each["values"], 0) + each["counts"]
    return gone


def _same(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a disk that knows no second name of a file
        shutil.copy2(path, target)


def _without(file: FileReport, rows: int) -> FileReport:
    if not rows:
        return file
    accepted = file.accepted - rows
    return replace(
        file,
        accepted=accepted,
        left_out=dict(sorted({**file.left_out, ERASED: file.left_out.get(ERASED, 0) + rows}.items())),
        hidden={name: min(held, accepted) for name, held in file.hidden.items()},
    )
