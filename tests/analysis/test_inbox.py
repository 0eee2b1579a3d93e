"""Whatever lies in the inbox of a workspace is imported before the analysis, or told."""

import os
from pathlib import Path

import pytest

from kept_shop import HEADER, SHOP, TODAY, kept, put
from regulars import reports
from regulars.analysis import analyze, import_records
from regulars.core import RegularsError
from regulars.records import Batches, MappingUnconfirmed, Source


def test_files_are_imported_before_the_analysis_and_one_that_fails_stays(tmp_path: Path) -> None:
    workspace, inbox = tmp_path / "workspace", tmp_path / "workspace" / "inbox"
    put(inbox, "a.csv", HEADER + SHOP)
    put(inbox, "b.csv", "nothing,known\n1,2\n")
    put(inbox, "c.csv", HEADER + "new,2024-06-02,9\n")
    for name in (".hidden.csv", "half.csv.part", "~$book.csv"):
        put(inbox, name, HEADER)
    result = analyze(workspace=workspace, today=TODAY)
    assert "new" in result.customers["customer_id"].to_pylist()
    assert sorted(path.name for path in (inbox / "done").iterdir()) == ["a.csv", "c.csv"]
    problem = (inbox / "b.csv.problem.txt").read_text(encoding="utf-8")
    assert "b.csv" in problem
    said = [reports.note_text(note["code"], note["params"], language="en") for note in result.manifest["notes"]]
    assert any(line.startswith("a.csv from the inbox: ") for line in said)
    assert any("b.csv stays in the inbox" in line and problem.strip() in line for line in said)
    put(inbox, "b.csv", HEADER + "mended,2024-06-03,9\n")
    put(inbox, "a.csv", HEADER + "again,2024-06-03,9\n")
    result = analyze(workspace=workspace, today=TODAY)
    assert {"mended", "again"} <= set(result.customers["customer_id"].to_pylist())
    assert {path.name for path in inbox.glob("[a-z]*")} == {"done", "half.csv.part"}
    assert len(list((inbox / "done").glob("a*.csv"))) == 2


def test_a_file_whose_batch_was_committed_before_a_kill_is_only_moved(tmp_path: Path) -> None:
    path = put(tmp_path / "workspace" / "inbox", "a.csv", HEADER + SHOP)
    kept(tmp_path / "workspace", path)
    result = analyze(workspace=tmp_path / "workspace", today=TODAY)
    assert len(Batches(tmp_path / "workspace").live()) == 1
    assert not path.exists()
    assert result.manifest["notes"][0]["code"] == "inbox_file_known"


def test_a_mapping_that_was_confirmed_at_an_import_is_known_again_in_the_inbox(tmp_path: Path) -> None:
    workspace, odd = (
        tmp_path / "workspace",
        "who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n",
    )
    path = put(tmp_path, "odd.csv", odd)
    with pytest.raises(MappingUnconfirmed) as refused:
        kept(workspace, path)
    confirmed = refused.value.proposal.confirmed()
    import_records(workspace, files=[Source(data=path, confirmed=confirmed)], today=TODAY)
    put(workspace / "inbox", "next.csv", odd + "C-3,2024-02-03,6.00\n")
    result = analyze(workspace=workspace, today=TODAY)
    assert sorted(result.customers["customer_id"].to_pylist()) == ["C-1", "C-2", "C-3"]


def test_of_files_that_wait_the_one_saved_last_is_read_last(tmp_path: Path) -> None:
    head = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    row = "#{},ana@example.com,paid,EUR,{},2024-05-0{} 10:00:00 +0200,1,Tea,9\n"
    inbox = tmp_path / "workspace" / "inbox"
    older = put(inbox, "orders.csv", head + row.format(1, 100, 1))
    newer = put(inbox, "orders (1).csv", head + row.format(1, 80, 1) + row.format(2, 5, 2))
    for place, path in enumerate((older, newer)):
        os.utime(path, (1_700_000_000 + place, 1_700_000_000 + place))
    result = analyze(workspace=tmp_path / "workspace", today=TODAY)
    assert result.customers["spend_total"].to_pylist() == [85]
    assert "overruled_by_older" not in {note["code"] for note in result.manifest["notes"]}


def test_files_of_folders_in_it_are_imported_too_and_the_folders_go(tmp_path: Path) -> None:
    inbox = tmp_path / "workspace" / "inbox"
    put(inbox / "May" / "shop", "a.csv", HEADER + SHOP)
    put(inbox / "May", "b.csv", "nothing,known\n1,2\n")
    put(inbox / "June" / "done", "a.csv", HEADER + "new,2024-06-02,9\n")
    put(inbox / ".trash", "a.csv", HEADER + "gone,2024-06-02,9\n")
    put(inbox / "done", "old.csv", HEADER + "old,2024-06-02,9\n")
    result = analyze(workspace=tmp_path / "workspace", today=TODAY)
    assert {"c1", "new"} <= set(result.customers["customer_id"].to_pylist())
    assert not {"gone", "old"} & set(result.customers["customer_id"].to_pylist())
    said = [reports.note_text(note["code"], note["params"], language="en") for note in result.manifest["notes"]]
    for start in ("May/shop/a.csv from the inbox: ", "June/done/a.csv from the inbox: ", "May/b.csv stays in the"):
        assert any(line.startswith(start) for line in said), said
    left = sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*.*") if path.is_file())
    done = ["done/June/done/a.csv", "done/May/shop/a.csv", "done/old.csv"]
    assert left == [".trash/a.csv", "May/b.csv", "May/b.csv.problem.txt", *done]
    assert sorted(path.name for path in inbox.iterdir()) == [".trash", "May", "done"]
    assert not (inbox / "May" / "shop").exists()


def test_a_folder_that_is_not_looked_into_is_told(tmp_path: Path) -> None:
    inbox = tmp_path / "workspace" / "inbox"
    put(inbox, "a.csv", HEADER + SHOP)
    put(tmp_path / "elsewhere", "b.csv", HEADER + "new,2024-06-02,9\n")
    (inbox / "linked").symlink_to(tmp_path / "elsewhere")
    (inbox / "lost.csv").symlink_to(tmp_path / "nowhere.csv")
    result = analyze(workspace=tmp_path / "workspace", today=TODAY)
    told = {note["params"].get("file"): note["params"].get("problem", "") for note in result.manifest["notes"]}
    assert "is a link to another folder" in told["linked"]
    assert "There is no file" in told["lost.csv"]
    assert (tmp_path / "elsewhere" / "b.csv").exists()


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = tmp_path / "workspace" / "inbox"
    put(inbox, "a.csv", HEADER + SHOP)
    put(inbox / "May", "b.csv", HEADER + SHOP)
    look = os.scandir

    def closed(path: object = ".") -> object:
        if str(path).endswith("May"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", closed)  # permissions do not hold for whoever runs tests as root
    result = analyze(workspace=tmp_path / "workspace", today=TODAY)
    told = {note["params"].get("file"): note["params"].get("problem", "") for note in result.manifest["notes"]}
    assert "cannot be opened: Permission denied" in told["May"]


def test_if_nothing_could_be_imported_the_reason_is_the_error(tmp_path: Path) -> None:
    put(tmp_path / "workspace" / "inbox", "b.csv", "nothing,known\n1,2\n")
    with pytest.raises(RegularsError, match=r"b\.csv"):
        analyze(workspace=tmp_path / "workspace", today=TODAY)
