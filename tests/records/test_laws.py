"""What holds for every file, whatever is in it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from records_desk import HEADER, Desk
from regulars.core import RegularsError
from regulars.engines import open_engine
from regulars.records import RecordSet, Source
from regulars.records._cells.text import read_text

people = st.sampled_from(["ana", "bo", "cy", "张三", 'Di "D"', "E, d"])
days = st.dates(date(1970, 1, 1), date(2024, 6, 30))
cents = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
orders = st.lists(st.tuples(people, days, cents), max_size=30)
cells = st.text(st.sampled_from('ab1,;|\t" \n\r-.年/'), max_size=8)

said = st.text(st.sampled_from("ab1N/A-无 \t'=\"\u3000\u200e\x07\N{REPLACEMENT CHARACTER}"), max_size=8) | st.none()

COUNTS = "customer_key", "local_day", "amount"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for every example: opening an engine takes longer than reading a small file."""
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path_factory.mktemp("laws"))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def lines_of(rows: list[tuple[str, date, Decimal]]) -> list[str]:
    return [f"{quoted(who)},{day.isoformat()},{amount}\n" for who, day, amount in rows]


def adds_up(records: RecordSet) -> bool:
    return all(
        file.read == file.accepted + file.quarantined_total + file.left_out_total
        and sum(file.quarantined.values()) == file.quarantined_total
        for file in records.files
    )


@given(rows=orders)
@settings(max_examples=20, deadline=None)
def test_what_was_printed_is_read_back(bench: Desk, rows: list[tuple[str, date, Decimal]]) -> None:
    records = bench.text(HEADER + "".join(lines_of(rows)))
    assert records.files[0].accepted == len(rows)
    assert bench.orders(*COUNTS) == [(who, day, amount.quantize(Decimal("0.0001"))) for who, day, amount in rows]


@given(rows=orders, place=st.integers(0, 30), bad=st.sampled_from(["", "x\n", "ana,2090-01-01,1\n", '"ana,1\n']))
@settings(max_examples=20, deadline=None)
def test_splitting_a_file_in_two_changes_nothing(
    bench: Desk, rows: list[tuple[str, date, Decimal]], place: int, bad: str
) -> None:
    lines = ["ana,2024-01-01,1.50\n"] * 40 + lines_of(rows)
    lines.insert(place, bad)
    bench.text(HEADER + "".join(lines))
    whole = bench.orders(*COUNTS)
    first = bench.file(HEADER + "".join(lines[:35]), "first.csv")
    second = bench.file(HEADER + "".join(lines[35:]), "second.csv")
    assert adds_up(bench.read(first, second))
    assert sorted(bench.orders(*COUNTS)) == sorted(whole)


@given(table=st.lists(st.lists(cells, min_size=1, max_size=5), max_size=12))
@example(table=[["ana", "2024-01-01", "1"], ['"ana', "2024-01-01", "1"], ["bo", "2024-01-01", "2"]])
@example(table=[["a\rb", "2024-01-01", "1"]])
@settings(max_examples=60, deadline=None)
def test_every_row_is_accepted_or_set_aside(bench: Desk, table: list[list[str]]) -> None:
    body = "\n".join(",".join(row) for row in table)
    try:
        records = bench.text(HEADER + body, records={"max_quarantined_share": 1.0, "date_order": "dmy"})
    except RegularsError:
        return
    assert adds_up(records)
    assert len(bench.orders("line")) == records.files[0].accepted
    assert len(bench.aside()) == records.files[0].quarantined_total


@given(
    content=st.binary(max_size=300)
    | st.binary(max_size=60).map(lambda tail: b"PAR1" + tail)
    | st.binary(max_size=100).map(lambda tail: HEADER.encode() + b"ana,2024-01-01,1\n" + tail)
    | st.text(max_size=80).map(lambda text: (HEADER + text).encode("utf-16")),
    encoding=st.sampled_from([None, None, "utf-8", "gb18030", "utf-16", "utf-7", "big5", "hz", "no such"]),
)
@example(content=b"\xff\xfe\x00", encoding=None)
@example(content=b"customer_id,ordered_at,amount\nana,2024-01-01,1\x00\n", encoding=None)
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_result_or_a_clear_error(bench: Desk, content: bytes, encoding: str | None) -> None:
    try:
        records = bench.read(Source(data=bench.file(content), kind="orders", encoding=encoding))
    except RegularsError:
        return
    assert adds_up(records)


@given(texts=st.lists(said, min_size=1, max_size=5))
@settings(deadline=None)
def test_a_text_is_read_the_same_however_often_it_is_said(texts: list[str | None]) -> None:
    once, often = (read_text(pa.array(texts * times, pa.string())) for times in (1, 20))
    assert often.values.to_pylist() == once.values.to_pylist() * 20
    faults = [[0] * len(texts) if cells.faults is None else cells.faults.tolist() for cells in (once, often)]
    assert faults[1][: len(texts)] == faults[0]
