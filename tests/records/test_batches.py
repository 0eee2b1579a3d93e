"""Batches: what was read comes back as it was, appears and vanishes as a whole, and is for its owner only."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import HEADER, TODAY, Desk
from regulars.core import RegularsError, Settings
from regulars.engines import Engine, open_engine
from regulars.records import RAW_TABLES, Batch, Batches, RecordSet, Source, read
from regulars.records._workspace import batch_rows

NOW = datetime(2024, 6, 30, 10, 15, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Batches:
    return Batches(tmp_path / "workspace")


def keep(
    store: Batches, engine: Engine, *sources: Source | pa.Table, now: datetime = NOW, chosen: Settings | None = None
) -> Batch:
    """Read sources and keep them as they are: whose keys must be hashed is a question for the room above."""
    given = [source if isinstance(source, Source) else Source(data=source) for source in sources]
    stated = chosen or Settings()
    records = read(engine, given, settings=stated, today=TODAY, keep_later=True)
    with store.alone(), store.draft() as draft:
        draft.write(engine, records, settings=stated, today=TODAY)
        return draft.commit([], now=now)


def orders(*rows: tuple[str, str, str]) -> Source:
    who, days, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"customer_id": who, "ordered_at": days, "amount": amounts}
    return Source(data=pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def opened(store: Batches, engine: Engine, *, today: date = TODAY) -> RecordSet:
    return store.open(engine, settings=Settings(), today=today)


def tables(engine: Engine) -> dict[str, list[dict[str, object]]]:
    names = [*RAW_TABLES, "quarantine"]
    return {name: engine.fetch(f"SELECT * FROM {name} ORDER BY file_id, line").to_pylist() for name in names}


def tree(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for every example: opening an engine takes longer than keeping a small file."""
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path_factory.mktemp("kept"))


class TestWhatIsKeptComesBack:
    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["ana", "bo", "张三", ""]),
                st.dates(date(2023, 11, 1), date(2024, 8, 1)),
                st.sampled_from(["1.50", "-2", "¥3", "x"]),
            ),
            max_size=12,
        )
    )
    @settings(max_examples=8, deadline=None)
    def test_rows_and_reports_are_those_of_the_files(self, bench: Desk, rows: list[tuple[str, date, str]]) -> None:
        # A row of a day to come that cannot be read either is refused for that, whatever day it is.
        readable = [(who, min(day, TODAY) if amount == "x" else day, amount) for who, day, amount in rows]
        lines = "".join(f"{who},{day},{amount}\n" for who, day, amount in readable)
        paths = [bench.file(HEADER + "cy,2024-01-01,1\n" * 12 + lines, name) for name in ("a.csv", "b.csv")]
        store = Batches(bench.folder / f"workspace-{len(list(bench.folder.iterdir()))}")
        for path in paths:
            keep(store, bench.engine, Source(data=path))
        after = opened(store, bench.engine)
        back = tables(bench.engine)
        direct = bench.read(*paths)
        expected = tables(bench.engine)
        # What a later day is told by is the day alone once it is stored.
        for row in [*back["quarantine"], *expected["quarantine"]]:
            row["raw_value"] = str(row["raw_value"])[:10]
        assert back == expected
        assert tuple(replace(file, batch=None) for file in after.files) == direct.files
        assert after.currency == direct.currency

    def test_months_are_written_few_at_once_and_every_day_of_them_comes_back(
        self, desk: Desk, store: Batches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batch_rows, "MOST_FILES", 2)
        days = [date(2023, 11, 30) + timedelta(days=at) for at in range((TODAY - date(2023, 11, 30)).days + 2)]
        batch = keep(store, desk.engine, orders(*(("ana", str(day), "1") for day in days)))
        stems = sorted(path.stem for path in (store.folder / "batches" / batch.id / "orders").iterdir())
        assert stems == [*sorted({f"{day:%Y-%m}" for day in days if day <= TODAY}), "later"]
        opened(store, desk.engine, today=days[-1])
        assert [row["local_day"] for row in tables(desk.engine)["raw_orders"]] == days

    def test_every_kind_comes_back(self, desk: Desk, store: Batches) -> None:
        texts = {
            "subscriptions": "customer_id,started_at,ended_at,price\nana,2024-01-01,2025-01-01,5\n",
            "usage": "customer_id,used_at,event\nana,2024-01-02,login\n",
            "feedback": "customer_id,given_at,score,text\nana,2024-01-02,9,好\n",
            "touches": "customer_id,touched_at,cost\nana,2024-01-03,5\n",
            "assignments": "customer_id,campaign_id,arm,assigned_at,probability\nana,c,held,2024-01-03,0.5\n",
            "referrals": "referrer_id,referred_id\nana,bo\n",
            "profiles": "customer_id,region,acquired_at\nana,north,2024-01-01\n",
            "consents": "customer_id,purpose,granted,recorded_at\nana,profiling,no,2031-01-01\n",
            "orders": HEADER + "ana,2024-01-02,1\n",
        }
        sources = [Source(data=desk.file(text, f"{kind}.csv"), kind=kind) for kind, text in texts.items()]
        batch = keep(store, desk.engine, *sources)
        opened(store, desk.engine)
        back = tables(desk.engine)
        desk.read(*sources)
        assert back == tables(desk.engine)
        assert all(back[f"raw_{kind}"] for kind in texts)
        home = store.folder / "batches" / batch.id
        assert (home / "orders" / "2024-01.parquet").exists()
        assert (home / "referrals" / "undated.parquet").exists()
        assert (home / "consents" / "later.parquet").exists()

    @pytest.mark.both_engines(slow=True)
    def test_several_batches_come_back_on_every_engine_as_they_were_read(
        self, desk: Desk, store: Batches, tmp_path: Path
    ) -> None:
        first = {
            "orders": HEADER + "ana,2024-01-02,1.50\nbo,2023-12-31,-2\n,2024-01-03,4\nbo,2024-08-01,9\n",
            "referrals": "referrer_id,referred_id\nana,bo\n",
            "feedback": "customer_id,given_at,score,text\nana,2024-01-02 23:59:59,9,好\n",
        }
        second = {
            "more": "customer_id,ordered_at,amount,region\ncy,2024-01-09,¥3,北\nana,never,5,\ncy,2031-01-01,2,\n",
            "profiles": "customer_id,region,acquired_at\nana,north,2024-01-01\nbo,,\n",
            "consents": "customer_id,purpose,granted,recorded_at\nana,profiling,no,2031-01-01\n",
        }
        many = Settings.model_validate({"records": {"max_quarantined_share": 0.9}})
        with open_engine(threads=1) as reader:
            for texts in (first, second):
                files = [desk.file(text, f"{name}.csv") for name, text in texts.items()]
                keep(store, reader, *(Source(data=path, kind="orders" if path.stem == "more" else path.stem)
                                      for path in files), chosen=many)  # fmt: skip
            expected = opened(store, reader), tables(reader)
        found = opened(store, desk.engine), tables(desk.engine)
        assert found == expected
        kept = store.folder / "batches"
        assert {"undated.parquet", "later.parquet", "2024-01.parquet"} <= {
            path.name for path in kept.rglob("*.parquet")
        }
        assert {row["reason"] for row in found[1]["quarantine"]} == {
            "customer_missing",
            "time_unreadable",
            "after_today",
        }
        assert [row["file_id"] for row in found[1]["raw_orders"]] == [0, 0, 3]

    def test_a_column_that_an_earlier_version_did_not_have_is_empty(self, desk: Desk, store: Batches) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        path = store.folder / "batches" / batch.id / "orders" / "2024-01.parquet"
        desk.engine.load("stored", pq.read_table(path))
        desk.engine.write_parquet("SELECT * EXCLUDE (amount) FROM stored", path)
        opened(store, desk.engine)
        assert desk.orders("customer_key", "amount") == [("ana", None)]

    def test_nothing_kept_is_nothing(self, desk: Desk, store: Batches) -> None:
        assert store.live() == ()
        assert opened(store, desk.engine).files == ()
        assert desk.orders("line") == []


class TestDaysToCome:
    def test_a_booking_counts_once_its_day_has_come(self, desk: Desk, store: Batches) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-06-29", "1"), ("ana", "2024-07-05", "2")))
        assert (batch.accepted, batch.later) == (2, 1)
        (file,) = opened(store, desk.engine).files
        assert (file.read, file.accepted, file.quarantined) == (2, 1, {"after_today": 1})
        assert desk.aside() == [(2, "ordered_at", "after_today", "2024-07-05")]
        (file,) = opened(store, desk.engine, today=date(2024, 7, 5)).files
        assert (file.accepted, file.quarantined) == (2, {})
        assert desk.orders("amount") == [(Decimal(1),), (Decimal(2),)]

    def test_an_answer_solved_in_the_future_is_set_aside_by_that_column(self, desk: Desk, store: Batches) -> None:
        text = "customer_id,given_at,score,solved\nana,2024-06-01,9,2024-06-02\nbo,2024-06-01,9,2024-12-02\n"
        given = Source(data=desk.file(text, "f.csv"), kind="feedback", mapping={"resolved_at": "solved"})
        keep(store, desk.engine, given)
        opened(store, desk.engine)
        assert desk.aside() == [(3, "solved", "after_today", "2024-12-02")]

    def test_a_file_that_lies_in_the_future_was_not_understood(self, desk: Desk, store: Batches) -> None:
        with pytest.raises(RegularsError, match=r"every row \(2\) is dated after today, 2024-06-30"):
            keep(store, desk.engine, orders(("ana", "2090-06-29", "1"), ("ana", "2090-07-05", "2")))
        assert store.live() == ()

    def test_dates_of_every_century_make_no_thousand_files(self, desk: Desk, store: Batches) -> None:
        past = [("ana", f"2024-05-{day:02}", "1") for day in range(1, 21)]
        batch = keep(store, desk.engine, orders(*past, *[("bo", f"{year}-01-01", "1") for year in range(2100, 2110)]))
        names = sorted(path.name for path in (store.folder / "batches" / batch.id / "orders").iterdir())
        assert names == ["2024-05.parquet", "later.parquet"]


class TestAppearingAndVanishing:
    def test_undo_restores_the_exact_former_state(self, desk: Desk, store: Batches) -> None:
        keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        before = tree(store.folder)
        later = keep(store, desk.engine, orders(("bo", "2024-01-02", "1")))
        assert [batch.id for batch in store.live()][-1] == later.id
        assert store.undo(later.id) == later.id
        assert tree(store.folder) == before

    def test_a_draft_that_is_not_committed_leaves_nothing(self, desk: Desk, store: Batches) -> None:
        records = desk.text(HEADER + "ana,2024-01-02,1\n")
        with store.alone(), store.draft() as draft:
            draft.write(desk.engine, records, settings=Settings(), today=TODAY)
        assert list((store.folder / "batches").iterdir()) == []

    def test_what_a_killed_process_left_is_no_batch_and_is_cleared_away(self, desk: Desk, store: Batches) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        home = store.folder / "batches"
        for name in (".new-x", f".gone-{batch.id}"):
            (home / name).mkdir()
            (home / name / "manifest.json").write_text("{}")
        assert [each.id for each in store.live()] == [batch.id]
        with store.alone():
            assert [path.name for path in home.iterdir()] == [batch.id]

    def test_ids_sort_by_import_also_when_the_clock_is_set_back(self, desk: Desk, store: Batches) -> None:
        moments = [NOW, NOW, NOW - timedelta(days=1), NOW + timedelta(hours=1)]
        made = [keep(store, desk.engine, orders(("ana", "2024-01-02", "1")), now=now).id for now in moments]
        assert made == sorted(set(made)) == [batch.id for batch in store.live()]
        assert made[0].startswith("20240630T101500-")

    def test_everything_is_for_its_owner_only(self, desk: Desk, store: Batches) -> None:
        keep(store, desk.engine, orders(("ana", "2024-01-02", "1"), ("", "2024-01-02", "1"), ("bo", "2024-02-02", "1")))
        for path in store.folder.rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
        assert store.folder.stat().st_mode & 0o777 == 0o700

    def test_a_batch_is_found_by_the_beginning_of_its_id_if_it_is_the_only_one(
        self, desk: Desk, store: Batches
    ) -> None:
        first = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        keep(store, desk.engine, orders(("bo", "2024-01-02", "1")), now=NOW + timedelta(days=1))
        assert store.find("20240630").id == first.id
        for name in ("", "nothing", "../batches"):
            with pytest.raises(RegularsError, match="There is no batch"):
                store.undo(name)
        with pytest.raises(RegularsError, match=r"Several batches in .* begin with '2024'"):
            store.undo("2024")

    def test_a_batch_undone_while_it_is_read_is_said_so(
        self, desk: Desk, store: Batches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        store.undo(batch.id)
        monkeypatch.setattr(Batches, "live", lambda self: (batch,))
        with pytest.raises(RegularsError, match="were undone while they were being read"):
            opened(store, desk.engine)


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 1}'])
    def test_a_damaged_manifest_is_told_and_can_be_undone(self, desk: Desk, store: Batches, damage: str) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        (store.folder / "batches" / batch.id / "manifest.json").write_text(damage)
        with pytest.raises(RegularsError, match=f"Batch {batch.id} in .* cannot be read"):
            store.live()
        store.undo(batch.id)
        assert store.live() == ()

    @pytest.mark.parametrize("written", [-1, 0, True, 1.5, "2", None, 99])
    def test_a_format_that_is_none_is_damage_and_a_later_one_is_not_to_be_undone(
        self, desk: Desk, store: Batches, written: object
    ) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        manifest = store.folder / "batches" / batch.id / "manifest.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": written}))
        with pytest.raises(RegularsError) as told:
            store.live()
        assert told.value.code == ("batch_too_new" if written == 99 else "batch_unreadable")
        assert ("records undo" in str(told.value)) == (written != 99), "it would delete what the later version reads"

    def test_a_damaged_file_of_rows_is_told(self, desk: Desk, store: Batches) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "1")))
        (store.folder / "batches" / batch.id / "orders" / "2024-01.parquet").write_bytes(b"PAR1 no more")
        with pytest.raises(RegularsError, match=r"orders/2024-01\.parquet"):
            opened(store, desk.engine)

    def test_days_of_another_zone_are_not_mixed_in(self, desk: Desk, store: Batches) -> None:
        zone = Settings.model_validate({"business": {"time_zone": "Asia/Shanghai"}})
        keep(store, desk.engine, orders(("ana", "2024-01-02", "1")), chosen=zone)
        with pytest.raises(RegularsError, match=r"imported in the time zone Asia/Shanghai.*is UTC"):
            opened(store, desk.engine)
        store.open(desk.engine, settings=zone, today=TODAY)

    def test_amounts_of_two_batches_are_in_one_currency(self, desk: Desk, store: Batches) -> None:
        keep(store, desk.engine, orders(("ana", "2024-01-02", "€1")))
        assert opened(store, desk.engine).currency == "EUR"
        yuan = Settings.model_validate({"business": {"currency": "CNY"}})
        with pytest.raises(RegularsError, match=r"amounts in €, but business\.currency in the settings is CNY"):
            store.open(desk.engine, settings=yuan, today=TODAY)
        keep(store, desk.engine, orders(("bo", "2024-01-02", "1")), chosen=yuan)
        with pytest.raises(RegularsError, match="brings the amounts in CNY, € together"):
            opened(store, desk.engine)

    def test_rates_that_come_after_the_import_are_not_the_advice_for_they_change_no_batch(
        self, desk: Desk, store: Batches
    ) -> None:
        batch = keep(store, desk.engine, orders(("ana", "2024-01-02", "$1"))).id
        rates = Settings.model_validate({"business": {"currency": "EUR", "rates": {"USD": 0.9}}})
        with pytest.raises(RegularsError) as told:
            store.open(desk.engine, settings=rates, today=TODAY)
        assert told.value.code == "currency_of_batch"
        assert f"regulars records undo {batch} --workspace {store.folder}" in str(told.value)
        store.undo(batch)
        keep(store, desk.engine, orders(("ana", "2024-01-02", "$1")), chosen=rates)
        store.open(desk.engine, settings=rates, today=TODAY)
        assert desk.orders("amount") == [(Decimal("0.9"),)]

    def test_a_file_in_the_place_of_the_workspace_is_told(self, store: Batches) -> None:
        store.folder.write_text("a file")
        with pytest.raises(RegularsError, match="cannot be written"), store.alone():
            pytest.fail("never reached")


class TestOneAtATime:
    HOLDER = """
        import sys
        from pathlib import Path
        from regulars.records import Batches
        with Batches(Path(sys.argv[1])).alone():
            print("held", flush=True)
            sys.stdin.read()
    """

    @pytest.fixture
    def holder(self, store: Batches) -> Iterator["subprocess.Popen[str]"]:
        command = [sys.executable, "-c", textwrap.dedent(self.HOLDER), str(store.folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
            process.kill()

    def test_two_do_not_change_a_workspace_at_once_and_the_lock_of_the_dead_is_taken_over(
        self, store: Batches, holder: "subprocess.Popen[str]"
    ) -> None:
        with pytest.raises(RegularsError, match=rf"by another process \({holder.pid}\)"), store.alone():
            pytest.fail("never reached")
        holder.kill()
        holder.wait()
        with store.alone():
            assert int((store.folder / "lock").read_text()) != holder.pid


def test_the_manifest_says_what_was_done(desk: Desk, store: Batches) -> None:
    chosen = Settings.model_validate({"records": {"date_order": "dmy"}})
    batch = keep(store, desk.engine, Source(data=desk.file(HEADER + "ana,1/2/2024,1\n")), chosen=chosen)
    text = (store.folder / "batches" / batch.id / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["settings"]["records"]["date_order"] == "dmy"
    assert manifest["files"][0]["mapping"] == {name: name for name in ("customer_id", "ordered_at", "amount")}
    assert manifest["files"][0]["encoding"] == "utf-8"
    assert {"regulars", "duckdb", "pyarrow"} <= set(manifest["versions"])
    assert store.find(batch.id) == batch
