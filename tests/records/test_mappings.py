"""Mappings somebody said yes to, kept for the next file of the same form."""

import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import TODAY, Desk
from regulars.core import RegularsError
from regulars.records import Confirmed, FileReport, Mappings, Source

ODD = "who,when,much\nana,2024-01-02,5.00\n"
MAPPING = {"customer_id": "who", "ordered_at": "when", "amount": "much"}


@pytest.fixture
def mappings(desk: Desk) -> Mappings:
    """What is kept after a file was read as somebody said."""
    kept = Mappings(folder=desk.folder)
    records = desk.read(Source(data=desk.file(ODD, "odd.csv"), kind="orders", mapping=MAPPING))
    kept.keep(records.files, day=TODAY)
    return kept


def test_what_somebody_said_is_kept_and_used(desk: Desk, mappings: Mappings) -> None:
    (held,) = mappings.kept().values()
    assert (held.kind, held.mapping, held.file, held.day) == ("orders", MAPPING, "odd.csv", TODAY)
    records = desk.read(Source(data=desk.file(ODD, "next.csv"), confirmed=mappings.kept()))
    assert (records.files[0].told_by, records.files[0].accepted) == ("confirmed", 1)


def test_what_was_confirmed_is_all_that_is_read(desk: Desk) -> None:
    path = desk.file("who,when,much,channel\nana,2024-01-02,5.00,shop\n", "odd.csv")
    read = desk.read(Source(data=path, kind="orders", mapping=MAPPING)).files[0]
    assert read.mapping == {**MAPPING, "channel": "channel"}, "a known header beside what was said is read"
    yes = {read.headers_id: Confirmed(kind="orders", mapping=MAPPING)}
    confirmed = desk.read(Source(data=path, confirmed=yes)).files[0]
    assert (confirmed.mapping, confirmed.unused_columns) == (MAPPING, ("channel",))


def test_what_headers_say_by_themselves_is_not_kept(desk: Desk) -> None:
    records = desk.text("customer_id,ordered_at,amount\nana,2024-01-02,1\n")
    Mappings(folder=desk.folder).keep(records.files, day=TODAY)
    assert not (desk.folder / "mappings.json").exists()


def test_the_day_of_the_yes_stays(desk: Desk, mappings: Mappings) -> None:
    records = desk.read(Source(data=desk.file(ODD, "next.csv"), confirmed=mappings.kept()))
    before = (desk.folder / "mappings.json").read_bytes()
    mappings.keep(records.files, day=date(2025, 1, 1))
    assert (desk.folder / "mappings.json").read_bytes() == before


def test_a_new_yes_takes_the_place_of_an_old_one(desk: Desk, mappings: Mappings) -> None:
    path = desk.file("who,when,much\nana,2024-01-02,5.00\n", "odd.csv")
    other = Source(
        data=path, kind="usage", mapping={"customer_id": "who", "used_at": "when"}, confirmed=mappings.kept()
    )
    mappings.keep(desk.read(other).files, day=TODAY)
    assert [held.kind for held in mappings.kept().values()] == ["usage"]


def test_only_the_owner_may_read_them(desk: Desk, mappings: Mappings) -> None:
    assert stat.S_IMODE((mappings.folder / "mappings.json").stat().st_mode) == 0o600
    assert not list(desk.folder.glob("*.new"))


def test_a_mapping_is_forgotten_by_its_file_or_its_first_letters(mappings: Mappings) -> None:
    (name,) = mappings.kept()
    with pytest.raises(RegularsError, match=r"keeps no mapping 'other\.csv'"):
        mappings.forget("other.csv")
    with pytest.raises(RegularsError, match="keeps no mapping ''"):
        mappings.forget("")
    assert list(mappings.forget(name[:8])) == [name]
    assert mappings.kept() == {}
    with pytest.raises(RegularsError, match=r"keeps no mapping 'odd\.csv'"):
        mappings.forget("odd.csv")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"version": 2, "mappings": {}}', '{"version": 1, "mappings": {"a": {"kind": "orders"}}}',
     '{"version": 1, "mappings": []}', '{"version": 1, "mappings": {"a": 3}}', "\x00"],
)  # fmt: skip
def test_a_file_that_holds_something_else_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "mappings.json").write_text(content)
    with pytest.raises(RegularsError, match=r"mappings\.json holds no mappings that can be used"):
        Mappings(folder=tmp_path).kept()


def test_undecodable_bytes_and_a_folder_in_its_place_are_said(tmp_path: Path) -> None:
    (tmp_path / "mappings.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(RegularsError, match="no mappings that can be used"):
        Mappings(folder=tmp_path).kept()
    (tmp_path / "mappings.json").unlink()
    (tmp_path / "mappings.json").mkdir()
    with pytest.raises(RegularsError, match="no mappings that can be used"):
        Mappings(folder=tmp_path).kept()


def test_a_workspace_that_is_not_there_keeps_nothing(tmp_path: Path) -> None:
    assert Mappings(folder=tmp_path / "nowhere").kept() == {}


def test_the_file_is_plain_and_readable(mappings: Mappings) -> None:
    held = json.loads((mappings.folder / "mappings.json").read_text(encoding="utf-8"))
    ((_, entry),) = held["mappings"].items()
    assert entry == {"kind": "orders", "mapping": MAPPING, "file": "odd.csv", "confirmed_on": TODAY.isoformat()}


WAYS = [MAPPING, {"customer_id": "who", "ordered_at": "when", "amount": "other"}, {**MAPPING, "amount": "third"}]
told = st.tuples(st.sampled_from([0, 1, 2]), st.booleans(), st.sampled_from(["person", "confirmed"]))


def report_of(way: int, told_by: Any) -> FileReport:
    return FileReport(
        file="odd.csv", kind="orders", key_role="customer_id", sha256=None, bytes=None, encoding=None, delimiter=None,
        mapping=WAYS[way], unused_columns=(), read=1, accepted=1, quarantined={}, quarantined_total=0,
        looks_personal=False, told_by=told_by, headers_id="f" * 32,
    )  # fmt: skip


def bytes_of(folder: Path) -> bytes | None:
    path = folder / "mappings.json"
    return path.read_bytes() if path.exists() else None


@given(before=st.lists(told, max_size=4), last=told, gone=st.sets(st.integers(0, 3)))
@settings(deadline=None)
def test_an_undone_import_leaves_the_mappings_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, before: list[Any], last: Any, gone: set[int]
) -> None:
    mappings = Mappings(folder=tmp_path_factory.mktemp("kept"))
    for place, (way, is_import, told_by) in enumerate([*before, (last[0], True, last[2])]):
        if place == len(before):
            for batch in (number for number in gone if (mappings.folder / "batches" / str(number)).exists()):
                (mappings.folder / "batches" / str(batch)).rmdir()
            mappings.forget_undone()
            state = bytes_of(mappings.folder), mappings.kept()
        if is_import:
            (mappings.folder / "batches" / str(place)).mkdir(parents=True)
        mappings.keep([report_of(way, told_by)], day=TODAY, batch=str(place) if is_import else None)
    (mappings.folder / "batches" / str(len(before))).rmdir()
    assert mappings.kept() == state[1], "what was undone does not count, even before it is forgotten"
    mappings.forget_undone()
    assert (bytes_of(mappings.folder), mappings.kept()) == state


def test_a_mapping_stays_as_long_as_a_batch_was_read_by_it(tmp_path: Path) -> None:
    mappings = Mappings(folder=tmp_path)
    for batch in ("a", "b"):
        (tmp_path / "batches" / batch).mkdir(parents=True)
        mappings.keep([report_of(0, "confirmed")], day=TODAY, batch=batch)
    (tmp_path / "batches" / "a").rmdir()
    assert [held.batches for held in mappings.kept().values()] == [("b",)]
    (tmp_path / "batches" / "b").rmdir()
    assert mappings.kept() == {}
