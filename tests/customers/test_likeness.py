"""Who is probably one person: what is learned from 2,000 simulated people over three channels, and how right it is."""

import json

import pytest

from customers.accounts import Fact, facts_of, matched, matched_by_keys, precision_and_recall
from regulars.customers import Matching
from regulars.engines import Engine, open_engine
from regulars.simulation import simulate_people

# Learning takes some ten seconds whatever the number of people.
learns = pytest.mark.slow


@pytest.fixture(scope="module")
def crowd() -> tuple[list[Fact], dict[str, int]]:
    simulated = simulate_people(2_000, seed=5)
    truth = {row["customer_id"]: row["person"] for row in simulated.truth.to_pylist()}
    return facts_of(simulated.records), truth


@pytest.fixture(scope="module")
def found(crowd: tuple[list[Fact], dict[str, int]]) -> Matching:
    with open_engine(memory_limit="1GB", threads=2) as engine:
        return matched(engine, crowd[0])


def persons(found: Matching) -> dict[str, str]:
    return {row["customer_id"]: row["person_id"] for row in found.persons.to_pylist()}


@learns
def test_nearly_all_who_are_taken_for_one_are_and_more_are_found_than_by_keys_alone(
    engine: Engine, crowd: tuple[list[Fact], dict[str, int]], found: Matching
) -> None:
    facts, truth = crowd
    precision, recall = precision_and_recall(persons(found), truth)
    _, recall_of_keys = precision_and_recall(persons(matched_by_keys(engine, facts)), truth)
    assert found.likeness is None
    assert precision >= 0.99
    assert recall > recall_of_keys + 0.02


@learns
def test_the_same_again_is_the_same_whatever_the_order(
    engine: Engine, crowd: tuple[list[Fact], dict[str, int]], found: Matching
) -> None:
    again = matched(engine, reversed(crowd[0]))
    assert (again.persons, again.review, again.model) == (found.persons, found.review, found.model)


@learns
def test_unsure_pairs_stand_on_the_list_and_not_in_a_person(found: Matching) -> None:
    whose = persons(found)
    assert {"likeness", "phone_shared"} <= set(found.review.column("reason").to_pylist())
    for row in found.review.to_pylist():
        left, right = row["left_id"], row["right_id"]
        assert whose.get(left, left) != whose.get(right, right)


@learns
def test_only_likeness_has_a_weight(found: Matching) -> None:
    for row in found.persons.to_pylist():
        assert (row["weight"] is not None) == (row["how"] == "likeness")


@learns
def test_the_model_holds_figures_and_nobody(crowd: tuple[list[Fact], dict[str, int]], found: Matching) -> None:
    written = json.dumps(found.model, ensure_ascii=False)
    assert not [value for _, field, value in crowd[0] if field in {"name", "email", "phone"} and value in written]
    for comparison in found.model["settings"]["comparisons"] if found.model else []:
        shares = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        assert all(0 < level["m_probability"] < 1 and 0 < level["u_probability"] < 1 for level in shares)


@learns
def test_what_is_kept_is_used_again(
    engine: Engine, crowd: tuple[list[Fact], dict[str, int]], found: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("it was learned again")

    monkeypatch.setattr("regulars.customers._likeness.learn", refuse)
    assert matched(engine, crowd[0], model=found.model).persons == found.persons


def test_from_a_few_nothing_is_learned(engine: Engine) -> None:
    facts = [("a", "name", "Ana Smith"), ("b", "name", "Bo Miller")]
    facts += [("a", "birth_date", "1990-01-15"), ("b", "birth_date", "1991-01-15")]
    assert matched(engine, facts).likeness == "too_few_to_learn"
    assert matched(engine, [("a", "email", "x@example.com")]).likeness == "no_names"
    assert matched(engine, facts[:2]).likeness == "names_only"
