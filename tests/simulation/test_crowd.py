"""People over three channels: as many as asked for, the same for the same seed, and as messy as promised."""

import pyarrow.compute as pc
import pytest

from regulars.simulation import Crowd, simulate_people

PEOPLE = 4_000


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return simulate_people(PEOPLE, seed=3)


def test_everybody_is_met_once_at_least_and_each_account_is_somebodys(crowd: Crowd) -> None:
    assert pc.count_distinct(crowd.truth["person"]).as_py() == PEOPLE
    assert crowd.records["customer_id"] == crowd.truth["customer_id"]
    assert pc.count_distinct(crowd.records["customer_id"]).as_py() == len(crowd.records)
    assert set(crowd.records["channel"].to_pylist()) == {"web", "store", "messenger"}


def test_a_person_is_met_once_a_channel_at_most(crowd: Crowd) -> None:
    met = list(zip(crowd.truth["person"].to_pylist(), crowd.records["channel"].to_pylist(), strict=True))
    assert len(set(met)) == len(met)


def test_the_same_seed_makes_the_same_people(crowd: Crowd) -> None:
    again = simulate_people(PEOPLE, seed=3)
    assert (again.records, again.truth) == (crowd.records, crowd.truth)
    assert simulate_people(PEOPLE, seed=4).records != crowd.records


def test_one_in_two_has_a_chinese_name(crowd: Crowd) -> None:
    names = crowd.records["name"].drop_null()
    share = pc.mean(pc.match_substring_regex(names, r"\p{Han}").cast("double")).as_py()
    assert 0.45 < share < 0.55


def test_one_in_twenty_shares_a_phone_with_one_other(crowd: Crowd) -> None:
    plain = [
        None if phone is None else "".join(c for c in phone if c.isdigit())[-10:]
        for phone in crowd.records["phone"].to_pylist()
    ]
    owners: dict[str, set[int]] = {}
    for phone, person in zip(plain, crowd.truth["person"].to_pylist(), strict=True):
        if phone is not None and len(phone) == 10:
            owners.setdefault(phone, set()).add(person)
    sharing = {person for people in owners.values() if len(people) == 2 for person in people}
    assert 0.03 < len(sharing) / PEOPLE < 0.06


def test_most_accounts_of_a_person_agree_in_what_was_not_changed_or_misspelt(crowd: Crowd) -> None:
    born: dict[int, list[str]] = {}
    for person, day in zip(crowd.truth["person"].to_pylist(), crowd.records["birth_date"].to_pylist(), strict=True):
        if day is not None:
            born.setdefault(person, []).append(day)
    several = [days for days in born.values() if len(days) > 1]
    assert 0.9 < sum(len(set(days)) == 1 for days in several) / len(several) < 1
