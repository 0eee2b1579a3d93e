"""Fixtures of every room: an engine, and the cast."""

from collections.abc import Iterator

import pytest

import cast
from regulars.engines import Engine, open_engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty engine; a second engine joins here as a parameter, and every test runs on both."""
    with open_engine(memory_limit="1GB", threads=2) as opened:
        yield opened


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """The engine with the clean tables of the cast (see cast.py)."""
    cast.load(engine)
    return engine
