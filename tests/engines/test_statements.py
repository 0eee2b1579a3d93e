"""Every statement of the product, caught in a whole analysis, is made of functions that travel to another engine."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from engines.travelling import TRAVELLING
from regulars import analysis, simulation
from regulars.engines import BatchFunction, DuckDBEngine
from regulars.engines._spark_dialect import told
from regulars.records import Source

_STATEMENTS: list[str] = []


class WritingDown(DuckDBEngine):
    """An engine that writes down what it is asked."""

    def run(self, query: str, *, into: str, **params: object) -> None:
        _STATEMENTS.append(query)
        super().run(query, into=into, **params)

    def fetch(self, query: str, **params: object) -> pa.Table:
        _STATEMENTS.append(query)
        return super().fetch(query, **params)

    def stream(self, query: str, **params: object) -> pa.RecordBatchReader:
        _STATEMENTS.append(query)
        return super().stream(query, **params)

    def map_batches(
        self, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
    ) -> None:
        _STATEMENTS.append(query)
        super().map_batches(query, function, schema, into=into, **params)

    def write_parquet(self, query: str, path: Path, **params: object) -> int:
        _STATEMENTS.append(query)
        return super().write_parquet(query, path, **params)


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """All statements of the analysis of a simulated shop with every kind of record, large enough for clusters."""
    folder = tmp_path_factory.mktemp("shop")
    shop = simulation.simulate_shop(folder / "records", customers=160, seed=1, last_day=date(2024, 6, 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regulars.engines._duckdb.DuckDBEngine", WritingDown)
        analysis.analyze(
            files=[Source(data=path) for path in shop.paths], out=folder / "result", workspace=folder / "workspace"
        )
    yield sorted(set(_STATEMENTS))
    _STATEMENTS.clear()


def test_only_functions_that_travel_are_used(statements: list[str]) -> None:
    assert len(statements) > 30, "the engine that writes down was not used"
    strangers: dict[str, str] = {}
    for statement in statements:
        for function in sqlglot.parse_one(statement, read="duckdb").find_all(exp.Func):
            name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
            if name.upper() not in TRAVELLING:
                strangers[name] = statement
    assert not strangers


def test_every_statement_is_a_select_that_spark_can_be_told(statements: list[str]) -> None:
    for statement in statements:
        assert sqlglot.parse_one(told(statement), read="spark")


def test_no_numbering_is_without_an_order(statements: list[str]) -> None:
    for statement in statements:
        for window in sqlglot.parse_one(statement, read="duckdb").find_all(exp.Window):
            if isinstance(window.this, exp.RowNumber):
                assert window.args.get("order"), f"a numbering without an order: {window.sql()}"
