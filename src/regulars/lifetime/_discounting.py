"""How far ahead is valued and how much later money is worth: the conventions, in one place and printable."""

from dataclasses import dataclass
from math import ceil, inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.core import DAYS_PER_YEAR, Settings
from regulars.lifetime._formulas import PeriodsInvalid, RateInvalid
from regulars.lifetime.histories._questions import QuestionInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounting:
    """Real months of 365.25 / 12 days, each discounted as a whole, at its end or at its start.

    `annual_rate` is a share; the monthly rate is (1 + annual rate)^(1/12) − 1. Where `months` is no whole number the
    last one is cut short, and ends there.

    Raises:
        PeriodsInvalid: no time at all, or no number.
        RateInvalid: the rate is -1 or less, or no number.
        QuestionInvalid: `paid_at` is no time of a month.

    >>> Discounting(months=1, annual_rate=0.10).factors().round(6).tolist()
    [0.992089]
    """

    months: float = 12
    annual_rate: float = 0.10
    paid_at: Literal["month_end", "month_start"] = "month_end"

    def __post_init__(self) -> None:
        if not 0 < self.months < inf:
            raise PeriodsInvalid(periods=self.months)
        if not self.annual_rate > -1:
            raise RateInvalid(rate=self.annual_rate)
        if self.paid_at not in {"month_end", "month_start"}:
            raise QuestionInvalid(problem=f"paid_at is {self.paid_at!r}; it must be month_end or month_start")

    @classmethod
    def of(cls, settings: Settings) -> "Discounting":
        """Return the conventions of the settings' section `lifetime`."""
        return cls(months=settings.lifetime.horizon_months, annual_rate=settings.lifetime.annual_discount_rate)

    def month_ends_days(self) -> NDArray[np.float64]:
        """Return the end of each month, in days from now."""
        return np.asarray(self._ends() * (DAYS_PER_YEAR / 12), dtype=np.float64)

    def factors(self) -> NDArray[np.float64]:
        """Return what is left of each month's money."""
        waits = self._ends() if self.paid_at == "month_end" else np.arange(ceil(self.months))
        return np.asarray((1 + self.annual_rate) ** (-waits / 12), dtype=np.float64)

    def weights_of_totals(self) -> NDArray[np.float64]:
        """Return the weights by which running totals at the months' ends add up to the discounted sum.

        Σₘ fₘ (Gₘ − Gₘ₋₁) with G₀ = 0 is Σₘ (fₘ − fₘ₊₁) Gₘ with f of the month after the last 0.
        """
        factors = self.factors()
        return np.asarray(factors - np.append(factors[1:], 0.0), dtype=np.float64)

    def _ends(self) -> NDArray[np.float64]:
        return np.asarray(np.minimum(np.arange(1.0, ceil(self.months) + 1), self.months), dtype=np.float64)
