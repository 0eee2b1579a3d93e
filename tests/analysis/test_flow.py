"""From which stage of life to which: what is said of a period ago is what an analysis of that day would have said."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from regulars import simulation
from regulars.analysis import Result, analyze
from regulars.core import Settings
from regulars.records import Source

TODAY = date(2024, 12, 31)
DAYS = 60
SETTINGS = Settings.model_validate({"windows": {"period_days": DAYS}})


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    sold = simulation.simulate_shop(tmp_path_factory.mktemp("sold"), customers=80, seed=3, last_day=TODAY)
    return [Source(data=path) for path in sold.paths]


def stages(result: Result) -> dict[str, str | None]:
    rows = pq.read_table(result.folder / "customers.parquet", columns=["customer_id", "lifecycle_stage"]).to_pylist()
    return {row["customer_id"]: row["lifecycle_stage"] for row in rows}


def test_the_stages_of_a_period_ago_are_those_of_an_analysis_of_that_day(sources: list[Source], tmp_path: Path) -> None:
    def made(name: str, as_of: date, *, events: bool) -> Result:
        return analyze(files=sources, as_of=as_of, today=TODAY, settings=SETTINGS, events=events, out=tmp_path / name)

    since = TODAY - timedelta(days=DAYS)
    now, then = made("now", TODAY, events=True), made("then", since, events=False)
    told, before = now.rates["flow"], stages(then)
    assert (told["since"], told["days"]) == (since.isoformat(), DAYS)
    expected = Counter((before.get(who), stage) for who, stage in stages(now).items() if stage)
    assert {(move["was"], move["is_now"]): move["customers"] for move in told["moves"]} == expected
    assert len({was for was, _ in expected}) > 3, "else little was compared"
    assert any(was != stage for was, stage in expected)
    assert then.rates["flow"] is None, "nobody asked for it"


def test_of_a_shop_younger_than_a_period_nothing_is_said(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("customer_id,ordered_at,amount\nana,2024-12-01,5\nbo,2024-12-20,7\n", encoding="utf-8")
    made = analyze(orders=orders, as_of=TODAY, today=TODAY, settings=SETTINGS, events=True, out=tmp_path / "result")
    assert made.rates["flow"] is None
