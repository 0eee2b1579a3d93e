"""A total below a list of people is no person; a person who is called so is one."""

import unicodedata
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import Desk
from regulars.engines import open_engine
from regulars.records import Source

HEADERS = ["customer_id", "name", "phone", "region", "acquisition_cost"]
SURE = ["合计", "总计", "小计：", "合计（3人）", "Grand total", "SUBTOTAL", "Total:", "totals (3)", "Sum: 12"]
BARE = ["Total", "total", "TOTALS", "Sum", "Total 3"]
PERSON = ["ana", "Ana Diaz", "13800138000", "Berlin", "5"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path_factory.mktemp("laws"))


def keys(desk: Desk, headers: Sequence[str], rows: Sequence[Sequence[str]], totals: int) -> list[str]:
    """Return whom a list of people is of, the totals in it counted and nothing set aside."""
    lines = [headers, *rows]
    (file,) = desk.text("".join(",".join(line) + "\n" for line in lines)).files
    assert file.left_out.get("summary_row", 0) == totals
    assert (file.kind, file.quarantined) == ("profiles", {})
    assert file.read == file.accepted + file.left_out_total
    return [key for (key,) in desk.rows("raw_profiles", "customer_key")]


people = st.integers(1, 5).map(lambda count: [[f"c{each}", *PERSON[1:]] for each in range(count)])
total = st.builds(
    lambda word, cost: [word, "", "", "", cost], st.sampled_from(SURE + BARE), st.sampled_from(["", "14.50"])
)
totals = st.lists(total, min_size=1, max_size=3)
blanks = st.lists(st.just([""] * 5), max_size=2)


def in_one_form(word: str) -> str:
    """Return a word as a customer number is read: in ordinary letters."""
    return unicodedata.normalize("NFKC", word).strip()


@given(people=people, totals=totals, before=blanks, after=blanks)
@settings(max_examples=40, deadline=None)
def test_totals_at_the_end_change_nothing_but_their_count(
    bench: Desk, people: list[list[str]], totals: list[list[str]], before: list[list[str]], after: list[list[str]]
) -> None:
    found = keys(bench, HEADERS, [*people, *before, *totals, *after], len(totals))
    assert found == [row[0] for row in people]


@given(
    people=people,
    word=st.sampled_from(SURE + BARE),
    told=st.sets(st.sampled_from([1, 2, 3]), min_size=1),
    cost=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_who_is_called_so_and_of_whom_more_is_said_stays(
    bench: Desk, people: list[list[str]], word: str, told: set[int], cost: bool
) -> None:
    row = [word, *(PERSON[place] if place in told else "" for place in (1, 2, 3)), "5" if cost else ""]
    assert keys(bench, HEADERS, [*people, row], 0) == [*(row[0] for row in people), in_one_form(word)]


@given(people=people, word=st.sampled_from(SURE + BARE), place=st.integers(0, 4))
@settings(max_examples=30, deadline=None)
def test_who_stands_above_somebody_else_stays(bench: Desk, people: list[list[str]], word: str, place: int) -> None:
    before = people[: min(place, len(people) - 1)]
    rows = [*before, [word, "", "", "", "7"], *people[len(before) :]]
    assert keys(bench, HEADERS, rows, 0) == [in_one_form(row[0]) for row in rows]


@pytest.mark.parametrize("word", BARE)
def test_where_nothing_else_is_told_of_anybody_a_word_that_may_be_a_name_stays(desk: Desk, word: str) -> None:
    assert keys(desk, ["name", "spent"], [["Ana", "5"], [word, "5"]], 0) == ["Ana", word]


@pytest.mark.parametrize("word", SURE)
def test_a_word_that_is_nobody_s_name_is_a_total_there_too(desk: Desk, word: str) -> None:
    assert keys(desk, ["name", "spent"], [["Ana", "5"], [word, "5"]], 1) == ["Ana"]


@pytest.mark.parametrize("count", ["3", "3人", "¥14.50", "128.00元"])
def test_a_count_in_a_column_of_words_is_nobody_s_word(desk: Desk, count: str) -> None:
    ends = [["ana", "Ana", "Berlin"], ["合计", count, ""]]
    assert keys(desk, ["customer_id", "name", "region"], ends, 1) == ["ana"]
    ends = [["ana", "Ana", "Berlin"], ["合计", "13800138000", ""]]
    assert keys(desk, ["customer_id", "phone", "region"], ends, 0) == ["ana", "合计"]


def test_a_total_in_a_stream_of_many_small_pieces_is_the_last_row_of_all(desk: Desk) -> None:
    schema = pa.schema([("customer_id", pa.string()), ("email", pa.string())])
    rows = [{"customer_id": "Total"}, {"customer_id": "ana", "email": "ana@example.com"}, {"customer_id": "Total"}]
    batches = [pa.RecordBatch.from_pylist([row], schema) for row in rows]
    empty = pa.RecordBatch.from_pylist([], schema)
    stream = pa.RecordBatchReader.from_batches(schema, [*batches, empty])
    (file,) = desk.read(Source(data=stream)).files
    assert (file.left_out, file.accepted) == ({"summary_row": 1}, 2)
