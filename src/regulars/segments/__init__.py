"""Segments: what kinds of customers do I have?

Reads may_profile, order_count, order_day_count, days_since_last, spend_total, tenure_days, gap_mean_days, usage and
subscription columns, and the sums of the last period and the one before; adds recency_score, frequency_score,
monetary_score, rfm_group, lifecycle_stage, and from spend_mean besides cluster, cluster_reason.

>>> rfm_group(recency=5, frequency=5)
'champions'
"""

from regulars.segments._add import add
from regulars.segments._clusters import LEAST_CUSTOMERS, LEAST_STABILITY, add_clusters
from regulars.segments._grid import GROUPS, ScoreOutsideGrid, rfm_group
from regulars.segments._lifecycle import STAGE_READS, STAGES, add_stages
from regulars.segments._results import Candidate, Cluster, Clusters, Scale, Trait
from regulars.segments._summary import summarise
from regulars.segments._traits import TRAITS

__all__ = [
    "GROUPS",
    "LEAST_CUSTOMERS",
    "LEAST_STABILITY",
    "STAGES",
    "STAGE_READS",
    "TRAITS",
    "Candidate",
    "Cluster",
    "Clusters",
    "Scale",
    "ScoreOutsideGrid",
    "Trait",
    "add",
    "add_clusters",
    "add_stages",
    "rfm_group",
    "summarise",
]
