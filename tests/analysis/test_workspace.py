"""What a workspace keeps is analysed as the files themselves would be, says nobody's name, and can be taken back."""

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import regulars
from regulars import feedback, reports
from regulars.analysis import Imported, NothingToRead, Result, analyze, import_records
from regulars.core import RegularsError, Settings
from regulars.customers import CLEAN_TABLES, HashedIdentities, clean, read_identities
from regulars.engines import Engine, open_engine
from regulars.records import Batches, MappingUnconfirmed, RecordSet, Source, read

TODAY = date(2024, 6, 30)
HEADER = "customer_id,ordered_at,amount\n"
SHOP = "".join(
    f"c{who},2024-0{1 + (who + turn) % 6}-{1 + (7 * who + 5 * turn) % 28:02},{10 + who}\n"
    for who in range(20)
    for turn in range(1 + who % 4)
)


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def kept(workspace: Path, *paths: Path) -> Imported:
    return import_records(workspace, files=[Source(data=path) for path in paths], today=TODAY)


def content(result: Result) -> object:
    return result.manifest["content_hash"]


def files_of(workspace: Path) -> dict[str, bytes]:
    """Return every file that the imports made, and what the workspace knows of people."""
    files = {str(path): path.read_bytes() for path in (workspace / "batches").rglob("*") if path.is_file()}
    return {**files, "identities": repr(read_identities(workspace).to_pylist()).encode()}


def words_in(folder: Path) -> str:
    """Return everything that the rows of the batches say, in one text."""
    rows = [pq.read_table(path).to_pylist() for path in sorted(folder.glob("batches/*/*/*.parquet"))]
    return json.dumps(rows, default=str)


class TestTheLaw:
    """Importing files one by one, in any order, is analysing them together."""

    def test_the_whole_result_is_the_same(self, tmp_path: Path) -> None:
        first = put(tmp_path, "first.csv", HEADER + SHOP)
        second = put(tmp_path, "second.csv", HEADER + SHOP[-400:].partition("\n")[2] + "ana@example.com,2024-06-01,5\n")
        there, back = tmp_path / "there", tmp_path / "back"
        together = analyze(orders=[first, second], today=TODAY, workspace=there)
        back.mkdir()
        shutil.copy(there / "key", back / "key")
        kept(back, first)
        answer = content(analyze(workspace=back, today=TODAY))
        alone = files_of(back)
        batch = kept(back, second).batch
        assert batch is not None
        assert content(analyze(workspace=back, today=TODAY)) == content(together)
        assert read_identities(back).equals(read_identities(there))
        Batches(back).undo(batch.id)
        assert files_of(back) == alone
        assert content(analyze(workspace=back, today=TODAY)) == answer

    @settings(max_examples=5, deadline=None, phases=[Phase.generate])
    @given(data=st.data())
    def test_people_orders_and_duplicates_are_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        people = st.sampled_from(["ana@example.com", "Ana@Example.com ", "bo", "13800138000", "138 0013 8000", "cy"])
        rows = st.lists(st.tuples(people, st.integers(1, 4), st.sampled_from(["5", "7.50"])), min_size=1, max_size=10)
        plain = "".join(f"d{number},2024-03-01,1\n" for number in range(data.draw(st.sampled_from([0, 700]))))
        home = tmp_path_factory.mktemp("law")
        paths = []
        for name in ("a.csv", "b.csv", "c.csv"):
            lines = "".join(f"{who},2024-05-0{day},{amount}\n" for who, day, amount in data.draw(rows))
            own = f"of {name},2024-04-01,1\n"  # a file that is another's copy is not even read
            paths.append(put(home, name, HEADER + own + (plain if name == "b.csv" else "") + lines))
        profiles = "customer_id,name,region\nana@example.com,Ana Lee,north\nbo,Bo Ek,south\n"
        paths.append(put(home, "profiles.csv", profiles))
        order = data.draw(st.permutations(paths))
        cut = data.draw(st.integers(0, len(order)))
        for part in (order[:cut], order[cut:]):
            if part:
                kept(home / "workspace", *part)
        with open_engine(threads=1) as engine:
            sources = [Source(data=path) for path in order]
            records = read(engine, sources, settings=Settings(), today=TODAY)
            together = cleaned(engine, records, home / "workspace")
            records = Batches(home / "workspace").open(engine, settings=Settings(), today=TODAY)
            assert cleaned(engine, records, home / "workspace") == together
            assert "ana" not in words_in(home / "workspace").lower()

    def test_what_a_later_import_says_of_a_person_speaks_over_an_earlier_one(self, tmp_path: Path) -> None:
        orders = put(tmp_path, "orders.csv", HEADER + SHOP)
        north, south = (
            put(tmp_path, f"{region}.csv", f"customer_id,name,region\nc1,Ana,{region}\n")
            for region in ("north", "south")
        )
        for first, second in ((north, south), (south, north)):
            workspace = tmp_path / f"{first.stem}-first"
            kept(workspace, orders)
            kept(workspace, first)
            kept(workspace, second)
            with open_engine() as engine:
                records = Batches(workspace).open(engine, settings=Settings(), today=TODAY)
                cleaned(engine, records, workspace)
                found = engine.fetch("SELECT region FROM customers WHERE customer_id = 'c1'")
            assert found["region"].to_pylist() == [second.stem]


def cleaned(engine: Engine, records: RecordSet, workspace: Path) -> dict[str, object]:
    """Return the clean tables and the counts, ordered."""
    feedback.add(engine)
    identities = HashedIdentities(workspace)
    done = clean(engine, records, resolve=identities.resolve, settings=Settings(), today=TODAY)
    tables: dict[str, object] = {name: engine.fetch(f"SELECT * FROM {name} ORDER BY ALL") for name in CLEAN_TABLES}
    return {
        **tables,
        "duplicates": done.duplicates,
        "repeated": done.repeated,
        "quality": done.quality,
        "sources": done.sources,
    }


class TestIdentities:
    def test_no_name_and_no_address_stands_in_the_rows(self, tmp_path: Path) -> None:
        orders = put(tmp_path, "orders.csv", "email,ordered_at,amount\nana@example.com,2024-05-01,5\n,2024-05-01,3\n")
        people = put(tmp_path, "people.csv", "customer_id,name,phone\nc1,Ana Lee,13800138000\n")
        done = kept(tmp_path / "workspace", orders, people)
        text = words_in(tmp_path / "workspace")
        assert not [word for word in ("example", "Lee", "13800138000") if word in text]
        assert "c1" in text
        assert done.batch is not None
        assert [file.key_role for file in done.batch.files] == ["hashed", "customer_id"]
        assert done.batch.files[1].hidden == {"name": 1, "phone": 1}
        known = {(row["field"], row["value"]) for row in read_identities(tmp_path / "workspace").to_pylist()}
        assert known == {("email", "ana@example.com"), ("name", "Ana Lee"), ("phone", "13800138000")}

    def test_a_batch_of_addresses_turns_the_plain_ids_of_another_into_hashes_and_its_undo_turns_them_back(
        self, tmp_path: Path
    ) -> None:
        workspace = tmp_path / "workspace"
        plain = put(tmp_path, "plain.csv", HEADER + "c1,2024-05-01,5\nc1,2024-05-09,5\n")
        people = put(tmp_path, "people.csv", "customer_id,name\nc1,Ana Lee\n")
        mixed = put(
            tmp_path,
            "mixed.csv",
            HEADER + "".join(f"c{n},2024-04-01,1\n" for n in range(300)) + "a@b.cc,2024-04-01,1\n",
        )
        kept(workspace, plain, people, mixed)
        assert set(people_of(workspace)) >= {"c1", "c2"}
        batch = kept(workspace, put(tmp_path, "addresses.csv", HEADER + "bo@example.com,2024-05-01,5\n")).batch
        assert batch is not None
        ids = people_of(workspace)
        assert all(len(who) == 32 for who in ids)
        analyze(workspace=workspace, today=TODAY)
        named = {row["customer_id"] for row in read_identities(workspace).to_pylist() if row["value"] == "Ana Lee"}
        assert set(ids) & named, "the name followed its person to the new id"
        Batches(workspace).undo(batch.id)
        assert set(people_of(workspace)) >= {"c1", "c2"}
        after = {row["customer_id"] for row in read_identities(workspace).to_pylist() if row["value"] == "Ana Lee"}
        assert after == {"c1"}

    def test_the_raw_values_of_refused_rows_stay_in_the_batch(self, tmp_path: Path) -> None:
        workspace = tmp_path / "workspace"
        kept(workspace, put(tmp_path, "orders.csv", HEADER + SHOP + "c1,2024-05-01,secret\n"))
        result = analyze(workspace=workspace, today=TODAY)
        assert pq.read_table(result.folder / "quarantine.parquet")["masked_value"].to_pylist() == ["xxxxxx"]
        assert not (workspace / "quarantine.parquet").exists()
        (path,) = workspace.glob("batches/*/quarantine.parquet")
        assert pq.read_table(path)["raw_value"].to_pylist() == ["secret"]


def people_of(workspace: Path) -> list[str]:
    with open_engine() as engine:
        records = Batches(workspace).open(engine, settings=Settings(), today=TODAY)
        cleaned(engine, records, workspace)
        return [str(who) for who in engine.fetch("SELECT customer_id FROM customers")["customer_id"].to_pylist()]


class TestTheSameFileAgain:
    def test_it_is_left_out_and_named(self, tmp_path: Path) -> None:
        orders = put(tmp_path, "orders.csv", HEADER + SHOP)
        batch = kept(tmp_path / "workspace", orders).batch
        assert batch is not None
        copy = put(tmp_path / "elsewhere", "copy.csv", HEADER + SHOP)
        again = kept(tmp_path / "workspace", copy)
        assert again == Imported(batch=None, known=(("copy.csv", batch.id),))
        more = kept(tmp_path / "workspace", orders, put(tmp_path, "new.csv", HEADER + "bo,2024-05-01,1\n"))
        assert more.known == (("orders.csv", batch.id),)
        assert more.batch is not None
        assert [origin.name for origin in more.batch.origins] == ["new.csv"]

    def test_twice_in_one_import_it_is_read_once(self, tmp_path: Path) -> None:
        orders, copy = (put(tmp_path, name, HEADER + "bo,2024-05-01,1\n") for name in ("orders.csv", "copy.csv"))
        batch = kept(tmp_path / "workspace", orders, copy).batch
        assert batch is not None
        assert batch.accepted == 1

    def test_as_another_kind_it_is_another_matter(self, tmp_path: Path) -> None:
        path = put(tmp_path, "all.csv", "customer_id,ordered_at,amount,region\nc1,2024-05-01,5,north\n")
        kept(tmp_path / "workspace", path)
        as_profiles = import_records(tmp_path / "workspace", files=[Source(data=path, kind="profiles")], today=TODAY)
        assert as_profiles.batch is not None
        again = import_records(tmp_path / "workspace", profiles=str(path), today=TODAY)
        assert again.batch is None

    def test_after_its_undo_it_is_new(self, tmp_path: Path) -> None:
        orders = put(tmp_path, "orders.csv", HEADER + SHOP)
        batch = kept(tmp_path / "workspace", orders).batch
        assert batch is not None
        Batches(tmp_path / "workspace").undo(batch.id)
        assert kept(tmp_path / "workspace", orders).batch is not None

    def test_a_table_in_memory_is_told_again_by_its_rows(self, tmp_path: Path) -> None:
        table = pa.table({"customer_id": ["c1"], "ordered_at": ["2024-05-01"], "amount": ["5"]})
        for _ in range(2):
            assert regulars.import_records(tmp_path / "workspace", orders=table, today=TODAY).batch is not None
        with open_engine() as engine:
            records = Batches(tmp_path / "workspace").open(engine, settings=Settings(), today=TODAY)
            assert cleaned(engine, records, tmp_path / "workspace")["duplicates"] == {1: 1}


class TestTheInbox:
    def test_files_are_imported_before_the_analysis_and_one_that_fails_stays(self, tmp_path: Path) -> None:
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

    def test_a_file_whose_batch_was_committed_before_a_kill_is_only_moved(self, tmp_path: Path) -> None:
        path = put(tmp_path / "workspace" / "inbox", "a.csv", HEADER + SHOP)
        kept(tmp_path / "workspace", path)
        result = analyze(workspace=tmp_path / "workspace", today=TODAY)
        assert len(Batches(tmp_path / "workspace").live()) == 1
        assert not path.exists()
        assert result.manifest["notes"][0]["code"] == "inbox_file_known"

    def test_a_mapping_that_was_confirmed_at_an_import_is_known_again_in_the_inbox(self, tmp_path: Path) -> None:
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

    def test_of_files_that_wait_the_one_saved_last_is_read_last(self, tmp_path: Path) -> None:
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

    def test_if_nothing_could_be_imported_the_reason_is_the_error(self, tmp_path: Path) -> None:
        put(tmp_path / "workspace" / "inbox", "b.csv", "nothing,known\n1,2\n")
        with pytest.raises(RegularsError, match=r"b\.csv"):
            analyze(workspace=tmp_path / "workspace", today=TODAY)


class TestNothingThere:
    def test_an_empty_workspace_says_how_to_fill_it(self, tmp_path: Path) -> None:
        with pytest.raises(RegularsError, match="holds no records yet"):
            analyze(workspace=tmp_path, today=TODAY)

    def test_an_import_of_nothing_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToRead):
            import_records(tmp_path / "workspace", today=TODAY)

    def test_a_file_that_cannot_be_read_makes_no_batch(self, tmp_path: Path) -> None:
        good = put(tmp_path, "good.csv", HEADER + SHOP)
        with pytest.raises(RegularsError, match=r"absent\.csv"):
            kept(tmp_path / "workspace", good, tmp_path / "absent.csv")
        assert list((tmp_path / "workspace" / "batches").iterdir()) == []


@pytest.mark.parametrize("becomes", [HEADER + SHOP + "c99,2024-01-01,1\n", HEADER, "", None])
def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path: Path, becomes: str | None) -> None:
    path, workspace = put(tmp_path, "shop.csv", HEADER + SHOP), tmp_path / "workspace"

    def changing(*_: object) -> None:
        if becomes is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(becomes, encoding="utf-8")

    with pytest.raises(RegularsError, match=r"shop\.csv changed while it was read.*import it again"):
        import_records(workspace, files=[Source(data=path)], today=TODAY, progress=changing)
    assert Batches(workspace).ids() == ()
    put(tmp_path, "shop.csv", HEADER + SHOP)
    assert kept(workspace, path).batch is not None


def test_an_order_cancelled_since_counts_no_more_and_no_batch_says_whose_it_was(tmp_path: Path) -> None:
    header = "订单号,买家手机号,买家昵称,订单实付金额,订单创建时间,买家付款时间,订单状态\n"
    bo = "E2,13900139000,Bo,5,2024-05-02 09:00:00,2024-05-02 10:00:00,交易完成\n"
    ana = "E1,13800138000,Ana,10,2024-05-01 09:00:00,{},{}\n"
    paid, closed = ana.format("2024-05-01 10:00:00", "交易完成"), ana.format("", "交易关闭")
    workspace = tmp_path / "kept"
    kept(workspace, put(tmp_path, "monday.csv", header + paid + bo))
    before = files_of(workspace)
    friday = kept(workspace, put(tmp_path, "friday.csv", header + closed)).batch
    assert friday is not None
    store = Batches(workspace)
    with open_engine(threads=1) as engine:
        records = store.open(engine, settings=Settings(), today=TODAY)
        assert engine.fetch("SELECT order_id FROM raw_orders").to_pylist() == [{"order_id": "E2"}]
        assert records.files[0].left_out == {"stated_again": 1}
    (withdrawn,) = pq.read_table(workspace / "batches" / friday.id / "withdrawn.parquet").to_pylist()
    assert len(withdrawn["customer_key"]) == 32
    store.undo(friday.id)
    assert files_of(workspace) == before
