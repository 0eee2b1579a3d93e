"""How two people are compared: five traits, each from the same to nothing alike; and which pairs are looked at.

Which level speaks how strongly for one person or for two is learned from the records (`_learning`), never set here.
"""

from collections.abc import Mapping
from typing import Any

Level = dict[str, Any]

_CLOSE = "jaro_winkler_similarity({a}, {b}) >= 0.88"
_AN_INITIAL_IN_COMMON = (
    "(substr(given_l, 1, 1) IN (substr(given_r, 1, 1), substr(family_r, 1, 1))"
    " OR substr(family_l, 1, 1) IN (substr(given_r, 1, 1), substr(family_r, 1, 1)))"
)
_NAMES_CLOSE = (
    f"({_AN_INITIAL_IN_COMMON} AND"
    f" ({_CLOSE.format(a='given_l', b='given_r')} AND {_CLOSE.format(a='family_l', b='family_r')}"
    f" OR {_CLOSE.format(a='given_l', b='family_r')} AND {_CLOSE.format(a='family_l', b='given_r')}))"
)
_INITIAL = (
    "(family_l = family_r AND substr(given_l, 1, 1) = substr(given_r, 1, 1)"
    " AND least(length(given_l), length(given_r)) = 1)"
)
# Character by character: the engine's edit distances count bytes, of which a Chinese character has three.
_ONE_CHARACTER = (
    "(is_han_l AND family_l = family_r AND least(length(given_l), length(given_r)) >= 2"
    " AND (substr(given_l, 1, 1) = substr(given_r, 1, 1) OR substr(given_l, 2) = substr(given_r, 2)))"
)
_SHARED_WORDS = (
    "bit_count(place_low_l & place_low_r) + bit_count(place_high_l & place_high_r) >= {share} * greatest("
    "bit_count(place_low_l) + bit_count(place_high_l), bit_count(place_low_r) + bit_count(place_high_r))"
)

# A slip touches two neighbouring places at most, so it leaves the beginning or the end as it was: asked first, for the
# edit distance is what costs.
_ONE_SLIP = (
    "((substr({name}_l, 1, {first}) = substr({name}_r, 1, {first})"
    " OR right({name}_l, {last}) = right({name}_r, {last}))"
    " AND damerau_levenshtein({name}_l, {name}_r) <= 1)"
)

NAMES_UNKNOWN = "(full_name_l IS NULL OR full_name_r IS NULL OR is_han_l <> is_han_r)"
"""Nothing can be said of two names of which one is missing, or written in other letters than the other."""

_SAME_NUMBERS = "regexp_replace(full_name_l, '[^0-9]', '', 'g') = regexp_replace(full_name_r, '[^0-9]', '', 'g')"

NAMES_ALIKE = (
    f"(full_name_l = full_name_r OR {_SAME_NUMBERS}"
    f" AND (NOT is_han_l AND {_NAMES_CLOSE} OR NOT is_han_l AND {_INITIAL} OR {_ONE_CHARACTER}))"
)

BIRTHS_APART = "(birth_date_l <> birth_date_r AND damerau_levenshtein(birth_date_l, birth_date_r) > 1)"
"""Both are known, and no slip of the hand makes one of the other."""


def _level(label: str, condition: str, **more: object) -> Level:
    return {"sql_condition": condition, "label_for_charts": label, **more}


def _missing(condition: str) -> Level:
    return _level("unknown", condition, is_null_level=True)


COMPARISONS: Mapping[str, list[Level]] = {
    "full_name": [
        _missing(NAMES_UNKNOWN),
        _level(
            "same", "full_name_l = full_name_r", tf_adjustment_column="full_name", tf_adjustment_weight=1.0
        ),  # a common name says less than a rare one
        _level("spelt otherwise", f"NOT is_han_l AND {_NAMES_CLOSE}"),
        _level("initial", f"NOT is_han_l AND {_INITIAL}"),
        _level("one character", _ONE_CHARACTER),
        _level("same given name", "given_l = given_r"),
        _level("same family name", "family_l = family_r"),
        _level("other", "ELSE"),
    ],
    "birth_date": [
        _missing("birth_date_l IS NULL OR birth_date_r IS NULL"),
        _level("same", "birth_date_l = birth_date_r"),
        _level("one slip", _ONE_SLIP.format(name="birth_date", first=3, last=3)),
        _level("other", "ELSE"),
    ],
    "place": [
        _missing("place_l IS NULL OR place_r IS NULL"),
        _level("same", "place_l = place_r"),
        _level("most words", _SHARED_WORDS.format(share="0.7")),
        _level("some words", _SHARED_WORDS.format(share="0.4")),
        _level("other", "ELSE"),
    ],
    "phone": [
        _missing("phone_l IS NULL OR phone_r IS NULL"),
        _level("same", "phone_l = phone_r"),
        _level("one slip", _ONE_SLIP.format(name="phone", first=8, last=4)),
        _level("other", "ELSE"),
    ],
    "email": [
        _missing("email_l IS NULL OR email_r IS NULL"),
        _level("same", "email_l = email_r"),
        _level("another provider", "mail_name_l = mail_name_r"),
        _level("one slip", _ONE_SLIP.format(name="mail_name", first=3, last=2)),
        _level("other", "ELSE"),
    ],
}
"""The levels of each trait, the likest first; the first that holds counts."""

BLOCKS: Mapping[str, str] = {
    "by_name": "full_name",
    "by_name_and_year": "full_name || substr(birth_date, 1, 4)",
    "by_name_and_day": "full_name || substr(birth_date, 5)",
    "by_birth": "birth_date",
    "by_birth_and_family": "birth_date || family",
    "by_birth_and_given": "birth_date || given",
    "by_place": "place",
    "by_numbers": "numbers",
    "by_numbers_and_given": "numbers || given",
    "by_numbers_and_family": "numbers || family",
    "by_phone_end": "substr(phone, length(phone) - 6)",
    "by_phone_start": "substr(phone, 1, length(phone) - 4)",
    "by_mail_name": "mail_name",
    "by_mail_end": "substr(email, 4)",
    "by_mail_start": "substr(mail_name, 1, length(mail_name) - 3)",
}
"""Only those are compared who agree in one of these. One slip of the hand leaves one of two halves as it was."""

BLOCK_LIMIT = 30
"""What more than so many have in common tells nobody apart: a name such as 张伟 is looked at with a birth date only."""

KNOWN_AS_ONE = (
    ("email",),
    ("phone", "full_name"),
    ("full_name", "birth_date"),
    ("full_name", "place"),
)
"""Who agrees in all of one of these is taken for one person when it is estimated how many pairs are."""

TRAINED_BY = ("phone", "email", "birth_date", "full_name", "place")
"""Pairs that agree in one of these are mixed, one person and two: from each lot the other traits are learned."""
