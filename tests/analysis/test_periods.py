"""Other lengths of period: what is told beside the usual one is what an analysis by that length tells."""

from datetime import date
from pathlib import Path

import pytest

from regulars import simulation
from regulars.analysis import Result, analyze
from regulars.core import Settings
from regulars.records import Source

pytestmark = pytest.mark.xdist_group("periods")

TODAY = date(2024, 12, 31)
DAYS = 30
OF_THE_DAY = {"base_value", "value_at_risk"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result]:
    """A small shop, with a month told beside the usual period; and by months altogether."""
    folder = tmp_path_factory.mktemp("periods")
    sold = simulation.simulate_shop(folder / "files", customers=60, seed=3, last_day=TODAY)
    sources = [Source(data=path) for path in sold.paths]
    monthly = Settings.model_validate({"windows": {"period_days": DAYS}})

    def made(name: str, settings: Settings | None, *periods: int) -> Result:
        out: Path = folder / name
        return analyze(files=sources, today=TODAY, settings=settings, periods=periods, out=out)

    return made("beside", None, DAYS, 90, DAYS), made("monthly", monthly)


def test_the_numbers_over_a_period_are_those_of_an_analysis_by_it(both: tuple[Result, Result]) -> None:
    beside, monthly = both
    (told,) = beside.rates["periods"]
    assert told["days"] == DAYS
    assert [one["name"] for one in told["eight"]] == [one["name"] for one in monthly.rates["eight"]]
    for one, other in zip(told["eight"], monthly.rates["eight"], strict=True):
        if one["name"] not in OF_THE_DAY:
            assert one == other


def test_what_customers_are_worth_is_of_the_day_and_the_same_in_every_period(both: tuple[Result, Result]) -> None:
    beside, _ = both
    usual = {one["name"]: one for one in beside.rates["eight"]}
    for one in beside.rates["periods"][0]["eight"]:
        if one["name"] in OF_THE_DAY:
            assert one == {**usual[one["name"]], "previous": None}


def test_without_being_asked_no_other_period_is_told(both: tuple[Result, Result]) -> None:
    assert both[1].rates["periods"] == []
