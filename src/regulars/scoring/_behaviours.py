"""From raw indicators to behaviours: each indicator normalised to 0–100, each behaviour the mean of those known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from regulars.engines import Engine, quoted
from regulars.scoring._indicators import BEHAVIOURS, INDICATORS, Indicator, indicators_of
from regulars.scoring._normalise import LOGISTIC, NEUTRAL
from regulars.scoring._results import Bounds

_LOG = "ln(1 + least(greatest({value}, ${code}_low), ${code}_high))"

# Each a share from 0 to 1. Only then it is turned round or made points: 100 * d / d may miss 100 by its last bit.
_SHARES = {
    "minmax": f"({_LOG} - ln(1 + ${{code}}_low)) / nullif(ln(1 + ${{code}}_high) - ln(1 + ${{code}}_low), 0)",
    "zscore": f"1 / nullif(1 + exp(-{LOGISTIC} * ({_LOG} - ${{code}}_centre) / nullif(${{code}}_spread, 0)), 0)",
    "percentile": "{code}_rank.share",
}

# The mid-rank of every value that occurs, by counts of values: a million customers share far fewer.
_RANKS = """
SELECT '{code}' AS code, value, (up_to - equal / 2) / nullif(n, 0) AS share
FROM (
    SELECT
        value,
        CAST(equal AS DOUBLE) AS equal,
        CAST(sum(equal) OVER (ORDER BY value ROWS UNBOUNDED PRECEDING) AS DOUBLE) AS up_to,
        CAST(sum(equal) OVER () AS DOUBLE) AS n
    FROM (
        SELECT {value} AS value, count(*) AS equal FROM ({indicators}) AS raw WHERE {value} IS NOT NULL GROUP BY {value}
    ) AS counted
) AS ranked
"""

_RANKED = "LEFT JOIN {ranks} AS {code}_rank ON {code}_rank.code = '{code}' AND {code}_rank.value = raw.{value}"

_STATEMENT = """
SELECT customer_id, may_profile, value_rate, {means}
FROM (
    SELECT raw.customer_id, raw.may_profile, raw.value_rate, {normalised}
    FROM ({indicators}) AS raw
    {joins}
) AS normal
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviours:
    """A SELECT of one row a customer with `<behaviour>_behaviour`, 0 to 100, and the values bound in it.

    `flat` names the indicators that are the same for everybody who has them: they score 50.
    """

    sql: str
    parameters: Mapping[str, float]
    flat: tuple[str, ...]


def write_ranks(engine: Engine, *, features: str, codes: Collection[str], into: str) -> None:
    """Write code, value and share (the mid-rank, 0 to 1) of every value of the indicators."""
    ranks = (_RANKS.format(code=code, value=quoted(code), indicators=indicators_of(features)) for code in sorted(codes))
    engine.run(" UNION ALL ".join(ranks), into=into)


def behaviours_of(features: str, *, normaliser: str, bounds: Mapping[str, Bounds], ranks: str) -> Behaviours:
    """Return the SELECT that brings every indicator to its scale and averages those known of each behaviour.

    `ranks` is the table of `write_ranks`, which only the normaliser `percentile` reads.
    """
    flat = tuple(code for code, found in bounds.items() if found.is_flat)
    told = {code: found for code, found in bounds.items() if code not in flat}
    normalised = (
        f"{_normal(indicator, normaliser, is_flat=indicator.code in flat)} AS {quoted(indicator.code)}"
        for indicator in INDICATORS
        if indicator.has_own_scale or indicator.code in bounds
    )
    joins = (
        _RANKED.format(ranks=quoted(ranks), code=code, value=quoted(code))
        for code in told
        if normaliser == "percentile"
    )
    means = (f"{_mean(behaviour, bounds)} AS {behaviour}_behaviour" for behaviour in BEHAVIOURS)
    return Behaviours(
        sql=_STATEMENT.format(
            indicators=indicators_of(features),
            normalised=", ".join(normalised),
            joins="\n    ".join(joins),
            means=", ".join(means),
        ),
        parameters=_parameters(normaliser, told),
        flat=flat,
    )


def _normal(indicator: Indicator, normaliser: str, *, is_flat: bool) -> str:
    value = f"raw.{quoted(indicator.code)}"
    if indicator.has_own_scale:
        return value
    if is_flat:
        return f"CASE WHEN {value} IS NOT NULL THEN {NEUTRAL} END"
    share = _SHARES[normaliser].format(value=value, code=indicator.code)
    points = f"100 * (1 - {share})" if indicator.better == "less" else f"100 * ({share})"
    return f"CASE WHEN {value} IS NOT NULL THEN {points} END"


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
