"""Every statement of this room is made of functions that travel to another engine."""

from datetime import timedelta

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from cast import AS_OF
from engines.travelling import TRAVELLING
from regulars.backtest import horizon_days, observe, sample
from regulars.engines import Engine


@pytest.fixture
def statements(shop: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the engine is asked by every function of this room that asks it."""
    written: list[str] = []
    run, fetch = type(shop).run, type(shop).fetch

    def written_run(self: Engine, query: str, *, into: str, **params: object) -> None:
        written.append(query)
        run(self, query, into=into, **params)

    def written_fetch(self: Engine, query: str, **params: object) -> pa.Table:
        written.append(query)
        return fetch(self, query, **params)

    monkeypatch.setattr(type(shop), "run", written_run)
    monkeypatch.setattr(type(shop), "fetch", written_fetch)
    horizon_days(shop, as_of=AS_OF)
    found = sample(shop, as_of=AS_OF, customers=2, seed=0)
    observe(shop, cutoff=AS_OF - timedelta(days=30), horizon_days=30, into="observed", prefix=found.prefix)
    return written


def test_they_travel(statements: list[str]) -> None:
    assert len(statements) > 10
    for statement in statements:
        parsed = sqlglot.parse_one(statement, read="duckdb")
        assert isinstance(parsed, exp.Query)
        for function in parsed.find_all(exp.Func):
            name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
            assert name.upper() in TRAVELLING, f"{name} in {statement}"
        told = parsed.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        assert sqlglot.parse_one(told, read="spark")
