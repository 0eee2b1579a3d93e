"""Where each indicator's scale begins and ends, taken from the customers, or from an earlier result."""

from collections.abc import Mapping
from typing import Any

from regulars.core import RegularsError, Settings
from regulars.engines import Engine, quoted
from regulars.scoring._indicators import INDICATORS, Indicator, indicators_of
from regulars.scoring._normalise import nearest_rank
from regulars.scoring._results import Bounds


class RanksCannotFreeze(RegularsError):
    """A percentile has no bounds that could be kept from one day to the next."""

    code = "ranks_cannot_freeze"
    template = (
        "Percentile ranks cannot be taken from an earlier result: they depend on everybody of the day."
        " Set scoring.normaliser to minmax or zscore, or leave out the earlier result."
    )


class PreviousUnusable(RegularsError):
    """An earlier result whose bounds are not those of this normaliser."""

    code = "previous_unusable"
    template = (
        "The earlier result has no bounds of {indicator} for the normaliser {normaliser}."
        " Analyse it again with these settings, or leave it out."
    )


# By counts of values and a running sum: a sort of the distinct values, not of a million customers.
_PERCENTILES = """
WITH counted AS (
    SELECT {value} AS value, count(*) AS equal FROM ({indicators}) AS raw WHERE {value} > $above GROUP BY {value}
), ranked AS (
    SELECT value, sum(equal) OVER (ORDER BY value ROWS UNBOUNDED PRECEDING) AS up_to FROM counted
)
SELECT
    min(value) FILTER (WHERE up_to >= $low_rank) AS low,
    min(value) FILTER (WHERE up_to >= $high_rank) AS high
FROM ranked
"""

_MOMENTS = """
SELECT avg(value) AS centre, coalesce(stddev_samp(value), 0) AS spread
FROM (
    SELECT ln(1 + least(greatest({value}, $low), $high)) AS value FROM ({indicators}) AS raw WHERE {value} IS NOT NULL
) AS logs
"""


def count_known(engine: Engine, *, features: str) -> dict[str, int]:
    """Return for how many customers each indicator is known (for one with a known zero: is above it)."""
    columns = ", ".join(
        f"count(*) FILTER (WHERE {quoted(one.code)} > {_above(one)}) AS {quoted(one.code)}" for one in INDICATORS
    )
    (counts,) = engine.fetch(f"SELECT {columns} FROM ({indicators_of(features)}) AS raw").to_pylist()
    return dict(counts)


def bounds_of(
    engine: Engine,
    *,
    features: str,
    counts: Mapping[str, int],
    settings: Settings,
    previous: Mapping[str, Mapping[str, Any]] | None,
) -> dict[str, Bounds]:
    """Return the bounds of every indicator that has no scale of its own and is known for somebody.

    Args:
        engine: holds the customers' features.
        features: the name of their table.
        counts: as `count_known` returns them.
        settings: section `scoring`.
        previous: low, high, centre and spread by indicator, as an earlier summary gave them. An indicator that had
            no records then is measured now.

    Raises:
        RanksCannotFreeze: `previous` is given and the normaliser is `percentile`.
        PreviousUnusable: `previous` lacks a number that the normaliser needs.
    """
    normaliser = settings.scoring.normaliser
    if previous is not None and normaliser == "percentile":
        raise RanksCannotFreeze
    found = {}
    for indicator in INDICATORS:
        code = indicator.code
        if indicator.has_own_scale or not counts[code]:
            continue
        if previous is not None and code in previous:
            found[code] = _kept(previous[code], indicator=indicator, normaliser=normaliser)
        else:
            found[code] = _measured(engine, indicator, features=features, count=counts[code], settings=settings)
    return found


def _kept(earlier: Mapping[str, Any], *, indicator: Indicator, normaliser: str) -> Bounds:
    needed = ("low", "high", "centre", "spread") if normaliser == "zscore" else ("low", "high")
    if any(not isinstance(earlier.get(name), int | float) for name in needed):
        raise PreviousUnusable(indicator=indicator.code, normaliser=normaliser)
    return Bounds(**{name: float(earlier[name]) for name in needed})


def _measured(engine: Engine, indicator: Indicator, *, features: str, count: int, settings: Settings) -> Bounds:
    names = {"value": quoted(indicator.code), "indicators": indicators_of(features)}
    normaliser = settings.scoring.normaliser
    # A percentile rank needs no winsorising: its bounds only tell whether there is any spread.
    share = 0.0 if normaliser == "percentile" else settings.scoring.winsor_share
    (ends,) = engine.fetch(
        _PERCENTILES.format(**names),
        above=_above(indicator),
        low_rank=nearest_rank(share, count),
        high_rank=nearest_rank(1 - share, count),
    ).to_pylist()
    low, high = (0.0 if indicator.has_known_zero else ends["low"]), ends["high"]
    if normaliser != "zscore":
        return Bounds(low=low, high=high)
    (moments,) = engine.fetch(_MOMENTS.format(**names), low=low, high=high).to_pylist()
    return Bounds(low=low, high=high, centre=moments["centre"], spread=moments["spread"])


def _above(indicator: Indicator) -> int:
    """Return what a value must exceed to have a say in the bounds: all of them are 0 or more."""
    return 0 if indicator.has_known_zero else -1
