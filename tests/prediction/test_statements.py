"""Every statement of this room travels, whoever is in use, and leaves only its answer behind."""

from engines.travelling import assert_travels, written_down
from prediction.shoppers import CUTOFFS
from prediction.test_parts import in_use
from regulars.backtest import LABELS
from regulars.engines import Engine, open_engine
from regulars.prediction import READS


def test_they_travel() -> None:
    with written_down() as statements, open_engine(memory_limit="1GB", threads=2) as engine:
        for name in ("rfm", "logistic"):
            in_use(engine, name)
    assert len(statements) > 10
    for statement in statements:
        assert_travels(statement)


def test_nothing_is_left_behind_but_the_answer(engine: Engine) -> None:
    in_use(engine, "rfm")
    tables = engine.fetch("SELECT table_name AS name FROM information_schema.tables")["name"].to_pylist()
    assert set(tables) == {"features", "prediction"} | {f"at_{cutoff:%Y%m%d}" for cutoff in CUTOFFS.final}
    assert not set(LABELS) & set(READS)
