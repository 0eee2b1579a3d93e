"""Backtest: would it have been right?

Cuts the records at days that are past, asks the rooms above what they would have said then, and compares with what
came. Reads the clean tables through `features.build`; writes tables of features at a cut-off with bought,
orders_after and spend_after of the days after it. What it finds are frozen results: figures with intervals by
customer, and a verdict on whether a model earned its place beside a plain rule.

>>> earns_its_place(paired_bootstrap(metrics.mae, actual=[3, 1, 2], model=[3, 1, 2], rule=[2, 2, 2]).interval)
False
"""

from regulars.backtest import metrics
from regulars.backtest._bootstrap import Measured, Resampling, bootstrap, earns_its_place, paired_bootstrap
from regulars.backtest._calibration import Calibration, calibrate
from regulars.backtest._cutoffs import Cutoffs, plan_cutoffs
from regulars.backtest._horizon import Horizon, horizon_days
from regulars.backtest._judge import judge
from regulars.backtest._observe import LABELS, Observations, observe
from regulars.backtest._results import Trial, Verdict
from regulars.backtest._sample import Sample, sample

__all__ = [
    "LABELS",
    "Calibration",
    "Cutoffs",
    "Horizon",
    "Measured",
    "Observations",
    "Resampling",
    "Sample",
    "Trial",
    "Verdict",
    "bootstrap",
    "calibrate",
    "earns_its_place",
    "horizon_days",
    "judge",
    "metrics",
    "observe",
    "paired_bootstrap",
    "plan_cutoffs",
    "sample",
]
