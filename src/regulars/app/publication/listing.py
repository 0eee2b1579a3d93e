"""The list of everybody as a small read-only database: any order, any page, at once.

SQLite with one index an order; pages are found by the last row of the page before (keyset), so the page of row 950,000
costs what the first one costs. It holds figures and codes only: names come from the vault, for the rows that are shown.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.app.publication.changes import Moved
from regulars.app.publication.current import Published

FIGURES = (
    "order_count", "days_since_last", "spend_total", "value_score", "satisfaction_score", "loyalty_score",
    "lifetime_value", "total_value", "p_purchase", "gap_mean_days",
)  # fmt: skip
CODES = ("loyalty_grade", "rfm_group", "lifecycle_stage", "next_action")
"""Columns of customers.parquet that a list shows."""
SUGGESTED = (
    "rank", "channel", "offer_cost", "cost", "expected_gain", "expected_gain_low", "expected_gain_high", "do_by",
    "held_out", "within_budget", "reasons",
)  # fmt: skip
"""Columns of actions.parquet that go with them."""

ORDERS: Mapping[str, str] = {
    "rank": "ASC",
    "total_value": "DESC",
    "value_score": "DESC",
    "satisfaction_score": "ASC",
    "loyalty_score": "DESC",
    "days_since_last": "ASC",
    "spend_total": "DESC",
    "p_purchase": "DESC",
}
"""By what the list can be ordered, and which end comes first."""

STAGE_BEFORE = "stage_before"
"""The stage in the result before, of those who are in another one now."""

FILE = "listing.sqlite3"
_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order, and where the next page begins; None at the end."""

    rows: list[dict[str, Any]]
    after: tuple[float, int] | None


def write_listing(folder: Path, target: Path, *, moved: Moved | None = None) -> pa.Array:
    """Write the listing of a result; return everybody's customer ids in the order of customers.parquet."""
    columns = ("customer_id", *FIGURES, *CODES, *SUGGESTED)
    names = ", ".join(columns)
    with closing(sqlite3.connect(target)) as base:
        base.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            f"CREATE TABLE people (place INTEGER PRIMARY KEY, {names}, {STAGE_BEFORE});"
        )
        ids, suggested = [], _suggestions(folder)
        place = 0
        with pq.ParquetFile(folder / "customers.parquet") as file:
            held = [name for name in ("customer_id", *FIGURES, *CODES) if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=_ROWS, columns=held):
                ids.append(batch.column("customer_id"))
                base.executemany(
                    f"INSERT INTO people (place, {names}) VALUES ({', '.join('?' * (len(columns) + 1))})",
                    _rows(batch, suggested, place),
                )
                place += batch.num_rows
        if moved is not None:
            changed = zip(moved.before.to_pylist(), moved.places.to_pylist(), strict=True)
            base.executemany(f"UPDATE people SET {STAGE_BEFORE} = ? WHERE place = ?", changed)
        base.execute(f"CREATE INDEX moved ON people ({STAGE_BEFORE}, lifecycle_stage) WHERE {STAGE_BEFORE} IS NOT NULL")
        for column, end in ORDERS.items():
            base.execute(f"CREATE INDEX by_{column} ON people ({column} {end}, place {end}) WHERE {column} IS NOT NULL")
        base.execute("CREATE UNIQUE INDEX by_id ON people (customer_id)")
        base.execute("ANALYZE")
        base.commit()
    return pa.chunked_array(ids, pa.string()).combine_chunks() if ids else pa.array([], pa.string())


def page(
    published: Published,
    *,
    order: str,
    after: tuple[float, int] | None,
    size: int,
    moved: tuple[str, str] | None = None,
) -> Page:
    """Return a page of the list: the rows after one, in an order; of those alone who moved from one stage to another.

    Raises:
        KeyError: nobody is listed by that order.
    """
    rows: list[dict[str, Any]] = []
    with opened(published) as base:
        for query, values in _ranges(order, after, moved):
            rows += base.execute(query, [*values, size + 1 - len(rows)]).fetchall()
    more = rows[size:]
    rows = rows[:size]
    return Page(rows=rows, after=(rows[-1][order], rows[-1]["place"]) if more else None)


def _ranges(
    order: str, after: tuple[float, int] | None, moved: tuple[str, str] | None
) -> list[tuple[str, list[str | float]]]:
    """Return the questions whose answers, one after the other, are the rows after one: each is one range of an index.

    Who has as much as the last row, and then who has more: for both at once SQLite would walk through all the equals.
    """
    end = ORDERS[order]
    sign = ">" if end == "ASC" else "<"
    ranges: list[tuple[str, list[float]]] = [(f"{order} IS NOT NULL", [])]
    if after is not None:
        value, place = after
        ranges = [(f"{order} = ? AND place {sign} ?", [value, place]), (f"{order} {sign} ?", [value])]
    among, theirs = f"people INDEXED BY by_{order} WHERE", list[str]()
    if moved is not None:  # they are few: to look for them in an order of everybody may take seconds
        among, theirs = f"people INDEXED BY moved WHERE {STAGE_BEFORE} = ? AND lifecycle_stage = ? AND", [*moved]
    return [
        (f"SELECT * FROM {among} {of} ORDER BY {order} {end}, place {end} LIMIT ?", [*theirs, *values])
        for of, values in ranges
    ]


def suggestions(published: Published, *, first: int, size: int) -> list[dict[str, Any]]:
    """Return the people to contact from a rank on: within the budget, not held out."""
    query = (
        "SELECT * FROM people WHERE rank IS NOT NULL AND rank >= ? AND within_budget AND NOT held_out"
        " ORDER BY rank LIMIT ?"
    )
    with opened(published) as base:
        rows: list[dict[str, Any]] = base.execute(query, [first, size]).fetchall()
    return rows


def some(published: Published, customer_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of some people by customer id; who is not in the result is not there."""
    found: dict[str, dict[str, Any]] = {}
    with opened(published) as base:
        for start in range(0, len(customer_ids), 500):
            part = list(customer_ids[start : start + 500])
            marks = ", ".join("?" * len(part))
            for row in base.execute(f"SELECT * FROM people WHERE customer_id IN ({marks})", part):
                found[row["customer_id"]] = row
    return found


@contextmanager
def opened(published: Published) -> Iterator[sqlite3.Connection]:
    """Give a connection that can only read, takes the file for unchanging, and returns each row by its columns."""
    place = (published.pages / FILE).as_uri() + "?mode=ro&immutable=1"
    with closing(sqlite3.connect(place, uri=True)) as base:
        base.row_factory = _named
        yield base


def _named(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def _suggestions(folder: Path) -> dict[str, tuple[Any, ...]]:
    table = pq.read_table(folder / "actions.parquet", columns=["customer_id", *SUGGESTED])
    table = table.filter(table["rank"].is_valid())
    columns = [_plain(table[name].to_pylist()) for name in SUGGESTED]
    return dict(zip(table["customer_id"].to_pylist(), zip(*columns, strict=True), strict=True))


def _rows(batch: pa.RecordBatch, suggested: Mapping[str, tuple[Any, ...]], place: int) -> Iterator[tuple[Any, ...]]:
    nothing = (None,) * len(SUGGESTED)
    columns = [
        _plain(batch.column(name).to_pylist()) if name in batch.schema.names else [None] * batch.num_rows
        for name in ("customer_id", *FIGURES, *CODES)
    ]
    for offset, row in enumerate(zip(*columns, strict=True)):
        yield (place + offset, *row, *suggested.get(row[0], nothing))


def _plain(values: list[Any]) -> list[Any]:
    """Return values as SQLite keeps them: amounts as numbers, days as text, codes joined."""
    if any(isinstance(value, list) for value in values):
        return [None if value is None else ";".join(value) for value in values]
    return [float(value) if hasattr(value, "as_tuple") else str(value) if hasattr(value, "year") else value
            for value in values]  # fmt: skip
