"""Fixtures of every room: an engine, and the cast."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

import cast
from regulars.core import RegularsError
from regulars.engines import Engine, open_engine

# The tables of tests are small: compiling Java well would cost more than it saves. Java that compiles so reserves only
# 48 MB for the code, which a whole analysis fills (and ends Java without a word); 240 MB is what it has otherwise.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m")


def _on_one_thread(name: str = "duckdb", *, threads: int | None = None, **bounds: Any) -> Engine:
    return open_engine(name, threads=threads or (1 if name == "duckdb" else None), **bounds)


@pytest.fixture(scope="session", autouse=True)
def workers_for_none() -> Iterator[None]:
    """Analyse on one thread unless told: waking a second for each of 300 small statements costs more than it does.

    That more threads find the same is held by `analysis/test_analyze.py`.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in ("_analyze", "_importing", "_preview"):
            patch.setattr(f"regulars.analysis.{module}.open_engine", _on_one_thread)
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests marked `both_engines` on Spark too; those of one process share its session."""
    marker = metafunc.definition.get_closest_marker("both_engines")
    if marker is None or "engine_name" not in metafunc.fixturenames:
        return
    marks = [pytest.mark.xdist_group("spark")]
    if marker.kwargs.get("slow", False):
        marks.append(pytest.mark.slow)
    metafunc.parametrize("engine_name", ["duckdb", pytest.param("spark", marks=marks)])


@pytest.fixture
def engine_name() -> str:
    """The engine a test runs on; the mark `both_engines` puts Spark beside it."""
    return "duckdb"


@pytest.fixture
def engine(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty engine."""
    if engine_name == "spark":
        request.getfixturevalue("spark_running")
    with open_engine(engine_name, memory_limit="1GB", threads=2) as opened:
        yield opened


@pytest.fixture(scope="session")
def spark_running() -> Iterator[None]:
    """Keep Spark running from test to test: each engine is a session of its own inside it."""
    try:
        keeper = open_engine("spark", memory_limit="1GB", threads=2)
    except RegularsError as error:
        if os.environ.get("CI") or error.code not in {"spark_missing", "java_missing"}:
            raise
        pytest.skip(str(error))
    with keeper:
        yield


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """The engine with the clean tables of the cast (see cast.py)."""
    cast.load(engine)
    return engine
