"""A sample: the same people wherever the question comes from, with all that is known of them."""

import hashlib
from datetime import timedelta

import pyarrow as pa
import pytest

import cast
from cast import ANA, AS_OF, BO, CY, DI
from features.shops import Row, assert_alike
from regulars.backtest import Sample, observe, sample
from regulars.backtest._sample import PrefixMissing
from regulars.customers import CLEAN_TABLES
from regulars.engines import Engine

CUTOFF = AS_OF - timedelta(days=60)


def drawn_by_hand(people: list[str], *, seed: int, most: int) -> set[str]:
    return set(sorted(people, key=lambda who: hashlib.md5(f"{seed}:{who}".encode()).hexdigest())[:most])  # noqa: S324


def people(engine: Engine, prefix: str) -> set[str]:
    return set(engine.fetch(f'SELECT customer_id FROM "{prefix}customers"')["customer_id"].to_pylist())


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("most", [1, 3])
def test_it_is_drawn_by_hash_among_those_who_may_be_profiled(shop: Engine, seed: int, most: int) -> None:
    found = sample(shop, as_of=AS_OF, customers=most, seed=seed)
    assert (found.prefix, found.population, found.size, found.seed) == ("sample_", 4, most, seed)
    assert people(shop, "sample_") == drawn_by_hand([ANA, BO, CY, DI], seed=seed, most=most)


def test_the_order_of_rows_draws_the_same_people(engine: Engine) -> None:
    rows = cast.rows()
    cast.load(engine, rows | {"customers": rows["customers"][::-1]})
    sample(engine, as_of=AS_OF, customers=2, seed=0)
    assert people(engine, "sample_") == drawn_by_hand([ANA, BO, CY, DI], seed=0, most=2)


def test_who_joins_takes_a_place_and_moves_nobody(shop: Engine) -> None:
    sample(shop, as_of=AS_OF, customers=2, seed=0)
    before = people(shop, "sample_")
    joined = [cast.person(f"new{number}") for number in range(3)]
    shop.load("customers", pa.Table.from_pylist(cast.rows()["customers"] + joined, schema=CLEAN_TABLES["customers"]))
    sample(shop, as_of=AS_OF, customers=2, seed=0)
    assert people(shop, "sample_") & {ANA, BO, CY, DI} <= before


@pytest.mark.parametrize("customers", [4, 100])
def test_everybody_is_not_copied(shop: Engine, customers: int) -> None:
    assert sample(shop, as_of=AS_OF, customers=customers, seed=0) == Sample(prefix="", population=4, size=4, seed=0)
    assert shop.columns("sample_orders") == ()


def test_all_that_is_known_of_them_is_kept_and_nothing_of_others(shop: Engine) -> None:
    found = sample(shop, as_of=AS_OF, customers=1, seed=0, prefix="few_")
    (who,) = people(shop, found.prefix)
    assert found.tables == tuple(f"few_{table}" for table in CLEAN_TABLES)
    for table, rows in cast.rows().items():
        kept = shop.fetch(f'SELECT * FROM "few_{table}"').num_rows
        assert kept == sum(
            who in (row.get("customer_id"), row.get("referrer_id"), row.get("referred_id")) for row in rows
        )
    shop.drop(*found.tables)
    assert shop.columns("few_orders") == () == shop.columns("few_drawn")


def test_a_referral_between_the_sample_and_others_is_kept(engine: Engine) -> None:
    pairs = [(ANA, BO), (CY, DI), (BO, ANA)]
    referrals: list[dict[str, object]] = [{"referrer_id": one, "referred_id": other} for one, other in pairs]
    cast.load(engine, cast.rows() | {"referrals": referrals})
    sample(engine, as_of=AS_OF, customers=1, seed=0)
    (who,) = people(engine, "sample_")
    kept = engine.fetch("SELECT referrer_id, referred_id FROM sample_referrals").to_pylist()
    assert sorted((row["referrer_id"], row["referred_id"]) for row in kept) == sorted(
        pair for pair in pairs if who in pair
    )


def test_nobodys_observation_depends_on_who_else_was_drawn(shop: Engine) -> None:
    def rows(table: str) -> dict[str, Row]:
        return {row["customer_id"]: row for row in shop.fetch(f"SELECT * FROM {table}").to_pylist()}

    observe(shop, cutoff=CUTOFF, horizon_days=60, into="everybody")
    found = sample(shop, as_of=AS_OF, customers=2, seed=1)
    observe(shop, cutoff=CUTOFF, horizon_days=60, into="drawn", prefix=found.prefix)
    drawn = people(shop, found.prefix)
    assert_alike(rows("drawn"), {who: row for who, row in rows("everybody").items() if who in drawn})
    assert rows("drawn")


def test_a_sample_never_takes_the_place_of_all_records(shop: Engine) -> None:
    with pytest.raises(PrefixMissing):
        sample(shop, as_of=AS_OF, customers=2, seed=0, prefix="")
    assert len(people(shop, "")) == 5


def test_who_is_met_later_takes_nobodys_place(shop: Engine) -> None:
    earlier = AS_OF - timedelta(days=30)
    everybody = sample(shop, as_of=AS_OF, customers=100, seed=0).population
    assert sample(shop, as_of=earlier, customers=100, seed=0).population < everybody
