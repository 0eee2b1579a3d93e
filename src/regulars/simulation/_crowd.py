"""People met over three channels under different numbers, and who is who: to measure how well they are recognised.

One in two has a Chinese name. Of the people, one in five changed one identifier (e-mail, phone, address or family name)
before one of the channels met them, one in ten was misspelt once, and one in twenty shares a phone with somebody of the
same household. A few counters enter the shop's own number, a few companies one address for all.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.simulation._clock import Bools, Ints
from regulars.simulation._identifiers import Household, draw_identifiers, misspelt, redrawn, written

CHANNELS = ("web", "store", "messenger")

_CHINESE_SHARE = 0.5
_MET_SHARE = 0.75
_CHANGED_SHARE = 0.20
_MISSPELT_SHARE = 0.10
_SHARING_SHARE = 0.05
_CATCH_ALL_SHARE = 0.001
_MASKED_SHARE = 0.05
# How often a channel asks for what: the rest is empty.
_ASKED = {
    "name": {"web": 1.0, "store": 0.9, "messenger": 0.6},
    "email": {"web": 1.0, "store": 0.25, "messenger": 0.0},
    "phone": {"web": 0.7, "store": 0.95, "messenger": 0.6},
    "address": {"web": 0.8, "store": 0.3, "messenger": 0.3},
    "birth_date": {"web": 0.3, "store": 0.6, "messenger": 0.3},
    "open_id": {"web": 0.1, "store": 0.0, "messenger": 1.0},
}
_CHANGING = ("email", "phone", "address", "name")
_MISSPELLING = ("name", "email", "phone", "address", "birth_date")

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """`records`: one row an account (customer_id, channel and the identifier columns of profiles).

    `truth`: whose it is (customer_id, person), which no shop ever knows.
    """

    records: pa.Table
    truth: pa.Table


def simulate_people(people: int, *, seed: int) -> Crowd:
    """Return the accounts of so many people over three channels: about 2.3 a person, in no order."""
    rng = np.random.default_rng(seed)
    chinese = rng.random(people) < _CHINESE_SHARE
    own = draw_identifiers(chinese, _households(chinese, rng), rng)
    person, channel = _accounts(people, rng)
    cells = {field: values[person] for field, values in own.items()}
    _change(cells, person, channel, redrawn(own, rng), rng)
    _misspell(cells, person, rng)
    cells = written(cells, rng)
    _catch_all(cells, channel, rng)
    for field, shares in _ASKED.items():
        asked = np.array([shares[name] for name in CHANNELS])[channel]
        cells[field] = cells[field].copy()
        cells[field][rng.random(len(person)) >= asked] = None
    order = rng.permutation(len(person))
    ids = np.array([f"K{number:08d}" for number in range(len(order))], dtype=object)
    records = {"customer_id": ids, "channel": np.array(CHANNELS, dtype=object)[channel[order]]}
    records |= {field: cells[field][order] for field in _ASKED}
    return Crowd(
        records=pa.table({name: pa.array(values, pa.string()) for name, values in records.items()}),
        truth=pa.table({"customer_id": pa.array(ids, pa.string()), "person": pa.array(person[order])}),
    )


def _households(chinese: Bools, rng: np.random.Generator) -> Household:
    """Return who shares the phone of whom: pairs of one world, so that one in twenty is in one."""
    chosen = rng.permutation(len(chinese))[: round(len(chinese) * _SHARING_SHARE)]
    chosen = chosen[np.argsort(chinese[chosen], kind="stable")]
    member, head = chosen[: len(chosen) // 2 * 2].reshape(-1, 2).T
    same = chinese[member] == chinese[head]
    return Household(member=member[same], head=head[same])


def _accounts(people: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the person and the channel of every account; everybody has one at least."""
    met = rng.random((people, len(CHANNELS))) < _MET_SHARE
    met[np.arange(people), rng.integers(0, len(CHANNELS), people)] = True
    person, channel = np.nonzero(met)
    return person.astype(np.int64), channel.astype(np.int64)


def _one_account(person: Ints, share: float, rng: np.random.Generator) -> Bools:
    """Return one account, by chance, of each of a share of the people."""
    people = int(person.max()) + 1
    order = rng.permutation(len(person))
    _, first = np.unique(person[order], return_index=True)
    chosen = np.zeros(len(person), dtype=np.bool_)
    chosen[order[first]] = rng.random(people) < share
    return chosen


def _change(
    cells: dict[str, Texts], person: Ints, channel: Ints, other: dict[str, Texts], rng: np.random.Generator
) -> None:
    changed = _one_account(person, _CHANGED_SHARE, rng)
    which = rng.integers(0, len(_CHANGING), len(channel))
    for place, field in enumerate(_CHANGING):
        here = changed & (which == place)
        cells[field] = np.where(here, other[field][person], cells[field])


def _misspell(cells: dict[str, Texts], person: Ints, rng: np.random.Generator) -> None:
    wrong = _one_account(person, _MISSPELT_SHARE, rng)
    which = rng.integers(0, len(_MISSPELLING), len(person))
    for place, field in enumerate(_MISSPELLING):
        rows = np.flatnonzero(wrong & (which == place))
        cells[field] = cells[field].copy()
        cells[field][rows] = misspelt(cells[field][rows], rng)


def _catch_all(cells: dict[str, Texts], channel: Ints, rng: np.random.Generator) -> None:
    """Put the shop's own phone, an address of everybody's, and stars in a few cells."""
    at_counter = (channel == 1) & (rng.random(len(channel)) < _CATCH_ALL_SHARE)
    by_company = (channel == 0) & (rng.random(len(channel)) < _CATCH_ALL_SHARE)
    cells["phone"] = np.where(at_counter, "021-6555 0000", cells["phone"])
    cells["email"] = np.where(by_company, "info@example.com", cells["email"])
    masked = (channel == 2) & (rng.random(len(channel)) < _MASKED_SHARE)
    cells["phone"][masked] = [f"{phone[:3]}******{phone[-2:]}" for phone in cells["phone"][masked]]
