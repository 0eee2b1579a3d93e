"""The models learned from the table of features: what they need of it is counted by the engine, not carried here."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.engines import Engine, quoted
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma

Array = NDArray[np.float64]

# Counted: a million customers share some tens of thousands of histories.
_PURCHASES = """
SELECT repeat_count, age_at_last_days, tenure_days, count(*) AS customers
FROM {features}
WHERE coalesce(may_profile, FALSE) AND order_count > 0
GROUP BY repeat_count, age_at_last_days, tenure_days
ORDER BY repeat_count, age_at_last_days, tenure_days
"""

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
    engine: Engine, *, margin_share: float, features: str = "features", time_unit_days: float = 7.0
) -> tuple[BetaGeometricNBD, GammaGamma]:
    """Return BG/NBD and gamma-gamma fitted to everybody who bought and allows profiling.

    Purchases are order days; the margin of one is net spend less cost, or `margin_share` of net spend where an order
    has no cost, over the order days, the first one included. What speaks against using a model stands in its `fit_`.

    Args:
        engine: holds the table `features`.
        margin_share: a share of net spend.
        features: the name of the customers' features; their days are days.
        time_unit_days: the unit of the purchase model's α, in days.
    """
    rows = engine.fetch(_PURCHASES.format(features=quoted(features)))
    x, t_x, tenure, customers = _columns(rows, "customers")
    histories = PurchaseSummary.from_columns(
        x, t_x / time_unit_days, tenure / time_unit_days, weight=customers, time_unit=time_unit_days
    )
    purchases = BetaGeometricNBD().attempt(histories)
    means = engine.fetch(_MARGINS.format(features=quoted(features)), margin_share=margin_share)
    x, t_x, tenure, margin = _columns(means, "margin_mean")
    margins = GammaGamma().attempt(
        PurchaseSummary.from_columns(x, t_x, tenure, margin, time_unit="day", first_order="included")
    )
    if margins.fit_.is_usable and np.count_nonzero(margin <= 0) > _MOST_WITHOUT_GAIN * len(margin):
        margins.fit_ = replace(margins.fit_, reason="margins_not_positive")
    return purchases, margins


def _columns(rows: pa.Table, last: str) -> tuple[Array, ...]:
    names = ("repeat_count", "age_at_last_days", "tenure_days", last)
    return tuple(np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in names)
