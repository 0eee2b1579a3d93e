"""The result folder as it is read: small files whole, large ones only the rows and columns that are shown."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from regulars.core import Figure, Interval, Period, RegularsError, date
from regulars.strategy import LEAVE_ALONE, SEEN_IN

SCHEMA_VERSION = 1
_ROWS_PER_BATCH = 8192

Row = dict[str, Any]


class ResultMissing(RegularsError):
    """A folder that holds no result."""

    code = "result_missing"
    template = (
        "{folder} holds no result: there is no {file} in it. Name the folder that --out of regulars analyze wrote."
    )


class ResultUnreadable(RegularsError):
    """A result of another version, or a damaged one."""

    code = "result_unreadable"
    template = "{file} cannot be read as a result: {problem}. Run regulars analyze again."


@dataclass(frozen=True, kw_only=True)
class ResultFolder:
    """One analysis on disk."""

    path: Path

    @cached_property
    def manifest(self) -> Row:
        """What was read, how it was computed, with which versions."""
        manifest = self._json("manifest.json")
        if manifest.get("schema_version") != SCHEMA_VERSION:
            problem = f"schema_version is {manifest.get('schema_version')}, not {SCHEMA_VERSION}"
            raise ResultUnreadable(file=self.path / "manifest.json", problem=problem)
        return manifest

    @cached_property
    def rates(self) -> Row:
        """The figures of the whole business."""
        return self._json("rates.json")

    @property
    def as_of(self) -> date:
        """The last day seen."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def first_day(self) -> date:
        """The first day of any record."""
        return date.fromisoformat(self.manifest["first_day"])

    @property
    def currency(self) -> str:
        """The currency of every amount; empty where none was stated."""
        return str(self.manifest["business"].get("currency") or "")

    @property
    def shop(self) -> str:
        """Whose records these are; empty where nobody said."""
        return str(self.manifest["business"].get("name") or "")

    def setting(self, section: str, name: str, default: Any = None) -> Any:
        """Return one setting the result was made with."""
        return self.manifest.get("settings", {}).get(section, {}).get(name, default)

    def rows(self, file: str) -> list[Row]:
        """Return a small Parquet file as rows; none if there is no such file."""
        table = self.table(file)
        return [] if table is None else table.to_pylist()

    def table(self, file: str, columns: Sequence[str] | None = None) -> pa.Table | None:
        """Return a Parquet file, or those of the columns it has; None if there is no such file."""
        path = self.path / file
        if not path.is_file():
            return None
        with self._open(path) as parquet:
            names = parquet.schema_arrow.names
            return parquet.read(columns=None if columns is None else [name for name in columns if name in names])

    def columns(self, file: str) -> tuple[str, ...]:
        """Return the column names of a Parquet file; none if there is no such file."""
        path = self.path / file
        if not path.is_file():
            return ()
        with self._open(path) as parquet:
            return tuple(parquet.schema_arrow.names)

    def stream(self, file: str, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """Yield the rows of a Parquet file that may not fit in memory as rows."""
        path = self.path / file
        if not path.is_file():
            return
        with self._open(path) as parquet:
            for batch in parquet.iter_batches(batch_size=_ROWS_PER_BATCH, columns=columns):
                yield from batch.to_pylist()

    def contacts(self, limit: int) -> list[Row]:
        """Return the first people to contact, by rank; nobody who is held out or left alone."""
        return list(islice((row for row in self.stream("actions.parquet") if is_contact(row)), limit))

    def most_valuable(self, limit: int) -> list[Row]:
        """Return the customers with the highest lifetime value, highest first."""
        table = self.table("customers.parquet", ["customer_id", "lifetime_value"])
        if table is None or "lifetime_value" not in table.column_names:
            return []
        known = table.filter(pc.is_valid(table["lifetime_value"]))
        order = [("lifetime_value", "descending"), ("customer_id", "ascending")]
        ids = known.take(pc.select_k_unstable(known, k=min(limit, known.num_rows), sort_keys=order))
        people = self._of(ids["customer_id"].to_pylist(), "customers.parquet")
        by_id = {row["customer_id"]: row for row in people}
        return [by_id[customer_id] for customer_id in ids["customer_id"].to_pylist()]

    def reasons(self, customer_ids: Sequence[str]) -> dict[str, list[Row]]:
        """Return the reasons of some customers, by customer."""
        found: dict[str, list[Row]] = {customer_id: [] for customer_id in customer_ids}
        for row in self._of(customer_ids, "reasons.parquet"):
            found[row["customer_id"]].append(row)
        return found

    def customers(self, customer_ids: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
        """Return columns of some customers, by customer."""
        rows = self._of(customer_ids, "customers.parquet", ["customer_id", *columns])
        return {row["customer_id"]: row for row in rows}

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of all customers as numbers, without the missing ones; empty if there is no such column."""
        table = self.table("customers.parquet", [column])
        if table is None or column not in table.column_names:
            return np.empty(0)
        return np.asarray(table[column].drop_null().cast(pa.float64()).to_numpy(), dtype=np.float64)

    def without(self, column: str, why: str) -> dict[str, int]:
        """Return how many customers have nothing in a column, by the code in the column `why`, most first."""
        table = self.table("customers.parquet", [column, why])
        if table is None or {column, why} - set(table.column_names):
            return {}
        codes = table.filter(pc.is_null(table[column]))[why].cast(pa.string()).fill_null("no_records")
        counts = {pair["values"]: pair["counts"] for pair in codes.value_counts().to_pylist()}
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def seen_of(self, customer_ids: Sequence[str]) -> dict[str, Row]:
        """Return what the triggers of the playbook look at, of some customers."""
        columns = ["customer_id", *dict.fromkeys(SEEN_IN.values())]
        found: dict[str, Row] = {customer_id: {} for customer_id in customer_ids}
        return found | {row["customer_id"]: row for row in self._of(customer_ids, "customers.parquet", columns)}

    def _of(self, customer_ids: Sequence[str], file: str, columns: Sequence[str] | None = None) -> list[Row]:
        path = self.path / file
        if not customer_ids or not path.is_file():
            return []
        held = self.columns(file)
        kept = None if columns is None else [name for name in columns if name in held]
        wanted = [("customer_id", "in", list(customer_ids))]
        rows: list[Row] = pq.read_table(path, columns=kept, filters=wanted).to_pylist()
        return rows

    def optional(self, file: str) -> Row | None:
        """Return a JSON file that not every result has; None if there is none."""
        return self._json(file) if (self.path / file).is_file() else None

    def _json(self, file: str) -> Row:
        path = self.path / file
        try:
            content: Row = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ResultMissing(folder=self.path, file=file) from error
        except ValueError as error:
            raise ResultUnreadable(file=path, problem=error) from error
        return content

    def _open(self, path: Path) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(path)
        except pa.ArrowInvalid as error:
            raise ResultUnreadable(file=path, problem=error) from error


def is_contact(row: Row) -> bool:
    """Tell whether a row of actions is somebody to contact now."""
    if row["rank"] is None or row["action"] in {None, LEAVE_ALONE}:
        return False
    return bool(row["within_budget"]) and not row["held_out"]


def figure(stored: Row | None) -> Figure | None:
    """Return a figure as it was before it was written as JSON."""
    if stored is None:
        return None
    interval, period = stored.get("interval"), stored.get("period")
    return Figure(
        name=stored["name"],
        unit=stored["unit"],
        value=stored["value"],
        base=stored["base"],
        count=stored.get("count"),
        interval=Interval(**interval) if interval else None,
        reason=stored.get("reason"),
        period=Period(**{name: date.fromisoformat(day) for name, day in period.items()}) if period else None,
    )
