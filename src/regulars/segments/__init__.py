"""Segments: what kinds of customers do I have?

Reads may_profile, order_count, order_day_count, days_since_last, spend_total, tenure_days, gap_mean_days, usage and
subscription columns, and the sums of the last period and the one before; adds recency_score, frequency_score,
monetary_score, rfm_group, lifecycle_stage.

>>> rfm_group(recency=5, frequency=5)
'champions'
"""

from regulars.segments._add import add
from regulars.segments._grid import GROUPS, ScoreOutsideGrid, rfm_group
from regulars.segments._lifecycle import STAGE_READS, STAGES, add_stages
from regulars.segments._summary import summarise

__all__ = ["GROUPS", "STAGES", "STAGE_READS", "ScoreOutsideGrid", "add", "add_stages", "rfm_group", "summarise"]
