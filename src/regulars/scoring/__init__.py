"""Scoring: how much do they value us, how content are they, how loyal?

Reads may_profile, tenure_days, order, spend, cost, usage, feedback, rating, reply and referral columns of the
features; adds value_score, satisfaction_score, loyalty_score, loyalty_grade, the behaviours behind them, their
coverages and value_rate, and writes the parts of every score. `referral_value` counts by people brought until there
is a network of referrals to value them by.

>>> loyalty_score(purchase=80, usage=50, feedback=25)
57.0
"""

from regulars.scoring._add import add
from regulars.scoring._bounds import PreviousUnusable, RanksCannotFreeze
from regulars.scoring._formulas import (
    CutOffsInvalid,
    LengthsDiffer,
    LifetimeNotPositive,
    NoSuchScore,
    WeightsInvalid,
    WeightsMismatch,
    loyalty_grade,
    loyalty_score,
    portfolio_mean,
    value_rate,
    weighted_mean,
    weighted_sum,
)
from regulars.scoring._normalise import NotLoggable, normalise
from regulars.scoring._results import ScoringSummary
from regulars.scoring._weights import MatrixInvalid, entropy_weights

__all__ = [
    "CutOffsInvalid",
    "LengthsDiffer",
    "LifetimeNotPositive",
    "MatrixInvalid",
    "NoSuchScore",
    "NotLoggable",
    "PreviousUnusable",
    "RanksCannotFreeze",
    "ScoringSummary",
    "WeightsInvalid",
    "WeightsMismatch",
    "add",
    "entropy_weights",
    "loyalty_grade",
    "loyalty_score",
    "normalise",
    "portfolio_mean",
    "value_rate",
    "weighted_mean",
    "weighted_sum",
]
