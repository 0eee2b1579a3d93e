"""3.2.2024 has two readings, and another row of the column may settle which holds: laws and traps."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_desk import HEADER, TODAY, Desk
from regulars.core import RegularsError, Settings
from regulars.engines import open_engine
from regulars.records import Source, read
from regulars.records._results import DateOrder

WRITTEN = {"dmy": "{d}{mark}{m}{mark}{y}", "mdy": "{m}{mark}{d}{mark}{y}"}


def sheet(*times: str) -> str:
    return HEADER + "".join(f"ana,{time},5\n" for time in times)


def written(day: date, order: str, mark: str) -> str:
    return WRITTEN[order].format(d=day.day, m=day.month, y=day.year, mark=mark)


@given(
    days=st.lists(st.dates(date(2020, 1, 1), date(2024, 6, 30)), min_size=1, max_size=8),
    order=st.sampled_from(sorted(WRITTEN)),
    mark=st.sampled_from("./-"),
)
def test_days_are_read_as_they_were_written_or_asked_about(days: list[date], order: str, mark: str) -> None:
    table = pa.table({"customer_id": ["ana"] * len(days), "amount": [1] * len(days),
                      "ordered_at": [written(day, order, mark) for day in days]})  # fmt: skip
    unclear = any(day.day <= 12 and day.day != day.month for day in days)
    proven = any(day.day > 12 for day in days)
    with open_engine(threads=1) as engine:
        if unclear and not proven:
            with pytest.raises(RegularsError, match="can be read in two ways"):
                read(engine, [Source(data=table, kind="orders")], settings=Settings(), today=TODAY)
            return
        (file,) = read(engine, [Source(data=table, kind="orders")], settings=Settings(), today=TODAY).files
        found = engine.fetch("SELECT local_day FROM raw_orders ORDER BY line")["local_day"].to_pylist()
    assert found == days
    assert [taken.order for taken in file.date_orders.values()] == [order] * (unclear and proven)


def test_a_later_row_settles_it_and_is_named(desk: Desk) -> None:
    (file,) = desk.text(sheet("03.02.2024 10:00", "04.02.2024 9:00", "14.02.2024 11:30")).files
    assert desk.orders("local_day") == [(date(2024, 2, 3),), (date(2024, 2, 4),), (date(2024, 2, 14),)]
    assert file.date_orders == {"ordered_at": DateOrder(order="dmy", line=4, example="14.02.2024")}


def test_a_row_far_below_settles_it_too(desk: Desk) -> None:
    rows = ["03.02.2024 10:00"] * 60_000  # more than one piece
    (file,) = desk.text(sheet(*rows, "14.02.2024")).files
    assert (file.accepted, file.date_orders["ordered_at"].line) == (60_001, 60_002)


def test_rows_that_prove_two_orders_are_both_named(desk: Desk) -> None:
    text = sheet("3/2/2024", "14/2/2024", "2/15/2024", "4/2/2024", *["16/2/2024"] * 6)
    with pytest.raises(RegularsError) as caught:
        desk.text(text)
    assert caught.value.code == "date_order_mixed"
    assert "'14/2/2024' (line 3) has only one reading, '2/15/2024' (line 4) only another" in str(caught.value)
    (file,) = desk.text(text, records={"date_order": "dmy"}).files
    assert file.quarantined == {"time_unreadable": 1}
    assert desk.aside() == [(4, "ordered_at", "time_unreadable", "2/15/2024")]
    assert file.date_orders == {}


def test_a_year_of_two_digits_is_settled_by_a_day_that_fits_one_order_only(desk: Desk) -> None:
    desk.text(sheet("01/02/24", "01/13/24"))
    assert desk.orders("local_day") == [(date(2024, 1, 2),), (date(2024, 1, 13),)]
    with pytest.raises(RegularsError, match="can be read in two ways"):
        desk.text(sheet("01.02.24", "14.02.24"))  # the latter is the 24th of February 2014 as well


def test_a_birth_is_read_in_the_order_that_the_births_prove_and_shown_to_nobody(desk: Desk) -> None:
    people = "customer_id,email,birth_date\na,a@shop.example,2/1/1990\nb,b@shop.example,31/1/1990\n"
    (file,) = desk.text(people).files
    assert desk.rows("raw_profiles", "birth_date") == [("1990-01-02",), ("31/1/1990",)]
    assert (file.unusable, file.date_orders) == ({}, {"birth_date": DateOrder(order="dmy", line=3, example="")})
