"""Formulas in workbooks of the old kind (.xls): without a value, or with an error, they are no empty cells."""

import io
import json
import struct
import subprocess
from collections.abc import Iterator
from typing import Any, BinaryIO
from unittest.mock import patch

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from dirty_files import outcome, seen
from records_desk import Desk
from regulars.engines import open_engine
from regulars.records._formats import workbook_process
from regulars.records._formats.workbook_process import survey_old

FORGIVING = {"max_quarantined_share": 0.9}
NO_VALUE = struct.pack("<Q", 0xFFFF000000000003)
WRITTEN_BY, RECALCULATED = struct.pack("<HH", 0x5C, 0x70), struct.pack("<HH", 0x01C1, 0x70)


def read_here(
    command: list[str], *, stdin: BinaryIO, stdout: BinaryIO, **how: object
) -> subprocess.CompletedProcess[bytes]:
    """Do what the process of workbooks does, but for starting and limiting it, which takes most of an example."""
    assert command[-1] == workbook_process.__file__
    note: dict[str, Any] = {"tables": [], "left_out": {}}
    workbook_process._write(stdin, stdout, note)
    written = json.dumps(note).encode()
    stdout.write(written + len(written).to_bytes(8, "little"))
    stdout.flush()
    return subprocess.CompletedProcess(command, 0, stderr=b"")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_engine(threads=1) as engine:
        yield Desk(engine=engine, folder=tmp_path_factory.mktemp("laws"))


def book(amounts: list[object], *, left: int = 0, above: int = 0) -> bytes:
    """Return a workbook of orders of c0, c1 ...; errors are written as their numbers in bytes."""
    made = xlwt.Workbook()
    made.add_sheet("Notes").write(0, 0, "remember the milk")
    page = made.add_sheet("订单")
    for column, header in enumerate(["customer_id", "ordered_at", "amount"]):
        page.write(above, left + column, header)
    for row, amount in enumerate(amounts, start=above + 1):
        page.write(row, left, f"c{row - above - 1}")
        page.write(row, left + 1, "2024-01-02")
        if isinstance(amount, bytes):
            page.row(row).set_cell_error(left + 2, amount[0])
        else:
            page.write(row, left + 2, amount)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def test_a_formula_without_a_value_or_with_an_error_is_set_aside_as_in_a_new_workbook(desk: Desk) -> None:
    content = book([10.5, xlwt.Formula("A1*2"), b"\x07", b"\x2a", 5])
    found = seen(desk, desk.read(desk.file(content, "old.xls"), records=FORGIVING))
    assert found == outcome(5, "c0 c4", "15.5", formula_without_value=2, value_missing=1)
    assert desk.aside() == [
        (3, None, "formula_without_value", "="),
        (4, None, "formula_without_value", "#DIV/0!"),
        (5, "amount", "value_missing", None),
    ]


def test_where_some_formula_has_a_value_an_empty_text_is_one_too(desk: Desk) -> None:
    content = book([xlwt.Formula("A1*2"), xlwt.Formula('""'), 5])
    calculated = content.replace(NO_VALUE, struct.pack("<d", 10.5), 1)
    found = seen(desk, desk.read(desk.file(calculated, "old.xls"), records=FORGIVING))
    assert found == outcome(3, "c0 c2", "15.5", value_missing=1)


def test_so_it_is_where_a_program_says_that_it_calculated(desk: Desk) -> None:
    content = book([xlwt.Formula('""'), 5])
    assert content.count(WRITTEN_BY) == 1
    marked = content.replace(WRITTEN_BY, RECALCULATED)
    assert seen(desk, desk.read(desk.file(marked, "old.xls"))) == outcome(2, "c1", 5, value_missing=1)


amounts = st.sampled_from([1, 2.5, "formula", b"\x00", b"\x17", b"\x1d", b"\x24"])


@given(amounts=st.lists(amounts, min_size=1, max_size=8), left=st.integers(0, 2), above=st.integers(0, 2))
@settings(max_examples=25, deadline=None)
def test_every_row_is_kept_or_set_aside_wherever_the_table_stands(
    bench: Desk, amounts: list[object], left: int, above: int
) -> None:
    written = [5, *(xlwt.Formula("1+1") if amount == "formula" else amount for amount in amounts)]
    path = bench.file(book(written, left=left, above=above), "old.xls")
    with patch.object(subprocess, "run", read_here):
        found = seen(bench, bench.read(path, records=FORGIVING))
    kept = [place for place, amount in enumerate([5, *amounts]) if isinstance(amount, int | float)]
    refused = len(written) - len(kept)
    total = sum(float(str(written[place])) for place in kept)
    assert found.refused == ({"formula_without_value": refused} if refused else {})
    assert (found.kept, float(found.sum)) == (tuple(f"c{place}" for place in kept), total)


@given(damage=st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=4, max_size=4)), max_size=20))
@settings(max_examples=60, deadline=None)
def test_looking_for_formulas_in_a_damaged_workbook_ends(damage: list[tuple[int, bytes]]) -> None:
    content = bytearray(book([1, xlwt.Formula("1+1")]))
    for place, noise in damage:
        at = place % (len(content) - 4)
        content[at : at + 4] = noise
    for places in survey_old(bytes(content)).values():
        assert all(row >= 0 and column >= 0 for row, column in places)
