"""Whose records are one person's? Keys, then likeness, then what a person decided, which is stronger than both."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import Settings
from regulars.customers._components import write_components
from regulars.customers._exact import Crowded, find_shared, join_and_hold, pairs_to_judge
from regulars.customers._keys import KEYS, home_region, keys_of
from regulars.customers._learning import Model
from regulars.customers._likeness import JUDGED, People, unused, why_not
from regulars.customers._settling import DECIDED, Link, Pair, settle
from regulars.customers._traits import traits_of
from regulars.engines import Engine, splink_api
from regulars.records import masked

PERSONS = pa.schema(
    [("customer_id", pa.string()), ("person_id", pa.string()), ("how", pa.string()), ("weight", pa.float64())]
)
"""One row an id that is not alone. `how` is the strongest link it has; `weight` that of likeness, in bits."""

REVIEW = pa.schema(
    [("left_id", pa.string()), ("right_id", pa.string()), ("reason", pa.string()), ("weight", pa.float64())]
)
DECISIONS = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("what", pa.string())])
"""What people decided: the newest word on each pair, `merge` or `unmerge`."""

HOW = ("decision", "open_id", "email", "phone", "likeness")
"""What joins two ids, the strongest first; a link's strength is its place."""

_LINKS = """
SELECT left_id, right_id, 0 AS strength, CAST(NULL AS DOUBLE) AS weight FROM match_decided WHERE what = 'merge'
UNION ALL
SELECT left_id, right_id, CAST(strength AS INTEGER) AS strength, CAST(NULL AS DOUBLE) AS weight FROM match_joined
UNION ALL
SELECT left_id, right_id, 4 AS strength, weight FROM match_probable WHERE probability >= $merge
"""

_KEPT_APART = """
SELECT left_id, right_id, 0 AS by_person FROM match_held WHERE names = 'apart'
UNION ALL
SELECT left_id, right_id, 1 AS by_person FROM match_decided WHERE what = 'unmerge'
UNION ALL
SELECT left_id, right_id, 0 AS by_person FROM match_born_apart
"""

_BROKEN = """
SELECT DISTINCT a.person_id
FROM match_apart AS p
JOIN match_components AS a ON a.customer_id = p.left_id
JOIN match_components AS b ON b.customer_id = p.right_id AND b.person_id = a.person_id
"""

_LINKS_TO_SETTLE = """
SELECT l.left_id, l.right_id, l.strength, l.weight
FROM match_links AS l
JOIN match_components AS c ON c.customer_id = l.left_id
JOIN match_broken AS b ON b.person_id = c.person_id
"""

_PERSONS = """
WITH settled AS (
    SELECT customer_id, person_id FROM match_settled
    UNION ALL
    SELECT c.customer_id, c.person_id FROM match_components AS c
    ANTI JOIN match_broken AS b ON b.person_id = c.person_id
), sized AS (
    SELECT person_id FROM settled GROUP BY person_id HAVING count(*) > 1
), ends AS (
    SELECT left_id AS customer_id, right_id AS other_id, strength, weight FROM match_links
    UNION ALL SELECT right_id, left_id, strength, weight FROM match_links
), strongest AS (
    SELECT e.customer_id, min(e.strength) AS strength, max(e.weight) AS weight
    FROM ends AS e
    JOIN settled AS a ON a.customer_id = e.customer_id
    JOIN settled AS b ON b.customer_id = e.other_id AND b.person_id = a.person_id
    GROUP BY e.customer_id
)
SELECT s.customer_id, s.person_id,
    CASE t.strength WHEN 0 THEN 'decision' WHEN 1 THEN 'open_id' WHEN 2 THEN 'email' WHEN 3 THEN 'phone'
        ELSE 'likeness' END AS how,
    CASE WHEN t.strength = 4 THEN t.weight END AS weight
FROM settled AS s
JOIN sized AS z ON z.person_id = s.person_id
JOIN strongest AS t ON t.customer_id = s.customer_id
"""

# What was decided needs no review, and neither does a pair that other links have made one person.
_REVIEW = """
WITH unsure AS (
    SELECT left_id, right_id, 'phone_shared' AS reason, CAST(NULL AS DOUBLE) AS weight FROM match_held
    UNION ALL
    SELECT left_id, right_id, 'likeness' AS reason, weight FROM match_probable WHERE probability < $merge
    UNION ALL
    SELECT left_id, right_id, 'contradiction' AS reason, weight FROM match_refused
)
SELECT u.left_id, u.right_id, min(u.reason) AS reason, max(u.weight) AS weight
FROM unsure AS u
LEFT JOIN persons AS a ON a.customer_id = u.left_id
LEFT JOIN persons AS b ON b.customer_id = u.right_id
ANTI JOIN match_decided AS d ON d.left_id = u.left_id AND d.right_id = u.right_id
WHERE a.person_id IS NULL OR b.person_id IS NULL OR a.person_id <> b.person_id
GROUP BY u.left_id, u.right_id
ORDER BY u.left_id, u.right_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """A key that joins nobody, for too many ids share it or names tell them apart; `example` is its shape."""

    field: str
    ids: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Whose records were found to be one person's.

    `persons` (PERSONS) has every id that is not alone, `review` (REVIEW) the pairs that a person should look at;
    `accounts` is how many ids anything is known of, `merged` how many of them are now another's, by what joined them.
    `likeness` says why likeness was not used, or is empty; `model` is what was learned, for the workspace.
    """

    accounts: int
    merged: Mapping[str, int]
    shared_keys: tuple[SharedKey, ...]
    likeness: str | None
    persons: pa.Table
    review: pa.Table
    model: Model | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What matching goes by: `facts` and hashed keys, what people decided (DECISIONS), a model learned before.

    `withheld` (field, value) are the hashed keys that join nobody.
    """

    facts: pa.Table
    keys: pa.Table
    withheld: pa.Table
    plain_keys: pa.Table
    decisions: pa.Table
    model: Model | None


def match(engine: Engine, known: Known, *, settings: Settings, seed: int) -> Matching:
    """Write `persons` (see PERSONS) and return what was found.

    Args:
        engine: takes the table; names and addresses stay out of it.
        known: everything that is known of everybody.
        settings: `customers.match_…`, and the country whose phones have no prefix.
        seed: of the pairs drawn at random to learn from.
    """
    chosen = settings.customers
    traits = traits_of(known.facts, region=home_region(settings))
    crowded = find_shared(engine, known.keys, withheld=known.withheld, most=chosen.key_shared_by_more_than)
    engine.load("match_decided", known.decisions)
    to_judge = pairs_to_judge(engine)
    why_unused = why_not(traits, known.model) if chosen.match_likeness else "switched_off"
    with ExitStack() as stack:
        people = None
        # Half a second that most shops need not wait: only if there are names to judge or births to compare.
        if why_unused is None or to_judge.num_rows or traits.column("birth_date").null_count < traits.num_rows:
            people = People(stack.enter_context(splink_api(engine.bounds)), traits)
        join_and_hold(engine, _judged(people, to_judge))
        if people is None or why_unused is not None:
            likeness = unused(why_unused or "no_names")
        else:
            likeness = people.alike(above=chosen.match_review_probability, model=known.model, seed=seed)
        engine.load("match_probable", likeness.pairs)
        engine.run(_LINKS, into="match_links", merge=chosen.match_merge_probability)
        write_components(engine, "match_links", into="match_components")
        components = engine.fetch("SELECT customer_id, person_id FROM match_components")
        engine.load("match_born_apart", _born_apart(people, components))
    _settle(engine)
    engine.run(_PERSONS, into="persons")
    review = engine.fetch(_REVIEW, merge=chosen.match_merge_probability).cast(REVIEW)
    persons = engine.fetch("SELECT customer_id, person_id, how, weight FROM persons ORDER BY customer_id").cast(PERSONS)
    engine.drop(*(f"match_{name}" for name in _OWN))
    return Matching(
        accounts=pc.count_distinct(known.facts.column("customer_id")).as_py(),
        merged=_merged(persons),
        shared_keys=_shared_keys(crowded, known),
        likeness=likeness.reason,
        persons=persons,
        review=review,
        model=likeness.model,
    )


_OWN = ("decided", "joined", "held", "probable", "links", "components", "born_apart", "apart", "broken", "settled",
        "refused")  # fmt: skip


def _judged(people: People | None, pairs: pa.Table) -> pa.Table:
    if people is None or not pairs.num_rows:
        unknown = pa.array(["unknown"] * pairs.num_rows, pa.string())
        return pa.table([pairs.column("left_id"), pairs.column("right_id"), unknown], schema=JUDGED)
    return people.judge_names(pairs)


def _born_apart(people: People | None, components: pa.Table) -> pa.Table:
    if people is None or not components.num_rows:
        return REVIEW.empty_table().select(["left_id", "right_id"])
    return people.born_apart(components)


def _settle(engine: Engine) -> None:
    """Write `match_settled`, the persons of the groups that hold a pair kept apart, and `match_refused`."""
    engine.run(_KEPT_APART, into="match_apart")
    engine.run(_BROKEN, into="match_broken")
    rows = engine.fetch(_LINKS_TO_SETTLE).to_pylist()
    apart: dict[int, set[Pair]] = {0: set(), 1: set()}
    if rows:
        for row in engine.fetch("SELECT left_id, right_id, by_person FROM match_apart").to_pylist():
            apart[row["by_person"]].add((row["left_id"], row["right_id"]))
    links = [Link(row["strength"], -(row["weight"] or 0.0), row["left_id"], row["right_id"]) for row in rows]
    merged = {(link.left_id, link.right_id) for link in links if link.strength == DECIDED}
    person, refused = settle(links, apart=apart[0] - merged, parted=apart[1])
    settled = [{"customer_id": each, "person_id": label} for each, label in sorted(person.items())]
    engine.load("match_settled", pa.Table.from_pylist(settled, schema=PERSONS.remove(3).remove(2)))
    held = [{"left_id": link.left_id, "right_id": link.right_id, "weight": -link.minus_weight or None}
            for link in refused]  # fmt: skip
    engine.load("match_refused", pa.Table.from_pylist(held, schema=REVIEW.remove(2)))


def _merged(persons: pa.Table) -> dict[str, int]:
    others = persons.filter(pc.not_equal(persons.column("customer_id"), persons.column("person_id")))
    counts = pc.value_counts(others.column("how")).to_pylist()
    return {how: sum(row["counts"] for row in counts if row["values"] == how) for how in HOW}


def _shared_keys(crowded: tuple[Crowded, ...], known: Known) -> tuple[SharedKey, ...]:
    """Return the keys that join nobody, their values masked."""
    if not crowded:
        return ()
    hashes = known.keys.column("value").combine_chunks()
    places = pc.index_in(pa.array([key.value for key in crowded]), value_set=hashes)
    values = known.plain_keys.column("value").take(places).to_pylist()
    return tuple(
        SharedKey(field=key.field, ids=key.ids, example=masked(value))
        for key, value in zip(crowded, values, strict=True)
    )


def known_of(
    facts: pa.Table,
    *,
    hashed: Callable[[pa.Array], pa.Array],
    decisions: pa.Table,
    model: Model | None,
    settings: Settings,
    of_several: pa.Table | None = None,
) -> Known:
    """Return what matching goes by.

    Args:
        facts: customer_id, field, value.
        hashed: turns texts into keyed hashes, in order.
        decisions: what people decided (DECISIONS).
        model: one learned before.
        settings: whether keys are matched, and the country whose phones have no prefix.
        of_several: facts that are several people's, whom names tell apart: their keys join nobody.
    """
    plain, apart = KEYS.empty_table(), KEYS.empty_table()
    if settings.customers.match_keys:
        region = home_region(settings)
        plain = keys_of(facts, region=region).sort_by([(name, "ascending") for name in KEYS.names])
        apart = apart if of_several is None else keys_of(of_several, region=region)
    withheld = _hidden(apart, hashed).select(["field", "value"]).group_by(["field", "value"]).aggregate([])
    return Known(
        facts=facts,
        keys=_hidden(plain, hashed),
        withheld=withheld,
        plain_keys=plain,
        decisions=decisions,
        model=model,
    )


def _hidden(keys: pa.Table, hashed: Callable[[pa.Array], pa.Array]) -> pa.Table:
    led = pc.binary_join_element_wise(keys.column("field"), keys.column("value"), ":")
    return keys.set_column(2, "value", hashed(led.combine_chunks() if led.num_chunks else pa.array([], pa.string())))
