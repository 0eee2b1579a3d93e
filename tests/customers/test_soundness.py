"""How good each source is, and what every issue is a lack of."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from records_desk import TODAY, Desk
from regulars import feedback
from regulars.core import Settings
from regulars.customers import Cleaning, HashedIdentities, clean
from regulars.customers._quality import Dimension, dimension_of
from regulars.engines import Engine
from regulars.records import REASONS, Source

FORGIVING = {"max_quarantined_share": 1.0}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine=engine, folder=tmp_path)


def cleaned(desk: Desk, *files: str) -> Cleaning:
    """Read and clean files of orders with these contents."""
    sources: Iterable[Source] = [
        Source(data=desk.file(content, f"{place}.csv"), kind="orders") for place, content in enumerate(files)
    ]
    records = desk.read(*sources, records=FORGIVING)
    feedback.add(desk.engine)
    return clean(desk.engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=TODAY)


@pytest.mark.both_engines(slow=True)
def test_five_measures_of_a_source_are_counted_by_hand(desk: Desk) -> None:
    content = (
        "customer_id,ordered_at,amount,channel\n"
        "ana,2024-01-02,5,web\nana,2024-01-02,5,web\nbo,2024-02-03,6,\ncy,soon,7,web\n,2024-01-02,8,web\n"
    )
    (measured,) = cleaned(desk, content).sources
    assert measured.completeness == pytest.approx(11 / 12)
    assert measured.validity == pytest.approx(3 / 5)
    assert measured.uniqueness == pytest.approx(2 / 3)
    assert measured.consistency == 1.0
    assert (measured.first_day, measured.last_day) == (date(2024, 1, 2), date(2024, 2, 3))


def test_rows_that_are_no_records_are_not_invalid(desk: Desk) -> None:
    content = "customer_id,ordered_at,amount\nana,2024-01-02,5\ncy,soon,7\n,,\nTotal,,12\n"
    (measured,) = cleaned(desk, content).sources
    assert measured.validity == pytest.approx(1 / 2)


def test_a_time_that_clocks_showed_twice_contradicts_nothing(desk: Desk) -> None:
    path = desk.file("customer_id,ordered_at,amount\nana,2023-11-05 01:30:00,5\nbo,2024-01-02,5\n", "us.csv")
    records = desk.read(path, business={"time_zone": "America/New_York"})
    feedback.add(desk.engine)
    found = clean(desk.engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=TODAY)
    assert [measured.consistency for measured in found.sources] == [1.0]
    (issue,) = [row for row in found.quality.to_pylist() if row["issue"] == "time_twice"]
    assert (issue["row_count"], issue["dimension"], issue["rule"]) == (1, "consistency", "clock_before_change")


def test_a_source_of_nothing_has_no_measures(desk: Desk) -> None:
    (measured,) = cleaned(desk, "customer_id,ordered_at,amount\n").sources
    assert (measured.completeness, measured.validity, measured.uniqueness, measured.last_day) == (None,) * 4


def test_rows_that_name_several_phones_are_a_lack_of_consistency(desk: Desk) -> None:
    rows = "13800138000/13900139000,2024-01-02,5\n13700137000,2024-01-03,6\n"
    found = cleaned(desk, f"phone,ordered_at,amount\n{rows}")
    (issue,) = [row for row in found.quality.to_pylist() if row["issue"] == "first_of_several_phones"]
    assert (issue["rule"], issue["row_count"], issue["dimension"]) == ("first_kept", 1, "consistency")
    assert found.sources[0].consistency == 0.5


def test_a_file_met_again_is_a_lack_of_uniqueness_and_its_money_is_told(desk: Desk) -> None:
    content = "customer_id,ordered_at,amount\nana,2024-01-02,5.25\nbo,2024-01-03,6.00\n"
    found = cleaned(desk, content, content)
    assert [measured.uniqueness for measured in found.sources] == [1.0, 0.0]
    (issue,) = [row for row in found.quality.to_pylist() if row["issue"] == "duplicate"]
    assert (issue["dimension"], float(issue["amount"]), issue["row_count"]) == ("uniqueness", 11.25, 2)


def test_an_order_in_two_files_is_a_lack_of_consistency(desk: Desk) -> None:
    first = "customer_id,ordered_at,amount,order_id\nana,2024-01-02,5,A1\nbo,2024-01-02,6,A2\n"
    again = "customer_id,ordered_at,amount,order_id\nana,2024-01-02,9,A1\n"
    found = cleaned(desk, first, again)
    assert [measured.consistency for measured in found.sources] == [0.5, 0.5]


def test_rows_that_repeat_say_how_much_is_too_much_if_they_are_one(desk: Desk) -> None:
    content = "customer_id,ordered_at,amount\n" + "ana,2024-01-02,5.50\n" * 3 + "bo,2024-01-03,6\n"
    (issue,) = [row for row in cleaned(desk, content).quality.to_pylist() if row["issue"] == "repeated"]
    assert (issue["row_count"], float(issue["amount"])) == (2, 11.0)


def test_what_is_set_aside_says_where_and_how_much(desk: Desk) -> None:
    content = (
        "customer_id,ordered_at,amount,is_refund\n"
        "ana,soon,5.00,\nbo,later,x,\ncy,soon,-3.00,\ndi,soon,9.00,yes\ned,2024-01-02,1,\n"
    )
    (issue,) = [row for row in cleaned(desk, content).quality.to_pylist() if row["rule"] == "quarantine"]
    assert (issue["issue"], issue["dimension"], issue["row_count"]) == ("time_unreadable", "validity", 4)
    assert (issue["column_name"], issue["first_line"], issue["masked_value"]) == ("ordered_at", 2, "xxxx")
    assert (float(issue["amount"]), issue["amount_unknown"]) == (5.0, 1)


def test_every_reason_is_a_lack_of_something() -> None:
    assert {dimension_of(reason) for reason in REASONS if reason} <= set(get_args(Dimension))


def test_a_profile_with_a_phone_that_is_none_is_kept_and_not_valid(desk: Desk) -> None:
    path = desk.file("customer_id,phone,email\nana,1.38E+10,bad mail\nbo,13800138001,bo@x.org\n", "people.csv")
    records = desk.read(Source(data=path, kind="profiles"))
    feedback.add(desk.engine)
    found = clean(desk.engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=TODAY)
    (measured,) = found.sources
    assert records.files[0].accepted == 2
    assert measured.validity == pytest.approx(1 / 2)
    told = {row["issue"]: row for row in found.quality.to_pylist()}
    issue = told["phone_unusable"]
    assert (issue["column_name"], issue["row_count"], issue["dimension"]) == ("phone", 1, "validity")
    assert (issue["first_line"], issue["masked_value"]) == (2, "#.##x+##")
    assert told["email_unusable"]["row_count"] == 1
