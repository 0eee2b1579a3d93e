"""Who is probably one person? By names, addresses and birth dates that are alike, weighed as the records teach.

The model is that of I. P. Fellegi, A. B. Sunter (1969), JASA 64(328), fitted and applied by splink: how often a level
of likeness is met among pairs drawn at random (u), and among pairs of one person (m, by expectation maximisation).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._comparisons import (
    BIRTHS_APART,
    BLOCK_LIMIT,
    BLOCKS,
    COMPARISONS,
    NAMES_ALIKE,
    NAMES_UNKNOWN,
)
from regulars.customers._learning import Model, learn

if TYPE_CHECKING:
    from splink import DuckDBAPI
    from splink.internals.splink_dataframe import SplinkDataFrame

FEWEST_TO_LEARN = 500
"""Accounts with a name, address or birth date; from fewer nothing is learned, and only keys are matched."""

PROBABLE = pa.schema(
    [("left_id", pa.string()), ("right_id", pa.string()), ("weight", pa.float64()), ("probability", pa.float64())]
)
JUDGED = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("names", pa.string())])

_JUDGED = f"""
WITH paired AS (
    SELECT
        p.left_id, p.right_id,
        a.full_name AS full_name_l, a.given AS given_l, a.family AS family_l, a.is_han AS is_han_l,
        b.full_name AS full_name_r, b.given AS given_r, b.family AS family_r, b.is_han AS is_han_r
    FROM {{pairs}} AS p
    LEFT JOIN {{people}} AS a ON a.customer_id = p.left_id
    LEFT JOIN {{people}} AS b ON b.customer_id = p.right_id
)
SELECT left_id, right_id,
    CASE WHEN {NAMES_UNKNOWN} THEN 'unknown' WHEN {NAMES_ALIKE} THEN 'alike' ELSE 'apart' END AS names
FROM paired
"""

_BORN_APART = f"""
WITH born AS (
    SELECT c.person_id, c.customer_id, p.birth_date
    FROM {{components}} AS c JOIN {{people}} AS p ON p.customer_id = c.customer_id
    WHERE p.birth_date IS NOT NULL
), paired AS (
    SELECT a.customer_id AS left_id, b.customer_id AS right_id,
        a.birth_date AS birth_date_l, b.birth_date AS birth_date_r
    FROM born AS a JOIN born AS b ON b.person_id = a.person_id
    WHERE a.customer_id < b.customer_id
)
SELECT left_id, right_id FROM paired WHERE {BIRTHS_APART}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Pairs that are probably one person, and the model that says so; or `reason`, why there is none."""

    pairs: pa.Table
    model: Model | None
    reason: str | None


class People:
    """The traits of everybody, laid out in splink's own database for as long as it is open."""

    def __init__(self, api: "DuckDBAPI", traits: pa.Table) -> None:
        self._api = api
        self._traits = traits
        self._name = api.register(traits, table_name="people").physical_name

    def judge_names(self, pairs: pa.Table) -> pa.Table:
        """Return for each pair (left_id, right_id) whether the `names` are alike, apart or unknown."""
        return self._asked(_JUDGED, pairs=pairs).cast(JUDGED)

    def born_apart(self, components: pa.Table) -> pa.Table:
        """Return the pairs inside a component (customer_id, person_id) whose birth dates cannot be one person's."""
        return self._asked(_BORN_APART, components=components)

    def alike(self, *, above: float, model: Model | None, seed: int) -> Likeness:
        """Return the pairs that are one person with a probability of at least `above`; ask `why_not` first.

        Args:
            above: 0 to 1.
            model: one that was learned before; used if it knows the traits that there are.
            seed: of the pairs drawn at random to learn from.
        """
        traits = known_traits(self._traits)
        people = self._in_blocks()
        used = model if knows(model, traits) else learn(people, traits, seed=seed)
        if used is None:
            return unused("nothing_to_learn_from")
        return Likeness(pairs=self._predicted(people, used, above), model=used, reason=None)

    def _in_blocks(self) -> "SplinkDataFrame":
        """Return the traits with what BLOCKS says of each, as splink takes them."""
        blocks = ", ".join(
            f"CASE WHEN count(*) OVER (PARTITION BY {rule}) <= {BLOCK_LIMIT} THEN {rule} END AS {name}"
            for name, rule in BLOCKS.items()
        )
        made = self._made(f"SELECT *, {blocks} FROM {self._name} ORDER BY customer_id")
        return self._api.register(made.physical_name)

    def _predicted(self, people: "SplinkDataFrame", model: Model, above: float) -> pa.Table:
        from splink import Linker  # noqa: PLC0415

        linker = Linker(people, dict(model["settings"]), log_level=None)
        found = linker.inference.predict(threshold_match_probability=above, warning_mode="never")
        query = (
            "SELECT least(customer_id_l, customer_id_r) AS left_id, greatest(customer_id_l, customer_id_r) AS right_id,"
            " round(match_weight, 6) AS weight, round(match_probability, 9) AS probability"
            f" FROM {found.physical_name} ORDER BY left_id, right_id"
        )
        return self._fetched(query).cast(PROBABLE)

    def _made(self, query: str) -> "SplinkDataFrame":
        return cast("SplinkDataFrame", self._api.query_sql(query))

    def _fetched(self, query: str) -> pa.Table:
        return self._made(query).as_pyarrow_table()  # type: ignore[no-untyped-call]

    def _asked(self, query: str, **tables: pa.Table) -> pa.Table:
        """Return the rows of a SELECT over {people} and the given tables, each at the place of its name."""
        names = {name: self._api.register(table).physical_name for name, table in tables.items()}
        return self._fetched(query.format(people=self._name, **names))


def why_not(traits: pa.Table, model: Model | None) -> str | None:
    """Return why likeness cannot be asked for, or None if it can; asked before splink's database is opened."""
    known = known_traits(traits)
    if "full_name" not in known:
        return "no_names"
    if len(known) < 2:
        return "names_only"
    return None if knows(model, known) or traits.num_rows >= FEWEST_TO_LEARN else "too_few_to_learn"


def known_traits(traits: pa.Table) -> list[str]:
    """Return the traits of which there are two kinds at least: what is the same in all tells nobody apart."""
    return [name for name in COMPARISONS if pc.count_distinct(traits.column(name)).as_py() > 1]


def knows(model: Model | None, traits: list[str]) -> bool:
    """Whether a model was learned on these traits."""
    return model is not None and set(model["traits"]) == set(traits)


def unused(reason: str) -> Likeness:
    """Return that nobody was found alike, and why."""
    return Likeness(pairs=PROBABLE.empty_table(), model=None, reason=reason)
