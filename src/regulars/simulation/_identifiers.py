"""The identifiers of simulated people: drawn, drawn again where one changed, misspelt, and written in many ways."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.simulation._clock import Bools, Ints

Texts = NDArray[np.object_]

_ONE_CHARACTER_SHARE = 0.15
_SAME_ADDRESS_SHARE = 0.8
_SAME_FAMILY_SHARE = 0.7
_FAMILY_FIRST_SHARE = 0.10
_INITIAL_SHARE = 0.03
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Each `member` uses the phone of the `head` at the same place, and writes his name in the same letters."""

    member: Ints
    head: Ints


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("regulars.simulation").joinpath("crowd.toml").read_text(encoding="utf-8"))


def draw_identifiers(chinese: Bools, household: Household, rng: np.random.Generator) -> dict[str, Texts]:
    """Return the columns name, email, phone, address, birth_date, open_id, and what they are made of."""
    drawn = {"chinese": chinese.astype(object), **_drawn(chinese, rng)}
    member, head = household.member, household.head
    for field, share in (("address", _SAME_ADDRESS_SHARE), ("family", _SAME_FAMILY_SHARE)):
        alike = rng.random(len(member)) < share
        drawn[field][member[alike]] = drawn[field][head[alike]]
    drawn["phone"][member] = drawn["phone"][head]
    drawn["name"] = _names(drawn)
    return drawn


def redrawn(own: dict[str, Texts], rng: np.random.Generator) -> dict[str, Texts]:
    """Return what each identifier became for those who changed it. Of a name only the family name changes."""
    drawn = {**own, **_drawn(own["chinese"].astype(bool), rng), "given": own["given"]}
    return {**drawn, "name": _names(drawn)}


def misspelt(texts: Texts, rng: np.random.Generator) -> list[str]:
    """Return each text with one error of the hand: a letter left out, doubled, exchanged or two of them turned."""
    return [_wrong(str(text), rng) for text in texts]


def written(cells: dict[str, Texts], rng: np.random.Generator) -> dict[str, Texts]:
    """Return the cells as different forms write them: capitals, blanks, prefixes, the family name first."""
    rows = len(cells["name"])
    chinese = cells["chinese"].astype(bool)
    western = np.flatnonzero(~chinese)
    how = rng.random(rows)
    name, email, phone = cells["name"].copy(), cells["email"].copy(), cells["phone"].copy()
    for row in western[how[western] < _FAMILY_FIRST_SHARE + _INITIAL_SHARE]:
        given, _, family = name[row].partition(" ")
        name[row] = f"{family}, {given}" if how[row] < _FAMILY_FIRST_SHARE else f"{given[:1]}. {family}"
    for row in np.flatnonzero(rng.random(rows) < 0.2):
        email[row] = email[row].upper() if row % 2 else f" {email[row].title()}"
    spaced = rng.random(rows)
    for row in np.flatnonzero(spaced < 0.5):
        plain = phone[row]
        prefix = "+86 " if chinese[row] and spaced[row] < 0.25 else ""
        phone[row] = f"{prefix}{plain[:3]} {plain[3:7]} {plain[7:]}" if chinese[row] else f"{plain[:2]} {plain[2:]}"
    return {**cells, "name": name, "email": email, "phone": phone}


def _drawn(chinese: Bools, rng: np.random.Generator) -> dict[str, Texts]:
    rows = len(chinese)
    numbers = rng.integers(0, 10**8, rows)
    areas = rng.integers(2, 8, (rows, 2))
    both = zip(_world("western", rows, rng), _world("chinese", rows, rng), strict=True)
    given, family, street, mail = (np.where(chinese, china, west) for west, china in both)
    mobile = np.array([f"1{a + 2}{b}{n:08d}" for (a, b), n in zip(areas, numbers, strict=True)], dtype=object)
    pairs = zip(areas, numbers, strict=True)
    abroad = np.array([f"+1{a}0{b}{2 + n // 10**6 % 8}{n % 10**6:06d}" for (a, b), n in pairs], dtype=object)
    serial = rng.integers(0, 26**4 * 10**4, rows)
    days = np.datetime64("1950-01-01") + rng.integers(0, 55 * 365, rows)
    return {
        "given": given,
        "family": family,
        "address": street,
        "phone": np.where(chinese, mobile, abroad),
        "email": np.array([f"{_local(n)}@{m}" for n, m in zip(serial, mail, strict=True)], dtype=object),
        "birth_date": days.astype(str).astype(object),
        "open_id": np.array([f"o{n:020x}" for n in rng.integers(0, 2**62, rows)], dtype=object),
    }


def _world(name: str, rows: int, rng: np.random.Generator) -> tuple[Texts, Texts, Texts, Texts]:
    """Return given names, family names, addresses and mail domains of one world."""
    words = _words()[name]

    def by_rank(key: str) -> Texts:
        choices = np.array(words[key], dtype=object)
        weights = 1 / (np.arange(len(choices)) + 10)
        return np.asarray(rng.choice(choices, size=rows, p=weights / weights.sum()))

    number, flat = rng.integers(1, 400, rows), rng.integers(1, 60, rows)
    road, town = by_rank("street") + ("" if name == "chinese" else " ") + by_rank("street_kind"), by_rank("town")
    if name == "chinese":
        given = np.where(rng.random(rows) < _ONE_CHARACTER_SHARE, "", by_rank("first")) + by_rank("second")
        address = [f"{t}{r}{n}号{f}室" for t, r, n, f in zip(town, road, number, flat, strict=True)]
        return given, by_rank("family"), np.array(address, dtype=object), by_rank("mail")
    address = [f"{n} {r}, Apt {f}, {t}" for t, r, n, f in zip(town, road, number, flat, strict=True)]
    family = by_rank("family_beginning") + by_rank("family_end")
    return by_rank("given"), family, np.array(address, dtype=object), by_rank("mail")


def _names(drawn: dict[str, Texts]) -> Texts:
    chinese = drawn["chinese"].astype(bool)
    return np.asarray(np.where(chinese, drawn["family"] + drawn["given"], drawn["given"] + " " + drawn["family"]))


def _local(number: int) -> str:
    """Return letters and digits that look like the part of an address before the @."""
    letters = "".join(_LETTERS[number // 10**4 // 26**place % 26] for place in range(4))
    return f"{letters}{number % 10000}"


def _wrong(text: str, rng: np.random.Generator) -> str:
    place, kind = int(rng.integers(0, len(text))), int(rng.integers(0, 4))
    letter = text[place]
    if kind == 0 and len(text) > 2:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + letter + text[place:]
    if kind == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + letter + text[place + 2 :]
    new = str(rng.integers(0, 10)) if letter.isdigit() else _LETTERS[int(rng.integers(0, 26))]
    return text[:place] + new + text[place + 1 :]
