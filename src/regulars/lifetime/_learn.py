"""The models learned from the table of features: what they need of it is counted by the engine, not carried here."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.engines import Engine, quoted
from regulars.lifetime._rules import MODELS, Rule
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.histories._distinct import thinned
from regulars.lifetime.models import BetaGeometricCondensedNBD, ContinuousModel, GammaGamma

Array = NDArray[np.float64]

SAMPLE = 20_000
"""From so many customers at most, taken at even steps through the histories, it is told how regular purchases are."""

_MOST_STAGES = 12

# Counted: a million customers share some tens of thousands of histories.
_PURCHASES = """
SELECT repeat_count, age_at_last_days, tenure_days, count(*) AS customers, {gaps} AS log_gaps
FROM {features}
WHERE coalesce(may_profile, FALSE) AND order_count > 0
GROUP BY repeat_count, age_at_last_days, tenure_days
ORDER BY repeat_count, age_at_last_days, tenure_days
"""
_GAPS = "CAST(coalesce(sum(CAST(gap_log_sum AS DECIMAL(18, 9))), 0) AS DOUBLE) / nullif(count(*), 0)"
_NO_GAPS = "CAST(NULL AS DOUBLE)"

_MARGINS = """
SELECT repeat_count, age_at_last_days, tenure_days, margin_mean
FROM (
    SELECT
        repeat_count, age_at_last_days, tenure_days,
        coalesce(CAST(margin_total AS DOUBLE), CAST(spend_total AS DOUBLE) * $margin_share)
            / nullif(repeat_count + 1, 0) AS margin_mean
    FROM {features}
    WHERE coalesce(may_profile, FALSE) AND repeat_count > 0
) AS repeaters
ORDER BY repeat_count, margin_mean, age_at_last_days, tenure_days
"""


_MOST_WITHOUT_GAIN = 0.01
"""Gamma-gamma knows no amounts below zero. With more repeaters who bring none, it would make assets of losses."""


def learn(
    engine: Engine,
    *,
    margin_share: float,
    rule: Rule = "bg_nbd",
    stages: int | None = None,
    features: str = "features",
    time_unit_days: float = 7.0,
) -> tuple[ContinuousModel, GammaGamma]:
    """Return a model of purchases and gamma-gamma fitted to everybody who bought and allows profiling.

    Purchases are order days; the margin of one is net spend less cost, or `margin_share` of net spend where an order
    has no cost, over the order days, the first one included. What speaks against using a model stands in its `fit_`.

    Args:
        engine: holds the table `features`.
        margin_share: a share of net spend.
        rule: which model of purchases.
        stages: of a purchase, for a model of regular buyers; if not told, it is learned.
        features: the name of the customers' features; their days are days.
        time_unit_days: the unit of the purchase model's times, in days.
    """
    histories = histories_of(
        engine, features=features, with_gaps=rule == "bg_cnbd_k" and stages is None, time_unit_days=time_unit_days
    )
    return fitted(rule, histories, stages=stages), learn_spends(engine, margin_share=margin_share, features=features)


def histories_of(engine: Engine, *, features: str, with_gaps: bool, time_unit_days: float = 7.0) -> PurchaseSummary:
    """Return the histories of everybody who bought and allows profiling, each once with how many have it.

    Args:
        engine: holds the table of features.
        features: its name.
        with_gaps: whether the times between purchases are told too; those of a history are in the mean of who has it.
        time_unit_days: the unit of times, in days.
    """
    rows = engine.fetch(_PURCHASES.format(features=quoted(features), gaps=_GAPS if with_gaps else _NO_GAPS))
    x, t_x, tenure, customers = _columns(rows, "customers")
    gaps = np.asarray(rows["log_gaps"].to_numpy(), dtype=np.float64) if with_gaps else None
    return PurchaseSummary.from_columns(
        x,
        t_x / time_unit_days,
        tenure / time_unit_days,
        weight=customers,
        time_unit=time_unit_days,
        log_gaps=None if gaps is None else gaps - x * np.log(time_unit_days),
    )


def fitted(rule: Rule, histories: PurchaseSummary, *, stages: int | None = None) -> ContinuousModel:
    """Return the model of a rule fitted to histories; how regular purchases are, if it asks, is learned from a sample.

    Args:
        rule: which one; not `plain`.
        histories: with the times between purchases where stages are to be learned.
        stages: of a purchase.
    """
    if rule == "bg_cnbd_k":
        return BetaGeometricCondensedNBD(k=stages or _regularity(histories)).attempt(histories)
    return MODELS[rule]().attempt(histories)


def learn_spends(engine: Engine, *, margin_share: float, features: str) -> GammaGamma:
    """Return gamma-gamma fitted to the margins of those who came again; see `learn`."""
    means = engine.fetch(_MARGINS.format(features=quoted(features)), margin_share=margin_share)
    x, t_x, tenure, margin = _columns(means, "margin_mean")
    margins = GammaGamma().attempt(
        PurchaseSummary.from_columns(x, t_x, tenure, margin, time_unit="day", first_order="included")
    )
    if margins.fit_.is_usable and np.count_nonzero(margin <= 0) > _MOST_WITHOUT_GAIN * len(margin):
        margins.fit_ = replace(margins.fit_, reason="margins_not_positive")
    return margins


def _regularity(histories: PurchaseSummary) -> int:
    """Return how many stages a purchase has: one more for as long as that makes the histories likelier."""
    gaps = np.zeros(len(histories)) if histories.log_gaps is None else histories.log_gaps
    columns: tuple[Array, ...] = (histories.frequency, histories.recency, histories.T, gaps)
    weights = histories.weight
    if histories.customers > SAMPLE:
        columns, weights = thinned(columns, weights, SAMPLE)
    x, t_x, age, log_gaps = columns
    unit = histories.time_unit_days
    drawn = PurchaseSummary.from_columns(x, t_x, age, weight=weights, time_unit=unit, log_gaps=log_gaps)
    best, highest = 1, -np.inf
    for stages in range(1, _MOST_STAGES + 1):
        likely = BetaGeometricCondensedNBD(k=stages).attempt(drawn).fit_.log_likelihood
        if likely is None or likely <= highest:
            break
        best, highest = stages, likely
    return best


def _columns(rows: pa.Table, last: str) -> tuple[Array, ...]:
    names = ("repeat_count", "age_at_last_days", "tenure_days", last)
    return tuple(np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in names)
