"""Mappings somebody said yes to, kept for the next file of the same form."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest

from records_desk import TODAY, Desk
from regulars.core import RegularsError
from regulars.records import Confirmed, Mappings, Source

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
