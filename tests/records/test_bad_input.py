"""Bad input gets a clear line or is set aside: never a traceback, never a silent guess."""

import os
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from records_desk import HEADER, Desk
from regulars.core import RegularsError
from regulars.records import REASONS, Source, masked


def test_a_missing_file_is_named(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"There is no file .*nowhere.csv"):
        desk.read(desk.folder / "nowhere.csv")


def test_a_folder_instead_of_a_file_is_named(desk: Desk) -> None:
    with pytest.raises(
        RegularsError, match=f"{re.escape(str(desk.folder))} is a folder in which no records are kept. Name files"
    ):
        desk.read(desk.folder)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_we_may_not_read_is_named(desk: Desk) -> None:
    path = desk.file(HEADER)
    path.chmod(0)
    with pytest.raises(RegularsError, match=r"cannot be read: .*Check its permissions"):
        desk.read(path)


def test_a_name_that_no_file_can_have_is_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="cannot be read"):
        desk.read(Path("a\0b"))


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_an_error(desk: Desk, content: bytes) -> None:
    with pytest.raises(RegularsError, match=r"orders.csv is empty"):
        desk.text(content)


@pytest.mark.parametrize("content", [HEADER, HEADER.strip(), HEADER + "\n\n"])
def test_a_header_alone_is_a_file_of_no_rows(desk: Desk, content: str) -> None:
    (file,) = desk.text(content).files
    assert (file.kind, file.read, file.accepted, file.quarantined_total) == ("orders", 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x1f\x8brest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"Rar!\x1a", "RAR"),
        (b"<html><table>", "a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a picture"),
        (b"BM\x36\x00\x03\x00\x00\x00\x00\x00\x36\x00", "a picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "a picture"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00", "a recording"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a recording"),
        (b"ID3\x03\x00\x00", "a recording"),
    ],
)
def test_a_file_of_another_format_is_named(desk: Desk, content: bytes, what: str) -> None:
    with pytest.raises(RegularsError, match=f"orders.csv is .*{what}.*What is read: CSV"):
        desk.text(content)


def test_one_row_of_2090_is_not_believed(desk: Desk) -> None:
    (file,) = desk.text(HEADER + "ana,2024-01-02,1\nbo,2090-01-01,1\n").files
    assert (file.read, file.accepted, file.quarantined) == (2, 1, {"after_today": 1})


def test_a_date_with_two_readings_stops_the_file(desk: Desk) -> None:
    text = HEADER + "ana,2/2/2024,1\nbo,1/2/2024,1\n"
    with pytest.raises(RegularsError) as caught:
        desk.text(text)
    assert str(caught.value) == (
        "orders.csv, line 3: '1/2/2024' in column 'ordered_at' can be read in two ways. "
        "Say which with --date-order: dmy (day first), mdy (month first) or ymd (year first)."
    )
    desk.text(text, records={"date_order": "dmy"})
    assert [str(day) for (day,) in desk.orders("local_day")] == ["2024-02-02", "2024-02-01"]


def test_rows_without_a_customer_are_set_aside(desk: Desk) -> None:
    good = "ana,2024-01-02,1\n" * 7
    desk.text(HEADER + good + "".join(f"{word},2024-01-02,1\n" for word in ("", "NULL", "n/a", "-", "无", "nan", "  ")))
    assert len(desk.orders("line")) == 7
    assert {(column, reason) for _, column, reason, _ in desk.aside()} == {("customer_id", "customer_missing")}
    assert len(desk.aside()) == 7


def test_a_row_is_set_aside_once_for_its_first_fault(desk: Desk) -> None:
    desk.text(HEADER + "ana,2024-01-02,1\n,soon,abc\nana,soon,abc\nana,2024-01-02,1\n")
    assert desk.aside() == [(3, "customer_id", "customer_missing", ""), (4, "ordered_at", "time_unreadable", "soon")]


def test_a_file_that_was_not_understood_is_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError) as caught:
        desk.text(HEADER + "ana,2024-01-02,abc\nbo,2024-01-02,xyz\ncy,soon,1\ndi,2024-01-02,1\n")
    assert str(caught.value) == (
        "orders.csv: 3 of 4 rows could not be read, most of them for this reason: the amount is no number "
        "(first: line 2, column 'amount', value like 'xxx'). "
        "Name the right column with --map amount=HEADER, or see whether [records] decimal_mark in the settings is "
        "right. "
        "If so many rows are truly of no use, raise [records] max_quarantined_share in the settings (now 0.5)."
    )


def test_a_file_of_which_nothing_can_be_read_is_always_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="1 of 1 rows could not be read"):
        desk.text(HEADER + "ana,2024-01-02,abc\n", records={"max_quarantined_share": 1.0})


def test_half_of_the_rows_may_be_set_aside_by_default(desk: Desk) -> None:
    assert desk.text(HEADER + "ana,2024-01-02,abc\nbo,2024-01-02,1\n").files[0].accepted == 1


def test_mixed_currencies_are_named(desk: Desk) -> None:
    text = "customer_id,ordered_at,amount,currency\nana,2024-01-02,1,CNY\nbo,2024-01-02,1,USD\n"
    with pytest.raises(
        RegularsError, match=r"orders.csv brings the amounts in CNY, USD together. One analysis has one currency"
    ):
        desk.text(text)
    with pytest.raises(RegularsError, match=r"orders.csv brings the amounts in ¥, € together"):
        desk.text(HEADER + "ana,2024-01-02,€5.00\nbo,2024-01-02,¥5.00\n")


def test_a_currency_other_than_the_stated_one_is_named(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"holds amounts in \$, but business.currency in the settings is CNY"):
        desk.text(HEADER + "ana,2024-01-02,$5.00\n", business={"currency": "CNY"})


def test_currencies_of_different_files_are_compared(desk: Desk) -> None:
    first = desk.file(HEADER + "ana,2024-01-02,€5.00\n", "a.csv")
    second = desk.file(HEADER + "ana,2024-01-02,$5.00\n", "b.csv")
    with pytest.raises(RegularsError, match=r"b.csv brings the amounts in \$, € together"):
        desk.read(first, second)


def test_all_refunds_are_read(desk: Desk) -> None:
    desk.text(
        HEADER.replace("amount", "amount,is_refund")
        + "ana,2024-01-02,-5,否\nana,2024-01-03,(5.00),Yes\nana,2024-01-03,5-,1\n"
    )
    assert desk.orders("amount", "is_refund") == [(Decimal(-5), False), (Decimal(-5), True), (Decimal(-5), True)]


def test_a_million_identical_rows_are_a_million_rows(desk: Desk) -> None:
    (file,) = desk.text(HEADER + "ana,2024-01-02,1.50\n" * 1_000_000).files
    assert (file.read, file.accepted) == (1_000_000, 1_000_000)
    assert desk.engine.fetch("SELECT min(line) AS low, max(line) AS high FROM raw_orders").to_pylist() == [
        {"low": 2, "high": 1_000_001}
    ]


def test_ten_thousand_headers_are_read(desk: Desk) -> None:
    extra = ",".join(f"x{number}" for number in range(10_000))
    (file,) = desk.text(f"customer_id,ordered_at,amount,{extra}\nana,2024-01-02,1{',' * 10_000}\n").files
    assert (file.accepted, len(file.unused_columns)) == (1, 10_000)


def test_an_error_leaves_no_table_behind(desk: Desk) -> None:
    with pytest.raises(RegularsError):
        desk.text(HEADER + "ana,1/2/2024,1\n")
    assert desk.engine.columns("raw_orders") == ()


@pytest.mark.parametrize("value", ["ana@example.com", "13800138000", "张三", "Ana Müller", "上海市 1 号", "١٢٣"])
def test_a_masked_value_says_nothing_of_whose_it_is(value: str) -> None:
    assert not (set(masked(value)) - {"x", "#"}) & {letter for letter in value if letter.isalnum()}


def test_every_reason_has_one_code() -> None:
    assert len(set(REASONS)) == len(REASONS) <= 255


def test_no_source_is_no_rows(desk: Desk) -> None:
    records = desk.read()
    assert records.files == ()
    assert desk.orders("line") == []
    assert Source(data=Path("x")).kind is None


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("till.xlsx", b"PK\x03\x04not a workbook", r"till.xlsx is an Excel workbook that cannot be read: .*in Excel"),
        ("till.zip", b"PK\x03\x04not an archive", r"till.zip is a ZIP archive that cannot be read: .*Pack it again"),
        ("till.parquet", b"PAR1garbage", r"till.parquet is a Parquet file that cannot be read: [^.]*\.[^.]*[^.]\. Exp"),
    ],
)
def test_a_damaged_file_is_called_what_its_owner_calls_it(desk: Desk, name: str, content: bytes, line: str) -> None:
    with pytest.raises(RegularsError, match=line):
        desk.read(desk.file(content, name=name))
