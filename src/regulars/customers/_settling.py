"""Where a chain would make one person of two: the strongest links are made first, none that joins what is apart.

Only the few groups in which such a pair is found are settled here, link by link; all others are as SQL left them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

DECIDED = 0
"""The strength of a link that a person made; the lower, the stronger: then open id, e-mail, phone, likeness."""


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Two ids that something joins. `weight` is that of likeness, for the stronger of two; links sort by strength."""

    strength: int
    minus_weight: float
    left_id: str
    right_id: str


Pair = tuple[str, str]


def settle(links: Iterable[Link], *, apart: set[Pair], parted: set[Pair]) -> tuple[dict[str, str], list[Link]]:
    """Return the person of each id, and the links that were not made.

    Args:
        links: everything that joins these ids.
        apart: pairs that cannot be one person, unless a person says so.
        parted: pairs that a person says are two.
    """
    group: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    against: dict[str, set[str]] = defaultdict(set)
    against_decision: dict[str, set[str]] = defaultdict(set)
    for pairs, known in ((apart | parted, against), (parted, against_decision)):
        for left, right in pairs:
            known[left].add(right)
            known[right].add(left)
    refused = []
    for link in sorted(links):
        for each in (link.left_id, link.right_id):
            members.setdefault(group.setdefault(each, each), {each})
        # The smaller group moves into the larger, so that nobody moves more often than a group can double.
        small, large = sorted((group[link.left_id], group[link.right_id]), key=lambda label: len(members[label]))
        if small == large:
            continue
        known = against_decision if link.strength == DECIDED else against
        if any(not known[each].isdisjoint(members[large]) for each in members[small] if each in known):
            refused.append(link)
            continue
        moving = members.pop(small)
        members[large] |= moving
        group.update(dict.fromkeys(moving, large))
    person = {each: smallest for those in members.values() for smallest in [min(those)] for each in those}
    return person, refused
