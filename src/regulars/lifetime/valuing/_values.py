"""Values in money with the conventions behind them: a value without its conventions is 3.9 times too high somewhere.

A published tutorial fits weeks and values days. So nothing here is a bare number: horizon, months, discount and margin
come along, and print.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.core import DAYS_PER_YEAR, RegularsError
from regulars.lifetime._discounting import Discounting
from regulars.lifetime.histories import PurchaseSummary, Span

Array = NDArray[np.float64]
PaidAt = Literal["month_end", "month_start"]
Dependence = Literal["none", "small", "doubtful"]
_SMALL, _MEDIUM = 0.1, 0.3
YEAR = Span(12, "month")
"""The horizon of whoever names none."""


class MarginInvalid(RegularsError):
    """A share of the spend that is kept, and is none."""

    code = "margin_invalid"
    template = "A margin of {margin} means nothing. Give the share of the spend that is earned, above 0: 0.30."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LifetimeValues:
    """One row a row of the summary, and what it was made by; `print` it for the conventions.

    `table` has customer_id where the summary has it; value, in money of today; value_low and value_high, the interval
    of the expected value at `level` (from the doubt about parameters; null where a model was told them, or has none,
    and `level` is None): not where the outcome will fall. Models of purchases add expected_purchases, in the whole
    horizon and not discounted, and expected_spend, the money of one, before the margin. `checks` holds figures about
    what the models take for granted.
    """

    table: pa.Table
    model: str
    discounting: Discounting
    margin: float
    level: float | None
    counted_by: Mapping[str, object]
    checks: Mapping[str, float] = field(default_factory=dict)

    @property
    def value(self) -> Array:
        """The values alone, shape (rows,)."""
        return np.asarray(self.table["value"].to_numpy(), dtype=np.float64)

    def conventions(self) -> dict[str, object]:
        """Return everything the values were made by, for a program to keep; the text of this object is the same."""
        paid = self.discounting
        told: dict[str, object] = {
            "model": self.model,
            "horizon_months": paid.months,
            "days_of_a_month": DAYS_PER_YEAR / 12,
            "annual_rate": paid.annual_rate,
            "monthly_rate": (1 + paid.annual_rate) ** (1 / 12) - 1,
            "paid_at": paid.paid_at,
            "margin": self.margin,
            "interval": "none" if self.level is None else f"{self.level:.0%} of the expected value",
            **self.counted_by,
            **self.checks,
        }
        return told | ({} if self.dependence is None else {"dependence": self.dependence})

    @property
    def dependence(self) -> Dependence | None:
        """How far how often and how much go together, which gamma-gamma takes for not at all; None without it.

        By the size of Pearson's correlation among repeaters: "none" below .1, "small" below .3, else "doubtful": then
        frequent customers are valued wrongly, and their spend is to be looked at by itself. Source of the bounds:
        J. Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), ch. 3.
        """
        found = self.checks.get("pearson_frequency_spend")
        if found is None:
            return None
        return "none" if abs(found) < _SMALL else "small" if abs(found) < _MEDIUM else "doubtful"

    def __str__(self) -> str:
        told = self.conventions()
        width = max(map(len, told))
        lines = [
            f"{name:{width}}  {value:.6g}" if isinstance(value, float) else f"{name:{width}}  {value}"
            for name, value in told.items()
        ]
        return "\n".join(lines)


def discounted_by(days: float, annual_rate: float, paid_at: PaidAt) -> Discounting:
    """Return a horizon in days, with its rate, as real months.

    Raises:
        QuestionInvalid: `paid_at` is no time of a month.
        PeriodsInvalid: the horizon is no time.
        RateInvalid: the rate is -1 or less, or no number.
    """
    # Twelve digits: 52.17857 weeks are twelve months, and no sliver of a thirteenth.
    months = float(f"{days / (DAYS_PER_YEAR / 12):.12g}")
    return Discounting(months=months, annual_rate=annual_rate, paid_at=paid_at)


def checked_margin(margin: float) -> float:
    """Return the margin.

    Raises:
        MarginInvalid: it is not above 0, or no number.
    """
    if not 0 < margin < float("inf"):
        raise MarginInvalid(margin=margin)
    return float(margin)


def value_table(summary: PurchaseSummary, figures: Mapping[str, Array]) -> pa.Table:
    """Return figures as a table, a row a row of the summary, with its ids where it has them; NaN is null."""
    found = {} if summary.customer_id is None else {"customer_id": summary.customer_id}
    return pa.table(found | {name: pa.array(each, mask=np.isnan(each)) for name, each in figures.items()})


def values_at_a_pace(
    summary: PurchaseSummary,
    daily: Array,
    *,
    model: str,
    paid: Discounting,
    margin: float,
    counted_by: Mapping[str, object],
) -> LifetimeValues:
    """Return the values of money that comes evenly, so much a day, shape (rows,); they have no interval.

    Raises:
        MarginInvalid: the margin is not above 0, or no number.
    """
    share = checked_margin(margin)
    days = np.diff(paid.month_ends_days(), prepend=0.0)
    value = daily * float((paid.factors() * days).sum()) * share
    unknown = np.full(value.size, np.nan)
    return LifetimeValues(
        table=value_table(summary, {"value": value, "value_low": unknown, "value_high": unknown}),
        model=model,
        discounting=paid,
        margin=share,
        level=None,
        counted_by={**summary.conventions(), **counted_by},
    )
