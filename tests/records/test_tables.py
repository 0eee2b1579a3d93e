"""Parquet files and tables in memory: checked, not parsed again."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from records_desk import HEADER, Desk
from regulars.core import RegularsError
from regulars.engines import open_engine
from regulars.records import Source
from regulars.records._words import words

TABLE = pa.table(
    {
        "customer_id": [7, 8, 9],
        "ordered_at": pa.array([datetime(2024, 1, 2, 23), datetime(2024, 1, 3), None], pa.timestamp("us")),
        "amount": [12.5, -3.0, 1.0],
        "is_refund": [False, True, None],
        "category": pa.array(["tea", "N/A", "tea"]),
        "quantity": pa.array([1, 2, 3], pa.int8()),
        "note": ["x", "y", "z"],
    }
)
READ = [
    (1, "7", date(2024, 1, 2), Decimal("12.5"), False, "tea", 1.0),
    (2, "8", date(2024, 1, 3), Decimal(-3), True, None, 2.0),
]


def as_parquet(folder: Path) -> Path:
    pq.write_table(TABLE, folder / "orders.parquet", row_group_size=2)
    return folder / "orders.parquet"


def as_pandas(folder: Path) -> Any:
    return TABLE.to_pandas()


def as_table(folder: Path) -> Any:
    return TABLE


def as_stream(folder: Path) -> Any:
    return pa.RecordBatchReader.from_batches(TABLE.schema, iter(TABLE.to_batches(max_chunksize=2)))


@pytest.mark.parametrize("form", [as_parquet, as_pandas, as_table, as_stream])
def test_every_form_of_a_table_is_read_alike(desk: Desk, form: Callable[[Path], Any]) -> None:
    (file,) = desk.read(Source(data=form(desk.folder))).files
    columns = "line", "customer_key", "local_day", "amount", "is_refund", "category", "quantity"
    assert desk.orders(*columns) == READ
    assert desk.aside() == [(3, "ordered_at", "value_missing", None)]
    assert (file.read, file.accepted, file.unused_columns) == (3, 2, ("note",))
    assert (file.encoding, file.delimiter) == (None, None)
    assert (file.sha256 is None) == (form is not as_parquet)


def test_a_duckdb_relation_is_a_table(desk: Desk) -> None:
    with open_engine() as other:
        other.load("mine", TABLE)
        desk.read(Source(data=other.stream("SELECT * FROM mine ORDER BY customer_id")))
    assert desk.orders("customer_key") == [("7",), ("8",)]


def test_ids_keep_their_digits_or_are_set_aside(desk: Desk) -> None:
    ids = pa.array([12.0, 3.5, 2.0**53, None, float("nan")])
    times = pa.array(["2024-01-02"] * 5)
    desk.read(Source(data=pa.table({"customer_id": ids, "used_at": times})), records={"max_quarantined_share": 0.9})
    assert desk.rows("raw_usage", "customer_key") == [("12",), ("3.5",)]
    assert [(line, reason) for line, _, reason, _ in desk.aside()] == [
        (3, "digits_lost"),
        (4, "customer_missing"),
        (5, "customer_missing"),
    ]


def test_ids_of_every_type_become_text(desk: Desk) -> None:
    columns = [
        pa.array([9_007_199_254_740_993]),
        pa.array([b"ana"]),
        pa.array(["ana"], pa.large_string()),
        pa.array(["ana"], pa.string_view()),
        pa.array(["ana"]).dictionary_encode(),
    ]
    sources = [Source(data=pa.table({"customer_id": column, "used_at": ["2024-01-02"]})) for column in columns]
    desk.read(*sources)
    assert [key for (key,) in desk.rows("raw_usage", "customer_key")] == ["9007199254740993", *["ana"] * 4]


def test_a_phone_whose_digits_excel_lost_is_set_aside(desk: Desk) -> None:
    desk.text(
        "phone,ordered_at,amount\n"
        "1.38E+10,2024-01-02,1\n138 0013 8000,2024-01-02,1\n186******05,2024-01-02,1\n+86 13800138000,2024-01-02,1\n"
    )
    assert desk.orders("customer_key") == [("13800138000",), ("13800138000",)]
    assert [reason for _, _, reason, _ in desk.aside()] == ["digits_lost", "customer_masked"]


def test_one_email_has_one_form(desk: Desk) -> None:
    desk.text("email,ordered_at,amount\nAna@Example.com,2024-01-02,1\n ana＠example.com,2024-01-02,1\n")
    assert desk.orders("customer_key") == [("ana@example.com",), ("ana@example.com",)]


def test_a_profile_keeps_its_identifiers_for_the_customers_room(desk: Desk) -> None:
    desk.text(
        "email,name,phone,birth_year,acquired_at\nana@example.com,Ana,138,1990,2024-01-02\nbo@example.com,,,1700,\ncy@example.com,,,,\n"
    )
    assert desk.rows("raw_profiles", "customer_key", "email", "name", "birth_year", "acquired_day") == [
        ("ana@example.com␟Ana", "ana@example.com", "Ana", 1990, date(2024, 1, 2)),
        ("bo@example.com", "bo@example.com", None, None, None),
        ("cy@example.com", "cy@example.com", None, None, None),
    ]
    assert desk.aside() == []


def test_words_are_brought_to_their_codes(desk: Desk) -> None:
    consents = (
        "customer_id,purpose,granted,recorded_at\nana,邮件营销,是,2024-01-02\nbo,Profiling,no,2024-01-02\n"
        "cy,world peace,yes,2024-01-02\n"
    )
    desk.text(consents)
    assert desk.rows("raw_consents", "purpose", "granted") == [("marketing_email", True), ("profiling", False)]
    assert [(column, reason) for _, column, reason, _ in desk.aside()] == [("purpose", "word_unknown")]
    desk.text(
        "customer_id,given_at,kind,score\nana,2024-01-02,NPS,9\nbo,2024-01-02,满意度,4\ncy,2024-01-02,Own Thing,1\n"
    )
    assert desk.rows("raw_feedback", "kind") == [("nps",), ("csat",), ("own thing",)]


@pytest.mark.parametrize("word", ["NPS", "Own Thing", "ÄRGER", "İSTEK", "Ⅷ"])
def test_a_word_of_an_open_list_arrives_in_small_letters(desk: Desk, word: str) -> None:
    desk.text(f"customer_id,given_at,kind,score\nana,2024-01-02,{word},9\n")
    desk.read(
        desk.file(f"customer_id,touched_at,kind,direction\nana,2024-01-02,{word},{word}\n", "touches.csv"),
        desk.file(f"customer_id,given_at,kind,score\nana,2024-01-02,{word},9\n", "feedback.csv"),
    )
    found = [*desk.rows("raw_touches", "kind", "direction")[0], *desk.rows("raw_feedback", "kind")[0]]
    assert found == [word.casefold()] * 3


def test_every_code_of_a_word_is_in_small_letters() -> None:
    codes = {code for lists in words().cells.values() for code in lists.values()}
    assert codes == {code.lower() for code in codes}


@pytest.mark.parametrize("mixed", [["a", 1, 2.5], [1, "eve@example.com"], [{"a": 1}, 2]])
def test_a_pandas_column_of_mixed_objects_is_named_and_not_shown(desk: Desk, mixed: list[object]) -> None:
    frame = pd.DataFrame({"customer_id": ["ana"] * len(mixed), "paid amount": mixed})
    with pytest.raises(RegularsError) as caught:
        desk.read(Source(data=frame))
    assert str(caught.value) == (
        "table 1: column 'paid amount' holds values of several types. Convert it to one type, "
        "such as text: frame['paid amount'] = frame['paid amount'].astype('string')."
    )


def test_nested_columns_are_refused_by_name(desk: Desk) -> None:
    table = pa.table({"customer_id": ["ana"], "ordered_at": ["2024-01-02"], "amount": [[1.0]]})
    with pytest.raises(
        RegularsError, match=r"column 'amount' holds list<.*> which cannot be read as money|cannot be read as money"
    ):
        desk.read(Source(data=table))


def test_what_is_no_table_is_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="cannot be read as a table"):
        desk.read(Source(data=3))  # type: ignore[arg-type]


def test_a_broken_parquet_file_is_an_error(desk: Desk) -> None:
    path = as_parquet(desk.folder)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RegularsError, match=r"orders.parquet is a Parquet file that cannot be read"):
        desk.read(path)
    path.write_bytes(content[:4] + b"\xff" * 200 + content[204:])
    with pytest.raises(RegularsError, match=r"orders.parquet"):
        desk.read(path)


def test_a_table_of_nothing_is_read(desk: Desk) -> None:
    (file,) = desk.read(Source(data=TABLE.slice(0, 0))).files
    assert (file.read, file.accepted) == (0, 0)


def test_a_column_of_nothing_is_missing_everywhere(desk: Desk) -> None:
    table = TABLE.slice(0, 2).set_column(4, "category", pa.nulls(2))
    desk.read(Source(data=table))
    assert desk.orders("category") == [(None,), (None,)]


def test_pandas_text_and_missing_values_are_understood(desk: Desk) -> None:
    frame = pd.DataFrame(
        {"customer_id": ["ana", None], "ordered_at": ["2024-01-02", "2024-01-03"], "amount": ["¥1,234.50", "2"]}
    )
    desk.read(Source(data=frame))
    assert desk.orders("customer_key", "amount") == [("ana", Decimal("1234.5"))]
    assert [reason for _, _, reason, _ in desk.aside()] == ["customer_missing"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["ana@example.com", "c2", "c3"], True),
        (["13800138000", "c2", "c3"], True),
        (["+49 170 1234567", "c2", "c3"], True),
        ([f"c{number}" for number in range(99)] + ["13800138000"], True),
        ([f"c{number}" for number in range(100)] + ["13800138000"], False),
        (["20240102000001", "9000000000", "a+b"], False),
    ],
)
def test_ids_that_are_contacts_look_personal(desk: Desk, ids: list[str], expected: bool) -> None:
    # Shares are of distinct ids: that one of them orders often makes no difference.
    rows = [*ids, *["c2"] * 500, *[ids[-1]] * 50]
    (file,) = desk.text(HEADER + "".join(f"{who},2024-01-02,1\n" for who in rows)).files
    assert file.looks_personal is expected


@pytest.mark.parametrize(
    ("contact", "expected"),
    [("ana@example.com", True), ("13800138000", True), ("138 0013 8000", True), ("138-0013-8000", True),
     ("+49 (170) 1234567", True), ("2024-01-02-0001", False), ("1f0a9c3e77b2", False)],
)  # fmt: skip
def test_a_single_contact_among_many_ids_is_noticed(desk: Desk, contact: str, expected: bool) -> None:
    rows = [*(f"c{number}" for number in range(200)), contact]
    (file,) = desk.text(HEADER + "".join(f"{who},2024-01-02,1\n" for who in rows)).files
    assert (file.has_personal_keys, file.looks_personal) == (expected, False)


def test_a_repetitive_parquet_column_is_read_like_any_other(desk: Desk) -> None:
    words = ["tea", "N/A", " cups ", None] * 50
    table = pa.table({"customer_id": ["ana"] * 200, "used_at": ["2024-01-02"] * 200, "event": words})
    pq.write_table(table, desk.folder / "usage.parquet")
    (file,) = desk.read(desk.folder / "usage.parquet").files
    assert file.accepted == 200
    assert desk.rows("raw_usage", "event")[:4] == [("tea",), (None,), ("cups",), (None,)]


def test_damaged_text_is_an_error_before_the_engine_meets_it(desk: Desk) -> None:
    offsets, letters = pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")
    damaged = pa.Array.from_buffers(pa.string(), 1, [None, offsets, letters])
    table = pa.table({"customer_id": damaged, "used_at": ["2024-01-02"]})
    with pytest.raises(RegularsError, match="usage cannot be read as a table"):
        desk.read(Source(data=table, kind="usage"))
    pq.write_table(table, desk.folder / "usage.parquet")
    with pytest.raises(RegularsError, match=r"usage.parquet is a Parquet file that cannot be read"):
        desk.read(desk.folder / "usage.parquet")
