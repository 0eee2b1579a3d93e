"""Text files as they really come: encodings, delimiters, quotes, headers, totals, each with what must come of it."""

import codecs

import pytest

from dirty_files import HEADER, Outcome, outcome, seen
from records_desk import Desk
from regulars.core import RegularsError
from regulars.records import Source

TWO = "ana,2024-01-02,10.50\nbo,2024-01-03,4\n"
CHINESE = "客户编号,下单时间,金额\n张三,2024年1月2日,10.50\n李四,2024-01-03,4\n"
TAIWANESE = "客戶編號,訂單日期,金額\n張三,2024-01-02,10.50\n李四,2024-01-03,4\n"
LATIN = outcome(2, "ana bo", "14.5")
HAN = outcome(2, "张三 李四", "14.5")

CLEAN_IN_THE_END: dict[str, tuple[bytes, Outcome]] = {
    "utf-8": ((HEADER + TWO).encode(), LATIN),
    "utf-8 with a mark": (codecs.BOM_UTF8 + (HEADER + TWO).encode(), LATIN),
    "gbk": (CHINESE.encode("gbk"), HAN),
    "gb18030 beyond gbk": (CHINESE.replace("张三", "张𠮷").encode("gb18030"), outcome(2, "张𠮷 李四", "14.5")),
    "utf-16, little end first": (codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"), HAN),
    "utf-16, big end first": (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), HAN),
    "utf-16 without a mark": ((HEADER + TWO).encode("utf-16-le"), LATIN),
    "an .xls that is UTF-16 text with tabs": ((HEADER + TWO).replace(",", "\t").encode("utf-16"), LATIN),
    "semicolons": ((HEADER + TWO).replace(",", ";").encode(), LATIN),
    "tabs": ((HEADER + TWO).replace(",", "\t").encode(), LATIN),
    "bars": ((HEADER + TWO).replace(",", "|").encode(), LATIN),
    "line breaks of Windows": ((HEADER + TWO).replace("\n", "\r\n").encode(), LATIN),
    "line breaks of an old Mac": ((HEADER + TWO).replace("\n", "\r").encode(), LATIN),
    "a line break in a cell": (
        b'customer_id,note,ordered_at,amount\nana,"two\nlines, and ""one"" quote",2024-01-02,10.50\nbo,,2024-01-03,4\n',
        LATIN,
    ),
    "a quote in the middle of a cell": (
        b'customer_id,note,ordered_at,amount\nana,5" screen,2024-01-02,10.50\nbo,x,2024-01-03,4\n',
        LATIN,
    ),
    "a quote that is never closed": (
        (HEADER + TWO + '"cy,2024-01-02,9\n' + TWO).encode(),
        outcome(5, "ana bo ana bo", 29, quote_unclosed=1),
    ),
    "ragged rows": (
        (HEADER + TWO + "cy,2024-01-02\ndi,2024-01-02,5,6\n").encode(),
        outcome(4, "ana bo", "14.5", row_too_short=1, row_too_long=1),
    ),
    "headers that stand there twice, but are not needed": (
        b"customer_id,tag,tag,ordered_at,amount\nana,x,y,2024-01-02,10.50\nbo,x,y,2024-01-03,4\n",
        LATIN,
    ),
    "empty headers": (b"customer_id,,ordered_at,,amount,\nana,1,2024-01-02,2,10.50,\nbo,1,2024-01-03,2,4,\n", LATIN),
    "ten thousand headers": (
        ("customer_id,ordered_at,amount," + ",".join(f"x{n}" for n in range(10_000)) + "\n").encode()
        + b"ana,2024-01-02,10.50" + b"," * 10_000 + b"\nbo,2024-01-03,4" + b"," * 10_000 + b"\n",
        LATIN,
    ),
    "titles above the header": (
        ("Orders of my shop\nFrom:,2024-01-01\n\n" + HEADER + TWO).encode(),
        outcome(4, "ana bo", "14.5", left_out={"title_row": 2}),
    ),
    "titles as wide as the table": (
        ("Orders of my shop,,\n" + HEADER + TWO).encode(),
        outcome(3, "ana bo", "14.5", left_out={"title_row": 1}),
    ),
    "chinese titles and totals": (
        ("二〇二四年订单明细,,\n" + CHINESE + "合计,,14.50\n").encode("gbk"),
        outcome(4, "张三 李四", "14.5", left_out={"title_row": 1, "summary_row": 1}),
    ),
    "totals below and between the rows": (
        (HEADER + "ana,2024-01-02,10.50\nSubtotal,,10.50\nbo,2024-01-03,4\n").encode()
        + "Grand total:,,14.50\n总计（2笔）,,14.50\n".encode(),
        outcome(5, "ana bo", "14.5", left_out={"summary_row": 3}),
    ),
    "a total in a column that nothing is read from": (
        b"no,customer_id,ordered_at,amount\n1,ana,2024-01-02,10.50\n2,bo,2024-01-03,4\nTotal,,,14.50\n",
        outcome(3, "ana bo", "14.5", left_out={"summary_row": 1}),
    ),
    "a total that is a short row": (
        (HEADER + TWO + "Total,14.50\n").encode(), outcome(3, "ana bo", "14.5", left_out={"summary_row": 1})
    ),
    "a customer called Total is no total": (
        (HEADER + "Total,2024-01-02,1\nTotal,soon,1\n").encode(), outcome(2, "Total", 1, time_unreadable=1)
    ),
    "rows of nothing but delimiters": (
        (HEADER + TWO + ",,\n , ,\t\n").encode(), outcome(4, "ana bo", "14.5", left_out={"blank_row": 2})
    ),
    "nul and control characters": (
        (HEADER + TWO + "c\0y,2024-01-02,1\ndi,2024-01-02,1\x07\n").encode(),
        outcome(4, "ana bo", "14.5", control_characters=2),
    ),
    "emoji": ((HEADER + "ana😀,2024-01-02,10.50\n👩‍👩‍👧,2024-01-03,4\n").encode(), outcome(2, "ana😀 👩‍👩‍👧", "14.5")),
    "combining marks are one letter": (
        (HEADER + "Jose\N{COMBINING ACUTE ACCENT},2024-01-02,10.50\nJosé,2024-01-03,4\n").encode(),
        outcome(2, "José José", "14.5"),
    ),
    "right-to-left names and marks of direction": (
        (HEADER + "دانا,2024-01-02,10.50\n\u202a\u200eana\u202c,2024-01-03,4\n").encode(),
        outcome(2, "دانا ana", "14.5"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("dirt", CLEAN_IN_THE_END)
def test_every_dirt_has_its_outcome(desk: Desk, dirt: str) -> None:
    content, expected = CLEAN_IN_THE_END[dirt]
    assert seen(desk, desk.text(content)) == expected


@pytest.mark.parametrize("encoding", ["big5", "windows-1252", "shift_jis", "euc-kr"])
def test_an_encoding_that_cannot_be_proven_is_asked_for_and_then_used(desk: Desk, encoding: str) -> None:
    names = {"big5": "張三", "windows-1252": "José", "shift_jis": "さとう", "euc-kr": "김"}
    path = desk.file((HEADER + f"{names[encoding]},2024-01-02,10.50\nbo,2024-01-03,4\n").encode(encoding))
    with pytest.raises(RegularsError, match=r"is not UTF-8 \(line 2\), and no other encoding is certain"):
        desk.read(path)
    assert seen(desk, desk.read(Source(data=path, encoding=encoding))) == outcome(2, f"{names[encoding]} bo", "14.5")


def test_big5_is_never_taken_for_gbk(desk: Desk) -> None:
    mapping = {"customer_id": "客戶編號", "ordered_at": "訂單日期", "amount": "金額"}
    path = desk.file((TAIWANESE + "王小明,2024-01-04,1\n" * 50).encode("big5"))
    with pytest.raises(RegularsError, match="no other encoding is certain"):
        desk.read(Source(data=path, mapping=mapping))
    found = seen(desk, desk.read(Source(data=path, mapping=mapping, encoding="big5")))
    assert (found.read, found.kept[:3]) == (52, ("張三", "李四", "王小明"))


def test_lines_of_another_encoding_are_set_aside_one_by_one(desk: Desk) -> None:
    path = desk.file((HEADER + TWO + "李四é,2024-01-02,1\n").encode() + "张三,2024-01-02,7\n".encode("gbk"))
    with pytest.raises(RegularsError, match=r"not UTF-8 \(line 5\)"):
        desk.read(path)
    found = seen(desk, desk.read(Source(data=path, encoding="utf-8")))
    assert found == outcome(4, "ana bo 李四é", "15.5", bytes_unreadable=1)


def test_a_needed_header_that_stands_there_twice_is_asked_about(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="2 columns with the header 'amount'"):
        desk.text("customer_id,ordered_at,amount,amount\nana,2024-01-02,1,2\n")


def test_a_header_below_titles_is_found_by_the_names_a_person_gave(desk: Desk) -> None:
    content = "Umsatz 2024;;\n\nKunde Nr;Kaufdatum;Umsatz in EUR\nana;2024-01-02;10,50\nbo;2024-01-03;4,00\n"
    mapping = {"customer_id": "Kunde Nr", "ordered_at": "Kaufdatum", "amount": "Umsatz in EUR"}
    found = seen(desk, desk.read(Source(data=desk.file(content), mapping=mapping)))
    assert found == outcome(3, "ana bo", "14.5", left_out={"title_row": 1})
    assert desk.orders("line") == [(4,), (5,)]


def test_a_first_row_of_headers_is_never_taken_for_a_title(desk: Desk) -> None:
    rows = "ana,2024-01-02,10.50,customer name phone email order date\nbo,2024-01-03,4,\n"
    content = "customer_id,ordered_at,amount,note\n" + rows
    assert seen(desk, desk.text(content)) == LATIN


@pytest.mark.parametrize("start", [b"<html><body><table><tr><td>ana", b'<?xml version="1.0"?><Workbook>'])
def test_a_web_page_that_calls_itself_a_workbook_is_named(desk: Desk, start: bytes) -> None:
    with pytest.raises(RegularsError, match=r"orders.xls is a web page or XML, whatever its name says"):
        desk.read(desk.file(start, "orders.xls"))
