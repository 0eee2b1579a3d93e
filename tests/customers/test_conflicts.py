"""An order number of which two things are said is always marked, with its money; what only repeats is not."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records_desk import TODAY, Desk
from regulars import feedback
from regulars.analysis import analyze
from regulars.core import Settings
from regulars.customers import HashedIdentities, clean
from regulars.engines import Engine
from regulars.records import Source

HEADER = "customer_id,ordered_at,amount,order_id\n"
CONFLICTS = {"order_in_two_files", "order_number_shared"}

orders = st.lists(
    st.tuples(st.sampled_from(["ana", "bo"]), st.integers(1, 4), st.sampled_from(["5.00", "7.50"])),
    min_size=1, max_size=10,
)  # fmt: skip
examples = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine=engine, folder=tmp_path)


def told(desk: Desk, *files: str) -> list[dict[str, Any]]:
    """Read and clean files of orders with these rows; return what the quality table says of their numbers."""
    sources = [
        Source(data=desk.file(HEADER + rows, f"{'abc'[place]}.csv"), kind="orders") for place, rows in enumerate(files)
    ]
    records = desk.read(*sources)
    feedback.add(desk.engine)
    done = clean(desk.engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=TODAY)
    return [row for row in done.quality.to_pylist() if row["issue"] in CONFLICTS]


def numbered(rows: list[tuple[str, int, str]]) -> list[str]:
    return [f"{who},2024-01-{day:02},{amount},{number}\n" for number, (who, day, amount) in enumerate(rows)]


@pytest.mark.both_engines(slow=True)
def test_an_order_in_two_files_with_other_content_is_told_with_its_place_and_money(desk: Desk) -> None:
    first = "ana,2024-01-02,5,A-1\nbo,2024-01-02,6,A-2\n"
    (issue,) = told(desk, first, "bo,2024-01-02,6,A-2\nana,2024-01-02,5.50,A-1\n")
    assert (issue["issue"], issue["kind"], issue["row_count"], issue["share"]) == (
        "order_in_two_files",
        "orders",
        1,
        0.5,
    )
    assert (issue["file"], issue["first_line"], issue["masked_value"]) == ("b.csv", 3, "x-#")
    assert issue["amount"] == Decimal("5.50")


def test_another_day_hides_no_order_in_two_files(desk: Desk) -> None:
    (issue,) = told(desk, "C5,2024-06-06,92.65,5\n", "C5,2024-06-07,80,5\n")
    assert (issue["issue"], issue["file"], issue["amount"]) == ("order_in_two_files", "b.csv", Decimal(80))


def test_a_row_met_again_hides_no_other_row_of_its_order(desk: Desk) -> None:
    row = "C5,2024-06-06,92.65,5\n"
    (issue,) = told(desk, row, row + "C5,2024-06-06,999.99,5\n")
    assert (issue["issue"], issue["amount"]) == ("order_in_two_files", Decimal("999.99"))


@pytest.mark.both_engines(slow=True)
def test_one_order_number_of_two_customers_is_told(desk: Desk) -> None:
    (issue,) = told(desk, "ana,2024-01-02,5,1\nana,2024-01-02,1,2\nbo,2024-01-02,6,1\nbo,2024-01-02,7,1\n")
    assert (issue["issue"], issue["row_count"], issue["share"]) == ("order_number_shared", 1, 0.5)
    assert (issue["first_line"], issue["masked_value"], issue["amount"]) == (4, "#", Decimal(13))


def test_numbers_that_began_anew_are_other_orders_and_told_as_such(desk: Desk) -> None:
    (issue,) = told(desk, "ana,2024-01-02,5,1\n", "bo,2024-02-02,6,1\n")
    assert (issue["issue"], issue["file"]) == ("order_number_shared", "b.csv")


def test_an_order_and_its_refund_in_two_files_are_not_the_same_order_twice(desk: Desk) -> None:
    assert told(desk, "ana,2024-01-02,5,1\n", "ana,2024-01-09,-5,1\n") == []


def test_lines_of_one_order_are_no_conflict(desk: Desk) -> None:
    assert told(desk, "ana,2024-01-02,5,1\nana,2024-01-02,6,1\n") == []


@examples
@given(rows=orders, cut=st.integers(0, 10))
def test_an_overlap_of_the_same_content_is_no_conflict(desk: Desk, rows: list[tuple[str, int, str]], cut: int) -> None:
    lines = numbered(rows)
    assert told(desk, "".join(lines), "".join(lines[cut:] or lines)) == []


@examples
@given(rows=orders, place=st.integers(0, 9))
def test_an_order_told_with_another_amount_is_always_marked(
    desk: Desk, rows: list[tuple[str, int, str]], place: int
) -> None:
    changed = place % len(rows)
    other = f"{rows[changed][0]},2024-01-2{changed},77.77,{changed}\n"
    (issue,) = told(desk, "".join(numbered(rows)), other)
    assert (issue["row_count"], issue["amount"]) == (1, Decimal("77.77"))


def test_a_reader_is_told_before_the_figures(desk: Desk) -> None:
    files = [
        Source(data=desk.file(f"{HEADER}C5,2024-06-0{day},{day}0,5\nbo,2024-06-01,1,9\n", f"{day}.csv")) for day in "67"
    ]
    result = analyze(files=files, today=TODAY, out=desk.folder / "result")
    (note,) = [note for note in result.manifest["notes"] if note["code"] in CONFLICTS]
    assert note["code"] == "order_in_two_files"
    assert note["params"] == {"orders": 1, "file": "7.csv", "line": 2, "example": "#", "amount": "70.00"}


def test_what_two_accounts_of_one_person_did_is_no_repetition(desk: Desk) -> None:
    people = [f"C{number},Ana Lee,+4915112345678\n" for number in range(4)]
    bought = [f"C{number},2024-05-01,10\n" for number in range(4)]
    files = [
        Source(data=desk.file("customer_id,name,phone\n" + "".join(people), "people.csv")),
        Source(data=desk.file("customer_id,ordered_at,amount\n" + "".join(bought), "orders.csv")),
    ]
    result = analyze(files=files, today=TODAY, out=desk.folder / "result")
    assert result.manifest["matching"]["merged"]["phone"] == 3
    assert [file["repeated"] for file in result.manifest["inputs"]] == [0, 0]
    files[1] = Source(data=desk.file("customer_id,ordered_at,amount\n" + bought[0] * 3 + bought[1], "again.csv"))
    result = analyze(files=files, today=TODAY, out=desk.folder / "again")
    assert [file["repeated"] for file in result.manifest["inputs"]] == [0, 2]
