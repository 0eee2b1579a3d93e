"""Customers: who is who, and which of their records are clean enough to count?

Reads the raw tables of `records`; writes the clean tables (`CLEAN_TABLES`): one person under one id, duplicates
out, refunds netted, outliers marked, and what each person allows.
"""

from regulars.customers._clean import Cleaning, clean
from regulars.customers._clean_tables import CLEAN_TABLES
from regulars.customers._crosswalk import remember_profiles
from regulars.customers._identity import HashedIdentities, Resolve, WorkspaceUnreadable, read_identities

__all__ = [
    "CLEAN_TABLES",
    "Cleaning",
    "HashedIdentities",
    "Resolve",
    "WorkspaceUnreadable",
    "clean",
    "read_identities",
    "remember_profiles",
]
