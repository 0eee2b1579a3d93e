"""The plain rules that every model is shown beside, and the probability that a calibration makes of each.

A rule that ranked the wrong way on the days it learned from (a slope below 0) is no rule: everybody is then given the
share that bought.

recency   −days since the last order
rfm       the percentiles of recency, repeat purchases and total spend among the customers of the day, added up
hiatus    −days since the last order / own mean gap between order days; who has bought on one day only is given the
          median of the others' mean gaps (1 day where nobody has one, and then it is recency)
"""

import numpy as np
from scipy.special import expit

from regulars.backtest import calibrate
from regulars.prediction._known import GAP, RANKS, Columns, Floats, Observed, gaps
from regulars.prediction._results import Rule

RULES = ("recency", "rfm", "hiatus")
"""Every rule, the one to fall back on first."""


def score(name: str, columns: Columns) -> Floats:
    """Return what a rule says of each customer; more is likelier to buy."""
    if name == "recency":
        return -columns["days_since_last"]
    if name == "hiatus":
        # A gap is a day at least: order days differ.
        return -columns["days_since_last"] / columns[GAP]
    recency, frequency, monetary = (columns[rank] for rank in RANKS)
    return recency + frequency + monetary


def calibrated(name: str, rows: Observed) -> Rule:
    """Return a rule as a probability, learned from what customers then did; its slope is 0 or more."""
    said = score(name, rows.columns)
    found = calibrate(said, rows.bought)
    if found.slope < 0:
        found = calibrate(np.zeros_like(said), rows.bought)
    return Rule(
        name=name, slope=found.slope, intercept=found.intercept, centre=float(said.mean()), fitted_on=rows.cutoffs
    )


def by_rule(rule: Rule, columns: Columns) -> Floats:
    """Return the probability of a purchase by a calibrated rule; the gaps are filled by it, or have been."""
    if rule.gap_days is not None:
        columns = {**columns, GAP: gaps(columns, usual=rule.gap_days)}
    return np.asarray(expit(rule.intercept + rule.slope * score(rule.name, columns)), dtype=np.float64)
