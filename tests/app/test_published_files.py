"""Every file that a shop writes but its databases, searched for every name, address and phone of its people."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars import analysis, records
from regulars.app._shop import Shop
from regulars.app.publication import shelves
from regulars.app.publication.current import Published
from regulars.app.vault import store
from regulars.app.vault.crosswalk import VaultCrosswalk
from regulars.core import Settings

PERSONAL = ("name", "nickname", "email", "phone", "address", "open_id", "birth_date")
TODAY = date(2024, 7, 1)


def said(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file with all that it says: Parquet unpacked with its statistics and metadata, the rest as bytes."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                rows = file.read()
                texts = [str(value) for name in rows.column_names for value in rows[name].unique().to_pylist()]
                yield path, "\n".join([*texts, str(file.schema_arrow.metadata)])
        if path.name == shelves.FILE:
            with closing(sqlite3.connect(path)) as base:
                ids = [row[0] for row in base.execute("SELECT kind FROM shelf")]
                assert set(ids) == set(shelves.KINDS)
                for kind in ids:
                    yield path, "\n".join(unpacked(base, kind))
        yield path, path.read_bytes().decode("utf-8", errors="replace")


def unpacked(base: sqlite3.Connection, kind: str) -> Iterator[str]:
    """Yield what every box of a kind says, unpacked as pages do."""
    (columns,) = base.execute("SELECT columns FROM shelf WHERE kind = ?", [kind]).fetchone()
    schema = pa.ipc.read_schema(pa.py_buffer(columns))
    for size, rows in base.execute(f"SELECT size, rows FROM {kind}"):
        batch = pa.ipc.read_record_batch(pa.decompress(rows, decompressed_size=size, codec="zstd"), schema)
        yield str(batch.to_pylist())


def personal_values(facts: list[dict[str, Any]]) -> set[str]:
    return {row["value"] for row in facts if row["field"] in PERSONAL and len(row["value"]) > 2}


def test_no_published_file_names_anybody(tea: Published, shop: Shop, made: tuple[Path, Any]) -> None:
    _, told = made
    people = personal_values(told.facts().to_pylist())
    assert len(people) > 200
    looked_at = 0
    for path, text in [*said(shop.results), *said(shop.workspace)]:
        looked_at += 1
        found = {value for value in people if value in text}
        assert not found, f"{path} names {sorted(found)[:3]}"
    assert looked_at > 30


def test_what_an_import_sets_aside_names_nobody_either(shop: Shop) -> None:
    """Columns slipped by one, so that names and phones stand where a day and an amount should."""
    secrets = ["ana.smith@example.com", "Ana Smith", "13800138000", "王秀英", "12 Oak Road"]
    table = pa.table(
        {
            "customer_id": ["c1", "c2", "c3", "c4", "c5"],
            "ordered_at": ["2024-06-01", secrets[0], "2024-06-01", secrets[3], "2024-06-02"],
            "amount": ["5", "6", secrets[1], "7", "8"],
            "is_refund": [None, None, None, None, secrets[4]],
        }
    )
    people = pa.table(
        {"customer_id": ["c1", "c2"], "name": [secrets[1], secrets[3]], "acquired_at": [None, secrets[2]],
         "phone": [secrets[2], None], "address": [secrets[4], None]}
    )  # fmt: skip
    done = analysis.import_records(
        shop.workspace,
        orders=table,
        profiles=people,
        crosswalk=VaultCrosswalk(),
        today=TODAY,
        settings=Settings.model_validate({"records": {"max_quarantined_share": 0.9}}),
    )
    assert done.batch is not None
    assert sum(file.quarantined_total for file in done.batch.files) >= 3
    assert store.reveal(["c1"])["c1"]["name"] == [secrets[1]]
    for path, text in said(shop.workspace):
        assert not [secret for secret in secrets if secret in text], path
    (quarantine,) = shop.workspace.glob("batches/*/quarantine.parquet")
    shapes = {row["raw_value"] for row in pq.read_table(quarantine).to_pylist()}
    assert "xxx.xxxxx@xxxxxxx.xxx" in shapes
    rows = records.Batches(shop.workspace).live()[0].files
    assert all(file.read == file.accepted + file.quarantined_total + file.left_out_total for file in rows)
