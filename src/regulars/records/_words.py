"""The one file of words (words.toml), read once: headers, words in cells, signs of money."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, Literal

from regulars.records._kinds import KINDS

Silence = Literal["any", "text", "region"]
"""Which words say nothing: in any case; those of names and free text, just as written; those of regions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What words.toml says, turned round so that a word leads to its meaning.

    `own[kind]` and `general[kind]` map a plain header to its canonical column; general headers serve only once
    the kind is known. `cells[kind, column]` maps a plain word to its code, and `closed` names the columns that
    take no other word. `unlike` maps `time` and `amount` to plain parts of headers that are something else, and
    `of_people` lists those of days and amounts that are told of a person and not of one sale, `of_sales` those of what
    was paid.
    `steps` maps the plain words of an answer to its step, by list. `given` and `family` are the plain headers of the
    two halves of a name, `whole_names` those of both together.
    """

    own: Mapping[str, Mapping[str, str]]
    general: Mapping[str, Mapping[str, str]]
    unlike: Mapping[str, tuple[str, ...]]
    of_people: tuple[str, ...]
    of_sales: tuple[str, ...]
    missing: Mapping[Silence, frozenset[str]]
    yes: frozenset[str]
    no: frozenset[str]
    cells: Mapping[tuple[str, str], Mapping[str, str]]
    closed: frozenset[tuple[str, str]]
    currencies: Mapping[str, frozenset[str]]
    steps: Mapping[str, Mapping[str, str]]
    given: frozenset[str]
    family: frozenset[str]
    whole_names: frozenset[str]


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return a header without what makes no difference: case, blanks, punctuation, full-width and Traditional forms.

    >>> plain("  Order_ID "), plain("Ｏｒｄｅｒ ＃"), plain("訂單編號")
    ('orderid', 'order', '订单编号')
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
    return bare if bare.isascii() else bare.translate(_simplified())


@lru_cache(maxsize=1)
def _simplified() -> Mapping[int, str]:
    """Return the simplified character of each Traditional one that words are made of."""
    sides = _data()["characters"]
    return str.maketrans(dict(zip("".join(sides["traditional"]), "".join(sides["simplified"]), strict=True)))


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files("regulars.records").joinpath("words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the words of the package's words.toml."""
    data = _data()
    given, family = ([plain(word) for word in data["halves"][half]] for half in ("given", "family"))
    cells: dict[str, Mapping[str, Mapping[str, object]]] = data["cells"]
    lists = {(kind, column): spec for kind in KINDS if kind in cells for column, spec in cells[kind].items()}
    return Words(
        own={kind: _own_headers(kind, data) for kind in KINDS},
        general={kind: _general_headers(kind, data["general"]) for kind in KINDS},
        unlike={name: tuple(plain(part) for part in parts) for name, parts in data["unlike"].items()},
        of_people=tuple(plain(part) for part in data["of_people"]["parts"]),
        of_sales=tuple(plain(part) for part in data["of_sales"]["parts"]),
        missing=_missing(data["cells"]),
        yes=frozenset(data["cells"]["yes"]),
        no=frozenset(data["cells"]["no"]),
        cells={place: _codes(spec) for place, spec in lists.items()},  # type: ignore[arg-type]
        closed=frozenset(place for place, spec in lists.items() if spec["closed"]),
        currencies={sign: frozenset(codes) for sign, codes in data["currencies"].items()},
        steps={name: _codes(spec) for name, spec in data["steps"].items()},
        given=frozenset(given),
        family=frozenset(family),
        whole_names=_both(given, family),
    )


@lru_cache(maxsize=1)
def known_headers() -> frozenset[str]:
    """Return every plain header that means something in some kind of records."""
    return frozenset(
        header for meanings in (words().own, words().general) for kind in KINDS for header in meanings[kind]
    )


def _both(given: Sequence[str], family: Sequence[str]) -> frozenset[str]:
    return frozenset("".join(pair) for one, other in product(given, family) for pair in ((one, other), (other, one)))


def _missing(cells: Mapping[str, Any]) -> dict[Silence, frozenset[str]]:
    text = {"", *cells["missing_in_text"]}
    return {
        "any": frozenset({"", *cells["missing"]}),
        "text": frozenset(text),
        "region": frozenset(text - set(cells["places"])),
    }


def _own_headers(kind: str, data: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    shared = data["identities"] if KINDS[kind].takes_identities else {}
    lists = {**shared, **data.get(kind, {})}
    headers = {plain(word): name for name, synonyms in lists.items() for word in synonyms}
    if shared:
        halves = ([plain(word) for word in data["halves"][half]] for half in ("given", "family"))
        headers |= dict.fromkeys(_both(*halves), "name")
    return headers | {plain(name): name for name in KINDS[kind].names}


def _general_headers(kind: str, general: Mapping[str, list[str]]) -> dict[str, str]:
    times = [column.name for column in KINDS[kind].columns if column.role == "time"]
    required = [column.name for column in KINDS[kind].columns if column.role == "time" and column.required]
    # Without a required time (referrals, profiles) a general date can only be the one optional time there is.
    target = (required or times)[0]
    headers = {plain(word): target for word in general["time"]}
    if "amount" in KINDS[kind].names:
        headers |= {plain(word): "amount" for word in general["amount"]}
    return headers


def _codes(spec: Mapping[str, list[str]]) -> dict[str, str]:
    codes = {plain(word): code for code, synonyms in spec.items() if code != "closed" for word in synonyms}
    return codes | {plain(code): code for code in spec if code != "closed"}
