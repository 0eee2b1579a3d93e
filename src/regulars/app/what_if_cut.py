"""What other cut points would do to the points and groups, before anybody saves them.

Everybody is grouped anew from the published customers, by the very rules with which analyses group. So this is what the
next analysis of the same records will say, as long as the period stays the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from regulars import segments
from regulars.app.publication.current import Published
from regulars.app.segments import asking
from regulars.core import Settings
from regulars.engines import Engine, quoted

POINTS = ("5", "4", "3", "2", "1")
PLACES: Mapping[str, tuple[str, ...]] = {
    "recency_score": POINTS,
    "frequency_score": POINTS,
    "monetary_score": POINTS,
    "rfm_group": segments.GROUPS,
    "lifecycle_stage": segments.STAGES,
}
"""The columns by which customers are grouped, and the places of each, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many customers a place of a column holds as it is, and how many it would."""

    place: str
    before: int
    after: int


def effect(published: Published, settings: Settings) -> dict[str, tuple[Moved, ...]]:
    """Return, by column, how many customers each of its places would hold with these settings.

    The engine counts in a table of its own beside the published customers.
    """
    period_days = int(published.manifest["settings"]["windows"]["period_days"])

    def group(engine: Engine, table: str, into: str) -> None:
        segments.add(engine, settings=settings, period_days=period_days, features=table, into=into)

    before = _now(published.folder)
    after = {
        (row["measure"], row["place"]): row["n"] for row in asking.worked_out(published, group, _counts).to_pylist()
    }
    return {
        column: tuple(
            Moved(place=place, before=before.get((column, place), 0), after=after.get((column, place), 0))
            for place in places
        )
        for column, places in PLACES.items()
    }


@lru_cache(maxsize=4)
def _now(folder: Path) -> Mapping[tuple[str, str], int]:
    rows = asking.fetch(Published(folder), _counts("customers")).to_pylist()
    return {(row["measure"], row["place"]): row["n"] for row in rows}


def _counts(table: str) -> str:
    return " UNION ALL ".join(
        f"SELECT '{column}' AS measure, CAST({quoted(column)} AS VARCHAR) AS place, count(*) AS n FROM {quoted(table)}"
        f" WHERE {quoted(column)} IS NOT NULL GROUP BY {quoted(column)}"
        for column in PLACES
    )
