"""The fingerprint of a result changes with the answer and with nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.analysis._fingerprint import digests, fingerprint

ROWS: dict[str, list[Any]] = {
    "who": ["ana", None, "bo"],
    "spend": [Decimal("1.50"), None, Decimal(0)],
    "score": [57.123456789012, None, 0.0],
    "count": [3, None, 0],
    "may": [True, None, False],
}


def hashed(folder: Path, rows: dict[str, list[Any]]) -> str:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(rows), path)
    return fingerprint([digests(path)])


def test_the_last_bits_of_a_fraction_do_not_count(tmp_path: Path) -> None:
    near = {**ROWS, "score": [57.123456789013, None, 0.0]}
    assert hashed(tmp_path, near) == hashed(tmp_path, ROWS)


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("who", ["ana", "", "bo"]),
        ("who", ["an", None, "abo"]),
        ("spend", [Decimal("1.50"), Decimal(0), Decimal(0)]),
        ("score", [57.1234566, None, 0.0]),
        ("score", [57.123456789012, 0.0, 0.0]),
        ("count", [3, 0, 0]),
        ("may", [True, False, False]),
    ],
)
def test_every_other_change_does(tmp_path: Path, column: str, changed: list[Any]) -> None:
    assert hashed(tmp_path, {**ROWS, column: changed}) != hashed(tmp_path, ROWS)


@pytest.mark.parametrize("power", [-64.0, 0.25, 1.0, 128.0])
def test_nor_do_they_beside_a_power_of_two(tmp_path: Path, power: float) -> None:
    at, below = ({"score": [value]} for value in (power, float(np.nextafter(power, 0))))
    assert hashed(tmp_path, below) == hashed(tmp_path, at)


def test_the_size_of_the_pieces_does_not_count(tmp_path: Path) -> None:
    many = pa.table({"n": list(range(300_000)), "word": [str(n) for n in range(300_000)]})
    pq.write_table(many, tmp_path / "one.parquet")
    pq.write_table(many, tmp_path / "other.parquet", row_group_size=1_000)
    assert digests(tmp_path / "one.parquet") == digests(tmp_path / "other.parquet")
