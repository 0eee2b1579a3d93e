"""The promises of the engine's door, on every engine there is."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.core import RegularsError, SettingsError
from regulars.engines import Engine, open_engine, quoted

pytestmark = pytest.mark.both_engines

PEOPLE = pa.table({"who": ["ana", "bo", "cy"], "n": [3, 2, 1]})


def test_what_is_loaded_can_be_asked_for(engine: Engine) -> None:
    engine.load("people", PEOPLE)
    assert engine.fetch("SELECT who FROM people WHERE n > $least ORDER BY who", least=1).to_pylist() == [
        {"who": "ana"},
        {"who": "bo"},
    ]


def test_a_stream_and_a_parquet_file_load_like_a_table(engine: Engine, tmp_path: Path) -> None:
    engine.load("streamed", pa.RecordBatchReader.from_batches(PEOPLE.schema, PEOPLE.to_batches(max_chunksize=1)))
    pq.write_table(PEOPLE, tmp_path / "people.parquet")
    engine.load("stored", tmp_path / "people.parquet")
    for name in ("streamed", "stored"):
        assert engine.fetch(f"SELECT * FROM {name} ORDER BY who").to_pylist() == PEOPLE.to_pylist()


def test_the_memory_of_what_was_replaced_and_forgotten_is_given_back() -> None:
    held = "SELECT CAST(sum(memory_usage_bytes) AS BIGINT) AS bytes FROM duckdb_memory()"
    with open_engine() as engine:
        for _ in range(3):
            engine.run("SELECT range AS n FROM range(500000)", into="numbers")
        engine.drop("numbers")
        assert engine.fetch(held)["bytes"][0].as_py() < 1_000_000


def test_a_table_is_replaced_even_by_what_is_made_of_it(engine: Engine) -> None:
    engine.load("people", PEOPLE)
    engine.run("SELECT * FROM people WHERE n = $n", into="people", n=3)
    assert engine.fetch("SELECT who FROM people").to_pylist() == [{"who": "ana"}]
    engine.drop("people", "nobody")
    assert engine.columns("people") == ()


def test_a_loaded_file_can_be_replaced_by_what_is_made_of_it(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(PEOPLE, path)
    for _ in range(2):
        engine.load("people", path)
        engine.run("SELECT * FROM people WHERE n < $n", into="people", n=3)
        assert engine.fetch("SELECT who FROM people ORDER BY who").column("who").to_pylist() == ["bo", "cy"]
    engine.load("people", path)
    engine.load("people", PEOPLE.slice(0, 1))
    assert engine.fetch("SELECT who FROM people").num_rows == 1
    assert pq.read_table(path).num_rows == 3, "the file itself is never touched"


def test_an_empty_table_has_the_columns_of_a_full_one_and_takes_its_place(engine: Engine) -> None:
    cells = {
        "n": pa.array([1], pa.int32()), "long": pa.array([1], pa.int64()), "share": pa.array([0.5]),
        "who": pa.array(["ana"]), "sum": pa.array([Decimal("1.5")], pa.decimal128(18, 4)),
        "day": pa.array([date(2024, 1, 1)]), "at": pa.array([datetime(2024, 1, 1)], pa.timestamp("us")),
        "yes": pa.array([True]), "pieces": pa.array([[1, 2]], pa.list_(pa.int32())),
        'a "b"': pa.array([None], pa.string()),
    }  # fmt: skip
    full = pa.table(cells)
    engine.load("filled", full)
    for _ in range(2):
        engine.load("other", PEOPLE)
        engine.load("other", full.slice(0, 0))
        found = engine.fetch("SELECT * FROM other")
        assert (found.num_rows, found.schema) == (0, engine.fetch("SELECT * FROM filled").schema)
        assert engine.columns("other") == engine.columns("filled") == tuple(cells)


def test_columns_that_a_source_lacks_are_there_and_empty(engine: Engine) -> None:
    columns = pa.schema([("when", pa.date32()), ("who", pa.string()), ("sum", pa.decimal128(18, 4)), ("n", pa.int64())])
    for rows in (PEOPLE, PEOPLE.slice(0, 1)):
        engine.load("people", rows, columns=columns)
        found = engine.fetch("SELECT * FROM people ORDER BY n")
        assert found.schema.names == list(engine.columns("people")) == columns.names
        assert found.schema.types == engine.fetch("SELECT * FROM people WHERE n > 9").schema.types
        assert found.select(PEOPLE.schema.names).to_pylist() == sorted(rows.to_pylist(), key=lambda row: row["n"])
        assert found["when"].null_count == found["sum"].null_count == rows.num_rows
    engine.run("SELECT who, sum FROM people", into="people")
    assert engine.columns("people") == ("who", "sum")
    engine.drop("people")
    assert engine.columns("people") == ()


def test_a_second_door_leads_to_the_same_tables_from_another_thread(tmp_path: Path) -> None:
    with open_engine(threads=2) as engine, engine.aside() as other, ThreadPoolExecutor(max_workers=1) as thread:
        assert other is not None
        engine.load("people", PEOPLE)
        made = thread.submit(other.run, "SELECT who FROM people WHERE n > $least", into="few", least=1)
        thread.submit(other.load, "more", PEOPLE.select(["who"]), columns=PEOPLE.schema)
        engine.load("less", PEOPLE.select(["n"]), columns=PEOPLE.schema)
        paths = [tmp_path / "one.parquet", tmp_path / "other.parquet"]
        written = thread.submit(other.write_parquet, "SELECT * FROM people", paths[1])
        assert engine.write_parquet("SELECT * FROM people WHERE n = 3", paths[0]) == 1
        made.result()
        assert written.result() == 3
        assert [pq.read_metadata(path).num_rows for path in paths] == [1, 3]
        assert engine.fetch("SELECT who FROM few ORDER BY who")["who"].to_pylist() == ["ana", "bo"]
        assert engine.fetch(
            "SELECT sum(m.n) AS n, count(l.who) AS who FROM more AS m CROSS JOIN less AS l"
        ).to_pylist() == [{"n": None, "who": 0}]
        engine.drop("more", "less")
        assert other.columns("less") == other.columns("more") == ()


def test_who_asked_for_one_core_is_given_no_second_door() -> None:
    with open_engine(threads=1) as engine, engine.aside() as other:
        assert other is None


def test_values_are_bound_and_never_read_as_sql(engine: Engine) -> None:
    engine.load("people", PEOPLE)
    assert engine.fetch("SELECT * FROM people WHERE who = $who", who="' OR 1 = 1 --").num_rows == 0


def test_a_name_with_quotes_stays_a_name(engine: Engine) -> None:
    name = 'say "hi"; DROP TABLE people'
    engine.run("SELECT 1 AS one", into=name)
    assert engine.fetch(f"SELECT one FROM {quoted(name)}").num_rows == 1


def test_batches_pass_through_a_function(engine: Engine) -> None:
    engine.load("people", PEOPLE)
    schema = pa.schema([("shout", pa.string())])

    def shout(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pydict(
                {"shout": [who.upper() for who in batch["who"].to_pylist()]}, schema=schema
            )

    engine.map_batches("SELECT who FROM people WHERE n < $most", shout, schema, into="shouted", most=3)
    assert engine.fetch("SELECT shout FROM shouted ORDER BY shout").column("shout").to_pylist() == ["BO", "CY"]


def test_a_function_that_fails_says_what_failed_it(engine: Engine) -> None:
    engine.load("people", PEOPLE)

    def fail(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        raise ValueError("no such voice")
        yield from batches

    with pytest.raises(Exception, match="no such voice"):
        engine.map_batches("SELECT who FROM people", fail, PEOPLE.schema, into="never")
    assert engine.fetch("SELECT count(*) AS n FROM people").to_pylist() == [{"n": 3}], "the engine goes on"


def test_what_a_person_can_mend_comes_out_of_a_function_as_it_was_raised(engine: Engine) -> None:
    engine.load("people", PEOPLE)

    def fail(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raise SettingsError(file="shop.toml", place=batch.schema.names[0], problem="cannot be")
            yield batch

    for _ in range(2):
        with pytest.raises(SettingsError, match=r"^shop\.toml: who: cannot be\.") as raised:
            engine.map_batches("SELECT who FROM people", fail, PEOPLE.schema, into="never")
        assert raised.value.params == {"file": "shop.toml", "place": "who", "problem": "cannot be"}
    assert engine.fetch("SELECT count(*) AS n FROM people").to_pylist() == [{"n": 3}], "the engine goes on"


def test_parquet_keeps_the_order_and_counts_the_rows(engine: Engine, tmp_path: Path) -> None:
    many = pa.table({"n": list(range(200_000))})
    engine.load("many", many)
    path = tmp_path / "many.parquet"
    assert engine.write_parquet("SELECT n FROM many ORDER BY n DESC", path) == 200_000
    assert pq.read_table(path).column("n").to_pylist() == list(range(199_999, -1, -1))


def test_money_adds_up_to_the_cent_whatever_the_order(engine: Engine) -> None:
    cents = pa.array([Decimal("0.1000")] * 100_000, pa.decimal128(18, 4))
    engine.load("payments", pa.table({"amount": cents}))
    total = engine.fetch("SELECT CAST(sum(amount) AS DECIMAL(18, 4)) AS total FROM payments").column("total")[0].as_py()
    assert total == Decimal("10000.0000")


@pytest.mark.parametrize("place", ["/etc/hostname", "../secret.csv"])
def test_sql_cannot_reach_files_of_the_machine(engine: Engine, place: str) -> None:
    with pytest.raises(Exception, match=r"(?i)permission|not allowed|disabled|cannot access"):
        engine.fetch(f"SELECT * FROM read_csv('{place}')")


def test_nothing_is_left_behind(engine: Engine, tmp_path: Path) -> None:
    with open_engine(engine.name, parent=tmp_path) as opened:
        opened.load("people", PEOPLE)
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_a_memory_limit_that_is_no_size_is_refused() -> None:
    with pytest.raises(RegularsError, match="Memory limit 'a lot' is no size"):
        open_engine("spark", memory_limit="a lot")


def test_an_engine_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(RegularsError, match=r"There is no engine 'abacus'\. Choose one of: duckdb, spark\."):
        open_engine("abacus")


KINDS = pa.schema(
    [
        ("text", pa.string()),
        ("whole", pa.int64()),
        ("small", pa.int32()),
        ("fraction", pa.float64()),
        ("money", pa.decimal128(18, 4)),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us")),
        ("yes", pa.bool_()),
    ]
)
ROW = {
    "text": "常客 `tick` 'quote'",
    "whole": 2**60,
    "small": -3,
    "fraction": 0.1,
    "money": Decimal("12345678901234.5678"),
    "day": date(1899, 12, 31),
    "moment": datetime(2024, 2, 29, 23, 59, 59, 123456),
    "yes": True,
}


@pytest.mark.parametrize("rows", [[], [ROW], [ROW, dict.fromkeys(KINDS.names)]], ids=["none", "one", "one and empty"])
def test_every_type_comes_out_as_it_went_in(engine: Engine, rows: list[dict[str, object]], tmp_path: Path) -> None:
    engine.load("loaded", pa.Table.from_pylist(rows, schema=KINDS))
    engine.run("SELECT * FROM loaded", into="kept")
    engine.map_batches("SELECT * FROM kept", list, KINDS, into="passed")
    ordered = "SELECT * FROM passed ORDER BY whole"
    assert engine.write_parquet(ordered, tmp_path / "written.parquet") == len(rows)
    for came in (engine.fetch(ordered), engine.stream(ordered).read_all(), pq.read_table(tmp_path / "written.parquet")):
        # Whether a column may be empty is no promise: DuckDB 2 says it cannot where it saw nothing empty.
        assert [(field.name, field.type) for field in came.schema] == [(field.name, field.type) for field in KINDS]
        assert came.to_pylist() == rows
    assert engine.columns("passed") == tuple(KINDS.names)


def test_two_engines_know_nothing_of_each_other(engine: Engine) -> None:
    engine.load("people", PEOPLE)
    with open_engine(engine.name) as other:
        other.load("people", PEOPLE.slice(0, 1))
        assert engine.fetch("SELECT who FROM people").num_rows == 3
    assert engine.fetch("SELECT who FROM people").num_rows == 3


def test_a_value_that_is_nothing_is_bound(engine: Engine) -> None:
    engine.run("SELECT CAST($most AS BIGINT) AS most, $day AS day, $yes AS yes, NULL AS nothing", into="bound",
               most=None, day=date(2024, 2, 29), yes=False)  # fmt: skip
    assert engine.fetch("SELECT * FROM bound").to_pylist() == [
        {"most": None, "day": date(2024, 2, 29), "yes": False, "nothing": None}
    ]


def test_work_beyond_the_memory_limit_spills(tmp_path: Path) -> None:
    with open_engine(memory_limit="100MB", threads=1, parent=tmp_path) as opened:
        opened.load("numbers", pa.table({"n": pa.array(range(3_000_000), pa.int64())}))
        opened.run("SELECT n, md5(CAST(n AS VARCHAR)) AS hash FROM numbers ORDER BY hash, n", into="sorted")
        assert opened.fetch("SELECT count(*) AS n FROM sorted").to_pylist() == [{"n": 3_000_000}]
