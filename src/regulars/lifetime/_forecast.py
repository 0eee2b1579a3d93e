"""The models put to every customer: how many orders, worth how much, and how sure of it the models are.

Batch by batch, so that a hundred million customers never sit in memory at once. What E[Y] needs besides P(alive)
depends on repeat purchases and age only, which few customers do not share with others: it is worked out once for each
distinct pair.

The interval is one of the expected value, for 95 %, and covers the doubt about the parameters alone (not where the
outcome will fall): ln value has the variance g' C g, where C is the covariance of the log-parameters and g the slope of
ln value in them (the delta method; BG/NBD and gamma-gamma were fitted to different things, so their parts add up).
Nobody is worth more than if they were certainly still a customer, which the upper end respects.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.engines import BatchFunction, Engine, quoted
from regulars.lifetime._discounting import Discounting
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma
from regulars.lifetime.models import _bg_nbd_formulas as formulas
from regulars.lifetime.models._gamma_gamma import expected_spend
from regulars.lifetime.models._gamma_gamma import log_slopes as spend_slopes

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

FORECAST_SCHEMA = pa.schema(
    [("customer_id", pa.string())]
    + [(name, pa.float64()) for name in ("expected_orders", "p_alive", "value", "value_low", "value_high")]
    + [("forecast_reason", pa.string())]
)
"""What `forecast_batches` yields; a customer with a `forecast_reason` has no figures."""

HISTORIES = """
SELECT
    customer_id,
    CASE WHEN NOT coalesce(may_profile, FALSE) THEN 'no_consent' WHEN order_count = 0 THEN 'no_orders' END AS reason,
    CAST(repeat_count AS BIGINT) AS repeat_count,
    CAST(age_at_last_days AS BIGINT) AS age_at_last_days,
    CAST(tenure_days AS BIGINT) AS tenure_days,
    coalesce(CAST(margin_total AS DOUBLE), CAST(spend_total AS DOUBLE) * $margin_share)
        / nullif(repeat_count + 1, 0) AS margin_mean
FROM {features}
"""
"""What `forecast_batches` takes, from the table of features."""

_Z = 1.959963984540054
_STEP = 1e-5


def forecast(
    engine: Engine,
    function: BatchFunction,
    *,
    margin_share: float,
    features: str = "features",
    into: str = "forecast",
) -> None:
    """Write one row a customer into `into`, of the columns of `FORECAST_SCHEMA`.

    Args:
        engine: holds the table `features`.
        function: made by `forecast_batches`.
        margin_share: how much of the spend of a customer is margin where an order has no cost.
        features: the name of the customers' features.
        into: the table to write.
    """
    query = HISTORIES.format(features=quoted(features))
    engine.map_batches(query, function, FORECAST_SCHEMA, into=into, margin_share=margin_share)


def forecast_batches(purchases: BetaGeometricNBD, margins: GammaGamma, *, discounting: Discounting) -> BatchFunction:
    """Return the function from batches of `HISTORIES` to batches of `FORECAST_SCHEMA`.

    expected_orders: purchase days expected in the months of `discounting`; p_alive (1 for whoever bought once, so it
    is no chance of a purchase); value: discounted purchases × expected margin of one, in money,
    with value_low and value_high (missing where a model has no standard errors). A mean margin below zero counts as
    zero. `forecast_reason`: `no_consent` or `no_orders`.

    Args:
        purchases: fitted, or told its parameters.
        margins: likewise, on order days with the first one included.
        discounting: how far ahead, and what later money is worth.

    Raises:
        ModelNotFitted: a model has no parameters.
    """
    worker = Forecaster.of(purchases, margins, discounting=discounting)

    def batches(stream: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in stream:
            if batch.num_rows:
                yield worker.answer(batch)

    return batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecaster:
    """Both models as they are put to a batch of customers."""

    purchases: BetaGeometricNBD
    margins: GammaGamma
    discounting: Discounting
    spread_of_purchases: Array
    spread_of_margins: Array

    @classmethod
    def of(cls, purchases: BetaGeometricNBD, margins: GammaGamma, *, discounting: Discounting) -> Self:
        """Return the models with the roots of their covariances.

        Raises:
            ModelNotFitted: a model has no parameters.
        """
        return cls(
            purchases=purchases,
            margins=margins,
            discounting=discounting,
            spread_of_purchases=purchases.root_of_log_covariance(),
            spread_of_margins=margins.root_of_log_covariance(),
        )

    def answer(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one row of `FORECAST_SCHEMA` for each of `HISTORIES`."""
        known = batch["reason"].is_null().to_numpy(zero_copy_only=False)
        figures = np.full((5, batch.num_rows), np.nan)
        figures[:, known] = self._figures(*_columns(batch.filter(pa.array(known))))
        columns = [pa.array(column, mask=np.isnan(column)) for column in figures]
        answers = [batch["customer_id"].cast(pa.string()), *columns, batch["reason"].cast(pa.string())]
        return pa.RecordBatch.from_arrays(answers, schema=FORECAST_SCHEMA)

    def log_slopes(self, rows: pa.Table) -> Array:
        """Return the slopes of ln value in the logarithms of r, α, a, b, p, q, v: a row of `HISTORIES`, shape (7,)."""
        x, t_x, days, mean = _columns(rows)
        unit = self.purchases.time_unit_days_
        _, there = formulas.log_alive(self.purchases.theta(), x.astype(np.float64), t_x / unit, days / unit)
        (_, _, ahead), places = self._ahead(x, days)
        return np.column_stack(
            (ahead[places] + there, spend_slopes(self.margins.theta(), x.astype(np.float64) + 1, mean))
        )

    def _figures(self, x: Whole, t_x: Whole, days: Whole, mean: Array) -> Array:
        """Return the five figures, a row each."""
        unit = self.purchases.time_unit_days_
        parameters = self.purchases.theta()
        count = x.astype(np.float64)
        there, there_slopes = formulas.log_alive(parameters, count, t_x / unit, days / unit)
        (orders, worth, worth_slopes), places = self._ahead(x, days)
        log_purchases, slopes = np.log(worth)[places], worth_slopes[places]
        spend = expected_spend(self.margins.theta(), count + 1, mean)
        log_value = there + log_purchases + np.log(spend)
        of_margin = ((spend_slopes(self.margins.theta(), count + 1, mean) @ self.spread_of_margins) ** 2).sum(axis=1)
        doubt = np.sqrt((((slopes + there_slopes) @ self.spread_of_purchases) ** 2).sum(axis=1) + of_margin)
        at_most = np.sqrt(((slopes @ self.spread_of_purchases) ** 2).sum(axis=1) + of_margin)
        return np.stack(
            [
                np.exp(there) * orders[places],
                np.exp(there),
                np.exp(log_value),
                np.exp(log_value - _Z * doubt),
                np.exp(np.minimum(log_value + _Z * doubt, log_purchases + np.log(spend) + _Z * at_most)),
            ]
        )

    def _ahead(self, x: Whole, days: Whole) -> tuple[tuple[Array, Array, Array], Whole]:
        """Return what purchases are ahead of who is still a customer, for each distinct (x, T), and who has which.

        They are the number, the discounted number, and the slopes of its logarithm in the log-parameters, by
        differences: a step of 1e-5 leaves five digits, and the slopes only make the interval.
        """
        longest = int(days.max(initial=0)) + 1
        keys, places = np.unique(x * longest + days, return_inverse=True)
        unit = self.purchases.time_unit_days_
        ages, counts = (keys % longest)[:, np.newaxis] / unit, (keys // longest)[:, np.newaxis]
        ends = self.discounting.month_ends_days() / unit
        weights = self.discounting.weights_of_totals()
        parameters = self.purchases.theta()
        totals = formulas.purchases_while_alive(parameters, ends, counts, ages)
        worth = (totals * weights).sum(axis=1)
        slopes = np.empty((keys.size, 4))
        for place in range(4):
            moved = parameters * np.exp(_STEP * (np.arange(4) == place))
            ahead = formulas.purchases_while_alive(moved, ends, counts, ages)
            slopes[:, place] = np.log((ahead * weights).sum(axis=1) / worth) / _STEP
        return (totals[:, -1], worth, slopes), places


def _columns(rows: pa.Table | pa.RecordBatch) -> tuple[Whole, Whole, Whole, Array]:
    """Return x, t_x and T in days and the mean margin of an order day, each shape (rows,)."""
    x, t_x, days = (
        np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.int64)
        for name in ("repeat_count", "age_at_last_days", "tenure_days")
    )
    return x, t_x, days, np.asarray(rows["margin_mean"].to_numpy(zero_copy_only=False), dtype=np.float64)
