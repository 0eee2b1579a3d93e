"""Usage, feedback, touches, subscriptions, assignments and referrals, each cut to what analysis may see."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._clean_tables import CLEAN_TABLES
from regulars.customers._known_rows import known_rows
from regulars.engines import Engine

_MICROSECONDS_PER_MINUTE = 60_000_000

_USAGE = """
WITH known AS ({known})
SELECT customer_id, local_day, event, duration_minutes, channel FROM known
"""

# What was said was read from the row before: `answers`, by the row's place.
_FEEDBACK = """
WITH known AS ({known})
SELECT
    k.customer_id, k.local_day, a.kind, k.score, a.scale_min, a.scale_max, a.rating, a.language, a.sentiment,
    k.channel, k.first_reply_minutes, k.given_at, k.resolved_at, k.resolved_day
FROM known AS k
LEFT JOIN answers AS a ON a.file_id = k.file_id AND a.line = k.line
"""

_TOUCHES = """
WITH known AS ({known})
SELECT customer_id, local_day, kind, cost, minutes, campaign_id, direction FROM known
"""

_SUBSCRIPTIONS = """
WITH known AS ({known})
SELECT customer_id, local_day AS started_day, ended_day, plan, price, period FROM known
"""

_ASSIGNMENTS = """
WITH known AS ({known})
SELECT customer_id, campaign_id, arm, local_day AS assigned_day, probability FROM known
"""

# What somebody brought himself, or twice, stays: whoever counts referrals leaves it out and can say so. The same two
# are of the first day it was written down.
_REFERRALS = """
SELECT referrer_id, referred_id, min(referred_day) OVER (PARTITION BY referrer_id, referred_id) AS referred_day
FROM (
    SELECT
        coalesce(a.customer_id, r.referrer_key) AS referrer_id,
        coalesce(b.customer_id, r.referred_key) AS referred_id,
        r.referred_day
    FROM raw_referrals AS r
    ANTI JOIN duplicate_referrals AS d ON d.file_id = r.file_id AND d.line = r.line
    LEFT JOIN crosswalk AS a ON a.file_id = r.file_id AND a.customer_key = r.referrer_key
    LEFT JOIN crosswalk AS b ON b.file_id = r.file_id AND b.customer_key = r.referred_key
) AS told
"""

_STATEMENTS = {
    "usage": _USAGE,
    "touches": _TOUCHES,
    "subscriptions": _SUBSCRIPTIONS,
    "assignments": _ASSIGNMENTS,
}


def clean_events(engine: Engine) -> None:
    """Write the clean tables of every kind but orders and people. Free text is left behind.

    Raw rows that were cut are dropped at once: the orders, which come next, need the memory they take.
    """
    for kind, statement in _STATEMENTS.items():
        engine.run(statement.format(known=known_rows(kind)), into=kind)
        engine.drop(f"raw_{kind}", f"duplicate_{kind}")
    engine.map_batches(
        _FEEDBACK.format(known=known_rows("feedback")), _with_resolution, CLEAN_TABLES["feedback"], into="feedback"
    )
    engine.run(_REFERRALS, into="referrals")


def _with_resolution(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Add the minutes from question to solution, in Arrow: engines do not agree on differences of times."""
    schema = CLEAN_TABLES["feedback"]
    for batch in batches:
        taken = pc.subtract(batch.column("resolved_at").cast(pa.int64()), batch.column("given_at").cast(pa.int64()))
        minutes = pc.divide(taken.cast(pa.float64()), float(_MICROSECONDS_PER_MINUTE))
        columns = {name: batch.column(name) for name in batch.schema.names}
        columns["resolution_minutes"] = pc.if_else(pc.greater_equal(taken, 0), minutes, None)
        arrays = [columns[field.name].cast(field.type) for field in schema]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
