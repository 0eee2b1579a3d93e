"""What money to come is worth today: the two textbook sums every lifetime value rests on."""

from collections.abc import Iterable
from math import expm1, log1p

from regulars.core import RegularsError

_NOTHING = 1e-16
"""Below half of what a double tells from 1."""


class RateInvalid(RegularsError):
    """A discount rate at which later money would have no finite worth."""

    code = "rate_invalid"
    template = "A discount rate of {rate} means nothing. Give a share above -1 for each period, such as 0.10."


class PeriodsInvalid(RegularsError):
    """A number of periods ahead in which nothing can be valued."""

    code = "periods_invalid"
    template = "{periods} periods mean nothing. Give how many periods ahead to value, such as 12."


def discounted_cash_flow(revenues: Iterable[float], rate: float) -> float:
    """Return F7, the worth today of revenues that come at the end of each period: Σₜ Rₜ / (1 + r)ᵗ, t = 1 … T.

    Args:
        revenues: R₁ … R_T in money, one a period; none are worth 0.
        rate: r, the discount rate of one period, as a share (0.10 is 10 %).

    Returns:
        Money of today.

    Raises:
        RateInvalid: the rate is -1 or less, or no number.
    """
    _check_rate(rate)
    return float(sum(revenue / (1 + rate) ** period for period, revenue in enumerate(revenues, start=1)))


def level_annuity(revenue: float, rate: float, periods: float) -> float:
    """Return F8, the worth today of the same revenue at the end of each period: R · (1 − (1 + r)^−T) / r.

    Args:
        revenue: R in money, each period.
        rate: r, the discount rate of one period, as a share; where it is 0 the answer is R · T.
        periods: T, how many; parts of a period are allowed.

    Returns:
        Money of today.

    Raises:
        RateInvalid: the rate is -1 or less, or no number.
        PeriodsInvalid: the periods are below 0, or no number.

    >>> round(level_annuity(1000, rate=0.10, periods=5), 2), level_annuity(1000, rate=0, periods=5)
    (3790.79, 5000.0)
    """
    _check_rate(rate)
    if not periods >= 0:
        raise PeriodsInvalid(periods=periods)
    # The sum is T · (1 − r (T + 1) / 2 + …): so near to nothing that it is T to the last digit, and r may be a number
    # too small to be divided by without losing all of its own.
    if abs(rate) * (periods + 1) < _NOTHING:
        return float(revenue * periods)
    # 1 − (1 + r)^−T by expm1 and log1p: the plain power loses every digit for a tiny rate.
    return float(revenue * -expm1(-periods * log1p(rate)) / rate)


def _check_rate(rate: float) -> None:
    # Turned round so that "not a number" is refused as well.
    if not rate > -1:
        raise RateInvalid(rate=rate)
