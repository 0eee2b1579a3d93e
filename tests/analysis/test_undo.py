"""An undo takes back what was found with the batch, brings back what was found before, and leaves decisions alone."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from regulars.analysis import analyze, import_records
from regulars.core import Settings
from regulars.customers import decide, read_facts_of_persons, read_merges, read_persons, read_review, read_told_apart
from regulars.records import Batches, Source

TODAY = date(2024, 6, 30)
SETTINGS = Settings.model_validate({"business": {"country": "CN"}})
BUYERS = "".join(f"c{who},2024-05-{1 + who:02},{10 + who}\n" for who in range(8))
ORDERS = "customer_id,ordered_at,amount\n" + BUYERS
# c0 and c1 share a phone; c2 has a name and no phone, which Quin of the second import has too.
PEOPLE = "customer_id,name,phone\nc0,Ana Lee,13800138000\nc1,Ana Lee,138 0013 8000\nc2,Bo Ek,13900139000\n"
LATER_PEOPLE = "customer_id,name,phone,email\nq1,Quin Roe,13900139000,quin@example.com\nq2,Quin Roe,,quin@example.com\n"
LATER = "email,ordered_at,amount\nquin@example.com,2024-06-01,5\nzoe@example.com,2024-06-02,6\n"
OF_LATER = ("q1", "q2", "Quin", "quin", "zoe", "Roe")


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def keep(workspace: Path, *paths: Path) -> str:
    done = import_records(workspace, files=[Source(data=path) for path in paths], settings=SETTINGS, today=TODAY)
    assert done.batch is not None
    return done.batch.id


def analysed(workspace: Path) -> None:
    analyze(workspace=workspace, settings=SETTINGS, today=TODAY)


def tree(workspace: Path) -> dict[str, bytes]:
    """Return every file but the lock, which holds the number of a process."""
    paths = (path for path in workspace.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(workspace)): path.read_bytes() for path in paths}


def words(workspace: Path) -> Iterator[tuple[str, str]]:
    """Yield every file with what it says, Parquet read."""
    for path in workspace.rglob("*"):
        if path.is_file():
            said = repr(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text("utf-8")
            yield str(path.relative_to(workspace)), said


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A workspace with one import, analysed."""
    workspace = tmp_path / "workspace"
    keep(workspace, put(tmp_path, "orders.csv", ORDERS), put(tmp_path, "people.csv", PEOPLE))
    analysed(workspace)
    return workspace


@pytest.fixture
def later(tmp_path: Path) -> list[Path]:
    """The files of another import, whose people are known of the first one by a phone."""
    return [put(tmp_path, "later.csv", LATER), put(tmp_path, "later-people.csv", LATER_PEOPLE)]


def persons(workspace: Path) -> set[tuple[str, str]]:
    return {(row["customer_id"], row["person_id"]) for row in read_persons(workspace).to_pylist()}


def test_the_workspace_is_what_it_would_be_without_the_import_file_by_file(first: Path, later: list[Path]) -> None:
    other = first.with_name("other")
    shutil.copytree(first, other)
    before, facts = tree(first), read_facts_of_persons(first)
    batch = keep(first, *later)
    analysed(first)
    assert len(persons(first)) > 2, "nobody of the second import was matched"
    assert read_review(first).num_rows
    assert {"q1", "q2"} <= {row["right_id"] for table in (read_merges(first), read_review(first))
                            for row in table.to_pylist()}  # fmt: skip
    Batches(first).undo(batch)
    assert tree(first) == before
    assert read_facts_of_persons(first) == facts
    analysed(first)
    analysed(other)
    assert tree(first) == tree(other)


def test_who_was_told_apart_by_the_names_of_a_later_import_is_one_again_after_its_undo(first: Path) -> None:
    header, row = "phone,name,ordered_at,amount\n", "13700137000,{},2024-05-{:02},5\n"
    folder = first.parent
    early = "".join(row.format(name, day) for day, name in enumerate(("Al", "Bea", "Cy", "Dee"), 1))
    keep(first, put(folder, "early.csv", header + early))
    analysed(first)
    before, facts = tree(first), read_facts_of_persons(first)
    assert not read_told_apart(first)
    late = "".join(row.format(name, day) for day, name in enumerate(("Ed", "Flo", "Gus"), 11))
    batch = keep(first, put(folder, "late.csv", header + late))
    analysed(first)
    told = read_told_apart(first)
    assert len(told) == 7
    (phone,) = set(told.values())
    known = read_facts_of_persons(first).to_pylist()
    assert {fact["customer_id"] for fact in known if fact["value"] == "13700137000"} == {*told, phone}
    Batches(first).undo(batch)
    assert tree(first) == before
    assert read_facts_of_persons(first) == facts


def test_right_after_the_undo_nothing_of_the_import_is_in_any_file(first: Path, later: list[Path]) -> None:
    batch = keep(first, *later)
    keys = {row["customer_id"] for row in pq.read_table(first / "batches" / batch / "identities.parquet").to_pylist()}
    analysed(first)
    assert any(word in said for _, said in words(first) for word in OF_LATER)
    Batches(first).undo(batch)
    assert [(name, word) for name, said in words(first) for word in (*OF_LATER, *keys) if word in said] == []


def test_the_undo_of_an_older_import_takes_what_was_found_in_it_and_later_ones(first: Path, later: list[Path]) -> None:
    (oldest,) = Batches(first).ids()
    keep(first, *later)
    analysed(first)
    Batches(first).undo(oldest)
    assert persons(first) == set()
    assert read_merges(first).num_rows == read_review(first).num_rows == 0
    assert [name for name, said in words(first) if "Ana Lee" in said or "'c2'" in said] == []
    analysed(first)
    assert len(persons(first)) == 3, "q1, q2 and the buyer of that address are one person"


def test_what_a_person_decided_outlives_every_undo(first: Path, later: list[Path]) -> None:
    batch = keep(first, *later)
    decide(first, what="unmerge", left="c0", right="c1", decided_at=TODAY)
    decide(first, what="merge", left="c3", right="c4", decided_at=TODAY)
    analysed(first)
    Batches(first).undo(batch)
    assert persons(first) == {("c0", "c0"), ("c1", "c0")}, "as it was before the import, and decided on since"
    analysed(first)
    assert persons(first) == {("c3", "c3"), ("c4", "c3")}
    by_owner = [row for row in read_merges(first).to_pylist() if row["by"] == "owner"]
    assert [(row["what"], row["left_id"]) for row in by_owner] == [("unmerge", "c0"), ("merge", "c3")]


def test_of_many_analysed_imports_only_the_newest_keep_what_was_found(first: Path, tmp_path: Path) -> None:
    for number in range(6):
        keep(
            first,
            put(
                tmp_path,
                f"more-{number}.csv",
                ORDERS.replace("2024-05", f"2024-0{1 + number % 4}") + "x,2024-03-03,1\n" * number,
            ),
        )
        analysed(first)
    ids = Batches(first).ids()
    assert sorted(path.parent.name for path in first.glob("batches/*/found")) == list(ids[-5:])
    for batch in reversed(ids[1:]):
        Batches(first).undo(batch)
    assert persons(first) == set()
    analysed(first)
    assert persons(first) == {("c0", "c0"), ("c1", "c0")}


def test_an_analysis_killed_between_two_renames_leaves_what_was_found_before(first: Path) -> None:
    (found,) = first.glob("batches/*/found")
    before = persons(first)
    found.rename(found.with_name(".former"))
    found.with_name(".new-x").mkdir()
    assert persons(first) == before
    analysed(first)
    assert persons(first) == before
    with Batches(first).alone():
        assert sorted(path.name for path in found.parent.glob("[.f]*")) == ["found"]


def test_what_is_found_is_for_its_owner_only(first: Path) -> None:
    for path in first.glob("batches/*/found/**/*"):
        assert path.stat().st_mode & 0o777 == 0o600, path
    for path in first.glob("batches/*/found"):
        assert path.stat().st_mode & 0o777 == 0o700


def test_what_was_found_in_a_batch_that_is_undone_meanwhile_is_not_kept(first: Path, later: list[Path]) -> None:
    store = Batches(first)
    batch = keep(first, *later)
    told = store.ids()

    def undone_meanwhile(folder: Path) -> None:
        (folder / "identities.parquet").write_bytes(b"")
        store.undo(batch)

    store.keep_found(told, undone_meanwhile)
    assert persons(first) == {("c0", "c0"), ("c1", "c0")}
    assert store.ids() == told[:1]


WAYS = [{"customer_id": "who", "ordered_at": "when", "amount": amount} for amount in ("much", "more")]
imports = st.tuples(st.sampled_from(WAYS), st.sampled_from(["who,when,much,more", "when,who,more,much"]))


@given(before=st.lists(imports, max_size=2), last=imports)
@effort(max_examples=8, deadline=None)
def test_an_undo_brings_back_every_byte_whatever_mapping_was_confirmed(
    tmp_path_factory: pytest.TempPathFactory, before: list[tuple[dict[str, str], str]], last: tuple[dict[str, str], str]
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    workspace, state, batch = folder / "workspace", {}, ""
    keep(workspace, put(folder, "orders.csv", ORDERS))
    for number, (way, headers) in enumerate([*before, last]):
        cells = {"who": f"w{number}", "when": "2024-05-01", "much": "5", "more": "7"}
        path = put(folder, f"{number}.csv", f"{headers}\n{','.join(cells[name] for name in headers.split(','))}\n")
        state = tree(workspace)
        source = Source(data=path, kind="orders", mapping=way)
        done = import_records(workspace, files=[source], settings=SETTINGS, today=TODAY).batch
        assert done is not None
        batch = done.id
    Batches(workspace).undo(batch)
    assert tree(workspace) == state
