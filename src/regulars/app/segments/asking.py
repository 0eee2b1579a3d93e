"""Asking a result: a segment as SQL over the published Parquet file, answered by one engine that is kept ready.

The engine can read that one file and nothing else; names of columns are quoted, values are bound.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.app._shop import served
from regulars.app.publication.current import CUSTOMERS, Published
from regulars.app.segments.columns import ALL, held
from regulars.app.segments.conditions import Condition, Group, Segment
from regulars.engines import Engine, open_engine, quoted

_MEMORY = "256MB"
_THREADS = 2
_TABLE = "customers"
_WORKED_OUT = "worked_out"

_TESTS: Mapping[str, str] = {
    "is": "{column} = {0}",
    "contains": "contains(lower({column}), lower({0}))",
    "at_least": "{column} >= {0}",
    "at_most": "{column} <= {0}",
    "between": "{column} BETWEEN {0} AND {1}",
    "on_or_after": "{column} >= {0}",
    "on_or_before": "{column} <= {0}",
    "days_ago_at_most": "{column} > CAST($as_of AS DATE) - CAST({0} AS INTEGER) AND {column} <= CAST($as_of AS DATE)",
    "days_ago_at_least": "{column} <= CAST($as_of AS DATE) - CAST({0} AS INTEGER)",
    "yes": "{column}",
    "no": "NOT {column}",
    "known": "{column} IS NOT NULL",
}
_CONTRARIES = {"is_not": "is", "contains_not": "contains", "unknown": "known"}
_ALL_OF_THESE = {"all": " AND ", "any": " OR ", "none": " OR "}


@dataclass(slots=True)
class Where:
    """A condition in SQL, and what is bound in it."""

    sql: str
    params: dict[str, object] = field(default_factory=dict)


def where(segment: Segment, *, as_of: date, columns: frozenset[str]) -> Where:
    """Return a segment as a condition over a table with these columns; a column that is not there is never known."""
    found = Where("", {"as_of": as_of})
    found.sql = _group(segment.root, found.params, columns)
    if "$as_of" not in found.sql:
        del found.params["as_of"]
    return found


def count(published: Published, segment: Segment) -> tuple[int, int]:
    """Return how many customers of a result are in a segment, and how many there are."""
    return _counted(published.folder, segment)


@lru_cache(maxsize=256)
def _counted(folder: Path, segment: Segment) -> tuple[int, int]:
    """Count once: a published result never changes."""
    published = Published(folder)
    asked = where(segment, as_of=as_of(published), columns=held(published))
    query = f"SELECT count(*) AS found FROM {_TABLE} WHERE {asked.sql}"
    everybody = pq.read_metadata(folder / CUSTOMERS).num_rows
    return fetch(published, query, **asked.params).to_pylist()[0]["found"], everybody


def members(published: Published, segment: Segment, columns: tuple[str, ...]) -> pa.Table:
    """Return columns of everybody in a segment, by customer id."""
    asked = where(segment, as_of=as_of(published), columns=held(published))
    chosen = ", ".join(quoted(name) for name in columns)
    query = f"SELECT {chosen} FROM {_TABLE} WHERE {asked.sql} ORDER BY customer_id"
    return fetch(published, query, **asked.params)


def first(published: Published, segment: Segment, most: int) -> list[str]:
    """Return the ids of the most valuable customers of a segment."""
    columns = held(published)
    asked = where(segment, as_of=as_of(published), columns=columns)
    by = "total_value" if "total_value" in columns else "spend_total"
    rows = best(published, _TABLE, by, most, where=asked.sql, params=asked.params)
    return [str(row["customer_id"]) for row in rows]


def best(
    published: Published, table: str, by: str, most: int, *, where: str = "TRUE", params: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Return the rows with the most of a figure, ties by customer id.

    In two steps: how much it takes to be among them, by that column alone; then the few who have it. Of a million
    rows the engine would else read every id.
    """
    name = quoted(by)
    least = fetch(published, f"SELECT {name} AS n FROM {table} AS t WHERE {name} IS NOT NULL AND {where}"
                  f" ORDER BY n DESC LIMIT {int(most)}", **params)["n"].to_pylist()  # fmt: skip
    if not least:
        return []
    query = (
        f"SELECT * FROM {table} AS t WHERE {name} >= $least AND {where} ORDER BY {name} DESC, customer_id"
        f" LIMIT {int(most)}"
    )
    rows: list[dict[str, Any]] = fetch(published, query, **params, least=least[-1]).to_pylist()
    return rows


def fetch(published: Published, query: str, **params: object) -> pa.Table:
    """Return the rows of a SELECT over the customers of a result."""
    return _READY.fetch(published, query, params)


def worked_out(published: Published, work: Callable[[Engine, str, str], None], query: Callable[[str], str]) -> pa.Table:
    """Return the rows of a SELECT over a table that is made of the customers of a result for this one question.

    Args:
        published: the result.
        work: is given the engine, the name of the customers' table and the name of the table to write.
        query: is given the name of the written table and returns the SELECT.
    """
    return _READY.worked_out(published, work, query)


def often(published: Published, column: str) -> list[str]:
    """Return what stands most often in a column of texts, to choose from."""
    return _often(published.folder, column) if column in held(published) else []


@lru_cache(maxsize=64)
def _often(folder: Path, column: str) -> list[str]:
    query = (
        f"SELECT {quoted(column)} AS value FROM {_TABLE} WHERE {quoted(column)} IS NOT NULL"
        " GROUP BY value ORDER BY count(*) DESC, value LIMIT 30"
    )
    return [str(value) for value in fetch(Published(folder), query)["value"].to_pylist()]


def as_of(published: Published) -> date:
    """Return the last day that a result knows of."""
    return date.fromisoformat(published.manifest["as_of"])


class _Ready:
    """One engine of this process, over the customers of the result last asked about.

    One question at a time: the engine uses every core for it, so two at once would each take twice as long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._holds: Path | None = None

    def fetch(self, published: Published, query: str, params: Mapping[str, Any]) -> pa.Table:
        """Return the rows of a SELECT over the table `customers`."""
        with self._lock:
            return self._over(published).fetch(query, **params)

    def worked_out(
        self, published: Published, work: Callable[[Engine, str, str], None], query: Callable[[str], str]
    ) -> pa.Table:
        """Return the rows of a SELECT over a table that is made for it, and gone afterwards."""
        with self._lock:
            engine = self._over(published)
            work(engine, _TABLE, _WORKED_OUT)
            try:
                return engine.fetch(query(_WORKED_OUT))
            finally:
                engine.drop(_WORKED_OUT)

    def _over(self, published: Published) -> Engine:
        if self._engine is None:
            self._engine = open_engine(memory_limit=_MEMORY, threads=_THREADS, parent=_room())
        if self._holds != published.folder or not any(self._engine.bounds.folder.glob("loaded-*.parquet")):
            self._holds = None  # whoever publishes takes away what is no result any more
            self._engine.load(_TABLE, published.folder / CUSTOMERS)
            self._holds = published.folder
        return self._engine


_READY = _Ready()


def _room() -> Path:
    """Return the folder in which every process has its engine's own folder: none clears away what another asks of."""
    room = served().asking
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    return room


def _group(group: Group, params: dict[str, object], columns: frozenset[str]) -> str:
    parts = [
        _group(part, params, columns) if isinstance(part, Group) else _condition(part, params, columns)
        for part in group.parts
    ]
    if not parts:
        return "TRUE"
    joined = "(" + _ALL_OF_THESE[group.join].join(parts) + ")"
    return f"(NOT {joined})" if group.join == "none" else joined


def _condition(condition: Condition, params: dict[str, object], columns: frozenset[str]) -> str:
    """Return a condition that is true or false of everybody: what is unknown does not hold."""
    test = _CONTRARIES.get(condition.test, condition.test)
    positive = "FALSE"
    if condition.column in columns:
        positive = f"coalesce({_positive(condition, test, params)}, FALSE)"
    return positive if test == condition.test else f"(NOT {positive})"


def _positive(condition: Condition, test: str, params: dict[str, object]) -> str:
    names = []
    for value in condition.typed():
        name = f"v{len(params)}"
        params[name] = value
        names.append(f"${name}")
    column = quoted(condition.column)
    if test == "is" and len(names) > 1:
        return f"{column} IN ({', '.join(names)})"
    if test == "is" and ALL[condition.column].type == "text":
        return f"lower(CAST({column} AS VARCHAR)) = lower({names[0]})"
    return "(" + _TESTS[test].format(*names, column=column) + ")"
