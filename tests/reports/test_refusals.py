"""A file that cannot be read says why in words, and what a person can do, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from records_desk import HEADER, Desk
from regulars.core import RegularsError
from regulars.engines import open_engine
from regulars.records import REASONS
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
