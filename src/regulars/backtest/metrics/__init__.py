"""How well forecasts met what happened: each metric is called as `metric(actual, forecast, weight)`.

Arrays have shape (rows,); weights (default 1) say how often a row counts. What is undefined, over no rows or where
only one thing ever happened, is None and never 0.

| of | metrics |
|---|---|
| the order | auc, pr_auc, lapse_pr_auc, lift, gini, spearman |
| probabilities | brier, log_loss, ece |
| amounts | mae, rmse, msle, bias, pearson, and coverage of intervals |

>>> auc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
0.875
"""

from regulars.backtest.metrics._amount import bias, coverage, mae, msle, pearson, rmse
from regulars.backtest.metrics._metric import (
    LengthsDiffer,
    Metric,
    OutcomeInvalid,
    ProbabilityInvalid,
    ValuesMissing,
    WeightInvalid,
    rows_of,
)
from regulars.backtest.metrics._order import auc, gini, lapse_pr_auc, lift, lift_in_top, pr_auc, spearman
from regulars.backtest.metrics._probability import brier, ece, log_loss
from regulars.backtest.metrics._rows import Counted

__all__ = [
    "Counted",
    "LengthsDiffer",
    "Metric",
    "OutcomeInvalid",
    "ProbabilityInvalid",
    "ValuesMissing",
    "WeightInvalid",
    "auc",
    "bias",
    "brier",
    "coverage",
    "ece",
    "gini",
    "lapse_pr_auc",
    "lift",
    "lift_in_top",
    "log_loss",
    "mae",
    "msle",
    "pearson",
    "pr_auc",
    "rmse",
    "rows_of",
    "spearman",
]
