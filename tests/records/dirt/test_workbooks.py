"""Excel workbooks: sheets, headers, formulas, merged cells, dates of both calendars, passwords, bombs and damage."""

import io
import random
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlwt

from dirty_files import outcome, packed, seen, workbook
from records_desk import HEADER, Desk
from regulars.core import RegularsError
from regulars.records import Source

HEADERS = ["customer_id", "ordered_at", "amount"]
DAY = datetime(2024, 1, 2, 3, 4, 5)


def orders(book: Any, *rows: list[Any], sheet: str = "Orders", top: int = 0, headers: list[str] = HEADERS) -> Any:
    """Write a sheet of orders; times get a format of times."""
    page = book.add_worksheet(sheet)
    times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page.write_row(top, 0, headers)
    for number, row in enumerate(rows, start=top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                page.write_datetime(number, column, cell, times)
            else:
                page.write(number, column, cell)
    return page


def test_each_visible_sheet_of_records_is_a_table_and_the_others_are_named(desk: Desk) -> None:
    def write(book: Any) -> None:
        orders(book, ["ana", DAY, 10.5], ["bo", DAY, 4], sheet="May")
        orders(book, ["cy", DAY, 100], sheet="June")
        orders(book, ["eve", DAY, 1000], sheet="Old").hide()
        orders(book, ["eve", DAY, 1000], sheet="Older").very_hidden()
        book.add_worksheet("Notes").write(0, 0, "remember the milk")
        book.add_worksheet("Empty")

    records = desk.read(workbook(desk.folder / "book.xlsx", write))
    assert seen(desk, records) == outcome(3, "ana bo cy", "114.5")
    assert [file.file for file in records.files] == ["book.xlsx/May", "book.xlsx/June"]
    assert records.files[0].tables_left_out == {
        "book.xlsx/Old": "hidden_sheet",
        "book.xlsx/Older": "hidden_sheet",
        "book.xlsx/Empty": "empty_table",
        "book.xlsx/Notes": "no_records",
    }
    assert desk.orders("line", "ordered_at")[0] == (2, DAY)


def test_a_workbook_of_hidden_sheets_alone_is_an_error(desk: Desk) -> None:
    def write(book: Any) -> None:
        book.add_worksheet("Front")
        orders(book, ["ana", DAY, 1], sheet="Behind").hide()

    with pytest.raises(RegularsError, match=r"book.xlsx has no visible sheet in which anything stands"):
        desk.read(workbook(desk.folder / "book.xlsx", write))


def test_a_header_below_titles_and_beside_the_edge_is_found_and_totals_are_left_out(desk: Desk) -> None:
    def write(book: Any) -> None:
        page = book.add_worksheet("S")
        page.merge_range(1, 2, 1, 4, "Orders of May")
        for number, row in enumerate([HEADERS, ["ana", "2024-01-02", 10.5], [], ["bo", "2024-01-02", 4]], start=4):
            page.write_row(number, 2, row)
        page.write_row(8, 2, ["Total", "", 14.5])

    records = desk.read(workbook(desk.folder / "book.xlsx", write))
    assert seen(desk, records) == outcome(4, "ana bo", "14.5", left_out={"title_row": 1, "summary_row": 1})
    assert desk.orders("line") == [(6,), (8,)]


@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_of_both_calendars_are_the_same_days(desk: Desk, date_1904: bool) -> None:
    path = workbook(desk.folder / "book.xlsx", lambda book: orders(book, ["ana", DAY, 1]), date_1904=date_1904)
    desk.read(path)
    assert desk.orders("ordered_at") == [(DAY,)]


def test_a_date_that_became_a_number_is_asked_about(desk: Desk) -> None:
    path = workbook(desk.folder / "book.xlsx", lambda book: orders(book, ["ana", 45293, 1]))
    with pytest.raises(RegularsError, match="holds days as numbers"):
        desk.read(path)
    desk.read(path, records={"excel_dates": "1900"})
    assert desk.orders("local_day") == [(date(2024, 1, 2),)]


def test_formulas_give_their_last_value_and_without_one_the_row_is_set_aside(desk: Desk) -> None:
    def write(book: Any) -> None:
        page = orders(book, ["ana", DAY, 1], ["bo", DAY], ["cy", DAY], ["di", DAY], ["ed", DAY, 5])
        page.write_formula(1, 2, "=5+5.5", None, 10.5)
        page.write_formula(2, 2, "=A1*2", None, "")
        page.write_formula(3, 2, "=1/0", None, "#DIV/0!")
        page.write_formula(4, 2, "=NA()", None, "#N/A")
        page.write_formula(5, 4, "=1+1", None, "")  # in a column that nothing is read from

    found = seen(desk, desk.read(workbook(desk.folder / "book.xlsx", write), records={"max_quarantined_share": 0.9}))
    assert found == outcome(5, "ana ed", "15.5", formula_without_value=2, value_missing=1)
    assert desk.aside() == [
        (3, None, "formula_without_value", "=A1*2"),
        (4, None, "formula_without_value", "#DIV/0!"),
        (5, "amount", "value_missing", None),
    ]


def test_a_merged_cell_s_words_and_days_hold_for_all_its_rows_but_its_amount_only_once(desk: Desk) -> None:
    def write(book: Any) -> None:
        page = orders(book, ["", "", ""], ["", "", 4], ["bo", DAY, 1])
        page.merge_range(1, 0, 2, 0, "ana")
        page.merge_range(1, 1, 2, 1, "2024-01-02")
        page.write(1, 2, 10.5)
        page.merge_range(4, 2, 5, 2, 100)
        page.write_row(4, 0, ["cy", "2024-01-02"])
        page.write_row(5, 0, ["di", "2024-01-02"])

    found = seen(desk, desk.read(workbook(desk.folder / "book.xlsx", write)))
    assert found == outcome(5, "ana ana bo cy", "115.5", value_missing=1)


def test_whole_numbers_are_ids_and_those_that_lost_digits_are_refused(desk: Desk) -> None:
    def write(book: Any) -> None:
        headers = [*HEADERS, "order_id"]
        orders(book, [13800138000, DAY, 1, 7], [2.0**60, DAY, 2, 8], ["x1", DAY, 4, 9.0], headers=headers)

    assert seen(desk, desk.read(workbook(desk.folder / "a.xlsx", write))) == outcome(
        3, "13800138000 x1", 5, digits_lost=1
    )
    assert desk.orders("order_id") == [("7",), ("9",)]


def test_numbers_are_never_ambiguous_whatever_the_decimal_mark(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 12.345], ["bo", DAY, 1000]))
    for mark in (None, ".", ","):
        assert seen(desk, desk.read(path, records={"decimal_mark": mark})).sum == Decimal("1012.345")
    mixed = workbook(desk.folder / "b.xlsx", lambda book: orders(book, ["ana", DAY, 12.345], ["bo", DAY, "¥1,000.00"]))
    assert seen(desk, desk.read(mixed)) == outcome(2, "ana bo", "1012.345")


def old_workbook(desk: Desk, name: str = "old.xls") -> Path:
    book = xlwt.Workbook()
    page = book.add_sheet("Orders")
    times = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    for column, header in enumerate(HEADERS):
        page.write(0, column, header)
    for row, (who, amount) in enumerate([("ana", 10.5), (13800138000.0, 4), ("合计", 14.5)], start=1):
        page.write(row, 0, who)
        page.write(row, 2, amount)
        if row < 3:
            page.write(row, 1, DAY, times)
    path = desk.folder / name
    book.save(str(path))
    return path


@pytest.mark.parametrize("name", ["old.xls", "old.csv", "old.xlsx", "old"])
def test_an_old_workbook_is_known_by_its_bytes_whatever_its_name(desk: Desk, name: str) -> None:
    found = seen(desk, desk.read(old_workbook(desk, name)))
    assert found == outcome(3, "ana 13800138000", "14.5", left_out={"summary_row": 1})
    assert desk.orders("ordered_at") == [(DAY,), (DAY,)]


def test_text_that_calls_itself_a_workbook_is_text(desk: Desk) -> None:
    assert seen(desk, desk.read(desk.file(HEADER + "ana,2024-01-02,1\n", "export.xls"))) == outcome(1, "ana", 1)


def test_columns_and_kind_may_be_said_of_a_workbook_too(desk: Desk) -> None:
    def write(book: Any) -> None:
        orders(book, ["ana", DAY, 1], headers=["who", "when", "how much"])
        book.add_worksheet("Notes").write_row(0, 0, ["remember", "the", "milk"])

    mapping = {"customer_id": "who", "ordered_at": "when", "amount": "how much"}
    records = desk.read(Source(data=workbook(desk.folder / "a.xlsx", write), kind="orders", mapping=mapping))
    assert seen(desk, records) == outcome(1, "ana", 1)
    assert records.files[0].tables_left_out == {"a.xlsx/Notes": "no_records"}


def locked_xlsx() -> bytes:
    """Return the smallest compound file that holds a stream called EncryptedPackage, which is how a password shows."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 0x1000, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (512 - len(head) - 4)
    table = struct.pack("<III", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE) + b"\xff" * (512 - 12)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        named = raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(raw) + 2 if raw else 0, kind, 1, *[0xFFFFFFFF] * 2, child
        )
        return named + bytes(36) + struct.pack("<IQ", start, size)

    none = 0xFFFFFFFF
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("EncryptedPackage", 2, none, 2, 4096)
    return head + table + folder + entry("", 0, none, 0, 0) * 2 + bytes(4096)


def test_a_workbook_with_a_password_says_so(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"orders.xlsx asks for a password. Open it in Excel, save it without one"):
        desk.read(desk.file(locked_xlsx(), "orders.xlsx"))


def test_an_old_workbook_with_a_password_says_so(desk: Desk) -> None:
    content = bytearray(old_workbook(desk).read_bytes())
    write_access = content.index(struct.pack("<HH", 0x5C, 0x70))
    content[write_access : write_access + 2] = struct.pack("<H", 0x2F)  # the record that announces encryption
    with pytest.raises(RegularsError, match=r"old.xls (asks for a password|is an Excel workbook that cannot be read)"):
        desk.read(desk.file(bytes(content), "old.xls"))


def rewritten(path: Path, part: str, change: Any) -> bytes:
    """Return a workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in archive.namelist():
            content = archive.read(name)
            changed.writestr(name, change(content) if name == part else content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_that_swells_is_refused_before_it_is_unpacked(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 1]))
    content = rewritten(path, SHEET, lambda old: old.replace(b"</sheetData>", b"</sheetData>" + b" " * (60 << 20)))
    assert len(content) < 100_000
    with pytest.raises(RegularsError, match=r"bomb.xlsx would unpack from \d+ to 6\d+ bytes"):
        desk.read(desk.file(content, "bomb.xlsx"))


def test_one_cell_at_the_far_end_of_a_sheet_is_refused_before_it_is_laid_out(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 1]).write(1_048_575, 16_383, 1))
    with pytest.raises(RegularsError, match=r"a.xlsx would take more than 4 GB of memory to open"):
        desk.read(path)


def test_a_workbook_that_declares_entities_is_not_opened(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 1]))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = rewritten(path, "xl/workbook.xml", lambda old: old.replace(b"<workbook", bomb + b"<workbook", 1))
    with pytest.raises(RegularsError, match="declares what no workbook needs"):
        desk.read(desk.file(content, "bomb.xlsx"))


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_workbook_is_read_or_refused_and_never_ends_the_program(desk: Desk, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311  (places, not secrets)
    content = bytearray(old_workbook(desk).read_bytes())
    for _ in range(20):
        place = choose.randrange(512, len(content) - 4)
        content[place : place + 4] = struct.pack("<I", choose.choice([0, 0xFFFF, 0xFFFFFFFF, choose.getrandbits(32)]))
    try:
        records = desk.read(desk.file(bytes(content), "broken.xls"))
    except RegularsError:
        return
    seen(desk, records)


def test_half_a_workbook_is_broken(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 1]))
    with pytest.raises(RegularsError, match="cannot be read"):
        desk.read(desk.file(path.read_bytes()[:-200], "half.xlsx"))


def test_a_workbook_inside_an_archive_is_read_too(desk: Desk) -> None:
    path = workbook(desk.folder / "a.xlsx", lambda book: orders(book, ["ana", DAY, 1]))
    records = desk.read(desk.file(packed(("deep/a.xlsx", path.read_bytes())), "all.zip"))
    assert seen(desk, records) == outcome(1, "ana", 1)
    assert records.files[0].file == "all.zip/deep/a.xlsx/Orders"
