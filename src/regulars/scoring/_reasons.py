"""The parts of every score, one row a known behaviour, which add up to it; or why there is no score."""

from collections.abc import Sequence

import pyarrow as pa

from regulars.engines import Engine, quoted
from regulars.scoring._figures import FIGURES, Weights, coverage_of
from regulars.scoring._indicators import BEHAVIOURS, INDICATORS

_STATEMENT = """
WITH people AS (
    SELECT scores.*, {leads}, told.may_profile, told.tenure_days
    FROM {scores} AS scores
    JOIN {features} AS told ON told.customer_id = scores.customer_id
), parts AS (
    SELECT
        people.customer_id,
        weights.figure,
        weights.behaviour,
        weights.is_flat,
        CASE weights.behaviour {values} END AS value,
        CASE weights.behaviour {behaviours} END * weights.weight
            / nullif(CASE weights.figure {coverages} END, 0) AS contribution
    FROM people
    CROSS JOIN {weights} AS weights
    WHERE weights.weight > 0
), figures AS (
    SELECT
        people.customer_id,
        people.may_profile,
        people.tenure_days,
        names.figure,
        CASE names.figure {figures} WHEN 'value_rate' THEN people.value_rate END AS score
    FROM people
    CROSS JOIN (SELECT DISTINCT figure FROM {weights} UNION ALL SELECT 'value_rate') AS names
)
-- A part of no points has no row: most people have referred nobody, and a million rows would say so.
SELECT customer_id, figure, behaviour AS code, value, contribution FROM parts WHERE contribution > 0
UNION ALL
SELECT DISTINCT customer_id, figure, 'no_spread', CAST(NULL AS DOUBLE), CAST(0 AS DOUBLE)
FROM parts
WHERE is_flat AND contribution IS NOT NULL
UNION ALL
SELECT
    customer_id,
    figure,
    CASE
        WHEN NOT coalesce(may_profile, FALSE) THEN 'no_consent'
        WHEN figure = 'value_rate' THEN 'short_history'
        ELSE 'no_records'
    END,
    CASE WHEN may_profile AND figure = 'value_rate' THEN CAST(tenure_days AS DOUBLE) END,
    NULL
FROM figures
WHERE score IS NULL
"""


def write_reasons(
    engine: Engine, *, scores: str, features: str, weights: Weights, flat: Sequence[str], into: str
) -> None:
    """Write customer_id, figure, code, value (the raw one that stands for the behaviour) and contribution (points)."""
    weights_table = f"{into}_weights"
    engine.load(weights_table, _weight_rows(weights, flat))
    engine.run(
        _STATEMENT.format(
            scores=quoted(scores),
            features=quoted(features),
            weights=quoted(weights_table),
            leads=", ".join(f"CAST(told.{lead} AS DOUBLE) AS {one}_value" for one, lead in BEHAVIOURS.items()),
            values=" ".join(f"WHEN '{one}' THEN people.{one}_value" for one in BEHAVIOURS),
            behaviours=" ".join(f"WHEN '{one}' THEN people.{one}_behaviour" for one in BEHAVIOURS),
            coverages=" ".join(f"WHEN '{figure}' THEN people.{coverage_of(figure)}" for figure in FIGURES),
            figures=" ".join(f"WHEN '{figure}' THEN people.{figure}" for figure in FIGURES),
        ),
        into=into,
    )
    engine.drop(weights_table)


def _weight_rows(weights: Weights, flat: Sequence[str]) -> pa.Table:
    flat_behaviours = {indicator.behaviour for indicator in INDICATORS if indicator.code in flat}
    rows = [
        {
            "figure": figure,
            "behaviour": behaviour,
            "weight": weights[figure].get(behaviour, 0.0),
            "is_flat": behaviour in flat_behaviours,
        }
        for figure, made_of in FIGURES.items()
        for behaviour in made_of
    ]
    return pa.Table.from_pylist(rows)
