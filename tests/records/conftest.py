"""The desk of the records room."""

from pathlib import Path

import pytest

from records_desk import Desk
from regulars.engines import Engine


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine=engine, folder=tmp_path)
