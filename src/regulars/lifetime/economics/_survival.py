"""How long do contracts last? Kaplan–Meier by whole months, with intervals that stay between nothing and all.

Of the n contracts seen through month t that ran when it began, d ended in it: retention is 1 − d / n, and survival,
S(t), the product of these so far. Its interval comes from Greenwood's variance of ln S, Σ d / (n (n − d)), carried to
ln(−ln S), so that both ends are shares. Where nobody has left yet there is no such variance: the lower end is Wilson's
for none of n, as it is for every month's retention.

Sources: E. L. Kaplan and P. Meier, Nonparametric Estimation from Incomplete Observations, Journal of the American
Statistical Association 53 (1958), 457-481; J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure
Time Data (1980), p. 14.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regulars.core import Interval, wilson

Whole = NDArray[np.int64]

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalMonth:
    """A month of the contract: how many were seen through it, how many ended in it, and who is left of all.

    `expected` is the share that the subscription model has left at its end; missing between renewals and without model.
    """

    month: int
    at_risk: int
    lost: int
    retention: float
    retention_low: float
    retention_high: float
    survival: float
    survival_low: float
    survival_high: float
    expected: float | None = None


def survival_months(lost: Whole, seen_until: Whole) -> tuple[SurvivalMonth, ...]:
    """Return one row a month, from the first, as long as there is a contract that was seen through it.

    Args:
        lost: how many ended in month 1, 2, …, shape (months,).
        seen_until: how many were still there at the end of that month, and are not known of any longer; same shape.
    """
    at_risk = np.cumsum((lost + seen_until)[::-1])[::-1]
    share, variance, high = 1.0, 0.0, 1.0
    rows = []
    for place in range(int(np.count_nonzero(at_risk))):
        n, d = int(at_risk[place]), int(lost[place])
        kept = _kept(n - d, n)
        share *= 1 - d / n
        variance += d / (n * (n - d)) if d < n else 0.0
        low, high = _between(share, variance, n, high)
        rows.append(
            SurvivalMonth(
                month=place + 1, at_risk=n, lost=d, retention=1 - d / n, retention_low=kept.low,
                retention_high=kept.high, survival=share, survival_low=low, survival_high=high,
            )
        )  # fmt: skip
    return tuple(rows)


def _kept(there: int, n: int) -> Interval:
    """Return the interval of a share of some."""
    return wilson(there, n) or Interval(low=0.0, high=1.0, method="wilson")


def _between(share: float, variance: float, n: int, before: float) -> tuple[float, float]:
    """Return the interval of a survival; `before` is the upper end of the month before, which none can exceed."""
    if share == 0:
        return 0.0, before
    if share == 1:
        return _kept(n, n).low, 1.0
    reach = exp(_Z * sqrt(variance) / -log(share))
    return share**reach, share ** (1 / reach)
