"""Rates: how does the whole do?

Reads the clean tables orders, usage, subscriptions, feedback, touches, referrals and customers. Returns figures,
each with its base, its interval and its period, or with the reason why it cannot be known; writes `cohorts`
(cohort, month_number, cohort_size, active_customers, retention with retention_low and retention_high, revenue,
revenue_per_customer, is_partial). Everybody counts here, also who withdrew consent to being profiled.
"""

from regulars.rates._activity import churn_rate, retention_rate
from regulars.rates._answers import customer_effort_score, customer_satisfaction, net_promoter_score
from regulars.rates._cohorts import cohorts
from regulars.rates._concentration import concentration
from regulars.rates._efficiency import sales_efficiency
from regulars.rates._measure import headline, measure
from regulars.rates._purchases import repeat_purchase_rate
from regulars.rates._referrals import referral_rate
from regulars.rates._results import Comparison, ConcentrationPoint, Rates, SalesEfficiency

__all__ = [
    "Comparison",
    "ConcentrationPoint",
    "Rates",
    "SalesEfficiency",
    "churn_rate",
    "cohorts",
    "concentration",
    "customer_effort_score",
    "customer_satisfaction",
    "headline",
    "measure",
    "net_promoter_score",
    "referral_rate",
    "repeat_purchase_rate",
    "retention_rate",
    "sales_efficiency",
]
