"""Work done aside comes to the same as work done at once, and its errors come to whoever waits for it."""

import pytest

from regulars.analysis._aside import aside
from regulars.engines import Engine, open_engine


def _twice(engine: Engine) -> int:
    engine.run("SELECT 2 * n AS n FROM numbers", into="numbers")
    return int(engine.fetch("SELECT n FROM numbers")["n"][0].as_py())


def _fails(engine: Engine) -> None:
    raise ValueError(engine.name)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_begun_first_is_done_first_and_all_is_done_at_the_end(threads: int) -> None:
    with open_engine(threads=threads) as engine:
        engine.run("SELECT 1 AS n", into="numbers")
        with aside(engine) as beside:
            waiting = [beside.begin(_twice) for _ in range(3)]
        assert engine.fetch("SELECT n FROM numbers")["n"].to_pylist() == [8]
        assert [wait() for wait in waiting] == [2, 4, 8]


def test_an_error_comes_to_whoever_waits() -> None:
    with open_engine(threads=2) as engine, aside(engine) as beside:
        failed, after = beside.begin(_fails), beside.begin(lambda other: other.name)
        with pytest.raises(ValueError, match="duckdb"):
            failed()
        assert after() == "duckdb"
