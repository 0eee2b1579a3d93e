"""One analysed shop for all tests of this room that only look."""

from datetime import date
from pathlib import Path

import pytest

from regulars import simulation
from regulars.analysis import Result, analyze
from regulars.records import Source

TODAY = date(2024, 12, 31)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> simulation.SimulatedShop:
    """A dirty shop of 150 customers with every kind of record."""
    return simulation.simulate_shop(tmp_path_factory.mktemp("shop"), customers=150, seed=5, last_day=TODAY)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the analysed shop."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def result(shop: simulation.SimulatedShop, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Its result."""
    out = tmp_path_factory.mktemp("out") / "result"
    files = [Source(data=path) for path in shop.paths]
    return analyze(files=files, today=TODAY, out=out, workspace=workspace, threads=2, events=True)
