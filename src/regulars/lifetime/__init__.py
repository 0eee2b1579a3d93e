"""Lifetime: what will they be worth?

Reads may_profile, order_count, orders_365d, days_since_last, tenure_days, margin_365d, margin_total, spend_365d
and spend_total; adds lifetime_value (the next twelve months, discounted), lifetime_value_low, lifetime_value_high,
lifetime_rule, yearly_margin, lifetime_reason.

Beside that plain rule stand BG/NBD and gamma-gamma: `learn` fits them (reads repeat_count, age_at_last_days too),
`forecast` writes expected_orders, p_alive, p_purchase_horizon, value, value_low, value_high, forecast_reason.

>>> round(discounted_cash_flow([1000] * 5, rate=0.10), 2)
3790.79
"""

from regulars.lifetime._bg_nbd import BetaGeometricNBD
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._forecast import FORECAST_SCHEMA, HISTORIES, forecast, forecast_batches
from regulars.lifetime._formulas import PeriodsInvalid, RateInvalid, discounted_cash_flow, level_annuity
from regulars.lifetime._gamma_gamma import GammaGamma
from regulars.lifetime._histories import HistoryInvalid
from regulars.lifetime._learn import learn
from regulars.lifetime._plain import READS, add
from regulars.lifetime._results import ModelFit, ModelNotFitted

__all__ = [
    "FORECAST_SCHEMA",
    "HISTORIES",
    "READS",
    "BetaGeometricNBD",
    "Discounting",
    "GammaGamma",
    "HistoryInvalid",
    "ModelFit",
    "ModelNotFitted",
    "PeriodsInvalid",
    "RateInvalid",
    "add",
    "discounted_cash_flow",
    "forecast",
    "forecast_batches",
    "learn",
    "level_annuity",
]
