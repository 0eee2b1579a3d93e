"""Every statement of this room is made of functions that travel to another engine, whoever is in use."""

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from engines.travelling import TRAVELLING
from prediction.shoppers import CUTOFFS
from prediction.test_parts import in_use
from regulars.backtest import LABELS
from regulars.engines import BatchFunction, Engine
from regulars.prediction import READS


@pytest.fixture
def statements(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the engine is asked while all candidates are used in turn."""
    written: list[str] = []
    run, fetch, map_batches = (getattr(type(engine), name) for name in ("run", "fetch", "map_batches"))

    def written_run(self: Engine, query: str, *, into: str, **params: object) -> None:
        written.append(query)
        run(self, query, into=into, **params)

    def written_fetch(self: Engine, query: str, **params: object) -> pa.Table:
        written.append(query)
        return fetch(self, query, **params)

    def written_map(
        self: Engine, query: str, function: BatchFunction, schema: pa.Schema, *, into: str, **params: object
    ) -> None:
        written.append(query)
        map_batches(self, query, function, schema, into=into, **params)

    monkeypatch.setattr(type(engine), "run", written_run)
    monkeypatch.setattr(type(engine), "fetch", written_fetch)
    monkeypatch.setattr(type(engine), "map_batches", written_map)
    for name in ("rfm", "logistic"):
        in_use(engine, name)
    return written


def test_they_travel(statements: list[str]) -> None:
    assert len(statements) > 10
    for statement in statements:
        parsed = sqlglot.parse_one(statement, read="duckdb")
        assert isinstance(parsed, exp.Query)
        for function in parsed.find_all(exp.Func):
            name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
            assert name.upper() in TRAVELLING, f"{name} in {statement}"
        for division in parsed.find_all(exp.Div):
            assert isinstance(division.expression.unnest(), exp.Literal | exp.Nullif), division.sql()
        told = parsed.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        assert sqlglot.parse_one(told, read="spark")


def test_nothing_is_left_behind_but_the_answer(engine: Engine) -> None:
    in_use(engine, "rfm")
    tables = engine.fetch("SELECT table_name AS name FROM information_schema.tables")["name"].to_pylist()
    assert set(tables) == {"features", "prediction"} | {f"at_{cutoff:%Y%m%d}" for cutoff in CUTOFFS.final}
    assert not set(LABELS) & set(READS)
