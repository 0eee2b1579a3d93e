"""The summary: its parts make the whole, and a segment without customers has no row."""

from decimal import Decimal

import pyarrow as pa
import pytest

from feature_rows import buyer, load, someone
from regulars.core import Settings
from regulars.engines import Engine
from regulars.segments import add, rfm_group, summarise


def summary(engine: Engine, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    load(engine, rows)
    add(engine, settings=Settings(), period_days=90)
    summarise(engine)
    found: list[dict[str, object]] = engine.fetch("SELECT * FROM segment_summary").to_pylist()
    return found


def a_shop() -> list[dict[str, object]]:
    return [
        buyer("ana", orders=5, spend="300.10"),
        buyer("bo", orders=1, spend="99.90", silent=500),
        buyer("cy", orders=1, spend="0", tenure_days=10),
        buyer("ed", spend="1000", may_profile=False),
        someone("lee"),
    ]


@pytest.mark.parametrize(("segmentation", "customers"), [("rfm_group", 3), ("rf_grid", 3), ("lifecycle_stage", 4)])
def test_the_parts_make_the_whole(engine: Engine, segmentation: str, customers: int) -> None:
    rows = [row for row in summary(engine, a_shop()) if row["segmentation"] == segmentation]
    assert sum(int(str(row["customers"])) for row in rows) == customers
    assert sum(Decimal(str(row["spend_total"])) for row in rows) == Decimal("400.00")
    for share in ("share_of_customers", "share_of_spend"):
        assert sum(float(str(row[share])) for row in rows) == pytest.approx(1)


def test_a_row_counts_and_averages_its_customers(engine: Engine) -> None:
    rows = summary(engine, [buyer("ana", orders=2, silent=10), buyer("di", orders=4, silent=20), someone("lee")])
    (retained,) = [row for row in rows if row["segment"] == "retention"]
    assert retained["customers"] == 2
    assert (retained["order_count_mean"], retained["days_since_last_mean"]) == (3, 15)
    assert (retained["recency_score"], retained["frequency_score"]) == (None, None)


def test_a_cell_of_the_grid_bears_the_name_of_its_group(engine: Engine) -> None:
    cells = [row for row in summary(engine, a_shop()) if row["segmentation"] == "rf_grid"]
    assert len(cells) == len({(cell["recency_score"], cell["frequency_score"]) for cell in cells})
    for cell in cells:
        recency, frequency = int(str(cell["recency_score"])), int(str(cell["frequency_score"]))
        assert cell["segment"] == rfm_group(recency=recency, frequency=frequency)


def test_worth_is_summed_where_it_is_known(engine: Engine) -> None:
    assert {row["lifetime_value"] for row in summary(engine, a_shop())} == {None}
    engine.load("lifetime", pa.table({"customer_id": ["ana", "bo"], "lifetime_value": [70.0, 30.0]}))
    rows = [row for row in summary(engine, a_shop()) if row["segmentation"] == "rfm_group"]
    assert sum(float(str(row["lifetime_value"] or 0)) for row in rows) == 100


def test_clusters_have_rows_where_there_is_a_table_of_them(engine: Engine) -> None:
    assert "cluster" not in {row["segmentation"] for row in summary(engine, a_shop())}
    engine.load("clusters", pa.table({"customer_id": ["ana", "bo", "cy", "ed"], "cluster": [1, 2, 2, None]}))
    rows = [row for row in summary(engine, a_shop()) if row["segmentation"] == "cluster"]
    assert sorted((row["segment"], row["customers"], row["spend_total"]) for row in rows) == [
        ("1", 1, Decimal("300.10")),
        ("2", 2, Decimal("99.90")),
    ]
    assert sum(float(str(row["share_of_customers"])) for row in rows) == 1


def test_a_shop_without_spend_has_no_shares_of_it(engine: Engine) -> None:
    rows = summary(engine, [buyer("ana", spend=0)])
    assert {row["share_of_spend"] for row in rows} == {None}


def test_an_empty_shop_has_an_empty_summary(engine: Engine) -> None:
    assert summary(engine, []) == []
