"""One engine for all tests of a file: every reading replaces the tables of the one before, and opening takes longer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from records_desk import Desk
from regulars.engines import Engine, open_engine


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Engine]:
    with open_engine(threads=1) as engine:
        yield engine


@pytest.fixture
def desk(shared_engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine=shared_engine, folder=tmp_path)


@pytest.fixture(scope="module")
def bench(shared_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk for examples of a law, which share one folder."""
    return Desk(engine=shared_engine, folder=tmp_path_factory.mktemp("laws"))
