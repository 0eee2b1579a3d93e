"""Lifetime: what will they be worth?

Reads may_profile, order_count, orders_365d, days_since_last, tenure_days, margin_365d, margin_total, spend_365d
and spend_total; adds lifetime_value (the next twelve months, discounted), lifetime_value_low, lifetime_value_high,
lifetime_rule, yearly_margin, lifetime_reason.

>>> round(discounted_cash_flow([1000] * 5, rate=0.10), 2)
3790.79
"""

from regulars.lifetime._formulas import PeriodsInvalid, RateInvalid, discounted_cash_flow, level_annuity
from regulars.lifetime._plain import READS, add

__all__ = ["READS", "PeriodsInvalid", "RateInvalid", "add", "discounted_cash_flow", "level_annuity"]
