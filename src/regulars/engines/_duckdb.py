"""DuckDB, in this process: spills to a private folder, and can touch no file outside it."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.core import RegularsError
from regulars.engines._door import BatchFunction, Bounds, Engine, Source, quoted
from regulars.engines._files import bring_inside, literal

_INCOMING = "regulars_incoming"
_MADE = "(being made)"
_ROWS_PER_BATCH = 131_072
_PARQUET = "FORMAT parquet, COMPRESSION snappy, PRESERVE_ORDER true, DICTIONARY_SIZE_LIMIT 1000"
"""Dictionaries serve words. Of measurements, nearly all different, they cost a fifth of the writing and save little."""
_BINDS_BY_EXECUTING = duckdb.__version__.startswith("1.")
_LAYOUTS: dict[pa.Schema, dict[str, str]] = {}
"""The columns, as DuckDB writes their types, of the Arrow schemas that tables were laid out by."""


class DuckDBEngine(Engine):
    """The door of `Engine` over one DuckDB connection and a private folder that is removed at close."""

    name = "duckdb"
    versions: Mapping[str, str] = {"duckdb": duckdb.__version__}

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._folder = bounds.folder
        self._views: dict[str, Path | str] = {}
        """The tables that are views, and the file or the table that each one looks at."""
        self._numbers = count(1)
        self._connection = duckdb.connect(":memory:")
        self._second = self._connection.cursor()
        self._set("memory_limit", f"'{bounds.memory_limit}'")
        self._set("temp_directory", literal(bounds.folder / "spill"))
        self._set("preserve_insertion_order", "false")
        hide_bar(self._connection)
        hide_bar(self._second)
        if bounds.threads is not None:
            self._set("threads", str(int(bounds.threads)))
        self._set("allowed_directories", f"[{literal(bounds.folder)}]")
        for name in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
            self._set(name, "false")
        self._set("lock_configuration", "true")

    def load(self, table: str, source: Source, *, columns: pa.Schema | None = None) -> None:
        """Store the rows of a source as `table`; columns that it lacks are those of a view over it."""
        filled = table if columns is None else f"{table} (filled {next(self._numbers)})"
        if isinstance(source, Path):
            self._look_at(filled, source)
        else:
            self._take(filled, source)
        if columns is not None:
            self._widen(table, filled, columns)

    def run(self, query: str, *, into: str, **params: object) -> None:
        """Store the rows of a SELECT as the table `into`, replacing any table of that name."""
        self._store(into, query, params)

    def fetch(self, query: str, **params: object) -> pa.Table:
        """Return all rows of a SELECT."""
        return _answer(self._connection, query, params).to_arrow_table()

    def stream(self, query: str, **params: object) -> pa.RecordBatchReader:
        """Return the rows of a SELECT as a stream of batches. Read it to its end before the next call."""
        return _answer(self._connection, query, params).to_arrow_reader(_ROWS_PER_BATCH)

    def map_batches(
        self, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
    ) -> None:
        """Store as `into` what a Python function makes of the batches of a SELECT."""
        reading = self._connection.cursor()
        raised: list[RegularsError] = []

        def watched(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            try:
                yield from function(batches)
            except RegularsError as error:
                raised.append(error)
                raise

        try:
            batches = _answer(reading, query, params).to_arrow_reader(_ROWS_PER_BATCH)
            self._take(into, pa.RecordBatchReader.from_batches(schema, watched(batches)))
        except duckdb.Error as error:
            raise next(iter(raised), error) from None
        finally:
            reading.close()

    def write_parquet(self, query: str, path: Path, **params: object) -> int:
        """Write the rows of a SELECT, in its order, to one Parquet file; return how many."""
        written = self._folder / f"written-{next(self._numbers)}.parquet"
        statement = f"COPY ({query}) TO {literal(written)} ({_PARQUET})"
        (rows,) = self._connection.execute(statement, params).fetchall()[0]
        shutil.move(written, path)
        return int(rows)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the column names of a table, in order; empty if there is no such table."""
        statement = (
            "SELECT column_name FROM information_schema.columns WHERE table_name = $table ORDER BY ordinal_position"
        )
        return tuple(name for (name,) in self._connection.execute(statement, {"table": table}).fetchall())

    def drop(self, *tables: str) -> None:
        """Forget tables; names that do not exist are no error."""
        for table in tables:
            if table in self._views:
                self._connection.execute(f"DROP VIEW {quoted(table)}")
                behind = self._views.pop(table)
                if isinstance(behind, Path):
                    behind.unlink(missing_ok=True)
                else:
                    self.drop(behind)
            else:
                self._connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")

    @contextmanager
    def aside(self) -> Iterator["DuckDBEngine | None"]:
        """Give a second door over a connection of its own, unless one core was asked for."""
        if self.bounds.threads == 1:
            yield None
            return
        other = copy(self)
        other._connection = self._second
        yield other

    def close(self) -> None:
        """Close the connections and remove the private folder."""
        self._second.close()
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self, table: str, source: pa.Table | pa.RecordBatchReader) -> None:
        if isinstance(source, pa.Table) and not source.num_rows:
            return self._lay_out(table, source.schema)
        self._connection.register(_INCOMING, source)
        try:
            self._store(table, f"SELECT * FROM {_INCOMING}", {})
        finally:
            self._connection.unregister(_INCOMING)
        return None

    def _lay_out(self, table: str, schema: pa.Schema) -> None:
        """Make an empty table, five times as fast as by handing over no rows: most shops lack most kinds of record."""
        self.drop(table)
        layout = ", ".join(f"{quoted(name)} {kind}" for name, kind in self._layout(schema).items())
        self._connection.execute(f"CREATE TABLE {quoted(table)} ({layout})")

    def _layout(self, schema: pa.Schema) -> dict[str, str]:
        """Return the columns of an Arrow schema with their types as DuckDB writes them."""
        if schema not in _LAYOUTS:
            self._connection.register(_INCOMING, schema.empty_table())
            described = self._connection.execute(f"DESCRIBE SELECT * FROM {_INCOMING}").fetchall()
            self._connection.unregister(_INCOMING)
            _LAYOUTS[schema] = {name: kind for name, kind, *_ in described}
        return _LAYOUTS[schema]

    def _widen(self, table: str, filled: str, columns: pa.Schema) -> None:
        """Show a table with more columns than it has: text that is nothing would take sixteen bytes a row."""
        own = set(self.columns(filled))
        shown = (
            quoted(name) if name in own else f"CAST(NULL AS {kind}) AS {quoted(name)}"
            for name, kind in self._layout(columns).items()
        )
        self.drop(table)
        self._connection.execute(f"CREATE VIEW {quoted(table)} AS SELECT {', '.join(shown)} FROM {quoted(filled)}")
        self._views[table] = filled

    def _store(self, table: str, query: str, params: dict[str, object]) -> None:
        """Make the new table before the old one goes: it may be made of it."""
        made = f"{table} {_MADE}" if table in self._views else table
        self._connection.execute(f"CREATE OR REPLACE TABLE {quoted(made)} AS {query}", params)
        if made != table:
            self.drop(table)
            self._connection.execute(f"ALTER TABLE {quoted(made)} RENAME TO {quoted(table)}")

    def _look_at(self, table: str, source: Path) -> None:
        """Bring a Parquet file into the private folder and read it there when asked, without a copy in memory."""
        self.drop(table)
        inside = self._folder / f"loaded-{next(self._numbers)}.parquet"
        bring_inside(source, inside)
        self._connection.execute(f"CREATE VIEW {quoted(table)} AS SELECT * FROM read_parquet({literal(inside)})")
        self._views[table] = inside

    def _set(self, name: str, value: str) -> None:
        self._connection.execute(f"SET {name} = {value}")


def hide_bar(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn off DuckDB's progress bar, which would write between the lines of whoever asks.

    In a notebook without widgets it is off already, and DuckDB refuses to be told so.
    """
    # Read to its end: an answer that is not keeps its transaction open, and no connection gives back what tables held.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        connection.execute("SET enable_progress_bar = false")


def _answer(
    connection: duckdb.DuckDBPyConnection, query: str, params: dict[str, object]
) -> duckdb.DuckDBPyConnection | duckdb.DuckDBPyRelation:
    """Return what can be read as Arrow: by the one of two ways that does not copy row by row.

    DuckDB 1.5 makes Python objects of every row of a relation with parameters (a hundred times slower); DuckDB 2 does
    well by relations and warns of the other way.
    """
    if params and _BINDS_BY_EXECUTING:
        return connection.execute(query, params)
    return connection.sql(query, params=params or None)
