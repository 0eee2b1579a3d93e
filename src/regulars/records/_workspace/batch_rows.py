"""The rows of a batch as Parquet: one file a kind and month, read back into the tables they came from."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.core import RegularsError, Settings
from regulars.engines import Engine, quoted
from regulars.records._ahead import read_ahead
from regulars.records._cells.masking import masked
from regulars.records._kinds import KEY_NAME, KEY_NAMES, KINDS, QUARANTINE, WITHDRAWN, Kind, raw_schema
from regulars.records._marks import N_
from regulars.records._results import FileReport, RecordSet
from regulars.records._rows.currencies import Currencies, CurrencyMixed, CurrencyUnexpected
from regulars.records._rows.details import TOLD, leave_out_details
from regulars.records._rows.refunds import TOLD_BY_ROW, settle_refunds
from regulars.records._rows.restated import RESTATED, leave_out_restated
from regulars.records._workspace.batch import Batch, BatchUnreadable
from regulars.records._workspace.later import set_aside_later, tell_later
from regulars.records._workspace.months import MOST_FILES, write_by_month, writer
from regulars.records._workspace.people_rows import KEY_NAMES_FILE

_ROWS = 131_072
_UNDATED, _LATER = "undated", "later"

_WHOLE = "SELECT {columns} FROM {raw} ORDER BY file_id, line"
_MONTHS = (
    "SELECT DISTINCT 12 * year(local_day) + month(local_day) AS month FROM {raw} WHERE local_day <= $today"
    " ORDER BY month"
)
_OF_MONTHS = "SELECT {columns} FROM {raw} WHERE local_day BETWEEN $first AND $last"
_AFTER = "SELECT {columns} FROM {raw} WHERE local_day > $today ORDER BY file_id, line"
_WITHDRAWN = "SELECT * FROM withdrawn ORDER BY file_id, order_id, line_id, ordered_at, customer_key"
_KEY_NAMES = "SELECT * FROM key_names ORDER BY file_id, key_id, key_name"
_QUARANTINE = "SELECT * FROM quarantine ORDER BY file_id, line, column_name, reason"


class ZoneChanged(RegularsError):
    """A batch whose days are those of another time zone."""

    code = "zone_changed"
    template = (
        "Batch {batch} was imported in the time zone {imported}, but business.time_zone in the settings is {stated},"
        " where some of its rows fall on other days. Use the settings of the import, or undo the batch"
        " (regulars records undo {batch} --workspace {folder}) and import its files again."
    )


class CurrencyOfBatch(RegularsError):
    """A batch whose amounts are in another currency than the settings state; rates come too late for it."""

    code = "currency_of_batch"
    template = (
        "Batch {batch}: {file} holds amounts in {currencies}, but business.currency in the settings is {stated}."
        " Rates are used when a file is imported. Correct the setting; or say in business.rates what the other is"
        " worth, undo the batch (regulars records undo {batch} --workspace {folder}) and import its file again with"
        " --settings."
    )


class CurrenciesOfBatches(RegularsError):
    """Batches whose amounts are in several currencies."""

    code = "currencies_of_batches"
    template = (
        "Batch {batch}: {file} brings the amounts in {currencies} together. One analysis has one currency,"
        " and rates are used when a file is imported: keep each currency in a workspace of its own; or state"
        " business.currency and business.rates in the settings, undo the batches in other currencies (such as:"
        " regulars records undo {batch} --workspace {folder}) and import their files again with --settings."
    )


def write_rows(
    engine: Engine, records: RecordSet, folder: Path, *, today: date, share: float
) -> tuple[FileReport, ...]:
    """Write `<kind>/<yyyy-mm>.parquet`, `withdrawn.parquet`, `key_names.parquet`, `quarantine.parquet`.

    Returns what is told of the files.

    Later is dated after `today`. Such rows stand in `later.parquet`: dates of every century make no thousand files.

    Raises:
        TooManyRefused: more rows of a file than `share` are dated after `today`, or could not be read.
    """
    files = tell_later(engine, records, today=today, share=share)
    for kind in KINDS.values():
        if any(file.kind == kind.name and file.accepted for file in records.files):
            (folder / kind.name).mkdir(mode=0o700)
            _write_kind(engine, kind, folder / kind.name, today)
            pa.default_memory_pool().release_unused()  # or the engine sorts names beside memory that holds nothing
    engine.write_parquet(_WITHDRAWN, folder / "withdrawn.parquet")
    if engine.fetch("SELECT count(*) AS n FROM key_names")["n"][0].as_py():
        engine.write_parquet(_KEY_NAMES, folder / KEY_NAMES_FILE)
    engine.write_parquet(_QUARANTINE, folder / "quarantine.parquet")
    return files


def _write_kind(engine: Engine, kind: Kind, folder: Path, today: date) -> None:
    """Write the rows, months apart; columns that hold nothing are left out."""
    raw, names = quoted(f"raw_{kind.name}"), raw_schema(kind).names
    held = _held(engine, names, f"(SELECT * FROM {raw} LIMIT 1000) AS first_rows")
    held |= _held(engine, [name for name in names if name not in held], raw)  # to read a column costs; an empty one no
    columns = ", ".join(quoted(name) for name in names if name in held)
    if "local_day" not in names:
        _write_file(engine.stream(_WHOLE.format(columns=columns, raw=raw)), folder / f"{_UNDATED}.parquet")
        return
    months = engine.fetch(_MONTHS.format(raw=raw), today=today)["month"].to_pylist()
    for start in range(0, len(months), MOST_FILES):
        later = months[start + MOST_FILES :]
        first, last = _first_day(months[start]), _first_day(later[0]) - timedelta(days=1) if later else today
        rows = engine.stream(_OF_MONTHS.format(columns=columns, raw=raw), first=first, last=last)
        write_by_month(rows, folder)
    after = engine.stream(_AFTER.format(columns=columns, raw=raw), today=today)
    _write_file(after, folder / f"{_LATER}.parquet")


def _first_day(month: int) -> date:
    """Return the day on which a month begins that is counted as in _MONTHS."""
    return date((month - 1) // 12, (month - 1) % 12 + 1, 1)


def _held(engine: Engine, names: Sequence[str], rows: str) -> set[str]:
    """Return the columns that hold anything."""
    if not names:
        return set()
    counts = ", ".join(f"count({quoted(name)}) AS {quoted(name)}" for name in names)
    (held,) = engine.fetch(f"SELECT {counts} FROM {rows}").to_pylist()
    return {name for name in names if held[name]}


def _write_file(rows: pa.RecordBatchReader, path: Path) -> None:
    file = None
    for batch in rows:
        file = file or writer(path, batch.schema)
        file.write_batch(batch)
    if file is not None:
        file.close()


def load_rows(engine: Engine, home: Path, batches: Sequence[Batch], *, settings: Settings, today: date) -> RecordSet:
    """Load the rows of batches in `home` into `raw_<kind>`, `key_names` and `quarantine`; see `Batches.open`."""
    _check_zone(batches, home.parent, settings.business.time_zone)
    _check_names(batches, home)
    files = tuple(replace(file, batch=batch.id) for batch in batches for file in batch.files)
    records = RecordSet(files=files, currency=_currency(files, home.parent, settings.business.currency))
    for kind in KINDS.values():
        _load(engine, f"raw_{kind.name}", _Stored(home, batches, f"{kind.name}/*.parquet", raw_schema(kind)))
    records, later = set_aside_later(engine, records, today=today)
    _load(engine, "withdrawn", _Stored(home, batches, "withdrawn.parquet", WITHDRAWN))
    _load(engine, "key_names", _Stored(home, batches, KEY_NAMES_FILE, KEY_NAMES))
    restated = leave_out_restated(engine, [(file.file, file.export) for file in records.files])
    kept = [
        replace(
            _told(file, restated.rows.get(place, 0), RESTATED), by_older=restated.by_older.get(place, file.by_older)
        )
        for place, file in enumerate(records.files)
    ]
    records = replace(records, files=tuple(kept))
    names = [(file.export, file.kind) for file in records.files]
    for code, told_elsewhere in ((TOLD, leave_out_details), (TOLD_BY_ROW, settle_refunds)):
        told = told_elsewhere(engine, names)
        kept = [_told(file, told.get(place, 0), code) for place, file in enumerate(records.files)]
        records = replace(records, files=tuple(kept))
    _load(engine, "quarantine", _Stored(home, batches, "quarantine.parquet", QUARANTINE, more=later))
    return records


def _told(file: FileReport, rows: int, code: str) -> FileReport:
    """Count rows as none after all, for those of another batch say what they say."""
    if not rows:
        return file
    left_out = {**file.left_out, code: file.left_out.get(code, 0) + rows}
    return replace(file, accepted=file.accepted - rows, left_out=left_out)


def _load(engine: Engine, table: str, stored: "_Stored") -> None:
    if stored.is_nothing:
        return engine.load(table, stored.schema.empty_table())
    engine.load(table, pa.RecordBatchReader.from_batches(stored.schema, read_ahead(stored.rows())))
    if stored.failure is not None:
        engine.drop(table)
        raise stored.failure
    return None


def _check_zone(batches: Sequence[Batch], folder: Path, zone: str) -> None:
    for batch in batches:
        imported = batch.settings["business"]["time_zone"]
        if imported != zone:
            raise ZoneChanged(batch=batch.id, imported=imported, stated=zone, folder=folder)


def _check_names(batches: Sequence[Batch], home: Path) -> None:
    """See that the names of its phones and addresses are there of a batch whose rows say that they have some."""
    for batch in batches:
        folder = home / batch.id
        if (folder / KEY_NAMES_FILE).exists():
            continue
        for path in (next((folder / kind).glob("*.parquet"), None) for kind in KINDS):  # all of a kind are alike
            try:
                has_names = path is not None and KEY_NAME in pq.read_schema(path).names
            except (OSError, pa.ArrowException):
                continue  # told by whoever reads its rows
            if has_names and folder.is_dir():
                problem = N_("its part {part} is missing")
                raise BatchUnreadable(batch=batch.id, folder=home.parent, problem=problem, part=KEY_NAMES_FILE)


def _currency(files: Sequence[FileReport], folder: Path, stated: str) -> str:
    currencies = Currencies(stated)
    for file in files:
        try:
            currencies.meet(set(file.currencies), file=file.file)
        except CurrencyUnexpected as error:
            raise CurrencyOfBatch(batch=file.batch, folder=folder, **error.params) from error
        except CurrencyMixed as error:
            raise CurrenciesOfBatches(batch=file.batch, folder=folder, **error.params) from error
    return currencies.only


class _Stored:
    """The rows of some files of every batch as one stream, numbered by the place of their file among all files."""

    def __init__(
        self, home: Path, batches: Sequence[Batch], pattern: str, schema: pa.Schema, *, more: pa.Table | None = None
    ) -> None:
        self._home = home
        self._batches = batches
        self._pattern = pattern
        self._more = more
        self.schema = schema
        self.failure: Exception | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether no batch has such rows; one whose folder went may have had some."""
        folders = [self._home / batch.id for batch in self._batches]
        return not self._more and not any(any(folder.glob(self._pattern)) or not folder.is_dir() for folder in folders)

    def rows(self) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows; an error ends the stream and is kept, for the driver would hide what it was."""
        try:
            first = 0
            for batch in self._batches:
                folder = self._home / batch.id
                if not folder.is_dir():
                    raise FileNotFoundError(folder)
                for path in sorted(folder.glob(self._pattern)):
                    yield from self._of_file(path, batch, first)
                first += len(batch.files)
            if self._more is not None:
                yield from self._more.to_batches()
        except Exception as error:
            self.failure = error

    def _of_file(self, path: Path, batch: Batch, first: int) -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(path) as file:
                for rows in file.iter_batches(batch_size=_ROWS):
                    yield _numbered(rows, first, self.schema)
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException) as error:
            told = {"part": path.relative_to(self._home / batch.id), "fault": str(error).splitlines()[0][:200]}
            problem = N_("its part {part} is damaged ({fault})")
            raise BatchUnreadable(batch=batch.id, folder=self._home.parent, problem=problem, **told) from error


def _numbered(rows: pa.RecordBatch, first: int, schema: pa.Schema) -> pa.RecordBatch:
    """Return rows in the present schema (a column that came later is empty), their files numbered on from `first`."""
    columns = [
        rows.column(field.name).cast(field.type) if field.name in rows.schema.names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    columns[0] = pc.add(columns[0], pa.scalar(first, pa.int32()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def set_aside(folder: Path, batch: Batch) -> Iterator[dict[str, Any]]:
    """Yield file, line, column_name, reason and masked_value of every row of a batch that could not be read."""
    with pq.ParquetFile(folder / "quarantine.parquet") as file:
        for rows in file.iter_batches():
            for row in rows.to_pylist():
                value = row.pop("raw_value")
                named = batch.files[row.pop("file_id")].file
                yield {"file": named, **row, "masked_value": None if value is None else masked(value)}
