"""Which known headers does an unknown one come near to? A likeness proposes; it never decides."""

import difflib
import re
from functools import lru_cache
from itertools import permutations

from regulars.records._words import plain, words

_NEAR = 0.75
_REORDERED = 0.95
_MOST_WORDS = 4
_SHORTEST = {True: 2, False: 4}
"""Letters that a word must have to count as a part of a header: in Chinese two, else four."""
_LEAST_SHARE = {True: 0.4, False: 0.5}
_FILLERS = frozenset({"of", "the", "a", "an", "by", "in", "for", "this", "的"})
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@lru_cache(maxsize=4096)
def near_meanings(header: str, kind: str) -> dict[str, float]:
    """Return the columns of a kind that a header comes near to, each with its likeness (above 0, below 1).

    >>> sorted(near_meanings("Date of the order", "orders"))
    ['ordered_at']
    >>> near_meanings("Colour", "orders")
    {}
    """
    meanings = words().own[kind]
    found: dict[str, float] = {}
    for spelling in _reordered(header):
        if spelling in meanings:
            found[meanings[spelling]] = _REORDERED
    for word, name in meanings.items():
        if word in words().whole_names:
            continue  # half of a name is not near to a name
        likeness = _likeness(word, plain(header))
        if likeness > found.get(name, 0.0):
            found[name] = likeness
    return found


def _reordered(header: str) -> set[str]:
    parts = [plain(part) for part in _PARTS.findall(header)]
    kept = [part for part in parts if part not in _FILLERS]
    if not 2 <= len(kept) <= _MOST_WORDS:
        return set()
    return {"".join(order) for order in permutations(kept)} - {plain(header)}


def _likeness(word: str, header: str) -> float:
    """Return how much of the longer one the shorter one is, if it is a part of it; else how alike they are spelt."""
    shorter, longer = sorted((word, header), key=len)
    is_chinese = not shorter.isascii()
    if len(shorter) >= _SHORTEST[is_chinese] and shorter in longer:
        share = len(shorter) / len(longer)
        return min(share, _REORDERED) if share >= _LEAST_SHARE[is_chinese] else 0.0
    if is_chinese or 2 * len(shorter) < _NEAR * (len(shorter) + len(longer)):
        return 0.0
    likeness = difflib.SequenceMatcher(None, word, header)
    if likeness.quick_ratio() < _NEAR:
        return 0.0
    ratio = likeness.ratio()
    return ratio if ratio >= _NEAR else 0.0
