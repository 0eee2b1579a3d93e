"""The three scores, what each is made of, and how much each part weighs."""

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.core import Settings
from regulars.engines import Engine
from regulars.scoring._behaviours import Behaviours
from regulars.scoring._weights import behaviour_weights, divergence

FIGURES: Mapping[str, tuple[str, ...]] = {
    "value_score": ("purchase", "referral", "feedback"),
    "satisfaction_score": ("rating", "service"),
    "loyalty_score": ("purchase", "usage", "feedback"),
}

Weights = Mapping[str, Mapping[str, float]]

# Of 0 the logarithm of 1 is taken, and 0 times it counted: the limit of x ln x.
_LOGS = """
count({column}) AS {behaviour}_count, sum({column}) AS {behaviour}_total,
sum({column} * ln(CASE WHEN {column} > 0 THEN {column} ELSE 1 END)) AS {behaviour}_total_log
"""

_SCORES = """
SELECT
    customer_id, value_score, satisfaction_score, loyalty_score,
    -- Nine decimals: the last bit of a sum must not decide a grade.
    CASE
        WHEN round(loyalty_score, 9) < $medium THEN 'low'
        WHEN round(loyalty_score, 9) < $high THEN 'medium'
        WHEN loyalty_score IS NOT NULL THEN 'high'
    END AS loyalty_grade,
    purchase_behaviour, usage_behaviour, feedback_behaviour, referral_behaviour, rating_behaviour, service_behaviour,
    value_coverage, satisfaction_coverage, loyalty_coverage, value_rate
FROM (SELECT *, {scores} FROM (SELECT *, {coverages} FROM ({behaviours}) AS made) AS known) AS scored
"""


def coverage_of(figure: str) -> str:
    """Return the column that says how much of a figure's weight is known."""
    return figure.removesuffix("_score") + "_coverage"


def weights_of(engine: Engine, behaviours: Behaviours, *, recorded: Sequence[str], settings: Settings) -> Weights:
    """Return the weights of each figure's behaviours, adding up to 1 over those that the business records."""
    scoring = settings.scoring
    by_hand: dict[str, Mapping[Any, float]] = {
        "value_score": scoring.value_weights,
        "satisfaction_score": scoring.satisfaction_weights,
        "loyalty_score": scoring.loyalty_weights,
    }
    told = _divergences(engine, behaviours, recorded) if scoring.weighting == "entropy" else {}
    return {
        figure: behaviour_weights(
            scoring.weighting,
            by_hand=by_hand[figure],
            recorded=[behaviour for behaviour in made_of if behaviour in recorded],
            told=told,
        )
        for figure, made_of in FIGURES.items()
    }


def _divergences(engine: Engine, behaviours: Behaviours, recorded: Sequence[str]) -> dict[str, float]:
    if not recorded:
        return {}
    columns = ", ".join(_LOGS.format(column=f"{behaviour}_behaviour", behaviour=behaviour) for behaviour in recorded)
    (sums,) = engine.fetch(f"SELECT {columns} FROM ({behaviours.sql}) AS made", **behaviours.parameters).to_pylist()
    return {
        behaviour: divergence(
            count=sums[f"{behaviour}_count"],
            total=sums[f"{behaviour}_total"],
            total_log=sums[f"{behaviour}_total_log"],
        )
        for behaviour in recorded
    }


def write_scores(engine: Engine, behaviours: Behaviours, *, weights: Weights, settings: Settings, into: str) -> None:
    """Write one row a customer: scores and grade, behaviours, coverages and value rate."""
    coverages, scores = [], []
    parameters: dict[str, float] = {}
    for figure, made_of in FIGURES.items():
        parameters |= {f"{figure}_{one}": weights[figure].get(one, 0.0) for one in made_of}
        known = " + ".join(f"CASE WHEN {one}_behaviour IS NULL THEN 0 ELSE ${figure}_{one} END" for one in made_of)
        total = " + ".join(f"coalesce({one}_behaviour, 0) * ${figure}_{one}" for one in made_of)
        coverage = coverage_of(figure)
        coverages.append(f"CASE WHEN may_profile THEN round({known}, 12) END AS {coverage}")
        # Inside the CASE, since least() and greatest() skip what is missing instead of passing it on.
        scores.append(f"CASE WHEN {coverage} > 0 THEN least(({total}) / nullif({coverage}, 0), 100) END AS {figure}")
    engine.run(
        _SCORES.format(behaviours=behaviours.sql, coverages=", ".join(coverages), scores=", ".join(scores)),
        into=into,
        medium=settings.scoring.grade_medium,
        high=settings.scoring.grade_high,
        **parameters,
        **behaviours.parameters,
    )
