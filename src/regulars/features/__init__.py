"""Features: what happened to each customer, as of a day?

Reads the clean tables of `customers`: orders, order_lines, usage, feedback, touches, subscriptions, referrals
and customers. Writes one row a customer met by that day, with some seventy columns: their purchases, the mix
of channels and categories, usage, feedback, contacts and what they cost, subscriptions, referrals, consent.
Only what was known at the end of `as_of` counts, and nobody's row depends on anybody else (what is an
outlier does: its bound is given from outside).

A count or a sum over nothing is 0; a mean, a gap or a day over nothing is missing.
"""

from regulars.features._build import ALL_PARTS, PartUnknown, build
from regulars.features._digits import significant

__all__ = ["ALL_PARTS", "PartUnknown", "build", "significant"]
