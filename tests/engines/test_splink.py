"""The database in which people are matched keeps to the bounds of the engine beside it, and leaves no word behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from customers.accounts import facts_of, matched
from regulars.core import RegularsError
from regulars.engines import Bounds, Engine, open_engine, splink_api
from regulars.simulation import simulate_people

if TYPE_CHECKING:
    from splink.internals.splink_dataframe import SplinkDataFrame

WORD = b"Plainword"
ORDERED = """
SELECT i, 'Plainword ' || i AS name, md5(CAST(i AS VARCHAR)) AS hash FROM range(1000000) AS r(i) ORDER BY hash
"""


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Engine]:
    with open_engine(memory_limit="50MB", threads=1, parent=tmp_path) as engine:
        yield engine


def test_the_limits_of_the_engine_hold_there_too(narrow: Engine) -> None:
    with splink_api(narrow.bounds) as api:
        asked = "SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads"
        (found,) = cast("SplinkDataFrame", api.query_sql(asked)).as_pyarrow_table().to_pylist()  # type: ignore[no-untyped-call]
    assert found == {"memory": "47.6 MiB", "threads": 1}


def test_matching_keeps_to_the_limits_that_were_given(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    seen: list[Bounds] = []

    def watched(bounds: Bounds) -> object:
        seen.append(bounds)
        return splink_api(bounds)

    monkeypatch.setattr("regulars.customers._matching.splink_api", watched)
    people = simulate_people(300, seed=3)
    found = matched(engine, facts_of(people.records))
    assert found.likeness is None, "names were not compared"
    assert seen == [engine.bounds]


def test_what_does_not_fit_spills_where_only_its_owner_looks_and_no_word_can_be_read(narrow: Engine) -> None:
    with splink_api(narrow.bounds) as api:
        api.query_sql(ORDERED)
        files = [path for path in narrow.bounds.folder.rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) > 10_000_000, "nothing was spilled, so nothing was seen"
        assert not [path for path in files if WORD in path.read_bytes()]
        assert narrow.bounds.folder.stat().st_mode & 0o777 == 0o700
    assert not list(narrow.bounds.folder.rglob("*"))


def test_a_limit_too_small_to_weigh_likeness_in_says_what_to_do(tmp_path: Path) -> None:
    with (
        open_engine(memory_limit="20MB", threads=1, parent=tmp_path) as engine,
        pytest.raises(RegularsError, match=r"more memory than 20MB\. .*--memory-limit"),
    ):
        matched(engine, facts_of(simulate_people(300, seed=3).records))
    assert not list(tmp_path.iterdir())


def test_after_an_error_nothing_is_left_either(narrow: Engine) -> None:
    with pytest.raises(Exception, match="no such word"), splink_api(narrow.bounds) as api:
        api.query_sql(f"SELECT CASE WHEN name IS NULL THEN 1 ELSE error('no such word') END FROM ({ORDERED})")
    assert not list(narrow.bounds.folder.rglob("*"))
