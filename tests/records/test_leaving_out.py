"""People's rows, or those past their day, leave their batches as a whole: no other does, and a kill loses none."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core import Settings
from regulars.engines import open_engine
from regulars.records import Batch, Batches, Source, read

TODAY = date(2024, 6, 30)
PEOPLE = ["ana", "bo", "cy", "di"]
ROWS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.dates(date(2024, 4, 1), date(2024, 8, 1)), st.sampled_from(["1", "2", "x"])),
    min_size=1,
    max_size=15,
)


def table(rows: list[tuple[str, date, str]]) -> Source:
    columns = list(zip(*rows, strict=True))
    names = ["customer_id", "ordered_at", "amount"]
    arrays = [pa.array([str(value) for value in column]) for column in columns]
    return Source(data=pa.table(dict(zip(names, arrays, strict=True))))


def referrals(*rows: tuple[str, str]) -> Source:
    columns = dict(zip(["referrer_id", "referred_id"], zip(*rows, strict=True), strict=True))
    return Source(data=pa.table(columns))


CHOSEN = Settings.model_validate({"records": {"max_quarantined_share": 1.0}})


def keep(store: Batches, *sources: Source, chosen: Settings = CHOSEN) -> Batch:
    with store.alone(), store.draft() as draft:
        with open_engine(threads=1) as engine:
            found = read(engine, sources, settings=chosen, today=TODAY, keep_later=True)
            draft.write(engine, found, settings=chosen, today=TODAY)
        return draft.commit([], now=datetime(2024, 6, 30, 10, tzinfo=UTC))


def kept_rows(store: Batches) -> list[dict[str, Any]]:
    with open_engine(threads=1) as engine:
        store.open(engine, settings=CHOSEN, today=date(2030, 1, 1))
        query = "SELECT file_id, line, customer_key, amount FROM raw_orders ORDER BY file_id, line"
        return [*engine.fetch(query).to_pylist(), *engine.fetch("SELECT * FROM raw_referrals").to_pylist()]


def days_of_rows(store: Batches) -> list[dict[str, Any]]:
    with open_engine(threads=1) as engine:
        store.open(engine, settings=CHOSEN, today=date(2030, 1, 1))
        found: list[dict[str, Any]] = engine.fetch("SELECT file_id, line, local_day FROM raw_orders").to_pylist()
        return found


@settings(max_examples=15, deadline=None)
@given(rows=ROWS, gone=st.sets(st.sampled_from(PEOPLE), max_size=4))
def test_whoever_is_left_out_is_gone_and_nobody_else_and_all_is_counted(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, date, str]], gone: set[str]
) -> None:
    store = Batches(tmp_path_factory.mktemp("left_out"))
    keep(store, table([*rows, ("ana", TODAY, "1")]), referrals(("ana", "bo"), ("cy", "di")))
    keep(store, table([("di", TODAY, "7")]))
    before = kept_rows(store)
    expected = [row for row in before if not gone & {row.get(name) for name in
                ("customer_key", "referrer_key", "referred_key", "referrer_id", "referred_id")}]  # fmt: skip
    removed = store.leave_out(pa.array(sorted(gone), pa.string()))
    assert kept_rows(store) == expected
    assert removed == len(before) - len(expected)
    assert not gone & set(store.keys().to_pylist())
    assert not list(store.rows_of(pa.array(sorted(gone), pa.string())))
    for batch in store.live():
        for file in batch.files:
            assert file.read == file.accepted + file.quarantined_total + file.left_out_total
        assert 0 <= batch.later <= batch.accepted
        assert batch.later == sum(file.later.rows for file in batch.files if file.later is not None)
        assert all(file.accepted >= 0 for file in batch.on_its_day)
    assert store.leave_out(pa.array(sorted(gone), pa.string())) == 0


def test_a_batch_that_was_being_replaced_is_whole_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before each renaming in turn: everybody else's rows are there, and doing it again ends it."""
    for killed_at in range(4):
        store = Batches(tmp_path / str(killed_at))
        keep(store, table([("ana", TODAY, "1"), ("bo", TODAY, "2")]))
        real = os.replace
        calls: list[Path] = []

        def kill(
            one: Path, other: Path, real: Any = real, calls: list[Path] = calls, killed_at: int = killed_at
        ) -> None:
            calls.append(one)
            if len(calls) > killed_at:
                raise KeyboardInterrupt
            real(one, other)

        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", kill)
            if killed_at < 3:
                with pytest.raises(KeyboardInterrupt):
                    store.leave_out(pa.array(["ana"]))
            else:
                store.leave_out(pa.array(["ana"]))
        assert "bo" in {row["customer_key"] for row in kept_rows(store)}
        store.leave_out(pa.array(["ana"]))
        assert [row["customer_key"] for row in kept_rows(store)] == ["bo"]
        assert {path.name[0] for path in (store.folder / "batches").iterdir()} == {"2"}


def test_the_rows_of_a_person_are_shown_with_their_batch(tmp_path: Path) -> None:
    store = Batches(tmp_path)
    first = keep(store, table([("ana", TODAY, "1"), ("bo", TODAY, "2")]))
    second = keep(store, referrals(("bo", "ana")))
    found = [(batch.id, kind, rows.num_rows) for batch, kind, rows in store.rows_of(pa.array(["ana"]))]
    assert found == [(first.id, "orders", 1), (second.id, "referrals", 1)]


def test_an_order_that_was_cancelled_goes_with_the_person_and_is_counted_once(tmp_path: Path) -> None:
    header = "订单号,买家手机号,买家昵称,订单实付金额,订单创建时间,买家付款时间,订单状态\n"
    ana = "E1,13800138000,Ana,10,2024-05-01 09:00:00,,交易关闭\n"
    bo = "E2,13900139000,Bo,5,2024-05-02 09:00:00,2024-05-02 10:00:00,交易完成\n"
    path, store = tmp_path / "orders.csv", Batches(tmp_path / "kept")
    path.write_text(header + ana + bo, encoding="utf-8")
    batch = keep(store, Source(data=path))
    (whose,) = (key for key in store.keys().to_pylist() if key.startswith("13800138000"))
    before = dict(batch.files[0].left_out)
    store.leave_out(pa.array([whose]))
    (left,) = store.live()
    assert not [key for key in store.keys().to_pylist() if key.startswith("13800138000")]
    assert (dict(left.files[0].left_out), left.files[0].accepted) == (before, 1)


@settings(max_examples=15, deadline=None)
@given(rows=ROWS, until=st.dates(date(2024, 3, 30), date(2024, 8, 2)))
def test_what_is_past_its_day_is_counted_before_and_goes_and_nothing_else_does(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, date, str]], until: date
) -> None:
    store = Batches(tmp_path_factory.mktemp("let_go"))
    keep(store, table([*rows, ("ana", TODAY, "1")]), referrals(("ana", "bo"), ("cy", "di")))
    keep(store, table([("di", date(2024, 4, 1), "7"), ("di", TODAY, "7")]))
    before = kept_rows(store)
    days = {(row["file_id"], row["line"]): row["local_day"] for row in days_of_rows(store)}
    expected = [row for row in before if days.get((row.get("file_id"), row.get("line")), date.max) > until]
    assert store.past({"orders": until, "usage": until}) == {"orders": len(before) - len(expected), "usage": 0}
    assert store.let_go({"orders": until, "usage": until}, told_apart=()) == len(before) - len(expected)
    assert kept_rows(store) == expected
    assert store.past({"orders": until}) == {"orders": 0}
    assert sum(file.left_out.get("expired", 0) for batch in store.live() for file in batch.files) == len(before) - len(
        expected
    )
    for batch in store.live():
        assert all(file.read == file.accepted + file.quarantined_total + file.left_out_total for file in batch.files)
        assert batch.later == sum(file.later.rows for file in batch.files if file.later is not None)


def test_a_subscription_is_of_the_day_on_which_it_ended(tmp_path: Path) -> None:
    ends = {"ana": "2024-02-01", "bo": "2024-05-01", "cy": ""}
    columns = {"customer_id": list(ends), "started_at": ["2023-01-01"] * 3, "ended_at": list(ends.values())}
    store = Batches(tmp_path)
    keep(store, Source(data=pa.table(columns), kind="subscriptions"))
    assert store.past({"subscriptions": date(2024, 3, 1)}) == {"subscriptions": 1}
    assert store.let_go({"subscriptions": date(2024, 3, 1)}, told_apart=()) == 1
    assert sorted(store.keys().to_pylist()) == ["bo", "cy"]


def test_an_order_that_was_cancelled_goes_by_the_day_of_the_shop(tmp_path: Path) -> None:
    """It was placed on the first of May in Shanghai, which was still April in London."""
    header = "订单号,买家手机号,买家昵称,订单实付金额,订单创建时间,买家付款时间,订单状态\n"
    ana = "E1,13800138000,Ana,10,2024-05-01 02:00:00,,交易关闭\n"
    bo = "E2,13900139000,Bo,5,2024-05-02 09:00:00,2024-05-02 10:00:00,交易完成\n"
    path, store = tmp_path / "orders.csv", Batches(tmp_path / "kept")
    path.write_text(header + ana + bo, encoding="utf-8")
    shanghai = Settings.model_validate({"business": {"time_zone": "Asia/Shanghai"}})
    keep(store, Source(data=path), chosen=shanghai)
    assert store.let_go({"orders": date(2024, 4, 30)}, told_apart=()) == 0
    assert [key[:11] for key in sorted(store.keys().to_pylist())] == ["13800138000", "13900139000"]
    assert store.let_go({"orders": date(2024, 5, 1)}, told_apart=()) == 0, "it was left out before"
    assert [key[:11] for key in store.keys().to_pylist()] == ["13900139000"]


def keep_named(store: Batches, *days: date) -> None:
    """Keep orders of a shop's shared key, each under a name of its own: its line."""
    with store.alone(), store.draft() as draft:
        with open_engine(threads=1) as engine:
            rows = table([("shop", day, str(place)) for place, day in enumerate(days, 1)])
            found = read(engine, [rows], settings=CHOSEN, today=TODAY)
            named = "SELECT * REPLACE ('shop ' || CAST(line AS VARCHAR) AS key_name) FROM raw_orders"
            engine.run(named, into="raw_orders")
            names = [
                {"file_id": 0, "key_id": "shop", "key_name": f"shop {line}", "pieces": [line], "shape": ""}
                for line in range(1, len(days) + 1)
            ]
            engine.load("key_names", pa.Table.from_pylist(names))
            draft.write(engine, found, settings=CHOSEN, today=TODAY)
        draft.commit([], now=datetime(2024, 6, 30, 10, tzinfo=UTC))


def names_kept(store: Batches) -> list[dict[str, object]]:
    with open_engine(threads=1) as engine:
        store.open(engine, settings=CHOSEN, today=TODAY)
        kept: list[dict[str, object]] = engine.fetch("SELECT key_name, pieces FROM key_names ORDER BY 1").to_pylist()
        return kept


def test_whoever_only_a_name_tells_from_others_is_found_and_left_out_by_that(tmp_path: Path) -> None:
    store = Batches(tmp_path)
    keep_named(store, TODAY, TODAY)
    assert sorted(store.keys().to_pylist()) == ["shop", "shop 1", "shop 2"]
    ((_, _, rows),) = store.rows_of(pa.array(["shop 2"]))
    assert rows["line"].to_pylist() == [2]
    assert store.leave_out(pa.array(["shop 2"])) == 1
    assert [row["line"] for row in kept_rows(store)] == [1]
    no_more_than_that_there_was_one = {"key_name": None, "pieces": None}
    assert names_kept(store) == [{"key_name": "shop 1", "pieces": [1]}, no_more_than_that_there_was_one]


def test_that_somebody_was_erased_is_forgotten_with_the_last_row_under_that_key(tmp_path: Path) -> None:
    store = Batches(tmp_path)
    keep_named(store, TODAY)
    keep_named(store, TODAY, TODAY)
    keep(store, referrals(("shop", "ana")))
    for left, person in [(3, "shop 1"), (2, "shop 2"), (0, "shop\N{SYMBOL FOR UNIT SEPARATOR}")]:
        assert store.leave_out(pa.array([person])) == (2 if person == "shop 1" else 1)
        names = [pq.read_table(path) for path in tmp_path.rglob("key_names.parquet")]
        assert sum(each.num_rows for each in names) == left, "as long as a row is left of whoever they were told from"
    assert not kept_rows(store)
    assert {path.name[0] for path in (tmp_path / "batches").iterdir()} == {"2"}


def test_names_go_with_the_last_row_that_bears_them_once_it_is_past_its_day(tmp_path: Path) -> None:
    store = Batches(tmp_path)
    keep_named(store, date(2024, 4, 1), TODAY)
    assert store.let_go({"orders": date(2024, 5, 1)}, told_apart=()) == 1
    assert names_kept(store) == [{"key_name": "shop 2", "pieces": [2]}]


def test_of_people_told_apart_it_stays_that_there_was_one(tmp_path: Path) -> None:
    store = Batches(tmp_path)
    keep_named(store, date(2024, 4, 1), date(2024, 4, 2), TODAY)
    assert store.let_go({"orders": date(2024, 5, 1)}, told_apart=["shop"]) == 2
    assert names_kept(store) == [{"key_name": "shop 3", "pieces": [3]}, {"key_name": None, "pieces": None}]
    assert store.let_go({"orders": TODAY}, told_apart=["shop"]) == 1
    assert not names_kept(store), "of nobody nothing"
