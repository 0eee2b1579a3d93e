"""What travels: the functions that mean the same on DuckDB and on Apache Spark, by the name sqlglot gives them.

A name is added here only after it was seen to agree on both, empty cells and ties included; see the table of what
does not travel in docs/decisions/0008-spark.md, and tests/engines/test_traps.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from regulars.engines import BatchFunction
from regulars.engines._duckdb import DuckDBEngine
from regulars.engines._spark_dialect import told

AGGREGATES = {"SUM", "COUNT", "MIN", "MAX", "AVG", "ARG_MAX", "ARG_MIN", "MAX_BY", "MIN_BY", "STDDEV_SAMP"}
WINDOWS = {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE"}
NUMBERS = {"ABS", "LN", "EXP", "SQRT", "POWER", "FLOOR", "CEIL", "ROUND", "GREATEST", "LEAST", "IS_NAN"}
TEXTS = {"CONCAT", "SUBSTRING", "LENGTH", "MD5", "CHR", "SPLIT_PART"}
DAYS = {"DATE_DIFF", "DATEDIFF", "EXTRACT", "YEAR", "MONTH"}
EMPTIES = {"COALESCE", "NULLIF"}
SYNTAX = {"CAST", "CASE", "IF", "EXISTS", "AND", "OR", "XOR", "NOT"}

TRAVELLING = AGGREGATES | WINDOWS | NUMBERS | TEXTS | DAYS | EMPTIES | SYNTAX


@contextmanager
def written_down() -> Iterator[list[str]]:
    """Yield the list to which every statement goes that is asked of an engine opened meanwhile."""
    statements: list[str] = []

    class WritingDown(DuckDBEngine):
        def run(self, query: str, *, into: str, **params: object) -> None:
            statements.append(query)
            super().run(query, into=into, **params)

        def fetch(self, query: str, **params: object) -> pa.Table:
            statements.append(query)
            return super().fetch(query, **params)

        def stream(self, query: str, **params: object) -> pa.RecordBatchReader:
            statements.append(query)
            return super().stream(query, **params)

        def map_batches(
            self, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
        ) -> None:
            statements.append(query)
            super().map_batches(query, function, schema, into=into, **params)

        def write_parquet(self, query: str, path: Path, **params: object) -> int:
            statements.append(query)
            return super().write_parquet(query, path, **params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regulars.engines._duckdb.DuckDBEngine", WritingDown)
        yield statements


def assert_travels(statement: str) -> None:
    """Fail where a statement asks for what is not known to mean the same on Spark, or numbers without an order."""
    parsed = sqlglot.parse_one(statement, read="duckdb")
    assert isinstance(parsed, exp.Query), statement
    for function in parsed.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        assert name.upper() in TRAVELLING, f"{name} in {statement}"
    for window in parsed.find_all(exp.Window):
        if isinstance(window.this, exp.RowNumber):
            assert window.args.get("order"), f"a numbering without an order: {window.sql()}"
    assert sqlglot.parse_one(told(statement), read="spark")
