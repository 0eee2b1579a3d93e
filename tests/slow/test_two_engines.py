"""The whole analysis of a simulated shop, asked for in a terminal: DuckDB and Apache Spark give the same result."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.simulation import simulate_shop

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]

TABLES = ("customers", "reasons", "actions", "cohorts", "segments", "quality", "quarantine")
OF_THE_RUN = {"engine", "versions", "timings", "content_hash"}


@pytest.fixture(scope="module")
def results(spark_running: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The result folder of each engine, over the same files with the same key."""
    home = tmp_path_factory.mktemp("engines")
    shop = simulate_shop(home / "shop", customers=300, seed=11, last_day=date(2024, 6, 30))
    for engine in ("duckdb", "spark"):
        done = subprocess.run(
            [sys.executable, "-m", "regulars", "analyze", *map(str, shop.paths), "--engine", engine, "--out", engine,
             "--workspace", "workspace", "--today", "2024-07-01", "--memory-limit", "1GB", "--format", "xlsx"],
            cwd=home, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert not done.stderr, "somebody at a terminal sees what Spark and Java say to themselves"
    return {engine: home / engine for engine in ("duckdb", "spark")}


@pytest.mark.parametrize("name", TABLES)
def test_counts_money_and_labels_are_equal_and_fractions_to_nine_digits(results: dict[str, Path], name: str) -> None:
    one, other = (pq.read_table(folder / f"{name}.parquet") for folder in results.values())
    assert other.num_rows == one.num_rows > 0
    assert other.schema == one.schema
    for column in one.schema.names:
        expected = one[column].to_pylist()
        if pa.types.is_floating(one[column].type):
            expected = [None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12) for value in expected]
        assert other[column].to_pylist() == expected, column


def test_the_folders_hold_the_same_files_and_the_same_list_to_the_letter(results: dict[str, Path]) -> None:
    one, other = (sorted(path.name for path in folder.iterdir()) for folder in results.values())
    assert one == other
    lists = [(folder / "actions.csv").read_bytes() for folder in results.values()]
    assert lists[0] == lists[1]
    assert len(lists[0].splitlines()) > 10


@pytest.mark.parametrize("name", ["manifest.json", "rates.json", "charts.json"])
def test_the_figures_of_the_whole_business_are_the_same(results: dict[str, Path], name: str) -> None:
    one, other = (dict(leaves(json.loads((folder / name).read_text(encoding="utf-8")))) for folder in results.values())
    one, other = (
        {place: leaf for place, leaf in each.items() if place.split("/")[1] not in OF_THE_RUN} for each in (one, other)
    )
    assert other == {
        place: pytest.approx(leaf, rel=1e-9, abs=1e-12) if isinstance(leaf, float) else leaf
        for place, leaf in one.items()
    }


def test_the_manifest_says_which_engine_it_was(results: dict[str, Path]) -> None:
    for name, folder in results.items():
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["engine"] == name
        assert {"duckdb": "duckdb", "spark": "pyspark"}[name] in manifest["versions"]


def leaves(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield every leaf of nested lists and dictionaries with its place."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield place, value
        return
    for key, inner in items:
        yield from leaves(inner, f"{place}/{key}")
