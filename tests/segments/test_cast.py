"""Which kinds of customers the cast are, from their records."""

import pytest

import cast
from feature_rows import by_customer
from regulars import features
from regulars.core import Settings
from regulars.engines import Engine
from regulars.segments import add, summarise

pytestmark = pytest.mark.both_engines(slow=True)


def test_everybody_stands_where_their_story_says(shop: Engine) -> None:
    features.build(shop, as_of=cast.AS_OF)
    add(shop, settings=Settings(), period_days=90)
    found = by_customer(shop, "segments")
    assert {who: (row["rfm_group"], row["lifecycle_stage"]) for who, row in found.items()} == {
        cast.ANA: ("loyal", "growth"),
        cast.BO: ("at_risk", "lapsed"),
        cast.CY: ("new", "acquisition"),
        cast.DI: ("at_risk", "growth"),
        cast.ED: (None, None),
    }


def test_the_summary_leaves_only_ed_out(shop: Engine) -> None:
    features.build(shop, as_of=cast.AS_OF)
    add(shop, settings=Settings(), period_days=90)
    summarise(shop)
    rows = shop.fetch("SELECT segmentation, CAST(sum(customers) AS BIGINT) AS n FROM segment_summary GROUP BY 1")
    assert {row["segmentation"]: row["n"] for row in rows.to_pylist()} == {
        "rfm_group": 4,
        "rf_grid": 4,
        "lifecycle_stage": 4,
    }
