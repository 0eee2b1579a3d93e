"""Every statement of this room, also those that a small shop's analysis does not come to, travels."""

from datetime import timedelta

import cast
from cast import AS_OF
from engines.travelling import assert_travels, written_down
from regulars.backtest import horizon_days, observe, sample
from regulars.engines import open_engine


def test_they_travel() -> None:
    with written_down() as statements, open_engine(memory_limit="1GB", threads=2) as shop:
        cast.load(shop)
        horizon_days(shop, as_of=AS_OF)
        found = sample(shop, as_of=AS_OF, customers=2, seed=0)
        observe(shop, cutoff=AS_OF - timedelta(days=30), horizon_days=30, into="observed", prefix=found.prefix)
    assert len(statements) > 10
    for statement in statements:
        assert_travels(statement)
