"""What a large analysis no longer needs does not stay in memory while it goes on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from regulars import simulation
from regulars.analysis import analyze
from regulars.analysis._tables import write_tables
from regulars.customers import CLEAN_TABLES
from regulars.engines import Engine
from regulars.records import Source

TODAY = date(2024, 12, 31)


def test_the_clean_tables_are_gone_when_a_result_is_sorted_and_written(
    shop: simulation.SimulatedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, list[str]] = {}

    def watched(engine: Engine, folder: Path, *, written: Callable[[str, Path], object]) -> dict[str, int]:
        kept["clean"] = [table for table in CLEAN_TABLES if engine.columns(table)]
        kept["made"] = [table for table in ("features", "scores", "actions") if engine.columns(table)]
        return write_tables(engine, folder, written=written)

    monkeypatch.setattr("regulars.analysis._run.write_tables", watched)
    result = analyze(files=[Source(data=path) for path in shop.paths], today=TODAY, events=True)
    assert kept == {"clean": [], "made": ["features", "scores", "actions"]}
    events = pq.read_metadata(result.folder / "events.parquet").num_rows
    assert result.manifest["counts"]["events_rows"] == events > 0
