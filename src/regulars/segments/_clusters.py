"""Clusters: customers that are alike in how lately, how often, how much they buy and how long they are known.

The centres are fitted on a sample drawn by a hash (the same people on every engine), and everybody is placed in
batches, so that no number of customers has to fit into memory at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.core import MONEY, MONEY_SQL
from regulars.engines import Engine, quoted
from regulars.segments._nearest import nearest
from regulars.segments._results import Cluster, Clusters, Scale
from regulars.segments._scales import COLUMNS, Points, coordinates, scales_of
from regulars.segments._traits import traits_of

LEAST_CUSTOMERS = 100
"""Below this a resample says little, and the RFM grid says as much as there is to say."""

LEAST_STABILITY = 0.6
"""The mean adjusted Rand index below which a k is not believed."""

_FITTED_ON = 20_000
_CHOSEN_ON = 2_000

_POPULATION = "SELECT CAST(count(*) AS BIGINT) AS n FROM {features} WHERE may_profile AND order_count > 0"

# Drawn by the hash, then sorted by id, as every fit wants it; `place` tells who was drawn first.
_SAMPLE = f"""
SELECT *, row_number() OVER (ORDER BY draw, customer_id) AS place
FROM (
    SELECT customer_id, {", ".join(COLUMNS)}, md5(concat($key, customer_id)) AS draw
    FROM {{features}}
    WHERE may_profile AND order_count > 0
    ORDER BY draw, customer_id
    LIMIT {_FITTED_ON}
) AS drawn
ORDER BY customer_id
"""

_REASON = """
CASE WHEN NOT coalesce(may_profile, FALSE) THEN 'no_consent' WHEN order_count = 0 THEN 'no_orders' END
"""

_NOBODY = f"""
SELECT customer_id, CAST(NULL AS BIGINT) AS cluster, coalesce({_REASON}, $reason) AS cluster_reason FROM {{features}}
"""

# spend_total and order_count travel along, so that what a cluster adds up to needs no second look at everybody.
_EVERYBODY = f"""
SELECT customer_id, {_REASON} AS cluster_reason, spend_total, order_count, {", ".join(COLUMNS)} FROM {{features}}
"""
_PLACED = pa.schema(
    [
        ("customer_id", pa.string()),
        ("cluster_reason", pa.string()),
        ("spend_total", MONEY),
        ("order_count", pa.int64()),
        *((column, pa.float64()) for column in COLUMNS),
        ("centre", pa.int64()),
    ]
)

_NUMBERS = pa.schema([("centre", pa.int64()), ("cluster", pa.int64())])

_SUMS = f"""
SELECT
    centre,
    CAST(count(*) AS BIGINT) AS customers,
    CAST(sum(spend_total) AS {MONEY_SQL}) AS spend_total,
    CAST(sum(order_count) AS DOUBLE) AS order_count,
    {", ".join(f"sum({column}) AS {column}" for column in COLUMNS)}
FROM {{placed}}
WHERE centre IS NOT NULL
GROUP BY centre
ORDER BY centre
"""

_NUMBERED = """
SELECT placed.customer_id, numbers.cluster, placed.cluster_reason
FROM {placed} AS placed
LEFT JOIN {numbers} AS numbers ON numbers.centre = placed.centre
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """What places a customer: the scales of the columns, and the centres in their coordinates."""

    scales: tuple[Scale, ...]
    centres: Points


def add_clusters(engine: Engine, *, seed: int, features: str = "features", into: str = "clusters") -> Clusters:
    """Write every customer's cluster, or the reason why there is none, into `into`; return what was found.

    Clusters are numbered from 1 by mean net spend a customer, the highest first.

    Args:
        engine: holds the table `features`.
        seed: of the sample (at most 20,000 customers for the centres, 2,000 of them for the choice of k), of the
            resamples and of where k-means starts; 0 or more.
        features: the name of the customers' features.
        into: the table to write: customer_id, cluster (1 to 8, or NULL), cluster_reason (NULL, or `no_consent`,
            `no_orders`, or the reason of the result for everybody else).
    """
    (people,) = engine.fetch(_POPULATION.format(features=quoted(features))).column("n").to_pylist()
    found, model = _looked_for(engine, seed=seed, features=features, people=people)
    if model is None:
        engine.run(_NOBODY.format(features=quoted(features)), into=into, reason=found.reason)
        return found
    placed, numbers = f"{into}_placed", f"{into}_numbers"
    engine.map_batches(_EVERYBODY.format(features=quoted(features)), partial(_place, model), _PLACED, into=placed)
    sums = engine.fetch(_SUMS.format(placed=quoted(placed))).to_pylist()
    sums.sort(key=lambda row: (-row["spend_total"] / row["customers"], row["centre"]))
    ranks = {"centre": [row["centre"] for row in sums], "cluster": list(range(1, len(sums) + 1))}
    engine.load(numbers, pa.table(ranks, schema=_NUMBERS))
    engine.run(_NUMBERED.format(placed=quoted(placed), numbers=quoted(numbers)), into=into)
    engine.drop(placed, numbers)
    return replace(found, clusters=tuple(_described(sums, model)))


def _looked_for(engine: Engine, *, seed: int, features: str, people: int) -> tuple[Clusters, _Model | None]:
    """Return what a sample of the customers shows, and the model where it shows clusters."""
    found = Clusters(reason=None, customers=people, least_customers=LEAST_CUSTOMERS, least_stability=LEAST_STABILITY)
    if people < LEAST_CUSTOMERS:
        return replace(found, reason="too_few_customers"), None
    table = engine.fetch(_SAMPLE.format(features=quoted(features)), key=f"{seed}:clusters:")
    sample = _columns(table)
    scales = scales_of(sample)
    kept = {scale.column for scale in scales}
    found = replace(found, scales=scales, without_spread=tuple(column for column in COLUMNS if column not in kept))
    if not scales:
        return replace(found, reason="no_spread"), None
    # Here and not above: whoever has no clusters to look for need not wait two seconds for scikit-learn.
    from regulars.segments import _kmeans as kmeans  # noqa: PLC0415

    points = coordinates(sample, scales)
    chosen_on = points[table.column("place").to_numpy() <= _CHOSEN_ON]
    tried = kmeans.candidates(chosen_on, seed=seed)
    k = kmeans.best(tried, least_stability=LEAST_STABILITY)
    found = replace(
        found,
        reason=None if k else "no_stable_groups",
        k=k,
        fitted_on=len(points),
        chosen_on=len(chosen_on),
        resample_pairs=kmeans.RESAMPLE_PAIRS,
        candidates=tried,
    )
    return found, _Model(scales=scales, centres=kmeans.centres(points, k=k, seed=seed)) if k else None


def _place(model: _Model, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Add the place of the nearest centre to every customer who is to have one."""
    for batch in batches:
        people = _columns(batch)
        centre = nearest(coordinates(people, model.scales), model.centres)
        has_none = batch.column("cluster_reason").is_valid().to_numpy(zero_copy_only=False)
        carried = [batch.column(name) for name in ("customer_id", "cluster_reason", "spend_total", "order_count")]
        figures = [pa.array(people[column], from_pandas=True) for column in COLUMNS]
        yield pa.RecordBatch.from_arrays([*carried, *figures, pa.array(centre, mask=has_none)], schema=_PLACED)


def _columns(rows: pa.Table | pa.RecordBatch) -> dict[str, NDArray[np.float64]]:
    """Return the columns of clusters as numbers; NaN where a customer has none."""
    return {column: rows.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False) for column in COLUMNS}


def _described(sums: Sequence[dict[str, Any]], model: _Model) -> Iterator[Cluster]:
    people, spend = (sum(row[name] for row in sums) for name in ("customers", "spend_total"))
    for number, row in enumerate(sums, start=1):
        centre = model.centres[row["centre"]]
        means = {scale.column: row[scale.column] / row["customers"] for scale in model.scales}
        if "spend_mean" in means:
            means["spend_mean"] = float(row["spend_total"]) / row["order_count"]
        yield Cluster(
            number=number,
            customers=row["customers"],
            share_of_customers=row["customers"] / people,
            spend_total=row["spend_total"],
            share_of_spend=float(row["spend_total"] / spend) if spend else None,
            means=means,
            traits=traits_of(centre, model.scales),
            centre={scale.column: float(value) for scale, value in zip(model.scales, centre, strict=True)},
        )
