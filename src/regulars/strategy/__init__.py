"""Strategy: whom should we write to, with what, and what will it bring?

Reads features (may_profile, may_email, may_message, may_phone, order_count, days_since_last, gap_mean_days,
margin_total, spend_mean), segments (lifecycle_stage, rfm_group) and scores (satisfaction_score); adds `actions`
(one row a customer: rank, action, channel, cost, expected_gain, ...) and `action_reasons`.

>>> held_out_below(0.10)
'19999999'
"""

from regulars.strategy._holdout import campaign_id, held_out_below
from regulars.strategy._plan import plan
from regulars.strategy._reasons import REASON_CODES, SEEN_IN, seen
from regulars.strategy._results import LEAVE_ALONE, PlanSummary

__all__ = ["LEAVE_ALONE", "REASON_CODES", "SEEN_IN", "PlanSummary", "campaign_id", "held_out_below", "plan", "seen"]
