"""What the clean tables look like: the contract between this room and every room above it.

All of them always exist, empty where a business has no such records. Every `local_day` is a day in the
business's zone; a row counts for a figure as of a day only if it was known by then.
"""

from collections.abc import Mapping

import pyarrow as pa

from regulars.core import MONEY

_TEXT, _DAY, _TIME, _YES = pa.string(), pa.date32(), pa.timestamp("us"), pa.bool_()
_NUMBER, _COUNT = pa.float64(), pa.int64()

CLEAN_TABLES: Mapping[str, pa.Schema] = {
    # One row an order, and one a refund (amount below zero, netted to its order's day). `local_day` is the day
    # it counts to, `known_day` (never earlier) the day it became known. `order_number` is 1 for a customer's first
    # order, and `previous_day` the day of the one before (the same day if there were two; empty for the first);
    # refunds have neither. Orders are known on their day, so both are the same as of any day, and worked out once.
    "orders": pa.schema(
        [
            ("customer_id", _TEXT),
            ("ordered_at", _TIME),
            ("local_day", _DAY),
            ("known_day", _DAY),
            ("is_refund", _YES),
            ("amount", MONEY),
            ("cost", MONEY),
            ("discount", MONEY),
            ("channel", _TEXT),
            ("category", _TEXT),
            ("previous_day", _DAY),
            ("order_number", _COUNT),
        ]
    ),
    # The lines of orders that have more than one, where they name a category; an order of one line names its own.
    "order_lines": pa.schema([("customer_id", _TEXT), ("local_day", _DAY), ("category", _TEXT), ("amount", MONEY)]),
    "subscriptions": pa.schema(
        [
            ("customer_id", _TEXT),
            ("started_day", _DAY),
            ("ended_day", _DAY),
            ("plan", _TEXT),
            ("price", MONEY),
            ("period", _TEXT),
        ]
    ),
    "usage": pa.schema(
        [
            ("customer_id", _TEXT),
            ("local_day", _DAY),
            ("event", _TEXT),
            ("duration_minutes", _NUMBER),
            ("channel", _TEXT),
        ]
    ),
    # `rating` is the score brought to 0-100 on its own scale; empty where there was no score. All that is kept of a
    # text is `language` (zh, en, other, unknown) and `sentiment` (-1 to 1); empty where there was none.
    "feedback": pa.schema(
        [
            ("customer_id", _TEXT),
            ("local_day", _DAY),
            ("kind", _TEXT),
            ("score", _NUMBER),
            ("scale_min", _NUMBER),
            ("scale_max", _NUMBER),
            ("rating", _NUMBER),
            ("language", _TEXT),
            ("sentiment", _NUMBER),
            ("channel", _TEXT),
            ("first_reply_minutes", _NUMBER),
            ("resolution_minutes", _NUMBER),
            ("resolved_day", _DAY),
        ]
    ),
    "touches": pa.schema(
        [
            ("customer_id", _TEXT),
            ("local_day", _DAY),
            ("kind", _TEXT),
            ("cost", MONEY),
            ("minutes", _NUMBER),
            ("campaign_id", _TEXT),
            ("direction", _TEXT),
        ]
    ),
    "assignments": pa.schema(
        [
            ("customer_id", _TEXT),
            ("campaign_id", _TEXT),
            ("arm", _TEXT),
            ("assigned_day", _DAY),
            ("probability", _NUMBER),
        ]
    ),
    "referrals": pa.schema([("referrer_id", _TEXT), ("referred_id", _TEXT), ("referred_day", _DAY)]),
    # One row a person met in any record. `first_day` is the earliest day of any of them.
    "customers": pa.schema(
        [
            ("customer_id", _TEXT),
            ("first_day", _DAY),
            ("acquired_day", _DAY),
            ("acquisition_channel", _TEXT),
            ("acquisition_cost", MONEY),
            ("region", _TEXT),
            ("birth_year", _COUNT),
            ("may_profile", _YES),
            ("may_email", _YES),
            ("may_message", _YES),
            ("may_phone", _YES),
            ("may_share", _YES),
        ]
    ),
}
