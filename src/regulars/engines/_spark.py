"""Apache Spark: the same door over many cores or many machines.

Every table is a folder of Parquet files in the engine's private folder. Nothing is worked out twice (Spark would
otherwise repeat a query for every use of it), a plan never grows beyond one statement, and what exceeds memory is on
disk by nature.
"""

import pickle
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import NullType, StructType

from regulars.core import RegularsError
from regulars.engines._door import BatchFunction, Bounds, Engine, Source
from regulars.engines._files import bring_inside
from regulars.engines._spark_dialect import told
from regulars.engines._spark_session import JavaEnded, Opened, java_watched

_ROWS_PER_BATCH = 131_072
_BINDABLE = (bool, int, float, str, date, Decimal, type(None))


class SparkEngine(Engine):
    """The door of `Engine` over one Spark session and a private folder that is removed at close."""

    name = "spark"
    versions: Mapping[str, str] = {"pyspark": version("pyspark"), "sqlglot": version("sqlglot")}

    def __init__(self, bounds: Bounds, *, opened: Opened) -> None:
        self.bounds = bounds
        self._folder = bounds.folder
        self._opened = opened
        self._session = opened.session
        self._tables: dict[str, tuple[Path, tuple[str, ...]]] = {}
        self._places = 0

    @java_watched()
    def load(self, table: str, source: Source, *, columns: pa.Schema | None = None) -> None:
        """Store the rows of a source as `table`; columns that it lacks are read as empty."""
        place = self._new_place()
        place.mkdir()
        if isinstance(source, Path):
            bring_inside(source, place / "part-0.parquet")
            found = self._session.read.parquet(str(place)).schema if columns is None else _spark_schema(columns)
            self._keep(table, place, found)
            return
        _write(source.to_reader() if isinstance(source, pa.Table) else source, place / "part-0.parquet")
        self._keep(table, place, _spark_schema(columns or source.schema))

    @java_watched()
    def run(self, query: str, *, into: str, **params: object) -> None:
        """Store the rows of a SELECT as the table `into`, replacing any table of that name."""
        self._store(into, self._frame(query, params))

    @java_watched()
    def fetch(self, query: str, **params: object) -> pa.Table:
        """Return all rows of a SELECT."""
        return self._frame(query, params).toArrow()

    @java_watched()
    def stream(self, query: str, **params: object) -> pa.RecordBatchReader:
        """Return the rows of a SELECT as a stream of batches. Read it to its end before the next call."""
        frame = self._frame(query, params)
        place = self._written(frame)
        schema = to_arrow_schema(frame.schema, timezone="UTC")
        return pa.RecordBatchReader.from_batches(schema, _read_and_remove(place, schema))

    @java_watched()
    def map_batches(
        self, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
    ) -> None:
        """Store as `into` what a Python function makes of the batches of a SELECT."""
        frame = self._frame(query, params)
        raised = self._folder / "raised"
        with warnings.catch_warnings():
            # As in open_session: no row passes through pandas.
            warnings.simplefilter("ignore", FutureWarning)
            mapped = frame.mapInArrow(_watched(function, raised), _spark_schema(schema))
        try:
            self._store(into, mapped)
        except PySparkException as error:
            if not raised.exists():
                raise
            carried: RegularsError = pickle.loads(raised.read_bytes())  # noqa: S301  (our own worker wrote it)
            raised.unlink()
            raise carried from error

    @java_watched()
    def write_parquet(self, query: str, path: Path, **params: object) -> int:
        """Write the rows of a SELECT, in its order, to one Parquet file; return how many."""
        written = self._folder / "written.parquet"
        with closing(self.stream(query, **params)) as rows:
            count = _write(rows, written)
        shutil.move(written, path)
        return count

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the column names of a table, in order; empty if there is no such table."""
        return self._tables[table][1] if table in self._tables else ()

    def drop(self, *tables: str) -> None:
        """Forget tables; names that do not exist are no error."""
        for table in tables:
            if table in self._tables:
                self._session.catalog.dropTempView(_ticked(table))
                shutil.rmtree(self._tables.pop(table)[0], ignore_errors=True)

    def aside(self) -> AbstractContextManager[None]:
        """Give none: Spark has its cores busy without."""
        return nullcontext()

    def close(self) -> None:
        """Leave the session and remove the private folder."""
        with suppress(JavaEnded), java_watched():
            self.drop(*self._tables)
        self._opened.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _frame(self, query: str, params: Mapping[str, object]) -> DataFrame:
        for name, value in params.items():
            if isinstance(value, datetime) or not isinstance(value, _BINDABLE):
                raise TypeError(f"${name} is a {type(value).__name__}: bind a day, a number, a text, yes or no")
        frame = self._session.sql(told(query), args=dict(params))
        return _without_nothing(frame)

    def _store(self, table: str, frame: DataFrame) -> None:
        """Make the new table before the old one goes: it may be made of it."""
        self._keep(table, self._written(frame), frame.schema)

    def _written(self, frame: DataFrame) -> Path:
        place = self._new_place()
        try:
            frame.write.parquet(str(place))
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return place

    def _keep(self, table: str, place: Path, schema: StructType) -> None:
        view = self._session.read.schema(schema).parquet(str(place))
        self.drop(table)
        view.createOrReplaceTempView(_ticked(table))
        self._tables[table] = (place, tuple(schema.names))

    def _new_place(self) -> Path:
        self._places += 1
        return self._folder / f"table-{self._places}"


def _watched(function: BatchFunction, raised: Path) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return the function as workers run it: what a person can mend is written down for the driver to raise."""

    def watched(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from function(batches)
        except RegularsError as error:
            raised.write_bytes(pickle.dumps(error))
            raise

    return watched


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _spark_schema(schema: pa.Schema) -> StructType:
    return from_arrow_schema(schema, prefer_timestamp_ntz=True)


def _without_nothing(frame: DataFrame) -> DataFrame:
    """Return the frame with columns that are NULL and nothing else as integers, as on DuckDB: no file can hold them."""
    if not any(isinstance(field.dataType, NullType) for field in frame.schema):
        return frame
    return frame.select(
        *(
            frame[_ticked(field.name)].cast("int").alias(field.name)
            if isinstance(field.dataType, NullType)
            else frame[_ticked(field.name)]
            for field in frame.schema
        )
    )


def _write(batches: pa.RecordBatchReader, path: Path) -> int:
    """Write a stream to one file; return how many rows it had."""
    count = 0
    with pq.ParquetWriter(path, batches.schema, coerce_timestamps="us") as file:
        for batch in _gathered(batches):
            file.write_table(batch, row_group_size=_ROWS_PER_BATCH)
            count += batch.num_rows
    return count


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield small batches together: a row group for each of them would be slow to read."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(each.num_rows for each in held) >= _ROWS_PER_BATCH:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _read_and_remove(place: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a folder of parts in the order they were written, then remove it."""
    try:
        for part in sorted(place.glob("*.parquet"), key=_number):
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(batch_size=_ROWS_PER_BATCH):
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _number(part: Path) -> int:
    """Return the number of a part file; beyond 99,999 the names do not sort by it."""
    found = re.match(r"part-(\d+)", part.name)
    return int(found[1]) if found else 0
