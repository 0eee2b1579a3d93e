"""What is known of customers, as numbers: of one text for a cut-off that is past and for today.

The percentile of a value is that of its mid-rank, (less + equal / 2) / n, among the customers of that day who bought
at all and may be profiled: equal values get equal percentiles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from regulars.backtest import Observations
from regulars.engines import Engine, pa, quoted

Floats: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, Floats]
"""A number a customer under each name; NaN where it is missing."""

FIGURES = (
    "days_since_last", "age_at_last_days", "tenure_days", "repeat_count", "gap_mean_days", "gap_sd_days",
    "spend_total", "spend_mean", "orders_30d", "orders_90d", "orders_365d", "orders_prior_period",
    "spend_90d", "spend_365d", "spend_trend",
    "usage_count", "usage_last_period", "days_since_usage", "feedback_count", "rating_recent_mean", "is_subscribed",
)  # fmt: skip
"""What candidates go by."""

READS = ("may_profile", "order_count", "margin_total", *FIGURES)
"""The columns of features that this room reads, at every cut-off and today."""

GAP, RANKS = "gap_days", ("recency_rank", "frequency_rank", "monetary_rank")

_RANKS = """
WITH counted AS (
    SELECT 'recency' AS measure, CAST(-days_since_last AS DOUBLE) AS value, count(*) AS equal
    FROM {table} WHERE may_profile AND order_count > 0
    GROUP BY days_since_last
    UNION ALL
    SELECT 'frequency' AS measure, CAST(repeat_count AS DOUBLE) AS value, count(*) AS equal
    FROM {table} WHERE may_profile AND order_count > 0
    GROUP BY repeat_count
    UNION ALL
    SELECT 'monetary' AS measure, CAST(spend_total AS DOUBLE) AS value, count(*) AS equal
    FROM {table} WHERE may_profile AND order_count > 0
    GROUP BY CAST(spend_total AS DOUBLE)
)
SELECT
    measure,
    value,
    (CAST(sum(equal) OVER (PARTITION BY measure ORDER BY value ROWS UNBOUNDED PRECEDING) AS DOUBLE)
        - CAST(equal AS DOUBLE) / 2)
        / nullif(CAST(sum(equal) OVER (PARTITION BY measure) AS DOUBLE), 0) AS percentile
FROM counted
"""

_RANKED = """, recency.percentile AS recency_rank, frequency.percentile AS frequency_rank,
    monetary.percentile AS monetary_rank"""

_JOINED = """
LEFT JOIN {ranks} AS recency
    ON recency.measure = 'recency' AND recency.value = CAST(-told.days_since_last AS DOUBLE)
LEFT JOIN {ranks} AS frequency
    ON frequency.measure = 'frequency' AND frequency.value = CAST(told.repeat_count AS DOUBLE)
LEFT JOIN {ranks} AS monetary
    ON monetary.measure = 'monetary' AND monetary.value = CAST(told.spend_total AS DOUBLE)
"""

_KNOWN = f"""
SELECT
    told.customer_id,
    CASE WHEN NOT coalesce(told.may_profile, FALSE) THEN 'no_consent' WHEN told.order_count = 0 THEN 'no_orders'
        END AS prediction_reason,
    {", ".join(f"CAST(told.{name} AS DOUBLE) AS {name}" for name in FIGURES)}
    {{more}}
FROM {{table}} AS told
{{joined}}
"""

_OBSERVED = "SELECT * FROM ({known}) AS known WHERE prediction_reason IS NULL ORDER BY customer_id"

# Nearest rank: the smallest mean gap that at least half of the customers who have one do not exceed.
_MEDIAN_GAP = """
SELECT min(gap_mean_days) AS gap_days
FROM (
    SELECT gap_mean_days, row_number() OVER (ORDER BY gap_mean_days, customer_id) AS place, count(*) OVER () AS n
    FROM {table}
    WHERE may_profile AND order_count > 0 AND gap_mean_days IS NOT NULL
) AS gaps
WHERE place >= 0.5 * n
"""

_VALUES = "SELECT value, percentile FROM {ranks} WHERE measure = $measure ORDER BY value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Observations of customers who had bought by a cut-off, in the order of cut-off and customer_id.

    `columns` has `FIGURES`, gap_days and the three ranks; `bought` is 1 or 0.
    """

    cutoffs: tuple[date, ...]
    customer_ids: NDArray[np.str_]
    columns: Columns
    bought: Floats

    def and_then(self, later: "Observed") -> "Observed":
        """Return these and those of later cut-offs."""
        return Observed(
            cutoffs=(*self.cutoffs, *later.cutoffs),
            customer_ids=np.concatenate([self.customer_ids, later.customer_ids]),
            columns={name: np.concatenate([own, later.columns[name]]) for name, own in self.columns.items()},
            bought=np.concatenate([self.bought, later.bought]),
        )


def observed(engine: Engine, observations: Sequence[Observations], *, scratch: str) -> Observed:
    """Return the observations of at least one cut-off; `scratch` begins the names of tables that come and go."""
    by_day = sorted(observations, key=lambda each: each.cutoff)
    return reduce(Observed.and_then, [_observed(engine, one, ranks=f"{scratch}_ranks") for one in by_day])


def known(table: str, *, ranks: str | None, more: str = "") -> str:
    """Return the query of what is known of everybody in a table of features.

    Nothing is bound to it: a driver may build a streamed query with parameters row by row.

    Args:
        table: its name.
        ranks: the table that `rank` wrote, for the columns of `RANKS`; None: without them.
        more: columns of `told` to write besides, as they stand in SQL.
    """
    return _KNOWN.format(
        table=quoted(table),
        more=(_RANKED if ranks else "") + more,
        joined=_JOINED.format(ranks=quoted(ranks)) if ranks else "",
    )


def rank(engine: Engine, table: str, *, into: str) -> None:
    """Write the percentile of every value of recency, frequency and spend: columns measure, value, percentile."""
    engine.run(_RANKS.format(table=quoted(table)), into=into)


def ranks_of(engine: Engine, ranks: str, measure: str) -> tuple[tuple[float, float], ...]:
    """Return values and percentiles of one measure, from the table that `rank` wrote."""
    found = engine.fetch(_VALUES.format(ranks=quoted(ranks)), measure=measure)
    return tuple(zip(found["value"].to_pylist(), found["percentile"].to_pylist(), strict=True))


def usual_gap(engine: Engine, table: str) -> float:
    """Return what stands for the gap of who has none: the median of the others' mean gaps, 1 day if nobody has one."""
    found: float | None = engine.fetch(_MEDIAN_GAP.format(table=quoted(table)))["gap_days"][0].as_py()
    return 1.0 if found is None else float(found)


def gaps(columns: Columns, *, usual: float) -> Floats:
    """Return everybody's mean gap, the usual one for who has none."""
    own = columns["gap_mean_days"]
    return np.where(np.isnan(own), usual, own)


def numbers(rows: pa.Table | pa.RecordBatch, names: Sequence[str]) -> dict[str, Floats]:
    """Return columns of doubles as arrays; NaN where there is no value."""
    return {name: np.asarray(rows.column(name).to_numpy(zero_copy_only=False), dtype=np.float64) for name in names}


def _observed(engine: Engine, at: Observations, *, ranks: str) -> Observed:
    rank(engine, at.table, into=ranks)
    query = known(at.table, ranks=ranks, more=", CAST(told.bought AS DOUBLE) AS bought")
    rows = engine.fetch(_OBSERVED.format(known=query))
    engine.drop(ranks)
    columns = numbers(rows, (*FIGURES, *RANKS, "bought"))
    bought = columns.pop("bought")
    columns[GAP] = gaps(columns, usual=usual_gap(engine, at.table))
    return Observed(
        cutoffs=(at.cutoff,),
        customer_ids=np.array(rows["customer_id"].to_pylist(), dtype=np.str_),
        columns=columns,
        bought=bought,
    )
