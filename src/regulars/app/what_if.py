"""What other weights would do to the scores, before anybody saves them: worked out from the published parts of each.

The parts stand in customers.parquet, brought to one scale; only how they are weighed changes. So this is what the next
analysis of the same records will say, not an estimate of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A customer's place and score before and after."""

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
    return Effect(
        top_before=_top(published, table, "before", params),
        top_after=_top(published, table, "after", params),
        grades_before=_counted(published, "SELECT loyalty_grade AS grade FROM customers", {}),
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
    there = held(published)
    parts = [part for part in PARTS[figure] if f"{part}_behaviour" in there]
    counts = asking.fetch(
        published, "SELECT " + ", ".join(f"count({part}_behaviour) AS {part}" for part in parts) + " FROM customers"
    ).to_pylist()[0]  # fmt: skip
    recorded = [part for part in parts if counts[part]]
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


def _top(published: Published, table: str, by: str, params: dict[str, object]) -> tuple[Ranked, ...]:
    query = f"SELECT * FROM {table} AS t WHERE {by} IS NOT NULL ORDER BY {by} DESC, customer_id LIMIT {_TOP}"
    rows = asking.fetch(published, query, **params).to_pylist()
    places = {side: _places(published, table, side, rows, params) for side in ("before", "after")}
    return tuple(
        Ranked(**row, place_before=places["before"][number], place_after=places["after"][number])
        for number, row in enumerate(rows)
    )


def _places(
    published: Published, table: str, side: str, rows: Sequence[Mapping[str, Any]], params: Mapping[str, object]
) -> list[int | None]:
    """Return the place of each row among everybody: one more than those with a better score; ties go by id."""
    if not rows:
        return []
    bound = dict(params)
    counts = []
    for number, row in enumerate(rows):
        bound |= {f"score{number}": row[side], f"who{number}": row["customer_id"]}
        counts.append(
            f"count(*) FILTER (WHERE {side} > $score{number} OR ({side} = $score{number} AND"
            f" customer_id < $who{number})) AS n{number}"
        )
    found = asking.fetch(published, f"SELECT {', '.join(counts)} FROM {table} AS t", **bound).to_pylist()[0]
    return [None if row[side] is None else found[f"n{number}"] + 1 for number, row in enumerate(rows)]


def _counted(published: Published, grades: str, params: Mapping[str, object]) -> dict[str, int]:
    query = f"SELECT grade, count(*) AS n FROM ({grades}) AS g WHERE grade IS NOT NULL GROUP BY grade"
    found = {row["grade"]: row["n"] for row in asking.fetch(published, query, **params).to_pylist()}
    return {grade: found.get(grade, 0) for grade in GRADES}
