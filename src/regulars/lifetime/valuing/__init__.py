"""Valuing: what is each customer worth in money, and by which conventions?

A model of purchases and a model of spend, or a fixed amount, make a value of a horizon, discounted; so do the last year
again (`DiscountedCashFlow`) and a regression on what is known of customers (`RegressionLifetimeValue`). Every value
carries the conventions it was made by.

>>> from regulars.lifetime.histories import PurchaseSummary
>>> from regulars.lifetime.models import BetaGeometricNBD
>>> model = BetaGeometricNBD.with_parameters(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
>>> summary = PurchaseSummary.from_columns([2, 0], [30.43, 0], [38.86, 38.86], time_unit="week")
>>> worth = lifetime_value(summary, purchases=model, spend=35.0, annual_rate=0.10, margin=0.5)
>>> worth.table["value"].to_pylist()
[26.0..., 4.2...]
"""

from regulars.lifetime.valuing._cash_flow import DiscountedCashFlow
from regulars.lifetime.valuing._purchases_and_spend import PurchasesAndSpend, lifetime_value
from regulars.lifetime.valuing._regression import RegressionLifetimeValue, RegressionUnusable
from regulars.lifetime.valuing._totals import TotalPurchases, total_purchases
from regulars.lifetime.valuing._values import LifetimeValues, MarginInvalid

__all__ = [
    "DiscountedCashFlow",
    "LifetimeValues",
    "MarginInvalid",
    "PurchasesAndSpend",
    "RegressionLifetimeValue",
    "RegressionUnusable",
    "TotalPurchases",
    "lifetime_value",
    "total_purchases",
]
