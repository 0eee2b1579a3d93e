"""Customers: who is who, and which of their records are clean enough to count?

Reads the raw tables of `records`, and `answers` of `feedback`; writes the clean tables (`CLEAN_TABLES`): one person
under one id whatever the channel, duplicates out, refunds netted, and what each person allows. Says which amounts are
far out, as of a day. What a workspace remembers of merges is read and decided on here too.
"""

from regulars.customers._accounts import match_identities, read_facts_of_persons
from regulars.customers._clean import Cleaning, clean
from regulars.customers._clean_tables import CLEAN_TABLES
from regulars.customers._hiding import hide_identities
from regulars.customers._identity import IDENTITY_SCHEMA, Crosswalk, HashedIdentities, read_identities
from regulars.customers._keys import address_keys
from regulars.customers._matching import Matching
from regulars.customers._merges import (
    decide,
    forget_people,
    read_merges,
    read_persons,
    read_review,
    read_told_apart,
    remember_matching,
)
from regulars.customers._outliers import outlier_bound

__all__ = [
    "CLEAN_TABLES",
    "IDENTITY_SCHEMA",
    "Cleaning",
    "Crosswalk",
    "HashedIdentities",
    "Matching",
    "address_keys",
    "clean",
    "decide",
    "forget_people",
    "hide_identities",
    "match_identities",
    "outlier_bound",
    "read_facts_of_persons",
    "read_identities",
    "read_merges",
    "read_persons",
    "read_review",
    "read_told_apart",
    "remember_matching",
]
