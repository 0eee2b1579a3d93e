"""A file that cannot be read says why in words, and what a person can do, in both languages."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from records_desk import HEADER, TODAY, Desk
from regulars.analysis import import_records, preview
from regulars.core import RegularsError, Settings
from regulars.engines import open_engine
from regulars.records import REASONS, Source
from regulars.records._cells import cells
from regulars.records._rows.refusals import CURES, too_many
from regulars.reports import Language, error_text

CHINESE = re.compile("[\u4e00-\u9fff]")
SQUARE = "Date,Time,Time Zone,Gross Sales,Net Sales,Total Collected,Transaction ID,Payment ID,Customer ID,Event Type\n"
STRIPE = "id,Created (UTC),Amount,Currency,Captured,Status,Customer ID,Customer Email\n"


def of(reason: str, column: str = "Wann") -> RegularsError:
    first = (7, column, "####" if column else "")
    return too_many(reason, file="f.csv", counts=(9, 10, 0.5), first=first, mapping={"ordered_at": "Wann"})


def said(problem: pytest.ExceptionInfo[RegularsError], language: Language = "en") -> str:
    return error_text(problem.value, language=language)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of its own, for the reports have no engine."""
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path)


def test_every_reason_has_words_and_a_cure() -> None:
    assert set(REASONS) == set(CURES) == {code for code in cells.REASONS if code}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("column", ["Wann", "Other", ""])
@pytest.mark.parametrize("language", get_args(Language))
def test_a_person_reads_words_and_no_codes(reason: str, column: str, language: Language) -> None:
    told = error_text(of(reason, column), language=language)
    assert reason not in told
    assert "''" not in told
    assert "“”" not in told
    assert "{" not in told
    assert bool(CHINESE.search(told)) == (language == "zh")


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"\x1f\x8b", b"SQLite format 3\x00", b"{\\rtf1", b"7z\xbc\xaf", b"Rar!", b"GIF89a", b"fLaC\x00",
     b"RIFF\x00\x00\x00\x00WEBP", b"\x00\x00\x00\x20ftypheic", b"\x00\x00\x00\x20ftypmp42", b"<html>",
     "word/document.xml", "xl/workbook.bin", "content.xml"],
)  # fmt: skip
def test_what_a_file_is_instead_is_said_in_the_readers_language(desk: Desk, content: bytes | str) -> None:
    path = desk.folder / "orders.csv"
    if isinstance(content, bytes):
        path.write_bytes(content + b"\n" * 20)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(content, "<x/>")
            archive.writestr("mimetype", "x")
    with pytest.raises(RegularsError) as caught:
        desk.read(path)
    assert caught.value.code == "format_unknown"
    sentence, _, _ = said(caught, "zh").partition("。")
    known = re.compile("PDF|SQLite|RTF|7z|RAR|XML|gzip|Excel|xlsb|Word|OpenDocument|orders.csv")
    assert not re.search("[A-Za-z]", known.sub("", sentence)), sentence
    assert str(caught.value.params["format"]) in said(caught)


@pytest.mark.parametrize(
    ("header", "english", "chinese"),
    [("customer_id,ordered_at\n", "looks like orders", "看起来是订单"),
     ("who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n", "looks like orders",
      "看起来是订单")],
)  # fmt: skip
def test_a_kind_of_records_is_named_in_the_readers_language(
    desk: Desk, header: str, english: str, chinese: str
) -> None:
    path = desk.folder / "list.csv"
    path.write_text(header)
    with pytest.raises(RegularsError) as caught:
        desk.read(path)
    assert english in said(caught)
    assert chinese in said(caught, "zh")


def test_a_file_of_nothing_but_days_to_come_is_told_as_such_by_every_way_in(desk: Desk) -> None:
    path = desk.file(HEADER + "ana,2024-07-01,5\nbo,2024-07-02,6\n", "bookings.csv")
    chosen = Settings()
    with pytest.raises(RegularsError) as direct:
        desk.read(path)
    with pytest.raises(RegularsError) as kept:
        import_records(desk.folder / "kept", files=[Source(data=path)], today=TODAY)
    (seen,) = preview([Source(data=path)], settings=chosen, today=TODAY).sources
    assert str(direct.value) == str(kept.value) == str(seen.problem)
    english, chinese = said(direct), said(direct, "zh")
    for words in ("bookings.csv: every row (2) is dated after today, 2024-06-30", "line 2", "'ordered_at'",
                  "once they have come", "--today", "--date-order", "--map ordered_at=HEADER"):  # fmt: skip
        assert words in english
    assert "could not be read" not in english
    for words in ("2 行", "2024-06-30", "--today", "--date-order", "--map ordered_at=表头"):
        assert words in chinese


@pytest.mark.parametrize("reason", REASONS)
def test_a_person_is_told_an_option_or_a_setting_or_what_to_do_with_the_file(reason: str) -> None:
    assert re.search(r"--[a-z]|\[records\]|Export the file anew|save it", CURES[reason])
    assert "--map ordered_at=HEADER" in str(of(reason)) or "{name}" not in CURES[reason]


def test_an_amount_with_two_readings_names_the_setting(desk: Desk) -> None:
    with pytest.raises(
        RegularsError, match=r'the amount can be read in two ways .*\[records\] decimal_mark = "\."'
    ) as e:
        desk.text(HEADER + 'ana,2024-01-02,"25,000"\n')
    assert "max_quarantined_share" not in said(e), "raising the share would not help"
    assert "decimal_mark" in said(e, "zh")


def test_ragged_rows_name_no_column(desk: Desk) -> None:
    with pytest.raises(RegularsError, match=r"fewer cells than columns \(first: line 2\)\. .*--delimiter"):
        desk.text(HEADER + "ana,2024-01-02\nbo,2024-01-02\n")


def test_a_value_of_an_export_is_shown_as_it_stands_in_the_file(desk: Desk) -> None:
    row = "ch_1,{day},10.00,usd,true,Paid,cus_1,ana@x.com\n"
    with pytest.raises(RegularsError, match=r"line 2: '01/02/2024 10:00' in column"):
        desk.text(STRIPE + row.format(day="01/02/2024 10:00"))
    with pytest.raises(RegularsError, match=r"value like 'xxxx xx:xx'"):
        desk.text(STRIPE + row.format(day="soon at:ab"))


def test_two_digits_of_a_year_are_read_where_a_calendar_has_one_such_day(desk: Desk) -> None:
    row = "12/31/23,10:00:00,Eastern Time (US & Canada),$5.00,$5.00,$5.00,T1,P1,C1,Payment\n"
    desk.text(SQUARE + row)
    assert [str(day) for (day,) in desk.orders("local_day")] == ["2023-12-31"]
