"""Whatever a page asks of one person is what the result says of that person, shelf or no shelf."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.app.publication import shelves
from regulars.app.publication.current import Published


def by_person(result: Published, kind: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in pq.read_table(result.folder / f"{kind}.parquet").to_pylist():
        found.setdefault(row["customer_id"], []).append(row)
    return found


@pytest.mark.parametrize("kind", shelves.KINDS)
def test_every_person_of_a_result_is_on_the_shelf_whole(tea: Published, kind: str) -> None:
    ids = pq.read_table(tea.folder / "customers.parquet")["customer_id"].to_pylist()
    said = by_person(tea, kind)
    assert len(ids) > shelves.BOX
    for place, who in enumerate(ids):
        assert shelves.rows_of(tea, who, place)[kind] == said.get(who, [])


def test_a_result_published_before_there_were_shelves_is_read_itself(tea: Published, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for kind in shelves.KINDS:
        shutil.copy(tea.folder / f"{kind}.parquet", tmp_path)
    who = pq.read_table(tea.folder / "customers.parquet")["customer_id"][70].as_py()
    assert shelves.rows_of(Published(tmp_path), who, 70) == shelves.rows_of(tea, who, 70)
    (tmp_path / "events.parquet").unlink()
    assert shelves.rows_of(Published(tmp_path), who, 70)["events"] == []


def test_rows_across_batches_of_the_file_stay_one_box_and_strangers_stay_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "_ROWS", 7)
    ids = [f"c{number:03}" for number in range(200)]
    rows = [{"customer_id": who, "n": float(n)} for who in [*ids[:150], "c149x", *ids[150:]] for n in range(5)]
    (tmp_path / "pages").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")
    shelves.write_shelves(tmp_path, pa.array(ids), tmp_path / "pages" / shelves.FILE)
    result = Published(tmp_path)
    for place, who in enumerate(ids):
        assert [row["n"] for row in shelves.rows_of(result, who, place)["events"]] == [0, 1, 2, 3, 4]
    assert shelves.rows_of(result, "c149x", 150) == {kind: [] for kind in shelves.KINDS}
    assert shelves.rows_of(result, "c001", 1)["reasons"] == []
