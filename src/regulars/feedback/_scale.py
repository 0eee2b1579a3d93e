"""Ratings of every scale on one: where a score stands between the ends of its own, from 0 to 100."""

from collections.abc import Mapping

USUAL_SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "review": (1, 5)}
"""The ends of the scale that a kind of answer usually has. Each end is used where a row does not give its own."""


def _ends(place: int) -> str:
    whens = " ".join(f"WHEN '{kind}' THEN {ends[place]}" for kind, ends in USUAL_SCALES.items())
    return f"CASE kind_word {whens} END"


# rating = 100 (score - low) / (high - low). A score without a scale, or off it, has none.
SCALED = f"""
WITH worded AS (
    SELECT file_id, line, coalesce(kind, 'comment') AS kind_word, score, scale_min, scale_max, text FROM raw_feedback
), scaled AS (
    SELECT
        *,
        CAST(coalesce(scale_min, {_ends(0)}) AS DOUBLE) AS low,
        CAST(coalesce(scale_max, {_ends(1)}) AS DOUBLE) AS high
    FROM worded
)
SELECT
    file_id, line, kind_word AS kind, low AS scale_min, high AS scale_max,
    CASE WHEN score BETWEEN low AND high THEN 100.0 * (score - low) / nullif(high - low, 0) END AS rating,
    text
FROM scaled
"""
