"""Whose records are one person's: keys, what guards them, and a person's word above all."""

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from customers.accounts import Fact, groups, matched_by_keys
from engines.travelling import assert_travels, written_down
from regulars.engines import Engine, open_engine

FACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abcdefg"), st.just("email"), st.sampled_from(["x@example.com", "y@example.com"])),
        st.tuples(st.sampled_from("abcdefg"), st.just("phone"), st.sampled_from(["13800138000", "13900139000"])),
        st.tuples(st.sampled_from("abcdefg"), st.just("open_id"), st.sampled_from(["o1", "o2"])),
        st.tuples(st.sampled_from("abcdefg"), st.just("name"), st.sampled_from(["Ana Smith", "Bo Miller", "张伟"])),
    ),
    max_size=14,
)
shared_engine = how(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def named(account: str, name: str, phone: str = "13800138000", email: str = "") -> list[Fact]:
    facts = [(account, "name", name), (account, "phone", phone)]
    return [*facts, (account, "email", email)] if email else facts


class TestKeys:
    @pytest.mark.both_engines(slow=True)
    def test_one_person_over_three_channels_has_one_id_and_it_is_the_smallest(self, engine: Engine) -> None:
        facts = [
            ("web1", "email", "Ana@example.com"),
            ("web1", "phone", "138 0013 8000"),
            ("shop7", "phone", "+8613800138000"),
            ("chat3", "open_id", "o77"),
            ("web1", "open_id", "o77"),
            ("bo", "email", "bo@example.com"),
        ]
        found = matched_by_keys(engine, facts)
        assert groups(found) == {frozenset({"web1", "shop7", "chat3"})}
        assert [(row["customer_id"], row["how"]) for row in found.persons.to_pylist()] == [
            ("chat3", "open_id"),
            ("shop7", "phone"),
            ("web1", "open_id"),
        ]
        assert (found.accounts, sum(found.merged.values()), found.likeness) == (4, 2, "switched_off")

    @shared_engine
    @given(facts=FACTS)
    def test_an_unrelated_person_changes_nobody(self, engine: Engine, facts: list[Fact]) -> None:
        stranger = [("zz", "email", "z@example.com"), ("zz", "phone", "13700137000"), ("zz", "name", "Zoe Zimmer")]
        assert groups(matched_by_keys(engine, [*facts, *stranger])) == groups(matched_by_keys(engine, facts))

    @shared_engine
    @given(facts=FACTS, data=st.data())
    def test_the_order_of_the_rows_makes_no_difference(
        self, engine: Engine, facts: list[Fact], data: st.DataObject
    ) -> None:
        there = matched_by_keys(engine, facts)
        back = matched_by_keys(engine, data.draw(st.permutations(facts)))
        assert (there.persons, there.review) == (back.persons, back.review)

    def test_an_address_of_everybody_joins_nobody_and_is_shown_masked(self, engine: Engine) -> None:
        facts = [(f"c{place}", "email", "info@example.com") for place in range(7)]
        facts += [("c1", "phone", "13800138000"), ("c2", "phone", "13800138000")]
        found = matched_by_keys(engine, facts)
        assert groups(found) == {frozenset({"c1", "c2"})}
        (key,) = found.shared_keys
        assert (key.field, key.ids, key.example) == ("email", 7, "xxxx@xxxxxxx.xxx")
        assert len(groups(matched_by_keys(engine, facts, key_shared_by_more_than=7)).pop()) == 7

    def test_keys_may_be_switched_off(self, engine: Engine) -> None:
        facts = [("a", "email", "ana@example.com"), ("b", "email", "ana@example.com")]
        assert groups(matched_by_keys(engine, facts, match_keys=False)) == set()


class TestSharedPhones:
    def test_two_people_of_a_household_are_not_one(self, engine: Engine) -> None:
        facts = named("a", "Ana Smith", email="ana@example.com") + named("b", "Bo Smith", email="bo@example.com")
        found = matched_by_keys(engine, facts)
        assert groups(found) == set()
        assert [(row["left_id"], row["right_id"], row["reason"]) for row in found.review.to_pylist()] == [
            ("a", "b", "phone_shared")
        ]

    def test_who_also_shares_an_address_is_one_whatever_the_names(self, engine: Engine) -> None:
        facts = named("a", "Ana Smith", email="ana@example.com") + named("b", "Ana Miller", email="ana@example.com")
        assert groups(matched_by_keys(engine, facts)) == {frozenset("ab")}

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Ana Smith", "Smith, Ana"),
            ("Ana Smith", "A. Smith"),
            ("Jon Smith", "John Smyth"),
            ("张晓伟", "张小伟"),
            ("张伟", "Zhang Wei"),
        ],
    )
    def test_a_name_written_otherwise_is_no_second_person(self, engine: Engine, one: str, other: str) -> None:
        assert groups(matched_by_keys(engine, named("a", one) + named("b", other))) == {frozenset("ab")}

    @pytest.mark.parametrize(("one", "other"), [("Ana Smith", "Bo Smith"), ("张伟", "张娜"), ("张伟", "李娜")])
    def test_another_given_name_is(self, engine: Engine, one: str, other: str) -> None:
        assert groups(matched_by_keys(engine, named("a", one) + named("b", other))) == set()

    def test_under_a_phone_of_two_nobody_without_a_name_is_taken_for_either(self, engine: Engine) -> None:
        facts = [
            *named("a1", "Ana Smith"),
            *named("a2", "Ana Smith"),
            *named("b", "Bo Smith"),
            ("c", "phone", "13800138000"),
        ]
        found = matched_by_keys(engine, facts)
        assert groups(found) == {frozenset({"a1", "a2"})}
        assert {(row["left_id"], row["right_id"]) for row in found.review.to_pylist()} == {
            ("a1", "b"),
            ("a2", "b"),
            ("a1", "c"),
            ("a2", "c"),
            ("b", "c"),
        }

    def test_no_chain_joins_people_born_on_other_days(self, engine: Engine) -> None:
        facts = [
            ("a", "birth_date", "1990-01-02"),
            ("a", "phone", "13800138000"),
            ("m", "phone", "13800138000"),
            ("m", "email", "x@example.com"),
            ("b", "email", "x@example.com"),
            ("b", "birth_date", "1962-11-23"),
        ]
        found = matched_by_keys(engine, facts)
        assert groups(found) == {frozenset("bm")}
        assert [(row["left_id"], row["right_id"], row["reason"]) for row in found.review.to_pylist()] == [
            ("a", "m", "contradiction")
        ]

    def test_a_slip_in_a_birth_date_parts_nobody(self, engine: Engine) -> None:
        facts = [
            ("a", "birth_date", "1990-01-02"),
            ("a", "email", "x@example.com"),
            ("b", "email", "x@example.com"),
            ("b", "birth_date", "1990-01-12"),
        ]
        assert groups(matched_by_keys(engine, facts)) == {frozenset("ab")}


class TestDecisions:
    PAIR: ClassVar[list[Fact]] = [
        ("a", "email", "x@example.com"),
        ("b", "email", "x@example.com"),
        ("c", "name", "Cy Low"),
    ]

    def test_an_unmerge_is_stronger_than_any_key(self, engine: Engine) -> None:
        found = matched_by_keys(engine, self.PAIR, decided=[("a", "b", "unmerge")])
        assert groups(found) == set()
        assert found.review.num_rows == 0

    def test_an_unmerge_parts_a_chain(self, engine: Engine) -> None:
        facts = [*self.PAIR, ("b", "phone", "13800138000"), ("d", "phone", "13800138000")]
        assert groups(matched_by_keys(engine, facts)) == {frozenset({"a", "b", "d"})}
        assert groups(matched_by_keys(engine, facts, decided=[("a", "d", "unmerge")])) == {frozenset("ab")}

    def test_a_merge_joins_what_nothing_else_does_and_beats_a_contradiction(self, engine: Engine) -> None:
        facts = named("a", "Ana Smith", email="a@example.com") + named("b", "Bo Li", email="b@example.com")
        facts += [("a", "birth_date", "1990-01-02"), ("b", "birth_date", "1962-11-23"), ("c", "name", "Cy Low")]
        found = matched_by_keys(engine, facts, decided=[("a", "b", "merge"), ("b", "c", "merge")])
        assert groups(found) == {frozenset("abc")}
        assert found.merged["decision"] == 2

    @shared_engine
    @given(facts=FACTS, pair=st.sampled_from([("a", "b"), ("a", "c"), ("b", "c")]))
    def test_who_is_parted_is_apart_whatever_the_records_say(
        self, engine: Engine, facts: list[Fact], pair: tuple[str, str]
    ) -> None:
        found = matched_by_keys(engine, facts, decided=[(*pair, "unmerge")])
        assert not any(set(pair) <= group for group in groups(found))


def test_every_statement_travels() -> None:
    with written_down() as statements, open_engine(memory_limit="1GB", threads=2) as engine:
        matched_by_keys(engine, TestDecisions.PAIR, decided=[("a", "b", "unmerge")])
    assert len(set(statements)) > 12, "the engine that writes down was not used"
    for statement in sorted(set(statements)):
        assert_travels(statement)


@pytest.mark.parametrize("names", [("N0", "N1"), ("Guest 10", "Guest 11"), ("用户12", "用户13"), ("小王1", "小王2")])
def test_a_number_in_a_name_tells_those_apart_who_share_a_phone(engine: Engine, names: tuple[str, str]) -> None:
    facts = [fact for place, name in enumerate((*names, *names)) for fact in named(f"a{place}", name)]
    assert groups(matched_by_keys(engine, facts)) == {frozenset({"a0", "a2"}), frozenset({"a1", "a3"})}
