"""The data dictionary tells the truth of a real result, and the page is the dictionary."""

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import simulation
from regulars.analysis import COLUMNS, Result, analyze, dictionary_markdown
from regulars.records import Source

DOCS = Path(__file__).parents[2] / "docs"
FILES = tuple(dict.fromkeys(column.file for column in COLUMNS))


@pytest.fixture(scope="module")
def result(shop: simulation.SimulatedShop, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A result with every file that can be asked for."""
    out = tmp_path_factory.mktemp("columns") / "result"
    return analyze(files=[Source(data=path) for path in shop.paths], today=date(2024, 12, 31), out=out, events=True)


def described(file: str) -> list[str]:
    return [column.name for column in COLUMNS if column.file == file]


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".parquet")])
def test_every_column_of_a_table_is_described_in_its_order(result: Result, file: str) -> None:
    assert pq.read_schema(result.folder / file).names == described(file)


def test_every_column_of_the_list_is_described(result: Result) -> None:
    with (result.folder / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == described("actions.csv")


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".json")])
def test_every_part_of_a_json_file_is_described(result: Result, file: str) -> None:
    content = json.loads((result.folder / file).read_text(encoding="utf-8"))
    assert sorted(content) == sorted(described(file))


def test_no_file_of_a_result_is_left_out(result: Result) -> None:
    others = {"report.html", "charts.json"}
    found = {path.relative_to(result.folder).as_posix() for path in result.folder.rglob("*") if path.is_file()}
    assert found - others == set(FILES)


def test_types_are_as_said(result: Result) -> None:
    text, number = pa.types.is_string, pa.types.is_float64
    is_of = {
        "count": pa.types.is_int64, "1-5": pa.types.is_int64, "money": pa.types.is_decimal, "day": pa.types.is_date32,
        "number": number, "share": number, "score": number, "yes/no": pa.types.is_boolean,
        "text": text, "code": text, "codes": text,
    }  # fmt: skip
    for column in COLUMNS:
        if column.file.endswith(".parquet"):
            found = pq.read_schema(result.folder / column.file).field(column.name).type
            assert is_of[column.type](found), f"{column.file} {column.name} is {found}, not {column.type}"


def test_the_page_is_the_dictionary() -> None:
    written = (DOCS / "columns.md").read_text(encoding="utf-8")
    assert written == dictionary_markdown(), "run: regulars columns --markdown > docs/columns.md"
