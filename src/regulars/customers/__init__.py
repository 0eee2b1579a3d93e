"""Customers: who is who, and which of their records are clean enough to count?

Reads the raw tables of `records`, and `answers` of `feedback`; writes the clean tables (`CLEAN_TABLES`): one person
under one id, duplicates out, refunds netted, and what each person allows. Says which amounts are far out, as of a day.
"""

from regulars.customers._clean import Cleaning, clean
from regulars.customers._clean_tables import CLEAN_TABLES
from regulars.customers._crosswalk import remember_known, remember_profiles
from regulars.customers._hiding import hide_identities
from regulars.customers._identity import HashedIdentities, Resolve, WorkspaceUnreadable, read_identities
from regulars.customers._outliers import outlier_bound
from regulars.customers._soundness import Soundness

__all__ = [
    "CLEAN_TABLES",
    "Cleaning",
    "HashedIdentities",
    "Resolve",
    "Soundness",
    "WorkspaceUnreadable",
    "clean",
    "hide_identities",
    "outlier_bound",
    "read_identities",
    "remember_known",
    "remember_profiles",
]
