"""Recency, frequency and monetary scores from 1 to 5, the same for equal values.

Most shops are full of one-time buyers. Five equal slices by row order would give some of them a 1 and some a 3, so
a score comes from the percentile of a value's mid-rank: min(5, 1 + floor(5 · (less + equal / 2) / n)), where `less`
customers have a worse value, `equal` the same one, and n bought at all. Or from own cut points: the score is one
more than the cut points reached, and reaching is enough (with frequency cuts 2, 3, 5, 8 three order days score 3);
recency is cut in days, and with 30, 60, 90, 180 a customer last seen 30 days ago still scores 5.
"""

import pyarrow as pa

from regulars.core import Settings
from regulars.engines import Engine, quoted

# `value` always rises from worse to better, so recency is the days since the last order below zero.
_VALUES = """
WITH counted AS (
    SELECT 'recency' AS measure, CAST(-days_since_last AS DOUBLE) AS value, count(*) AS equal
    FROM {features} WHERE may_profile AND order_count > 0 AND days_since_last IS NOT NULL
    GROUP BY days_since_last
    UNION ALL
    SELECT 'frequency' AS measure, CAST(order_day_count AS DOUBLE) AS value, count(*) AS equal
    FROM {features} WHERE may_profile AND order_count > 0 AND order_day_count IS NOT NULL
    GROUP BY order_day_count
    UNION ALL
    SELECT 'monetary' AS measure, CAST(spend_total AS DOUBLE) AS value, count(*) AS equal
    FROM {features} WHERE may_profile AND order_count > 0 AND spend_total IS NOT NULL
    GROUP BY CAST(spend_total AS DOUBLE)
), ranked AS (
    SELECT
        measure,
        value,
        CAST(equal AS DOUBLE) AS equal,
        CAST(sum(equal) OVER (PARTITION BY measure ORDER BY value ROWS UNBOUNDED PRECEDING) AS DOUBLE) AS up_to,
        CAST(sum(equal) OVER (PARTITION BY measure) AS DOUBLE) AS n
    FROM counted
)
SELECT
    ranked.measure,
    ranked.value,
    CAST(
        CASE
            WHEN cuts.first IS NULL
            THEN least(5, 1 + floor(5 * (ranked.up_to - ranked.equal / 2) / nullif(ranked.n, 0)))
            WHEN ranked.value >= cuts.fourth THEN 5
            WHEN ranked.value >= cuts.third THEN 4
            WHEN ranked.value >= cuts.second THEN 3
            WHEN ranked.value >= cuts.first THEN 2
            ELSE 1
        END
    AS BIGINT) AS score
FROM ranked
LEFT JOIN {cuts} AS cuts ON cuts.measure = ranked.measure
"""

_CUTS = pa.schema([("measure", pa.string())] + [(n, pa.float64()) for n in ("first", "second", "third", "fourth")])


def score_values(engine: Engine, *, settings: Settings, features: str, into: str) -> None:
    """Write the score of every value that occurs: columns measure, value (rising towards better) and score."""
    cuts = settings.segments
    given = {
        "recency": tuple(-cut for cut in reversed(cuts.recency_cuts)),
        "frequency": cuts.frequency_cuts,
        "monetary": cuts.monetary_cuts,
    }
    rows = [dict(zip(_CUTS.names, (measure, *points), strict=True)) for measure, points in given.items() if points]
    own_cuts = f"{into}_cuts"
    engine.load(own_cuts, pa.Table.from_pylist(rows, schema=_CUTS))
    engine.run(_VALUES.format(features=quoted(features), cuts=quoted(own_cuts)), into=into)
    engine.drop(own_cuts)
