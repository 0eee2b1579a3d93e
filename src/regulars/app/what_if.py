"""What other weights would do to the scores, before anybody saves them: worked out from the published parts of each.

The parts stand in customers.parquet, brought to one scale; only how they are weighed changes. So this is what the next
analysis of the same records will say, not an estimate of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from regulars import scoring
from regulars.app.publication.current import Published
from regulars.app.segments import asking
from regulars.app.segments.columns import held
from regulars.core import Settings
from regulars.engines import quoted

PARTS: Mapping[str, tuple[str, ...]] = {
    "value_score": ("purchase", "referral", "feedback"),
    "satisfaction_score": ("rating", "service"),
    "loyalty_score": ("purchase", "usage", "feedback"),
}
GRADES = ("low", "medium", "high")
_TOP = 10
_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A customer's score before and after, and the place that it gives; who has the same score shares the place."""

    customer_id: str
    before: float | None
    after: float | None
    place_before: int | None
    place_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What becomes of a score: those at the top before and after, how many are in each grade, the weights used."""

    top_before: tuple[Ranked, ...]
    top_after: tuple[Ranked, ...]
    grades_before: Mapping[str, int]
    grades_after: Mapping[str, int]
    weights: Mapping[str, Mapping[str, float]]


def effect(published: Published, settings: Settings, *, figure: str) -> Effect:
    """Return what scoring with these settings would do to the ranking by a score."""
    weights = {name: _weights(published, settings, name) for name in PARTS}
    after, params = scored(figure, weights[figure])
    loyalty, others = scored("loyalty_score", weights["loyalty_score"])
    before = quoted(figure)
    table = f"(SELECT customer_id, {before} AS before, {after} AS after FROM customers)"
    top = _tops(published, table, params)
    return Effect(
        top_before=top["before"],
        top_after=top["after"],
        grades_before=_grades_now(published.folder),
        grades_after=_counted(
            published,
            f"SELECT CASE WHEN round(score, 9) < $medium THEN 'low' WHEN round(score, 9) < $high THEN 'medium'"
            f" WHEN score IS NOT NULL THEN 'high' END AS grade FROM (SELECT {loyalty} AS score FROM customers) AS s",
            {**others, "medium": settings.scoring.grade_medium, "high": settings.scoring.grade_high},
        ),
        weights=weights,
    )


def scored(figure: str, weights: Mapping[str, float]) -> tuple[str, dict[str, object]]:
    """Return a score in SQL, over the parts of the published result, and what is bound in it."""
    params: dict[str, object] = {f"{figure}_{part}": weight for part, weight in weights.items()}
    if not weights:
        return "CAST(NULL AS DOUBLE)", {}
    known = " + ".join(f"CASE WHEN {part}_behaviour IS NULL THEN 0 ELSE ${figure}_{part} END" for part in weights)
    total = " + ".join(f"coalesce({part}_behaviour, 0) * ${figure}_{part}" for part in weights)
    score = f"CASE WHEN may_profile AND round({known}, 12) > 0 THEN least(({total}) / nullif({known}, 0), 100) END"
    return score, params


def _weights(published: Published, settings: Settings, figure: str) -> dict[str, float]:
    """Return the weights of a score as the next analysis would use them."""
    recorded = [part for part in PARTS[figure] if part in _recorded(published.folder)]
    if settings.scoring.weighting == "entropy":
        given = _told_apart(published, recorded)
    elif settings.scoring.weighting == "equal":
        given = [1.0] * len(recorded)
    else:
        by_hand: Mapping[Any, float] = getattr(settings.scoring, figure.replace("_score", "_weights"))
        given = [by_hand.get(part, 0.0) for part in recorded]
    total = sum(given)
    return {part: weight / total for part, weight in zip(recorded, given, strict=True)} if total else {}


def _told_apart(published: Published, parts: Sequence[str]) -> list[float]:
    if not parts:
        return []
    table = asking.fetch(published, "SELECT " + ", ".join(f"{part}_behaviour" for part in parts) + " FROM customers")
    matrix = np.column_stack([table.column(place).to_numpy() for place in range(len(parts))])
    weights: list[float] = scoring.entropy_weights(matrix.astype(np.float64)).tolist()
    return weights


def _tops(published: Published, table: str, params: Mapping[str, object]) -> dict[str, tuple[Ranked, ...]]:
    """Return those at the top before and after, each with the places of both."""
    tops = {side: asking.best(published, table, side, _TOP, params=params) for side in _SIDES}
    rows = [row for side in _SIDES for row in tops[side]]
    scores = sorted({(side, row[side]) for row in rows for side in _SIDES if row[side] is not None})
    counts = [
        f"count(*) FILTER (WHERE {side} > CAST($score{number} AS DOUBLE)) AS n{number}"
        for number, (side, _) in enumerate(scores)
    ]
    places: dict[tuple[str, float | None], int] = {}
    if scores:
        bound = {f"score{number}": score for number, (_, score) in enumerate(scores)}
        query = f"SELECT {', '.join(counts)} FROM {table} AS t"
        found = asking.fetch(published, query, **params, **bound).to_pylist()[0]
        places = {key: found[f"n{number}"] + 1 for number, key in enumerate(scores)}
    return {
        side: tuple(
            Ranked(
                customer_id=row["customer_id"],
                before=row["before"],
                after=row["after"],
                place_before=places.get(("before", row["before"])),
                place_after=places.get(("after", row["after"])),
            )
            for row in tops[side]
        )
        for side in _SIDES
    }


@lru_cache(maxsize=4)
def _recorded(folder: Path) -> frozenset[str]:
    """Return the parts that the business has records of."""
    published = Published(folder)
    parts = {part for made_of in PARTS.values() for part in made_of if f"{part}_behaviour" in held(published)}
    counts = ", ".join(f"count({part}_behaviour) AS {part}" for part in sorted(parts))
    found = asking.fetch(published, f"SELECT {counts} FROM customers").to_pylist()[0] if parts else {}
    return frozenset(part for part, n in found.items() if n)


@lru_cache(maxsize=4)
def _grades_now(folder: Path) -> Mapping[str, int]:
    return _counted(Published(folder), "SELECT loyalty_grade AS grade FROM customers", {})


def _counted(published: Published, grades: str, params: Mapping[str, object]) -> dict[str, int]:
    query = f"SELECT grade, count(*) AS n FROM ({grades}) AS g WHERE grade IS NOT NULL GROUP BY grade"
    found = {row["grade"]: row["n"] for row in asking.fetch(published, query, **params).to_pylist()}
    return {grade: found.get(grade, 0) for grade in GRADES}
