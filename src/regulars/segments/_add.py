"""One row a customer: the three scores, the group they make, and the stage of life."""

import pyarrow as pa

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.segments._grid import rfm_group
from regulars.segments._lifecycle import SILENT_DAYS, STAGE, stage_values
from regulars.segments._rfm import score_values

_STATEMENT = """
SELECT
    told.customer_id,
    recency.score AS recency_score,
    frequency.score AS frequency_score,
    monetary.score AS monetary_score,
    grid.rfm_group,
    CASE WHEN told.may_profile THEN {stage} END AS lifecycle_stage
FROM (
    SELECT
        *,
        {silent_days} AS silent_days,
        coalesce(gap_mean_days, $median_gap) AS gap_days,
        CASE WHEN may_profile AND order_count > 0 THEN CAST(-days_since_last AS DOUBLE) END AS recency,
        CASE WHEN may_profile AND order_count > 0 THEN CAST(order_day_count AS DOUBLE) END AS frequency,
        CASE WHEN may_profile AND order_count > 0 THEN CAST(spend_total AS DOUBLE) END AS monetary
    FROM {features}
) AS told
LEFT JOIN {values} AS recency ON recency.measure = 'recency' AND recency.value = told.recency
LEFT JOIN {values} AS frequency ON frequency.measure = 'frequency' AND frequency.value = told.frequency
LEFT JOIN {values} AS monetary ON monetary.measure = 'monetary' AND monetary.value = told.monetary
LEFT JOIN {grid} AS grid ON grid.recency = recency.score AND grid.frequency = frequency.score
"""


def add(
    engine: Engine, *, settings: Settings, period_days: int, features: str = "features", into: str = "segments"
) -> None:
    """Write every customer's RFM scores, RFM group and lifecycle stage into `into`.

    Args:
        engine: holds the table `features`.
        settings: section `segments`: own cut points, and the multiples of the lifecycle's rules.
        period_days: the window of the lifecycle, the one `features` was built with.
        features: the name of the customers' features.
        into: the table to write. Scores and group are NULL for people without an order, and everything is NULL for
            people who refused profiling; neither counts in anybody else's percentile.
    """
    values, grid = f"{into}_values", f"{into}_grid"
    score_values(engine, settings=settings, features=features, into=values)
    engine.load(grid, _grid())
    engine.run(
        _STATEMENT.format(
            silent_days=SILENT_DAYS,
            stage=STAGE,
            features=quoted(features),
            values=quoted(values),
            grid=quoted(grid),
        ),
        into=into,
        **stage_values(engine, settings=settings, period_days=period_days, features=features),
    )
    engine.drop(values, grid)


def _grid() -> pa.Table:
    cells = [(recency, frequency) for recency in range(1, 6) for frequency in range(1, 6)]
    return pa.table(
        {
            "recency": pa.array([recency for recency, _ in cells], pa.int64()),
            "frequency": pa.array([frequency for _, frequency in cells], pa.int64()),
            "rfm_group": [rfm_group(recency=recency, frequency=frequency) for recency, frequency in cells],
        }
    )
