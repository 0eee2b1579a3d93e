"""The door every engine has. A second engine is one more file that keeps these promises."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeAlias

import pyarrow as pa

BatchFunction = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]
"""Takes a stream of batches, yields a stream of batches of the promised schema. Keeps no state between streams."""

Source: TypeAlias = "pa.Table | pa.RecordBatchReader | Path"
"""What can be loaded: an Arrow table, a stream of Arrow batches, or a Parquet file."""


def quoted(name: str) -> str:
    """Return a table or column name quoted for SQL; the only way a name enters a statement.

    >>> quoted("order days")
    '"order days"'
    """
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an engine was given to work with: a checked memory limit, threads (None: every core), a private folder."""

    memory_limit: str
    threads: int | None
    folder: Path


class Engine(Protocol):
    """Runs SELECT statements written in DuckDB's dialect; values are bound as `$name`, never formatted in."""

    name: str
    bounds: Bounds
    versions: Mapping[str, str]
    """Of the packages that do the work, by name."""

    def load(self, table: str, source: Source, *, columns: pa.Schema | None = None) -> None:
        """Store the rows of a source as `table`, replacing any table of that name.

        `columns` are those of the table (default: the source's): whichever of them the source lacks hold nothing, and
        take no room.
        """

    def run(self, query: str, *, into: str, **params: object) -> None:
        """Store the rows of a SELECT as the table `into`, replacing any table of that name."""

    def fetch(self, query: str, **params: object) -> pa.Table:
        """Return all rows of a SELECT: for aggregates and for answers of known size."""

    def stream(self, query: str, **params: object) -> pa.RecordBatchReader:
        """Return the rows of a SELECT as a stream of batches. Read it to its end before the next call."""

    def map_batches(
        self, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
    ) -> None:
        """Store as `into` what a Python function makes of the batches of a SELECT.

        A RegularsError that the function raises comes out as it is, anything else as the driver's error.
        """

    def write_parquet(self, query: str, path: Path, **params: object) -> int:
        """Write the rows of a SELECT, in its order, to one Parquet file; return how many."""

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the column names of a table, in order; empty if there is no such table."""

    def drop(self, *tables: str) -> None:
        """Forget tables; names that do not exist are no error."""

    def aside(self) -> AbstractContextManager["Engine | None"]:
        """Give a second door to the same tables, for one other thread; None where all has to go one after the other."""

    def close(self) -> None:
        """Free memory and files. The engine answers nothing after this."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
