"""The records room reads a simulated shop without being told anything, and sets aside exactly what the truth counts."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars import records
from regulars.core import Settings
from regulars.engines import Engine
from regulars.simulation import simulate_shop


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_file_is_recognised_and_its_counts_are_the_truths(
    engine: Engine, tmp_path: Path, language: Any, form: Any
) -> None:
    shop = simulate_shop(tmp_path / "shop", customers=300, seed=30, language=language, format=form)
    told = json.loads(shop.truth_files["shop"].read_text(encoding="utf-8"))["files"]
    sources = [records.Source(data=path) for path in shop.paths]
    found = records.read(engine, sources, settings=Settings(), today=date(2025, 1, 1)).files
    assert {file.file: (file.kind, file.read, file.quarantined_total) for file in found} == {
        name: (file["kind"], file["rows"], sum(file["unreadable"].values())) for name, file in told.items()
    }
    assert not any(file.unused_columns or file.looks_personal for file in found)
    assert {file.key_role for file in found} <= {"customer_id"}
