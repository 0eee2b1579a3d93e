"""From raw indicators to behaviours: each indicator normalised to 0–100, each behaviour the mean of those known."""

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.engines import quoted
from regulars.scoring._indicators import BEHAVIOURS, INDICATORS, Indicator, indicators_of
from regulars.scoring._normalise import LOGISTIC, NEUTRAL
from regulars.scoring._results import Bounds

_LOG = "ln(1 + least(greatest({value}, ${code}_low), ${code}_high))"

_SCALES = {
    "minmax": f"100 * ({_LOG} - ln(1 + ${{code}}_low)) / (ln(1 + ${{code}}_high) - ln(1 + ${{code}}_low))",
    "zscore": f"100 / (1 + exp(-{LOGISTIC} * ({_LOG} - ${{code}}_centre) / ${{code}}_spread))",
    "percentile": (
        "100 * (rank() OVER (ORDER BY {value} NULLS LAST) - 1"
        " + CAST(count(*) OVER (PARTITION BY {value}) AS DOUBLE) / 2) / nullif(count({value}) OVER (), 0)"
    ),
}

_STATEMENT = """
SELECT customer_id, may_profile, value_rate, {means}
FROM (SELECT customer_id, may_profile, value_rate, {normalised} FROM ({indicators}) AS raw) AS normal
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviours:
    """A SELECT of one row a customer with `<behaviour>_behaviour`, 0 to 100, and the values bound in it.

    `flat` names the indicators that are the same for everybody who has them: they score 50.
    """

    sql: str
    parameters: Mapping[str, float]
    flat: tuple[str, ...]


def behaviours_of(features: str, *, normaliser: str, bounds: Mapping[str, Bounds]) -> Behaviours:
    """Return the SELECT that brings every indicator to its scale and averages those known of each behaviour."""
    flat = tuple(code for code, found in bounds.items() if found.is_flat)
    normalised = (
        f"{_normal(indicator, normaliser, is_flat=indicator.code in flat)} AS {quoted(indicator.code)}"
        for indicator in INDICATORS
        if indicator.has_own_scale or indicator.code in bounds
    )
    means = (f"{_mean(behaviour, bounds)} AS {behaviour}_behaviour" for behaviour in BEHAVIOURS)
    return Behaviours(
        sql=_STATEMENT.format(
            indicators=indicators_of(features), normalised=", ".join(normalised), means=", ".join(means)
        ),
        parameters=_parameters(normaliser, {code: found for code, found in bounds.items() if code not in flat}),
        flat=flat,
    )


def _normal(indicator: Indicator, normaliser: str, *, is_flat: bool) -> str:
    value = quoted(indicator.code)
    if indicator.has_own_scale:
        return value
    if is_flat:
        return f"CASE WHEN {value} IS NOT NULL THEN {NEUTRAL} END"
    scaled = _SCALES[normaliser].format(value=value, code=indicator.code)
    turned = f"100 - {scaled}" if indicator.better == "less" else scaled
    return f"CASE WHEN {value} IS NOT NULL THEN {turned} END"


def _mean(behaviour: str, bounds: Mapping[str, Bounds]) -> str:
    parts = [
        quoted(indicator.code)
        for indicator in INDICATORS
        if indicator.behaviour == behaviour and (indicator.has_own_scale or indicator.code in bounds)
    ]
    if not parts:
        return "CAST(NULL AS DOUBLE)"
    total = " + ".join(f"coalesce({part}, 0)" for part in parts)
    known = " + ".join(f"CASE WHEN {part} IS NULL THEN 0 ELSE 1 END" for part in parts)
    return f"({total}) / nullif({known}, 0)"


def _parameters(normaliser: str, bounds: Mapping[str, Bounds]) -> dict[str, float]:
    names = {"minmax": ("low", "high"), "zscore": ("low", "high", "centre", "spread"), "percentile": ()}[normaliser]
    return {f"{code}_{name}": getattr(found, name) for code, found in bounds.items() for name in names}
