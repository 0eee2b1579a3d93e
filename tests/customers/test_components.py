"""Connected components: what the SQL loop finds is what a union-find finds, on any graph and either engine."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from regulars.customers._components import write_components
from regulars.engines import Engine

Edges = list[tuple[str, str]]
IDS = st.integers(0, 14).map(lambda number: f"id{number:02d}")
shared_engine = how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def components(engine: Engine, edges: Edges) -> dict[str, str]:
    left, right = ([edge[side] for edge in edges] for side in (0, 1))
    engine.load("pairs", pa.table({"left_id": pa.array(left, pa.string()), "right_id": pa.array(right, pa.string())}))
    write_components(engine, "pairs", into="found")
    return {row["customer_id"]: row["person_id"] for row in engine.fetch("SELECT * FROM found").to_pylist()}


def by_union_find(edges: Edges) -> dict[str, str]:
    root: dict[str, str] = {}

    def find(each: str) -> str:
        while root.setdefault(each, each) != each:
            each = root[each]
        return each

    for left, right in edges:
        one, other = sorted((find(left), find(right)))
        root[other] = one
    return {each: find(each) for each in root}


@shared_engine
@given(edges=st.lists(st.tuples(IDS, IDS), max_size=25))
def test_they_are_those_of_a_union_find(engine: Engine, edges: Edges) -> None:
    assert components(engine, edges) == by_union_find(edges)


@shared_engine
@given(edges=st.lists(st.tuples(IDS, IDS), max_size=25), data=st.data())
def test_the_order_of_the_pairs_and_of_their_ends_makes_no_difference(
    engine: Engine, edges: Edges, data: st.DataObject
) -> None:
    other = [(right, left) for left, right in data.draw(st.permutations(edges))]
    assert components(engine, other) == components(engine, edges)


@pytest.mark.both_engines(slow=True)
def test_a_long_chain_is_one_person(engine: Engine) -> None:
    chain = [(f"id{(place * 7) % 40:02d}", f"id{(place * 7 + 7) % 40:02d}") for place in range(39)]
    assert set(components(engine, [*chain, ("x", "y")]).values()) == {"id00", "x"}
