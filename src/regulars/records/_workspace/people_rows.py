"""Some rows of a batch, of some people or past their day: shown, or left out of it, so that nothing of them stays.

What is left out is counted under `erased` or `expired`, as if it had been left out when it was read; `read` still is
the sum. Orders that were cancelled or not paid were left out before; they are removed without being counted twice.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.records._cells import contacts
from regulars.records._kinds import KEY_NAME, KINDS, Kind
from regulars.records._results import FileReport
from regulars.records._workspace.batch import MANIFEST, Batch
from regulars.records._workspace.on_disk import settle

_MONTH = re.compile(r"\d{4}-\d{2}")
_ROWS = 131_072
_LATER_FILE = "later.parquet"
WITHDRAWN_FILE = "withdrawn.parquet"
KEY_NAMES_FILE = "key_names.parquet"


class Chosen(Protocol):
    """Says which rows of a batch are meant, and under which code they are counted once they are left out."""

    code: ClassVar[str]

    def columns(self, kind: Kind, held: set[str]) -> tuple[str, ...]:
        """Return the columns of those held that tell; none if no row of the kind can be meant."""
        ...

    def of(self, kind: Kind, rows: pa.RecordBatch) -> pa.Array:
        """Return for every row whether it is meant."""
        ...

    def names_left(self, names: pa.Table, keys: pa.Array) -> pa.Table:
        """Return what stays of the names of shared keys, where these keys are left of the batch."""
        ...


@dataclass(frozen=True, slots=True)
class OfPeople:
    """The rows of some people, by their keys."""

    code: ClassVar[str] = "erased"
    people: pa.Array

    def columns(self, kind: Kind, held: set[str]) -> tuple[str, ...]:
        """Return the columns that say whose a row is, also that of whom a name beside its key tells from others."""
        names = [*(kind.column(column).key_name for column in kind.keys), KEY_NAME]
        return tuple(name for name in names if name in held)

    def of(self, kind: Kind, rows: pa.RecordBatch) -> pa.Array:
        """Return whether a row names one of them."""
        keys = self.columns(kind, set(rows.schema.names))
        mine = pa.array([False] * rows.num_rows, pa.bool_())
        for name in keys:
            mine = pc.or_(mine, pc.is_in(rows.column(name).cast(pa.string()), value_set=self.people))
        unnamed = self.people.filter(pc.ends_with(self.people, contacts.NAMED))
        if not len(unnamed):
            return mine
        bare = pc.replace_substring(unnamed, contacts.NAMED, "")
        for name in keys:
            if name == KEY_NAME:
                continue
            theirs = pc.is_in(rows.column(name).cast(pa.string()), value_set=bare)
            mine = pc.or_(mine, pc.and_(theirs, pc.is_null(rows.column(KEY_NAME))) if KEY_NAME in keys else theirs)
        return mine

    def names_left(self, names: pa.Table, keys: pa.Array) -> pa.Table:
        """Return the names that are nobody's of these people; of theirs no more than that there was one."""
        names = names.filter(pc.invert(pc.is_in(names["key_id"], value_set=self.people)))
        return _nameless(names, pc.is_in(names[KEY_NAME], value_set=self.people))


@dataclass(frozen=True, slots=True)
class Until:
    """The rows of some kinds that are of a day or earlier; what has no day stays.

    A subscription is of the day on which it ended, so one that runs stays. `zone` tells the day of an order that was
    cancelled, which stands in the batch by its time alone. `told_apart` are the phones and addresses whose people names
    tell apart by now: whoever is left of them stays alone.
    """

    code: ClassVar[str] = "expired"
    days: Mapping[str, date]
    zone: str
    told_apart: pa.Array

    def columns(self, kind: Kind, held: set[str]) -> tuple[str, ...]:
        """Return the column that holds the day."""
        if kind.name not in self.days:
            return ()
        day = "ended_day" if kind.name == "subscriptions" else "local_day"
        return tuple(name for name in (day, "ordered_at") if name in held)[:1]

    def of(self, kind: Kind, rows: pa.RecordBatch) -> pa.Array:
        """Return whether a row is of the day of its kind or earlier."""
        names = self.columns(kind, set(rows.schema.names))
        if not names:
            return pa.array([False] * rows.num_rows, pa.bool_())
        days = rows.column(names[0])
        if names[0] == "ordered_at":
            days = pc.local_timestamp(days.cast(pa.timestamp("us", tz=self.zone)))
        is_past = pc.less_equal(days.cast(pa.date32(), safe=False), pa.scalar(self.days[kind.name], pa.date32()))
        return pc.fill_null(is_past, False)  # noqa: FBT003  (pyarrow takes it by place)

    def names_left(self, names: pa.Table, keys: pa.Array) -> pa.Table:
        """Return the names that a row is left of, as if the others had never been read.

        But of the others under a key whose people are told apart, that there was one.
        """
        is_gone = pc.invert(pc.or_(pc.is_in(names[KEY_NAME], value_set=keys), pc.is_null(names[KEY_NAME])))
        is_apart = pc.is_in(names["key_id"], value_set=self.told_apart)
        names = names.filter(pc.or_(pc.invert(is_gone), is_apart))
        return _nameless(names, is_gone.filter(pc.or_(pc.invert(is_gone), is_apart)))

    def counted(self, folder: Path) -> dict[str, int]:
        """Return how many accepted rows of each kind are meant in a batch; whole months are not opened."""
        found = dict.fromkeys(self.days, 0)
        for kind, path in _files(folder):
            if path.name == WITHDRAWN_FILE or kind.name not in self.days:
                continue
            # Rows stand in the file of the month of their local_day, and a subscription ends after it began.
            month, last = path.stem, f"{self.days[kind.name]:%Y-%m}"
            if _MONTH.fullmatch(month) and month > last:
                continue
            if _MONTH.fullmatch(month) and month < last and kind.name != "subscriptions":
                found[kind.name] += pq.read_metadata(path).num_rows
            else:
                found[kind.name] += sum(pc.sum(mine).as_py() or 0 for mine in _chosen_in(kind, path, self))
        return found


def _nameless(names: pa.Table, is_gone: pa.ChunkedArray) -> pa.Table:
    """Return the names, of those that are gone no more than that there was one; of many under a key it is told once."""
    is_gone = pc.or_(is_gone, pc.is_null(names[KEY_NAME]))
    marks = names.filter(is_gone).select(["file_id", "key_id", "shape"]).group_by(["file_id", "key_id", "shape"])
    return pa.concat_tables([names.filter(pc.invert(is_gone)), marks.aggregate([])], promote_options="default")


def keys_in(folder: Path) -> pa.Array:
    """Return the keys that the rows of a batch carry, each once."""
    nobody = pa.array([], pa.string())
    found = [nobody]
    for kind, path in _files(folder):
        with pq.ParquetFile(path) as file:
            columns = OfPeople(nobody).columns(kind, set(file.schema_arrow.names))
            for rows in file.iter_batches(batch_size=_ROWS, columns=list(columns)):
                found += [pc.unique(rows.column(name)).cast(pa.string()) for name in columns]
    return pc.unique(pa.concat_arrays(found)).drop_null()


def forget_nobodys_names(folders: Sequence[Path]) -> None:
    """Take out of batches that somebody was erased under a phone or address of which no batch has a row any more."""
    names = {folder: pq.read_table(path) for folder in folders if (path := folder / KEY_NAMES_FILE).exists()}
    marked = {folder: held for folder, held in names.items() if held[KEY_NAME].null_count}
    if not marked:
        return
    keys = pc.unique(pa.concat_arrays([keys_in(folder) for folder in folders]))
    for folder, held in marked.items():
        kept = held.filter(pc.or_(pc.is_valid(held[KEY_NAME]), pc.is_in(held["key_id"], value_set=keys)))
        if kept.num_rows < held.num_rows:
            beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
            _write_names(kept, beside / KEY_NAMES_FILE)
            os.chmod(beside / KEY_NAMES_FILE, 0o600)
            settle(beside / KEY_NAMES_FILE)
            os.replace(beside / KEY_NAMES_FILE, folder / KEY_NAMES_FILE)
            beside.rmdir()


def _write_names(names: pa.Table, path: Path) -> None:
    order = [(name, "ascending") for name in ("file_id", "key_id", KEY_NAME)]
    # DuckDB 2 says of columns that hold no NULL that they may not; a mark of somebody erased is one.
    may_be_null = pa.schema([field.with_nullable(nullable=True) for field in names.schema])
    table = pa.Table.from_arrays(names.columns, schema=may_be_null).sort_by(order)
    pq.write_table(table, path, use_dictionary=False, write_statistics=False)


def rows_of(folder: Path, people: pa.Array) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of some people in a batch, kind by kind, as they were read."""
    chosen = OfPeople(people)
    for kind, path in _files(folder):
        with pq.ParquetFile(path) as file:
            for rows in file.iter_batches(batch_size=_ROWS):
                mine = rows.filter(chosen.of(kind, rows))
                if mine.num_rows:
                    yield kind.name, pa.Table.from_batches([mine])


def copy_without(batch: Batch, folder: Path, chosen: Chosen, target: Path) -> Batch | None:
    """Write a batch without the chosen rows into a new folder; None, and nothing there, if it has none of them.

    Files that none of these rows are in are the same ones, not copies, where the disk allows it.
    """
    touched = {
        path: kind
        for kind, path in _files(folder)
        if any(pc.any(mine).as_py() for mine in _chosen_in(kind, path, chosen))
    }
    if not touched:
        return None
    gone: dict[int, int] = {}
    later: dict[int, int] = {}
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_dir():
            place.mkdir(mode=0o700)
        elif path in touched:
            found = _filtered(touched[path], path, chosen, place)
            if path.name == WITHDRAWN_FILE:
                continue
            gone = {file: gone.get(file, 0) + found.get(file, 0) for file in {*gone, *found}}
            if path.name == _LATER_FILE and touched[path].name != "consents":  # consents may be of any day
                later = {file: later.get(file, 0) + found.get(file, 0) for file in {*later, *found}}
        elif path.name not in {MANIFEST, KEY_NAMES_FILE}:
            _same(path, place)
    if (folder / KEY_NAMES_FILE).exists():  # batches of earlier versions have none
        names = chosen.names_left(pq.read_table(folder / KEY_NAMES_FILE), keys_in(target))
        _write_names(names, target / KEY_NAMES_FILE)
    files = tuple(
        _without(file, gone.get(number, 0), later.get(number, 0), chosen.code)
        for number, file in enumerate(batch.files)
    )
    return replace(batch, files=files, later=max(batch.later - sum(later.values()), 0))


def _files(folder: Path) -> Iterator[tuple[Kind, Path]]:
    for kind in KINDS.values():
        for path in sorted((folder / kind.name).glob("*.parquet")):
            yield kind, path
    if (folder / WITHDRAWN_FILE).exists():  # batches of earlier versions have none
        yield KINDS["orders"], folder / WITHDRAWN_FILE


def _chosen_in(kind: Kind, path: Path, chosen: Chosen) -> Iterator[pa.Array]:
    """Yield which rows of a file are chosen, piece by piece; nothing where its columns cannot tell."""
    with pq.ParquetFile(path) as file:
        columns = chosen.columns(kind, set(file.schema_arrow.names))
        if columns:
            for rows in file.iter_batches(batch_size=_ROWS, columns=list(columns)):
                yield chosen.of(kind, rows)


def _filtered(kind: Kind, path: Path, chosen: Chosen, target: Path) -> Mapping[int, int]:
    """Write the rows that are not chosen; return how many were left out, by the number of their file in the batch."""
    gone: dict[int, int] = {}
    with (
        pq.ParquetFile(path) as file,
        pq.ParquetWriter(target, file.schema_arrow, use_dictionary=False, write_statistics=False) as writer,
    ):
        for rows in file.iter_batches(batch_size=_ROWS):
            mine = chosen.of(kind, rows)
            writer.write_batch(rows.filter(pc.invert(mine)))
            for each in pc.value_counts(rows.column("file_id").filter(mine)).to_pylist():
                gone[each["values"]] = gone.get(each["values"], 0) + each["counts"]
    return gone


def _same(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a disk that knows no second name of a file
        shutil.copy2(path, target)


def _without(file: FileReport, rows: int, later: int, code: str) -> FileReport:
    if not rows:
        return file
    left = 0 if file.later is None else file.later.rows - later
    accepted = file.accepted - rows
    return replace(
        file,
        accepted=accepted,
        later=replace(file.later, rows=left) if file.later is not None and left > 0 else None,
        left_out=dict(sorted({**file.left_out, code: file.left_out.get(code, 0) + rows}.items())),
        hidden={name: min(held, accepted) for name, held in file.hidden.items()},
    )
