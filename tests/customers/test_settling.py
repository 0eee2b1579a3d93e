"""Where a chain would make one person of two, the strongest links hold and what is kept apart stays apart."""

from hypothesis import given
from hypothesis import strategies as st

from regulars.customers._settling import DECIDED, Link, settle

IDS = st.integers(0, 8).map(lambda number: f"id{number}")
PAIRS = st.tuples(IDS, IDS).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))
LINKS = st.lists(st.builds(lambda strength, pair: Link(strength, 0.0, *pair), st.integers(0, 4), PAIRS), max_size=20)


@given(links=LINKS, apart=st.sets(PAIRS, max_size=4), parted=st.sets(PAIRS, max_size=4))
def test_nobody_whom_a_person_parted_is_joined_and_only_a_person_joins_what_is_apart(
    links: list[Link], apart: set[tuple[str, str]], parted: set[tuple[str, str]]
) -> None:
    person, refused = settle(links, apart=apart, parted=parted)
    together = {pair for pair in apart | parted if person.get(pair[0], pair[0]) == person.get(pair[1], pair[1])}
    assert not together & parted
    assert not together or any(link.strength == DECIDED for link in links)
    assert all(label == min(each for each in person if person[each] == label) for label in person.values())
    for link in links:
        assert (person[link.left_id] == person[link.right_id]) == (link not in refused)


def test_of_two_links_the_stronger_holds() -> None:
    links = [Link(3, 0.0, "a", "b"), Link(2, 0.0, "b", "c"), Link(4, -9.0, "c", "d"), Link(4, -12.0, "a", "d")]
    person, refused = settle(links, apart={("a", "c")}, parted=set())
    assert person == {"a": "a", "d": "a", "b": "b", "c": "b"}
    assert refused == [Link(3, 0.0, "a", "b"), Link(4, -9.0, "c", "d")]
