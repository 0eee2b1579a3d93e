"""Backtest: would it have been right?

Cuts the records at days that are past. Reads the clean tables through `features.build`; writes tables of features at a
cut-off with bought, orders_after and spend_after of the days after it.
"""

from regulars.backtest import metrics
from regulars.backtest._cutoffs import Cutoffs, plan_cutoffs
from regulars.backtest._horizon import Horizon, horizon_days
from regulars.backtest._observe import LABELS, Observations, observe
from regulars.backtest._sample import Sample, sample

__all__ = [
    "LABELS",
    "Cutoffs",
    "Horizon",
    "Observations",
    "Sample",
    "horizon_days",
    "metrics",
    "observe",
    "plan_cutoffs",
    "sample",
]
