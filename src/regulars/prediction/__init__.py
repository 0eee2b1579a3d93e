"""Prediction: what will they do next?

Will this customer buy within the horizon? Reads the columns of `READS` at past cut-offs and today; adds p_purchase,
p_lapse (= 1 − p_purchase) and prediction_reason. Logistic regression and BG/NBD stand beside plain rules (recency, the
RFM rank sum, the hiatus in own gaps); a model is used only where its gain over the best rule is beyond doubt.

>>> told = {"in_use": "recency", "rule": {"name": "recency", "slope": 0.02, "intercept": 1.0, "centre": -50.0,
...         "gap_days": None}}
>>> [part] = parts(told, {"p_purchase": 0.5, "days_since_last": 40, "gap_mean_days": None})
>>> part.code, round(base(told), 9), round(part.contribution, 9)
('days_since_last', 0.0, 0.2)
"""

from regulars.prediction._add import add
from regulars.prediction._known import READS
from regulars.prediction._parts import base, in_points, parts
from regulars.prediction._results import CalibrationBin, Feature, Logistic, Part, Prediction, Rule
from regulars.prediction._rules import RULES

__all__ = [
    "READS",
    "RULES",
    "CalibrationBin",
    "Feature",
    "Logistic",
    "Part",
    "Prediction",
    "Rule",
    "add",
    "base",
    "in_points",
    "parts",
]
