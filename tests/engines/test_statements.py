"""Every statement of the product, caught in a whole analysis, is made of what travels to another engine."""

from datetime import date
from pathlib import Path

from engines.travelling import assert_travels, written_down
from regulars import analysis, simulation
from regulars.records import Source


def test_every_statement_of_an_analysis_travels(tmp_path: Path) -> None:
    # Every kind of record, and customers enough for clusters.
    shop = simulation.simulate_shop(tmp_path / "records", customers=160, seed=1, last_day=date(2024, 6, 30))
    sources = [Source(data=path) for path in shop.paths]
    with written_down() as statements:
        analysis.analyze(files=sources, out=tmp_path / "result", workspace=tmp_path / "workspace")
    assert len(set(statements)) > 30, "the engine that writes down was not used"
    for statement in sorted(set(statements)):
        assert_travels(statement)
