"""Text files: any delimiter, the provable encodings, and what is broken set aside instead of lost."""

import codecs
import hashlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import HEADER, Desk
from regulars.core import RegularsError, Settings
from regulars.records import Source, read
from regulars.records._formats import texts
from regulars.records._formats.dialects import Dialect
from regulars.records._formats.encodings import is_utf8
from regulars.records._formats.scanner import scan

CHINESE = "客户编号,下单时间,金额,渠道\n张三,2024-01-02,12.50,微信\n李四,2024-01-03,¥7.00,门店\n"
READ = [("张三", Decimal("12.5"), "微信"), ("李四", Decimal(7), "门店")]
COLUMNS = "customer_key", "amount", "channel"


@given(
    pieces=st.lists(
        st.text().map(str.encode)
        | st.characters(categories=["Cs"]).map(lambda half: half.encode("utf-8", "surrogatepass"))
        | st.binary(max_size=5),
        max_size=6,
    ),
    size=st.integers(1, 9),
)
@settings(deadline=None)
def test_utf_8_is_what_python_decodes_wherever_it_is_cut(pieces: list[bytes], size: int) -> None:
    content = b"".join(pieces)
    try:
        content.decode()
        expected = True
    except UnicodeDecodeError:
        expected = False
    assert is_utf8(content[at : at + size] for at in range(0, len(content), size)) is expected


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("Müller\n€ 5", "cp1252"),
        ("Hélène – François", "cp1252"),
        ("Анна Петрова, Борис", "cp1251"),
        ("王小明，陳大文", "big5"),
    ],
)
def test_the_encoding_that_is_named_to_try_reads_a_short_file(desk: Desk, names: str, encoding: str) -> None:
    with pytest.raises(RegularsError) as raised:
        desk.text((HEADER + "ana,2024-01-01,5\n" + names).encode(encoding))
    assert names.encode(encoding).decode(str(raised.value.params["likely"])) == names


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "utf-8-sig"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16"),
    ],
)
def test_an_encoding_that_can_be_proven_is_used(desk: Desk, content: bytes, encoding: str) -> None:
    (file,) = desk.text(content).files
    assert file.encoding == encoding
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert file.bytes == len(content)
    assert desk.orders(*COLUMNS) == READ


def test_utf_16_without_a_mark_is_known_by_its_zeros(desk: Desk) -> None:
    (file,) = desk.text((HEADER + "ana,2024-01-02,5\n").encode("utf-16-le")).files
    assert (file.encoding, file.accepted) == ("utf-16-le", 1)


def test_gb18030_is_found_behind_a_long_english_start(desk: Desk) -> None:
    content = "customer_id,ordered_at,amount,channel\n" + "ana,2024-01-02,5,web\n" * 30_000 + CHINESE.split("\n", 1)[1]
    with pytest.raises(RegularsError, match=r"is not UTF-8 \(line 30002\).*--encoding"):
        desk.text(content.encode("gb18030"))
    desk.read(Source(data=desk.folder / "orders.csv", encoding="gb18030"))
    assert desk.orders(*COLUMNS)[-2:] == READ


def test_an_encoding_that_nothing_proves_is_asked_for(desk: Desk) -> None:
    content = ("customer_id,ordered_at,amount\n" + "José,2024-01-02,5\n").encode("latin-1")
    with pytest.raises(
        RegularsError, match=r"orders.csv is not UTF-8 \(line 2\), and no other encoding is certain.*--encoding"
    ):
        desk.text(content)
    desk.read(Source(data=desk.folder / "orders.csv", encoding="latin-1"))
    assert desk.orders("customer_key") == [("José",)]


def test_with_a_stated_encoding_broken_lines_are_set_aside(desk: Desk) -> None:
    content = CHINESE.encode() + b"\xff\xfe,2024-01-04,3,\n"
    with pytest.raises(RegularsError, match="--encoding utf-8 the lines that cannot be decoded are set aside"):
        desk.text(content)
    desk.read(Source(data=desk.folder / "orders.csv", encoding="utf-8"))
    assert desk.orders(*COLUMNS) == READ
    assert [(line, reason) for line, _, reason, _ in desk.aside()] == [(4, "bytes_unreadable")]


def test_a_mark_that_lies_is_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError, match="says by its first bytes that it is UTF-16"):
        desk.text(codecs.BOM_UTF16_LE + b"\x00\xd8\x41")
    with pytest.raises(RegularsError, match="says by its first bytes that it is UTF-8"):
        desk.text(codecs.BOM_UTF8 + b"\xff")


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "punycode"])
def test_an_encoding_that_does_not_exist_is_named(desk: Desk, encoding: str) -> None:
    with pytest.raises(RegularsError, match=f"There is no encoding '{encoding}'"):
        desk.read(Source(data=desk.file(HEADER), encoding=encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_line_break_will_do(desk: Desk, delimiter: str, newline: str) -> None:
    rows = ["customer_id,ordered_at,amount", "ana,2024-01-02 10:00,5", "bo,2024-01-03 10:00,6.5"]
    (file,) = desk.text(newline.join(row.replace(",", delimiter) for row in rows)).files
    assert file.delimiter == delimiter
    assert desk.orders("line", "customer_key", "amount") == [(2, "ana", Decimal(5)), (3, "bo", Decimal("6.5"))]


def test_a_semicolon_wins_over_decimal_commas(desk: Desk) -> None:
    desk.read(
        Source(
            data=desk.file("ana;2024-01-02;12,50\nbo;2024-01-03;7,25\n"),
            columns=("customer_id", "ordered_at", "amount"),
        )
    )
    assert desk.orders("amount") == [(Decimal("12.5"),), (Decimal("7.25"),)]


def test_runs_of_blanks_are_one_delimiter(desk: Desk) -> None:
    content = (
        " customer_id  date number_of_cds  dollar_value\r\n"
        " 00001 19970101  1   11.77\r\n\r\n 00002\t19970112  5   77.00\r\n"
    )
    mapping = {"ordered_at": "date", "quantity": "number_of_cds", "amount": "dollar_value"}
    (file,) = desk.read(Source(data=desk.file(content), kind="orders", mapping=mapping)).files
    assert file.mapping == {"customer_id": "customer_id", **mapping}
    assert desk.orders("line", "customer_key", "quantity", "amount") == [
        (2, "00001", 1.0, Decimal("11.77")),
        (4, "00002", 5.0, Decimal(77)),
    ]


def test_a_short_row_between_blanks_is_set_aside(desk: Desk) -> None:
    desk.text("customer_id ordered_at amount\nana 20240101 5\nbo 20240101\ncy 20240102 6\n")
    assert desk.orders("line") == [(2,), (4,)]
    assert desk.aside() == [(3, None, "row_too_short", "bo 20240101")]


def test_a_stated_delimiter_is_used(desk: Desk) -> None:
    content = HEADER.replace(",", "~") + "ana~2024-01-02~5\n"
    desk.read(Source(data=desk.file(content), delimiter="~"))
    assert desk.orders("amount") == [(Decimal(5),)]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "，"])
def test_what_cannot_delimit_is_an_error(desk: Desk, delimiter: str) -> None:
    with pytest.raises(RegularsError, match=r"cannot be the delimiter of orders.csv"):
        desk.read(Source(data=desk.file(HEADER), delimiter=delimiter))


def test_quoted_fields_may_hold_anything(desk: Desk) -> None:
    desk.text(
        'customer_id,ordered_at,amount,channel\n"ana, a",2024-01-02,"1,000.50","web\nshop ""one"""\nbo,2024-01-03,2,x\n'
    )
    assert desk.orders("line", "customer_key", "amount", "channel") == [
        (2, "ana, a", Decimal("1000.5"), 'web\nshop "one"'),
        (4, "bo", Decimal(2), "x"),
    ]


def test_a_quote_inside_a_field_is_a_letter(desk: Desk) -> None:
    desk.text('customer_id,ordered_at,amount,channel\nana,2024-01-02,1,5" screen\nbo,2024-01-03,2,"x"\n')
    assert desk.orders("channel") == [('5" screen',), ("x",)]


def test_a_quote_that_is_never_closed_costs_one_line(desk: Desk) -> None:
    good = "".join(f"c{row},2024-01-02,1\n" for row in range(300))
    desk.text(HEADER + good + '"bad,2024-01-02,1\n' + good)
    assert len(desk.orders("line")) == 600
    assert desk.aside() == [(302, None, "quote_unclosed", '"bad,2024-01-02,1')]


def test_a_quote_in_the_wrong_place_costs_one_line(desk: Desk) -> None:
    desk.text(HEADER + 'ana,2024-01-02,1\n"b"o,2024-01-02,1\n"cy",2024-01-02,1\n')
    assert desk.orders("customer_key") == [("ana",), ("cy",)]
    assert [(line, reason) for line, _, reason, _ in desk.aside()] == [(3, "quote_misplaced")]


def test_rows_too_short_or_too_long_are_set_aside(desk: Desk) -> None:
    desk.text(HEADER + "ana,2024-01-02,1\nbo,2024-01-02\n\ncy,2024-01-02,1,1\n   \ndi,2024-01-02,1\n")
    assert desk.orders("line") == [(2,), (7,)]
    assert desk.aside() == [
        (3, None, "row_too_short", "bo,2024-01-02"),
        (5, None, "row_too_long", "cy,2024-01-02,1,1"),
    ]


@given(cells=st.integers(0, 4), blank=st.sampled_from(["", " ", "\t"]), extra=st.sampled_from(["", "x", "0"]))
@settings(deadline=None, max_examples=25)
def test_empty_cells_beyond_the_last_column_lose_nothing(cells: int, blank: str, extra: str) -> None:
    row = ",".join(["cy", "2024-01-02", "1", *[blank] * cells, *([extra] if extra else [])])
    found = scan(f"ana,2024-01-02,1\n{row}\n", Dialect(delimiter=","), width=3, first_line=2, is_last=True)
    assert found.rows == [["ana", "2024-01-02", "1"], *([] if extra else [["cy", "2024-01-02", "1"]])]
    assert [broken.reason for broken in found.broken] == (["row_too_long"] if extra else [])


def test_a_row_with_an_empty_cell_too_many_is_read(desk: Desk) -> None:
    (file,) = desk.text(HEADER + "ana,2024-01-02,1\nbo,2024-01-02,1,\ncy,2024-01-02,1,,\n").files
    assert (file.accepted, file.quarantined) == (3, {})


def test_a_header_may_span_lines_and_follow_blank_ones(desk: Desk) -> None:
    desk.text('\n\n"customer\nid",ordered_at,amount\nana,2024-01-02,1\n')
    assert desk.orders("line", "customer_key") == [(5, "ana")]


def test_a_file_without_header_is_named_by_columns(desk: Desk) -> None:
    columns = ("_", "customer_id", "ordered_at", "quantity", "amount")
    source = Source(
        data=desk.file(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n"), columns=columns
    )
    (file,) = desk.read(source).files
    assert (file.kind, file.read, file.unused_columns) == ("orders", 2, ("_",))
    assert desk.orders("line", "customer_key", "amount")[0] == (1, "0001", Decimal("29.33"))


def test_too_few_names_for_the_columns_are_an_error(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"orders.csv has 3 columns, but --columns names 2"):
        desk.read(Source(data=desk.file("ana,2024-01-02,1\n"), columns=("customer_id", "ordered_at")))


def test_what_exports_put_around_values_goes(desk: Desk) -> None:
    desk.text(
        HEADER.replace("amount", "amount,order_id,channel")
        + '\'00186,`2024-01-02,"\t5.00 ","=""0001""",\u3000无\u3000\n'
    )
    assert desk.orders("customer_key", "amount", "order_id", "channel") == [("00186", Decimal(5), "0001", None)]


def test_control_characters_are_set_aside(desk: Desk) -> None:
    desk.text(HEADER + "ana,2024-01-02,1\nb\x00o,2024-01-02,1\ncy,2024-01-02,1\x07\ndi,2024-01-02,1\n")
    assert desk.orders("customer_key") == [("ana",), ("di",)]
    assert [(line, column, reason) for line, column, reason, _ in desk.aside()] == [
        (3, "customer_id", "control_characters"),
        (4, "amount", "control_characters"),
    ]


def test_line_numbers_survive_every_block(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f'c{row},2024-01-02,{row % 7}.25,"a\nb"\n' if row % 11 == 0 else f"c{row},2024-01-02,1.5,x\n"
        for row in range(500)
    ]
    lines[250] = "c250,2024-01-02,1.5\n"
    desk.text("customer_id,ordered_at,amount,channel\n" + "".join(lines))
    whole = desk.orders("line", "customer_key", "amount", "channel")
    assert len(whole) == 499
    monkeypatch.setattr("regulars.records._formats.encodings._CHUNK", 97)
    (file,) = desk.read(desk.folder / "orders.csv").files
    assert (file.accepted, file.quarantined) == (499, {"row_too_short": 1})
    assert desk.orders("line", "customer_key", "amount", "channel") == whole


def test_progress_is_told_up_to_the_whole(desk: Desk) -> None:
    told: list[tuple[str, int, int, int]] = []
    path = desk.file(HEADER + "ana,2024-01-02,1\n")
    read(
        desk.engine,
        [Source(data=path)],
        settings=Settings(),
        today=date(2024, 6, 30),
        progress=lambda *step: told.append(step),
    )
    assert told[-1] == ("orders.csv", path.stat().st_size, path.stat().st_size, 1)


def test_a_row_without_end_is_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_LONGEST_ROW", 1000)
    monkeypatch.setattr("regulars.records._formats.encodings._CHUNK", 300)
    with pytest.raises(RegularsError, match="from line 2 on there is no end of a row"):
        desk.text(HEADER + "a" * 5000)
