"""Clusters: found where they are, refused where they are not, and the same however the customers are handed over."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import SCHEMA, buyer, by_customer, load, someone
from regulars.engines import Engine, open_engine
from regulars.segments import LEAST_CUSTOMERS, LEAST_STABILITY, Clusters, add_clusters

Row = dict[str, object]

PER_KIND = 50
KINDS: dict[str, dict[str, float]] = {
    "regular": {"orders": 24, "spend_each": 60.0, "silent": 7, "tenure_days": 700},
    "lapsed": {"orders": 6, "spend_each": 60.0, "silent": 400, "tenure_days": 700},
    "newcomer": {"orders": 1, "spend_each": 15.0, "silent": 12, "tenure_days": 14},
}


def three_kinds() -> list[Row]:
    """Return regulars, lapsed customers and newcomers, each somewhat unlike the others of the kind."""
    random = Random(7)  # noqa: S311  (a shop, not a secret)
    return [_jittered(f"{kind}{i:02d}", random, **of) for kind, of in KINDS.items() for i in range(PER_KIND)]


def _jittered(who: str, random: Random, *, orders: float, spend_each: float, silent: float, tenure_days: float) -> Row:
    def about(value: float) -> float:
        return value * random.lognormvariate(0, 0.15)

    count = max(1, round(about(orders)))
    spend = Decimal(round(about(spend_each) * count * 100)) / 100
    return buyer(who, orders=count, spend=spend, silent=round(about(silent)), tenure_days=round(about(tenure_days)))


def noise(customers: int) -> list[Row]:
    """Return customers without any kinds: every figure drawn on its own, evenly over its logarithm."""
    random = Random(11)  # noqa: S311  (a shop, not a secret)

    def any_of(least: float, most: float) -> float:
        return float(least * (most / least) ** random.random())

    rows = []
    for i in range(customers):
        orders = round(any_of(5, 800))
        spend = Decimal(round(any_of(500, 80_000))) / 100 * orders
        more = {"usage_count": round(any_of(5, 800)), "tenure_days": round(any_of(5, 800))}
        rows.append(buyer(f"p{i:03d}", orders=orders, spend=spend, silent=round(any_of(5, 800)), **more))
    return rows


def clustered(engine: Engine, rows: list[Row], *, seed: int = 0) -> tuple[Clusters, dict[str, Row]]:
    load(engine, rows)
    found = add_clusters(engine, seed=seed)
    return found, by_customer(engine, "clusters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found in three kinds, and where everybody went."""

    found: Clusters
    placed: dict[str, Row]


@pytest.fixture(scope="module")
def answer() -> Iterator[Answer]:
    with open_engine(memory_limit="1GB", threads=2) as engine:
        found, placed = clustered(engine, three_kinds())
        yield Answer(found=found, placed=placed)


def kind_of(who: str) -> str:
    return who.rstrip("0123456789")


def test_three_kinds_of_customers_are_found(answer: Answer) -> None:
    assert (answer.found.k, answer.found.reason) == (3, None)
    met = Counter((kind_of(who), row["cluster"]) for who, row in answer.placed.items())
    assert met == {("regular", 1): PER_KIND, ("lapsed", 2): PER_KIND, ("newcomer", 3): PER_KIND}
    assert {row["cluster_reason"] for row in answer.placed.values()} == {None}


def test_the_choice_of_k_is_shown(answer: Answer) -> None:
    found = answer.found
    assert [one.k for one in found.candidates] == list(range(2, 9))
    (chosen,) = [one for one in found.candidates if one.k == found.k]
    assert chosen.stability >= found.least_stability == LEAST_STABILITY
    assert chosen.silhouette == max(one.silhouette for one in found.candidates)
    for one in found.candidates:
        assert one.stability_interval.low <= one.stability <= one.stability_interval.high <= 1
    assert found.fitted_on == found.chosen_on == found.customers == 3 * PER_KIND


def test_clusters_are_described_by_what_sets_them_apart(answer: Answer) -> None:
    regulars, lapsed, newcomers = ({trait.code for trait in one.traits} for one in answer.found.clusters)
    assert regulars == {"comes_more_often", "bought_lately", "known_long"}
    assert lapsed >= {"long_silent", "known_long"}
    assert newcomers >= {"new", "smaller_orders", "comes_less_often"}
    for one in answer.found.clusters:
        strengths = [abs(trait.difference) for trait in one.traits]
        assert strengths == sorted(strengths, reverse=True)


def test_what_a_cluster_adds_up_to_is_that_of_its_customers(answer: Answer) -> None:
    rows = {str(row["customer_id"]): row for row in three_kinds()}
    for one in answer.found.clusters:
        own = [rows[who] for who, row in answer.placed.items() if row["cluster"] == one.number]
        spend, orders = (sum(Decimal(str(row[name])) for row in own) for name in ("spend_total", "order_count"))
        assert (one.customers, one.spend_total) == (len(own), spend)
        assert one.means["spend_mean"] == pytest.approx(float(spend / orders))
        for column in ("days_since_last", "order_day_count", "tenure_days"):
            mean = sum(int(str(row[column])) for row in own) / len(own)
            assert one.means[column] == pytest.approx(mean)
    for share in ("share_of_customers", "share_of_spend"):
        assert sum(getattr(one, share) for one in answer.found.clusters) == pytest.approx(1)


def test_a_column_that_is_the_same_for_everybody_is_left_out(answer: Answer) -> None:
    assert answer.found.without_spread == ("usage_count",)
    assert "usage_count" not in {scale.column for scale in answer.found.scales}


def test_the_order_of_the_rows_changes_nothing(answer: Answer, engine: Engine) -> None:
    rows = three_kinds()
    Random(1).shuffle(rows)  # noqa: S311  (a shop, not a secret)
    assert clustered(engine, rows) == (answer.found, answer.placed)


def test_it_makes_no_difference_whether_money_is_counted_in_yuan_or_in_fen(answer: Answer, engine: Engine) -> None:
    rows = [row | _hundredfold(row) for row in three_kinds()]
    found, placed = clustered(engine, rows)
    assert placed == answer.placed
    for one, hundredfold in zip(answer.found.clusters, found.clusters, strict=True):
        assert hundredfold.spend_total == 100 * one.spend_total
        assert hundredfold.centre == pytest.approx(one.centre, abs=1e-9)
        assert [trait.code for trait in hundredfold.traits] == [trait.code for trait in one.traits]


def _hundredfold(row: Row) -> Row:
    return {"spend_total": 100 * Decimal(str(row["spend_total"])), "spend_mean": 100 * float(str(row["spend_mean"]))}


def test_noise_has_no_stable_groups(engine: Engine) -> None:
    found, placed = clustered(engine, noise(150))
    assert (found.reason, found.k, found.clusters) == ("no_stable_groups", None, ())
    assert all(one.stability < LEAST_STABILITY for one in found.candidates)
    assert {(row["cluster"], row["cluster_reason"]) for row in placed.values()} == {(None, "no_stable_groups")}


# Shops of a few exactly alike kinds are quick to cluster, so laws can be tried on many of them.
kinds = st.tuples(st.integers(0, 300), st.integers(1, 9), st.integers(-5, 90), st.integers(0, 4))
shops = st.lists(st.tuples(kinds, st.integers(1, 60)), min_size=1, max_size=3, unique_by=lambda one: one[0])
laws = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@laws
@given(shop=shops, without_orders=st.integers(0, 3), refused=st.integers(0, 3))
def test_everybody_is_in_one_cluster_or_has_a_reason(
    engine: Engine, shop: list[tuple[tuple[int, int, int, int], int]], without_orders: int, refused: int
) -> None:
    rows = [
        buyer(f"k{kind}n{i}", silent=silent, orders=orders, spend=spend * orders, usage_count=uses)
        for kind, ((silent, orders, spend, uses), count) in enumerate(shop)
        for i in range(count)
    ]
    buyers = len(rows)
    rows += [someone(f"lee{i}") for i in range(without_orders)]
    rows += [buyer(f"ed{i}", may_profile=False) for i in range(refused)]
    found, placed = clustered(engine, rows)
    assert found.customers == buyers
    assert len(placed) == len(rows)
    for row in placed.values():
        assert (row["cluster"] is None) != (row["cluster_reason"] is None)
    usual = Counter(row["cluster_reason"] for who, row in placed.items() if who.startswith("k"))
    assert usual == {found.reason: buyers}
    assert (found.reason == "too_few_customers") == (buyers < LEAST_CUSTOMERS)
    for kind in range(len(shop)):
        assert len({row["cluster"] for who, row in placed.items() if who.startswith(f"k{kind}n")}) == 1
    assert sum(one.customers for one in found.clusters) == (buyers if found.k else 0)
    spends = [one.spend_total / one.customers for one in found.clusters]
    assert spends == sorted(spends, reverse=True)


@pytest.mark.parametrize(("customers", "reason"), [(20, "too_few_customers"), (99, "too_few_customers"), (100, None)])
def test_below_a_hundred_customers_nothing_is_tried(engine: Engine, customers: int, reason: str | None) -> None:
    found, _ = clustered(engine, two_kinds(customers, rare=customers // 2))
    assert found.reason == reason
    assert bool(found.candidates) == (reason is None)


def two_kinds(customers: int, *, rare: int) -> list[Row]:
    return [buyer(f"p{i:03d}", **({"orders": 9, "spend": 900} if i < rare else {})) for i in range(customers)]


def test_a_kind_so_rare_that_a_resample_may_miss_it_breaks_nothing(engine: Engine) -> None:
    found, placed = clustered(engine, two_kinds(120, rare=3))
    assert found.k == 2
    assert Counter(row["cluster"] for row in placed.values()) == {1: 3, 2: 117}


def test_customers_who_are_all_alike_have_no_clusters(engine: Engine) -> None:
    found, placed = clustered(engine, two_kinds(120, rare=0))
    assert (found.reason, found.scales) == ("no_spread", ())
    assert {row["cluster_reason"] for row in placed.values()} == {"no_spread"}


def test_ed_who_withdrew_consent_has_no_cluster_and_moves_nobody_elses(engine: Engine) -> None:
    rows = two_kinds(100, rare=40)
    alone, placed = clustered(engine, rows)
    found, with_ed = clustered(engine, [*rows, *(buyer(f"ed{i}", orders=5, may_profile=False) for i in range(30))])
    assert found == alone
    assert {who: with_ed[who] for who in placed} == placed
    assert with_ed["ed0"] == {"customer_id": "ed0", "cluster": None, "cluster_reason": "no_consent"}


def test_who_was_not_in_the_sample_is_placed_all_the_same(engine: Engine) -> None:
    kinds_of_two = pa.Table.from_pylist(two_kinds(2, rare=1), schema=SCHEMA)
    customers = 20_500
    everybody = kinds_of_two.take([i % 2 for i in range(customers)])
    ids = pa.array([f"p{i}" for i in range(customers)])
    engine.load("features", everybody.set_column(0, "customer_id", ids))
    found = add_clusters(engine, seed=3)
    assert (found.customers, found.fitted_on, found.chosen_on) == (customers, 20_000, 2_000)
    assert [(one.customers, one.means["order_day_count"]) for one in found.clusters] == [(10_250, 9), (10_250, 1)]


def test_an_empty_shop_has_an_empty_table(engine: Engine) -> None:
    found, placed = clustered(engine, [])
    assert (found.reason, placed) == ("too_few_customers", {})
    assert engine.columns("clusters") == ("customer_id", "cluster", "cluster_reason")


def test_nothing_is_left_lying_about(engine: Engine) -> None:
    clustered(engine, two_kinds(100, rare=40))
    assert not [name for name in ("clusters_placed", "clusters_numbers") if engine.columns(name)]
