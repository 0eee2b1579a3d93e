"""What today's customers will bring in the next days, all together: how much is expected, and where it will fall.

Two intervals that are not the same. `expected_low` to `expected_high` is how far the expected sum is in doubt;
`range_low` to `range_high` is where the sum that comes will fall in 95 of 100 cases: chance comes on top, and so does
what the rule missed by when it was tested, taken as one standard deviation, for neither doubt nor chance knows of
seasons and of fashions. New customers are in neither.

By the models, the doubt is that about their parameters (delta method), and chance is drawn: for a stated sample of
customers, futures from what the model of purchases and that of spend know of each. By the plain rule customers are
taken for draws of one kind, with the variance of their yearly spend v: the expected sum of N over d days has the
variance N v (d / 365)², and chance adds N v d / 365, as it does where orders come at random. Customers differ more than
one of them does from year to year, so that range is on the wide side.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from statistics import NormalDist

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._chance import SAMPLE, chance_of
from regulars.lifetime._learn import fitted, histories_of, learn_spends
from regulars.lifetime._plain import add_plain
from regulars.lifetime._rules import Rule, model_of
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel, GammaGamma, ModelFit
from regulars.lifetime.models._continuous import Memory, Outlook
from regulars.lifetime.models._gamma_gamma import expected_spend, log_slopes

Array = NDArray[np.float64]

REVENUE_DAYS = (30, 90, 365)
"""How many days ahead the base's revenue is told, unless others are asked for."""

UNTESTED_MISS = 0.25
"""By how much a rule that was never tested is supposed to miss: a guess, said to be one, wider than most tests show."""

_Z = NormalDist().inv_cdf(0.975)
_DAYS_A_YEAR = 365

_SPENDERS = """
SELECT
    customer_id, may_profile, order_count, repeat_count, age_at_last_days, tenure_days, orders_365d, days_since_last,
    spend_total, spend_365d,
    CAST(NULL AS DECIMAL(18, 4)) AS margin_total, CAST(NULL AS DECIMAL(18, 4)) AS margin_365d
FROM {features}
WHERE coalesce(may_profile, FALSE) AND order_count > 0
"""

_YEARLY = """
SELECT
    CAST(count(*) AS BIGINT) AS customers,
    coalesce(sum(yearly_margin), 0) AS total,
    coalesce(stddev_samp(yearly_margin), 0) AS spread
FROM {plain}
WHERE yearly_margin IS NOT NULL
"""

_HISTORIES = """
SELECT
    CAST(repeat_count AS BIGINT) AS repeat_count, CAST(age_at_last_days AS BIGINT) AS age_at_last_days,
    CAST(tenure_days AS BIGINT) AS tenure_days,
    CAST(spend_total AS DOUBLE) / nullif(repeat_count + 1, 0) AS spend_of_a_day
FROM {spenders}
"""
_DRAWN = f"{_HISTORIES} ORDER BY md5(concat($seed, ':revenue:', customer_id)), customer_id LIMIT $most"

_SUMS = """
SELECT days, CAST(sum(customers) AS BIGINT) AS customers, sum(total) AS total, {slopes}
FROM {parts} GROUP BY days ORDER BY days
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """The net spend of today's customers in the next `days`, in money: expected, in doubt, and where it will fall.

    `rule` is the one it is by.
    """

    days: int
    value: float
    expected_low: float
    expected_high: float
    range_low: float
    range_high: float
    customers: int
    rule: Rule


def revenue(  # noqa: PLR0913  (what, of whom, how far ahead and how sure)
    engine: Engine,
    *,
    rule: Rule,
    settings: Settings,
    seed: int,
    purchases: ModelFit | None = None,
    features: str = "features",
    days: Sequence[int] = REVENUE_DAYS,
    miss: float | None = 0.0,
) -> tuple[Revenue, ...]:
    """Return what the customers of a table of features are expected to spend, for each number of days ahead.

    Those who ever bought and allow profiling are counted. Where the models cannot be fitted to spend, the plain rule
    speaks.

    Args:
        engine: holds the table of features, with the columns `READS`.
        rule: which one to forecast by.
        settings: section `lifetime`.
        seed: of the customers and the futures drawn for the range.
        purchases: the model of purchases as it was fitted to these customers; if not told, it is fitted.
        features: the name of the table.
        days: how far ahead, rising.
        miss: how far off the rule was when tested, as a share of what it said; None for a rule that was not tested,
            of which `UNTESTED_MISS` is supposed.

    Returns:
        One for each number of days; none where fewer than two customers have a value to add up.
    """
    missed = UNTESTED_MISS if miss is None else miss
    spenders = f"{features}_spenders"
    engine.run(_SPENDERS.format(features=quoted(features)), into=spenders)
    try:
        if rule != "plain":
            model = _fitted(engine, rule, features) if purchases is None else model_of(purchases)
            spends = learn_spends(engine, margin_share=1.0, features=spenders)
            if model.fit_.is_usable and spends.fit_.is_usable:
                sums = _by_models(engine, model, spends, spenders=spenders, seed=seed, days=days)
                return tuple(_told(each, missed, rule) for each in sums)
        sums = _by_last_year(engine, settings=settings, spenders=spenders, days=days)
        return tuple(_told(each, missed, "plain") for each in sums)
    finally:
        engine.drop(spenders)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """An expected sum, and the standard deviations of the doubt about it and of chance."""

    days: int
    value: float
    doubt: float
    chance: float
    customers: int


def _by_last_year(engine: Engine, *, settings: Settings, spenders: str, days: Sequence[int]) -> list[_Sum]:
    plain = f"{spenders}_plain"
    add_plain(engine, settings=_of_spend(settings), features=spenders, into=plain)
    (sums,) = engine.fetch(_YEARLY.format(plain=quoted(plain))).to_pylist()
    engine.drop(plain)
    if sums["customers"] < 2:
        return []
    people, spread = sums["customers"], sqrt(sums["customers"]) * float(sums["spread"])
    found = []
    for ahead in days:
        share = ahead / _DAYS_A_YEAR
        value, chance = sums["total"] * share, spread * sqrt(share)
        found.append(_Sum(days=ahead, value=value, doubt=spread * share, chance=chance, customers=people))
    return found


def _fitted(engine: Engine, rule: Rule, features: str) -> ContinuousModel:
    return fitted(rule, histories_of(engine, features=features, with_gaps=rule == "bg_cnbd_k"))


def _of_spend(settings: Settings) -> Settings:
    return settings.model_copy(update={"strategy": settings.strategy.model_copy(update={"margin_share": 1.0})})


def _by_models(
    engine: Engine,
    purchases: ContinuousModel,
    spends: GammaGamma,
    *,
    spenders: str,
    seed: int,
    days: Sequence[int],
) -> list[_Sum]:
    parts, k = f"{spenders}_parts", len(purchases.letters)
    names = [f"slope_{place}" for place in range(k + len(spends.letters))]
    schema = pa.schema(
        [("days", pa.int64()), ("customers", pa.int64()), ("total", pa.float64())]
        + [(name, pa.float64()) for name in names]
    )

    outlook = partial(purchases.outlook, ends_days=days, weights=np.eye(len(days)), memory=Memory())

    def summed(stream: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in stream:
            if batch.num_rows:
                yield _part(batch, outlook, spends, days, schema)

    histories = _HISTORIES.format(spenders=quoted(spenders))
    engine.map_batches(histories, summed, schema, into=parts)
    slopes_of = ", ".join(f"sum({name}) AS {name}" for name in names)
    sums = engine.fetch(_SUMS.format(parts=quoted(parts), slopes=slopes_of)).to_pylist()
    engine.drop(parts)
    drawn = engine.fetch(_DRAWN.format(spenders=quoted(spenders)), seed=str(seed), most=SAMPLE)
    variances = chance_of(*columns_of(drawn), purchases=purchases, spends=spends, days=days, seed=seed)
    found = []
    for row, variance in zip(sums, variances, strict=True):
        slopes = np.array([row[name] for name in names])
        doubt = sqrt(
            _variance(slopes[:k], purchases.fit_.log_covariance) + _variance(slopes[k:], spends.fit_.log_covariance)
        )
        chance = sqrt(row["customers"] * variance)
        found.append(_Sum(days=row["days"], value=row["total"], doubt=doubt, chance=chance, customers=row["customers"]))
    return found


def _part(
    batch: pa.RecordBatch,
    outlook: Callable[[PurchaseSummary], Outlook],
    spends: GammaGamma,
    days: Sequence[int],
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Return what the customers of a batch are expected to spend, and its slopes in the logarithms of parameters."""
    x, t_x, age, mean = columns_of(batch)
    ahead = outlook(PurchaseSummary.from_columns(x, t_x, age, time_unit="day"))
    each = np.exp(ahead.log_alive) * expected_spend(spends.theta(), x + 1, mean)
    spend_slopes = log_slopes(spends.theta(), x + 1, mean)
    rows = []
    for place, end in enumerate(days):
        worth = each * ahead.sums[:, place]
        # Sums by numpy alone: the last bits of a product of matrices hang on how many threads share it.
        each_slopes = np.hstack((ahead.slopes_alive + ahead.slopes_of_sums[:, place], spend_slopes))
        slopes = (worth[:, np.newaxis] * each_slopes).sum(axis=0)
        of_all = (int(end), len(x), float(worth.sum()), *slopes.tolist())
        rows.append(dict(zip(schema.names, of_all, strict=True)))
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def columns_of(rows: pa.Table | pa.RecordBatch) -> tuple[Array, Array, Array, Array]:
    """Return x, t_x and T in days and the mean spend of an order day, each shape (rows,)."""
    x, t_x, age, mean = (
        np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("repeat_count", "age_at_last_days", "tenure_days", "spend_of_a_day")
    )
    return x, t_x, age, mean


def _variance(slopes: Array, log_covariance: Sequence[Sequence[float]]) -> float:
    return float(slopes @ np.array(log_covariance) @ slopes)


def _told(found: _Sum, miss: float, rule: Rule) -> Revenue:
    """Return the figure with both intervals; no base brings less than nothing unless that is what is expected."""
    value, least = found.value, min(found.value, 0.0)
    reach = sqrt(found.doubt**2 + found.chance**2 + (miss * value) ** 2)
    return Revenue(
        days=found.days,
        value=value,
        expected_low=max(least, value - _Z * found.doubt),
        expected_high=value + _Z * found.doubt,
        range_low=max(least, value - _Z * reach),
        range_high=value + _Z * reach,
        customers=found.customers,
        rule=rule,
    )
