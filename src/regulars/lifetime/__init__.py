"""Lifetime: what will they be worth?

Reads may_profile, order_count, orders_365d, days_since_last, tenure_days, margin_365d, margin_total, spend_365d
and spend_total; adds lifetime_value (the next twelve months, discounted), lifetime_value_low, lifetime_value_high,
lifetime_rule, yearly_margin, lifetime_reason, expected_orders, p_alive.

Beside that plain rule stand four models of purchases and gamma-gamma (they read repeat_count, age_at_last_days,
gap_log_sum too): `trial` tells at a day that is past which of them earns its place, if any, `add` goes by who did,
`revenue` tells what the base will bring. `learn` fits them, `forecast` writes expected_orders, p_alive, value,
value_low, value_high and forecast_reason; `doubt_of_sums` tells how sure they are of all values together. The models
themselves, for whoever wants one without the rest, stand in `models`; what they learn from, in `histories`; values in
money by any, in `valuing`; which of them foretold best, in `comparing`, which is loaded by its name; what would move
the value of the base, in `economics`.

>>> round(discounted_cash_flow([1000] * 5, rate=0.10), 2)
3790.79
"""

from regulars.lifetime import economics, histories, models, valuing
from regulars.lifetime._add import READS, Learned, add
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._doubt import doubt_of_sums
from regulars.lifetime._forecast import forecast
from regulars.lifetime._formulas import PeriodsInvalid, RateInvalid, discounted_cash_flow, level_annuity
from regulars.lifetime._learn import learn
from regulars.lifetime._revenue import Revenue, revenue
from regulars.lifetime._rules import Rule
from regulars.lifetime._trial import LifetimeTrial, trial

__all__ = [
    "READS",
    "Discounting",
    "Learned",
    "LifetimeTrial",
    "PeriodsInvalid",
    "RateInvalid",
    "Revenue",
    "Rule",
    "add",
    "discounted_cash_flow",
    "doubt_of_sums",
    "economics",
    "forecast",
    "histories",
    "learn",
    "level_annuity",
    "models",
    "revenue",
    "trial",
    "valuing",
]
