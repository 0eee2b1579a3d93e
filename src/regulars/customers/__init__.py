"""Customers: who is who?"""

from regulars.customers._clean_tables import CLEAN_TABLES

__all__ = ["CLEAN_TABLES"]
