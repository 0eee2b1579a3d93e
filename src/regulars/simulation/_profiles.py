"""Who people are and what they allowed. All of it is fictitious: no address or number here reaches anyone.

E-mail domains are reserved for examples (RFC 2606); English phone numbers are the 555-0100 to 555-0199 of their
area code, which are reserved for fiction; Chinese ones begin with 154, which no operator was given.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulation._clock import Bools, Ints, Times
from regulars.simulation._columns import choice, days, money, numbered, where
from regulars.simulation._people import People
from regulars.simulation._plan import Language
from regulars.simulation._words import Words, picked, words
from regulars.simulation._world import World

_DOMAINS = pa.array(["@example.com", "@example.org", "@example.net"])
_ACQUISITION_CENTS = np.array([450, 300, 0, 150, 200])
_PROFILE_SHARE = 0.95
_PURPOSES = pa.array(["profiling", "marketing_email", "marketing_message", "marketing_phone", "sharing"])
_FICTION_NUMBERS = 60_000
"""Area codes 200 to 799 have a hundred fictitious numbers each; customers beyond them have no phone on file."""


def profiles_table(world: World, people: People, rng: np.random.Generator) -> pa.Table:
    """Return the address book of a block: nearly everyone, with gaps."""
    who = np.flatnonzero(rng.random(len(people)) < _PROFILE_SHARE)
    number, count = people.number[who], len(who)
    told = words(world.plan.language)
    given, family = choice(rng, count, len(told.given)), choice(rng, count, len(told.family))
    has_phone = (rng.random(count) < 0.6) & (number < _phones(world.plan.language))
    is_told = rng.random((3, count)) < np.array([[0.8], [0.9], [0.45]])
    cents = _ACQUISITION_CENTS[people.acquisition_channel[who]] * rng.uniform(0.7, 1.3, count) * world.plan.price_level
    region = rng.choice(6, size=count, p=(0.45, 0.2, 0.15, 0.1, 0.06, 0.04))
    birth_year = world.plan.last_day.year - 18 - np.rint(55 * rng.beta(2, 3, count)).astype(np.int64)
    return pa.table(
        {
            "customer_id": numbered("C", number),
            "name": _names(told, given, family),
            "email": where(is_told[0], _emails(told, given, number)),
            "phone": where(has_phone, _phone_numbers(world.plan.language, number)),
            "acquired_at": days(world.clock.dates(people.came[who])),
            "acquisition_channel": picked(told.acquisition_channels, people.acquisition_channel[who]),
            "acquisition_cost": money(np.rint(cents).astype(np.int64)),
            "region": where(is_told[1], picked(told.regions, region)),
            "birth_year": where(is_told[2], pa.array(birth_year)),
        }
    )


def consents_table(world: World, people: People, rng: np.random.Generator) -> pa.Table:
    """Return what people allowed, a row a purpose on the day they came, and what some took back later."""
    count = len(people)
    asked = np.flatnonzero(people.is_asked)
    marketing = people.grants_marketing[:, None] & (rng.random((count, 3)) < np.array([1.0, 0.85, 0.55]))
    shares = rng.random((count, 1)) < 0.3
    grants = np.hstack([people.grants_profiling[:, None], marketing, shares])[asked]
    came = world.clock.dates(people.came)
    gone = np.flatnonzero(people.withdraws_profiling)
    withdrawn = _some_later_day(world, people, rng)[gone]
    rows = len(asked) * len(_PURPOSES)
    table = pa.table(
        {
            "customer_id": numbered("C", people.number[np.concatenate([np.repeat(asked, len(_PURPOSES)), gone])]),
            "purpose": picked(
                _PURPOSES, np.concatenate([np.tile(np.arange(len(_PURPOSES)), len(asked)), np.zeros(len(gone), int)])
            ),
            "granted": pa.array(np.concatenate([grants.ravel(), np.zeros(len(gone), bool)])),
            "recorded_at": days(np.concatenate([np.repeat(came[asked], len(_PURPOSES)), withdrawn])),
            "source": picked(
                words(world.plan.language).consent_sources, (np.arange(rows + len(gone)) >= rows).astype(np.int64)
            ),
        }
    )
    return table.take(pc.sort_indices(table, [("recorded_at", "ascending"), ("customer_id", "ascending")]))


def may_profile(people: People) -> Bools:
    """Return whose newest word on profiling is not a no."""
    return people.grants_profiling & ~people.withdraws_profiling


def _names(told: Words, given: Ints, family: Ints) -> pa.Array:
    parts = [picked(told.given, given), picked(told.family, family)]
    if told.given_first:
        return pc.binary_join_element_wise(*parts, " ")
    return pc.binary_join_element_wise(*reversed(parts), "")


def _emails(told: Words, given: Ints, number: Ints) -> pa.Array:
    """Return one address a person: the number keeps namesakes apart."""
    digits = pa.array(number).cast(pa.string())
    return pc.binary_join_element_wise(picked(told.given_latin, given), digits, picked(_DOMAINS, number % 3), "")


def _phones(language: Language) -> int:
    return 100_000_000 if language == "zh" else _FICTION_NUMBERS


def _phone_numbers(language: Language, number: Ints) -> pa.Array:
    if language == "zh":
        # Spread over the range by a multiplier without a factor in common with it, so that none repeats.
        last = pa.array(number * 7_919_777 % 100_000_000).cast(pa.string())
        return pc.binary_join_element_wise("154", pc.utf8_lpad(last, 8, "0"), "")
    area = pa.array(200 + number // 100 % 600).cast(pa.string())
    last = pc.utf8_lpad(pa.array(number % 100).cast(pa.string()), 2, "0")
    return pc.binary_join_element_wise("+1-", area, pc.binary_join_element_wise("-555-01", last, ""), "")


def _some_later_day(world: World, people: People, rng: np.random.Generator) -> Times:
    """Return a day after the one each customer came, the last day at the latest."""
    came = world.clock.dates(people.came)
    latest = np.datetime64(world.plan.last_day, "D")
    later = came + 1 + np.floor(rng.random(len(people)) * (latest - came).astype(np.int64)).astype(np.int64)
    return np.minimum(later, latest)
