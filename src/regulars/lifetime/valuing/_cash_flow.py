"""Discounted cash flow: next year as the last one, customer by customer; the plain rule as a model among others."""

from datetime import date
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from regulars.core import DAYS_PER_YEAR
from regulars.lifetime.histories import HistoryInvalid, OrdersUnusable, PurchaseSummary, Span
from regulars.lifetime.histories._spans import days_ahead
from regulars.lifetime.models import ModelNotFitted
from regulars.lifetime.valuing._values import (
    YEAR,
    LifetimeValues,
    PaidAt,
    discounted_by,
    values_at_a_pace,
)

Array = NDArray[np.float64]
_WINDOW = 365
_EPOCH = date(1970, 1, 1)


class DiscountedCashFlow:
    """A model of value: the money of the last 365 days, again every year of the horizon, discounted (F7 and F8).

    Who has been a customer for less than a year, but for `annualise_after_days` or longer, is taken to go on at the
    same pace; who is newer gets `yearly_of_the_new_`, the mean of all others, the silent among them. Who was silent
    for 365 days is worth nothing. It knows of no chance, so it has no interval.

    >>> import pyarrow as pa
    >>> days = ["2023-06-30", "2024-01-31", "2024-06-30", "2024-12-31"]
    >>> orders = pa.table({"customer_id": ["a"] * 4, "ordered_at": days, "amount": [50, 400, 400, 400]})
    >>> everybody = PurchaseSummary.from_orders(orders)
    >>> DiscountedCashFlow().fit(everybody).lifetime_value(everybody).value.round(2).tolist()
    [1140.05]
    """

    name: ClassVar[str] = "discounted_cash_flow"
    yearly_of_the_new_: float

    def __init__(self, *, annualise_after_days: int = 90) -> None:
        self.annualise_after_days = annualise_after_days

    def fit(self, summary: PurchaseSummary) -> Self:
        """Learn what a customer brings who is known for long enough; 0 where nobody is.

        Raises:
            OrdersUnusable: the summary was made of columns, which do not say when money came.
            HistoryInvalid: the orders have no amounts.
        """
        yearly = self._own_pace(summary)
        known = ~np.isnan(yearly)
        weight = summary.weight[known]
        self.yearly_of_the_new_ = float((weight * yearly[known]).sum() / weight.sum()) if weight.sum() else 0.0
        return self

    def yearly(self, summary: PurchaseSummary) -> Array:
        """Return the money expected of each in a year, before the margin, shape (n,).

        Raises:
            ModelNotFitted: `fit` was not called.
            OrdersUnusable, HistoryInvalid: as `fit`.
        """
        if not hasattr(self, "yearly_of_the_new_"):
            raise ModelNotFitted(model=self.name, reason="fit was not called")
        own = self._own_pace(summary)
        return np.where(np.isnan(own), self.yearly_of_the_new_, own)

    def lifetime_value(
        self,
        summary: PurchaseSummary,
        horizon: float | Span = YEAR,
        *,
        annual_rate: float = 0.10,
        margin: float = 1.0,
        paid_at: PaidAt = "month_end",
    ) -> LifetimeValues:
        """Return Σₘ fₘ · a month's share of the yearly money, times the margin, with no interval.

        Raises:
            ModelNotFitted: `fit` was not called.
            OrdersUnusable, HistoryInvalid: as `fit`.
            MarginInvalid, RateInvalid, SpanInvalid, PeriodsInvalid, QuestionInvalid: a convention means nothing.
        """
        return values_at_a_pace(
            summary,
            self.yearly(summary) / DAYS_PER_YEAR,
            model=self.name,
            paid=discounted_by(days_ahead(horizon, summary.time_unit_days), annual_rate, paid_at),
            margin=margin,
            counted_by={"annualise_after_days": self.annualise_after_days},
        )

    def _own_pace(self, summary: PurchaseSummary) -> Array:
        """Return the money of a year at each one's own pace, NaN for who is not known for long enough."""
        if summary.purchases is None:
            raise OrdersUnusable(problem="the summary was made of columns, which do not say when money came")
        who, time, amount = summary.purchases.netted()
        if amount is None:
            raise HistoryInvalid(row=0, problem="the orders have no amount, and a value in money needs them")
        silence_begins = (summary.purchases.as_of - _EPOCH).days - _WINDOW
        recent = np.floor(time) > silence_begins
        spent = np.bincount(who[recent], weights=amount[recent], minlength=len(summary))
        silent = np.bincount(who[recent], minlength=len(summary)) == 0
        tenure = summary.T * summary.time_unit_days
        pace = spent * _WINDOW / np.clip(tenure, 1.0, _WINDOW)
        return np.where(silent & (tenure >= _WINDOW), 0.0, np.where(tenure >= self.annualise_after_days, pace, np.nan))
