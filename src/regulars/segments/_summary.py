"""How large each kind of customer is, and what it brings: the rows behind the report's grid and its lists."""

import pyarrow as pa

from regulars.core import MONEY_SQL
from regulars.engines import Engine, quoted

_STATEMENT = """
WITH known AS (
    SELECT
        kinds.rfm_group,
        kinds.lifecycle_stage,
        kinds.recency_score,
        kinds.frequency_score,
        alike.cluster,
        told.spend_total,
        told.order_count,
        told.days_since_last,
        worth.lifetime_value
    FROM {segments} AS kinds
    JOIN {features} AS told ON told.customer_id = kinds.customer_id
    LEFT JOIN {clusters} AS alike ON alike.customer_id = kinds.customer_id
    LEFT JOIN {lifetime} AS worth ON worth.customer_id = kinds.customer_id
), sorted_out AS (
    SELECT
        'rfm_group' AS segmentation, rfm_group AS segment, CAST(NULL AS BIGINT) AS recency_score,
        CAST(NULL AS BIGINT) AS frequency_score, spend_total, order_count, days_since_last, lifetime_value
    FROM known
    WHERE rfm_group IS NOT NULL
    UNION ALL
    SELECT
        'lifecycle_stage', lifecycle_stage, NULL, NULL, spend_total, order_count, days_since_last, lifetime_value
    FROM known
    WHERE lifecycle_stage IS NOT NULL
    UNION ALL
    SELECT
        'cluster', CAST(cluster AS VARCHAR), NULL, NULL, spend_total, order_count, days_since_last, lifetime_value
    FROM known
    WHERE cluster IS NOT NULL
    UNION ALL
    SELECT
        'rf_grid', rfm_group, recency_score, frequency_score, spend_total, order_count, days_since_last, lifetime_value
    FROM known
    WHERE rfm_group IS NOT NULL
), counted AS (
    SELECT
        segmentation,
        segment,
        recency_score,
        frequency_score,
        count(*) AS customers,
        CAST(sum(spend_total) AS {money}) AS spend_total,
        sum(lifetime_value) AS lifetime_value,
        avg(CAST(order_count AS DOUBLE)) AS order_count_mean,
        avg(CAST(days_since_last AS DOUBLE)) AS days_since_last_mean
    FROM sorted_out
    GROUP BY segmentation, segment, recency_score, frequency_score
)
SELECT
    segmentation,
    segment,
    recency_score,
    frequency_score,
    customers,
    CAST(customers AS DOUBLE)
        / nullif(CAST(sum(customers) OVER (PARTITION BY segmentation) AS DOUBLE), 0) AS share_of_customers,
    spend_total,
    CAST(spend_total AS DOUBLE)
        / nullif(CAST(sum(spend_total) OVER (PARTITION BY segmentation) AS DOUBLE), 0) AS share_of_spend,
    lifetime_value,
    order_count_mean,
    days_since_last_mean
FROM counted
"""

# What stands in for a table that was not made.
_EMPTY = {
    "lifetime": pa.schema([("customer_id", pa.string()), ("lifetime_value", pa.float64())]),
    "clusters": pa.schema([("customer_id", pa.string()), ("cluster", pa.int64())]),
}


def summarise(
    engine: Engine,
    *,
    segments: str = "segments",
    features: str = "features",
    lifetime: str = "lifetime",
    clusters: str = "clusters",
    into: str = "segment_summary",
) -> None:
    """Write one row a segment: size, spend and worth, by group, stage, cluster and cell of the R×F grid.

    Shares are of the customers that have such a segment, so those of one segmentation add up to 1. Segments without
    customers have no row, clusters none where there is no table of them; a cell of the grid bears the name of its
    group. `lifetime_value` is the sum, NULL where there is no table of that name.
    """
    names = {"segments": segments, "features": features, "lifetime": lifetime, "clusters": clusters}
    absent = {what: f"{into}_no_{what}" for what in _EMPTY if not engine.columns(names[what])}
    for what, name in absent.items():
        engine.load(name, pa.Table.from_pylist([], schema=_EMPTY[what]))
    told = {what: quoted(name) for what, name in (names | absent).items()}
    engine.run(_STATEMENT.format(money=MONEY_SQL, **told), into=into)
    engine.drop(*absent.values())
