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

# A score without a scale has the usual scale of its kind; without either, or off its scale, it has no rating.
_FEEDBACK = """
WITH known AS ({known}), worded AS (
    SELECT *, coalesce(kind, 'comment') AS kind_word FROM known
), scaled AS (
    SELECT
        *,
        CAST(coalesce(scale_min, CASE kind_word
            WHEN 'nps' THEN 0 WHEN 'csat' THEN 1 WHEN 'ces' THEN 1 WHEN 'review' THEN 1 END) AS DOUBLE) AS low,
        CAST(coalesce(scale_max, CASE kind_word
            WHEN 'nps' THEN 10 WHEN 'csat' THEN 5 WHEN 'ces' THEN 7 WHEN 'review' THEN 5 END) AS DOUBLE) AS high
    FROM worded
)
SELECT
    customer_id, local_day, kind_word AS kind, score, low AS scale_min, high AS scale_max,
    CASE WHEN score BETWEEN low AND high THEN 100.0 * (score - low) / nullif(high - low, 0) END AS rating,
    channel, first_reply_minutes, given_at, resolved_at, resolved_day
FROM scaled
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

# Nobody refers himself, and a person is referred by another once, on the first day it was written down.
_REFERRALS = """
SELECT
    coalesce(a.customer_id, r.referrer_key) AS referrer_id, coalesce(b.customer_id, r.referred_key) AS referred_id,
    min(r.referred_day) AS referred_day
FROM raw_referrals AS r
ANTI JOIN duplicate_referrals AS d ON d.file_id = r.file_id AND d.line = r.line
LEFT JOIN crosswalk AS a ON a.file_id = r.file_id AND a.customer_key = r.referrer_key
LEFT JOIN crosswalk AS b ON b.file_id = r.file_id AND b.customer_key = r.referred_key
WHERE coalesce(a.customer_id, r.referrer_key) <> coalesce(b.customer_id, r.referred_key)
GROUP BY coalesce(a.customer_id, r.referrer_key), coalesce(b.customer_id, r.referred_key)
"""

_STATEMENTS = {
    "usage": _USAGE,
    "touches": _TOUCHES,
    "subscriptions": _SUBSCRIPTIONS,
    "assignments": _ASSIGNMENTS,
}


def clean_events(engine: Engine) -> None:
    """Write the clean tables of every kind but orders and people. Free text is left behind."""
    for kind, statement in _STATEMENTS.items():
        engine.run(statement.format(known=known_rows(kind)), into=kind)
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
