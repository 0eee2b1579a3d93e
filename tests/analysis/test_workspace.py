"""What a workspace keeps is analysed as the files themselves would be, says nobody's name, and can be taken back."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import regulars
from kept_shop import HEADER, SHOP, TODAY, kept, put
from regulars import feedback
from regulars.analysis import Imported, NothingToRead, Result, analyze, import_records
from regulars.analysis._sources import NotATable
from regulars.core import RegularsError, Settings
from regulars.customers import CLEAN_TABLES, HashedIdentities, clean, read_identities
from regulars.engines import Engine, open_engine
from regulars.records import Batches, RecordSet, Source, read

GUESTS = ["Ana", "Ana Smith", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal"]


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

    @settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
    @given(weeks=st.lists(st.lists(st.sampled_from(["", *GUESTS]), min_size=1, max_size=6), min_size=2, max_size=4))
    @example(weeks=[["Ana", "Bo", "Cy", ""], ["Di", "Ed", "Ana Smith"], ["Flo", "Bo"], ["Gus", ""]])
    def test_a_phone_given_out_among_new_names_is_as_many_people_in_many_imports_as_in_one(
        self, tmp_path_factory: pytest.TempPathFactory, weeks: list[list[str]]
    ) -> None:
        home = tmp_path_factory.mktemp("weeks")
        paths = []
        for week, names in enumerate(weeks):
            days = [f"2024-05-{day + 6 * week:02}" for day, _ in enumerate(names, 1)]
            rows = [f"o{day},13800138000,{name},{day},5\n" for day, name in zip(days, names, strict=True)]
            own = f"o{week},13900139000,Zoe,2024-04-{week + 1:02},1\n"  # no week is a copy of another
            paths.append(put(home, f"{week}.csv", "order_id,phone,name,ordered_at,amount\n" + own + "".join(rows)))
            if week == 0:  # and once more without the names, with what was given back of it
                bare = "".join(f"o{day},13800138000,{day},5\n" for day in days)
                back = f"o{days[0]},13800138000,2024-06-01,-5\n"
                paths.append(put(home, "bare.csv", f"order_id,phone,ordered_at,amount\n{bare}{back}"))
        refused = "phone,purpose,granted,recorded_at\n13800138000,profiling,no,2024-06-01\n"
        paths.insert(1, put(home, "refused.csv", refused))
        workspace = home / "workspace"
        batches = [kept(workspace, path).batch for path in paths]
        last = batches[-1]
        assert last is not None
        with open_engine(threads=1) as engine:
            for known in (paths, paths[:-1]):
                records = read(engine, [Source(data=path) for path in known], settings=Settings(), today=TODAY)
                together = cleaned(engine, records, workspace)
                records = Batches(workspace).open(engine, settings=Settings(), today=TODAY)
                assert cleaned(engine, records, workspace) == together
                if known == paths:
                    Batches(workspace).undo(last.id)

    @pytest.mark.parametrize("second", ["李四", "张三先生"])
    def test_a_phone_with_one_name_in_each_import_is_told_as_in_files_together(
        self, tmp_path: Path, second: str
    ) -> None:
        header, rows = "phone,name,ordered_at,amount\n", "13900139000,王五,2024-05-01,7\n13800138000,{},2024-05-0{},5\n"
        paths = [
            put(tmp_path, f"{place}.csv", header + rows.format(name, place + 2))
            for place, name in enumerate(["张三", second])
        ]
        bare = "phone,ordered_at,amount\n13800138000,2024-05-09,3\n"
        paths.append(put(tmp_path, "bare.csv", bare))
        for path in paths:
            kept(tmp_path / "workspace", path)
        with open_engine(threads=1) as engine:
            records = read(engine, [Source(data=path) for path in paths], settings=Settings(), today=TODAY)
            together = cleaned(engine, records, tmp_path / "workspace")
            records = Batches(tmp_path / "workspace").open(engine, settings=Settings(), today=TODAY)
            found = cleaned(engine, records, tmp_path / "workspace")
        assert found == together
        quality = found["quality"]
        assert isinstance(quality, pa.Table)
        told = [row["row_count"] for row in quality.to_pylist() if row["issue"] == "key_of_several_names"]
        assert told == ([1, 1, 1] if second == "李四" else [])

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

    def test_names_beside_a_phone_stand_nowhere_but_as_hashes_and_go_with_their_batch(self, tmp_path: Path) -> None:
        workspace = tmp_path / "workspace"
        alone = kept(workspace, put(tmp_path, "orders.csv", HEADER + SHOP)).batch
        assert alone is not None
        before = files_of(workspace)
        assert not [name for name in before if name.endswith("key_names.parquet")]
        named = "phone,name,ordered_at,amount\n13800138000,Ana Lee,2024-05-01,5\n13800138000,Bo,2024-05-02,5\n"
        batch = kept(workspace, put(tmp_path, "named.csv", named)).batch
        assert batch is not None
        path = workspace / "batches" / batch.id / "key_names.parquet"
        assert pq.read_table(path).num_rows == 2
        told = json.dumps(pq.read_table(path).to_pylist()).lower() + words_in(workspace).lower()
        assert not [word for word in ("ana", "lee", "13800138000") if word in told]
        Batches(workspace).undo(batch.id)
        assert files_of(workspace) == before

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


class TestNothingThere:
    def test_an_empty_workspace_says_how_to_fill_it(self, tmp_path: Path) -> None:
        with pytest.raises(RegularsError, match="holds no records yet"):
            analyze(workspace=tmp_path, today=TODAY)

    def test_an_import_of_nothing_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToRead):
            import_records(tmp_path / "workspace", today=TODAY)

    def test_a_path_is_a_file_whose_kind_is_recognised(self, tmp_path: Path) -> None:
        path = put(tmp_path, "shop.csv", HEADER + SHOP)
        by_path = import_records(tmp_path / "workspace", files=[path], today=TODAY)
        assert by_path.batch is not None
        again = import_records(tmp_path / "workspace", files=[str(path), Source(data=path)], today=TODAY)
        assert (again.batch, len(again.known)) == (None, 2)
        with pytest.raises(NotATable, match="files is a int"):
            import_records(tmp_path / "workspace", files=[7], today=TODAY)  # type: ignore[list-item]

    def test_a_file_that_cannot_be_read_makes_no_batch(self, tmp_path: Path) -> None:
        good = put(tmp_path, "good.csv", HEADER + SHOP)
        with pytest.raises(RegularsError, match=r"absent\.csv"):
            kept(tmp_path / "workspace", good, tmp_path / "absent.csv")
        assert sorted(tmp_path.iterdir()) == [good]

    @pytest.mark.parametrize("text", [None, "", "nothing,known\n1,2\n", HEADER + "c1,soon,1\n"])
    def test_a_workspace_that_was_none_before_is_not_left_behind(self, tmp_path: Path, text: str | None) -> None:
        path = tmp_path / "orders.csv" if text is None else put(tmp_path, "orders.csv", text)
        new = tmp_path / "a" / "new"
        (tmp_path / "used").mkdir()
        put(tmp_path / "used", "notes.txt", "mine")
        for workspace in (new, tmp_path / "used"):
            with pytest.raises(RegularsError):
                kept(workspace, path)
            with pytest.raises(RegularsError):
                analyze(orders=path, workspace=workspace, today=TODAY)
        assert not (tmp_path / "a").exists()
        assert [path.name for path in (tmp_path / "used").iterdir()] == ["notes.txt"]

    def test_a_workspace_that_keeps_records_stays_as_it_is(self, tmp_path: Path) -> None:
        workspace = tmp_path / "workspace"
        kept(workspace, put(tmp_path, "orders.csv", HEADER + SHOP))
        before = sorted(path for path in workspace.rglob("*"))
        with pytest.raises(RegularsError):
            kept(workspace, tmp_path / "absent.csv")
        with pytest.raises(RegularsError):
            analyze(orders=tmp_path / "absent.csv", workspace=workspace, today=TODAY)
        assert sorted(path for path in workspace.rglob("*")) == before


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
