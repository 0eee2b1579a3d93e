"""The models put to every customer: how many orders, worth how much, and how sure of it the models are.

Batch by batch, so that a hundred million customers never sit in memory at once. Any model of purchases is asked alike,
by its `outlook`.

The interval is one of the expected value, for 95 %, and covers the doubt about the parameters alone (not where the
outcome will fall): ln value has the variance g' C g, where C is the covariance of the log-parameters and g the slope of
ln value in them (the delta method; purchases and amounts were learned from different things, so their parts add up).
Nobody is worth more than if they were certainly still a customer, which the upper end respects.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.engines import BatchFunction, Engine, quoted
from regulars.lifetime._discounting import Discounting
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel, GammaGamma
from regulars.lifetime.models._cells import deviations
from regulars.lifetime.models._continuous import Memory, Outlook
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


def forecast_batches(purchases: ContinuousModel, margins: GammaGamma, *, discounting: Discounting) -> BatchFunction:
    """Return the function from batches of `HISTORIES` to batches of `FORECAST_SCHEMA`.

    expected_orders: purchase days expected in the months of `discounting`; p_alive (by BG/NBD 1 for whoever bought
    once, so it is no chance of a purchase); value: discounted purchases × expected margin of one, in money,
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

    purchases: ContinuousModel
    margins: GammaGamma
    discounting: Discounting
    spread_of_purchases: Array
    spread_of_margins: Array
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def of(cls, purchases: ContinuousModel, margins: GammaGamma, *, discounting: Discounting) -> Self:
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
        """Return the slopes of ln value in the logarithms of all parameters: a row of `HISTORIES`, shape (k + 3,).

        Those of the purchases come first, in their order, then p, q, v.
        """
        x, t_x, days, mean = _columns(rows)
        ahead = self._ahead(x, t_x, days)
        return np.column_stack((ahead.slopes_of_sums[:, 1] + ahead.slopes_alive, self._of_spend(x, mean)))

    def _figures(self, x: Whole, t_x: Whole, days: Whole, mean: Array) -> Array:
        """Return the five figures, a row each."""
        ahead = self._ahead(x, t_x, days)
        orders, worth = ahead.sums.T
        log_ahead = np.log(worth) + np.log(expected_spend(self.margins.theta(), x.astype(np.float64) + 1, mean))
        log_value, slopes = ahead.log_alive + log_ahead, ahead.slopes_of_sums[:, 1]
        of_margin = deviations(self._of_spend(x, mean), self.spread_of_margins)
        doubt = np.hypot(deviations(slopes + ahead.slopes_alive, self.spread_of_purchases), of_margin)
        at_most = np.hypot(deviations(slopes, self.spread_of_purchases), of_margin)
        return np.stack(
            [
                np.exp(ahead.log_alive) * orders,
                np.exp(ahead.log_alive),
                np.exp(log_value),
                np.exp(log_value - _Z * doubt),
                np.exp(np.minimum(log_value + _Z * doubt, log_ahead + _Z * at_most)),
            ]
        )

    def _ahead(self, x: Whole, t_x: Whole, days: Whole) -> Outlook:
        """Return the outlook on two sums: purchases in all months, and each counted as what its discount leaves."""
        ends, weights = self.discounting.month_ends_days(), self.discounting.weights_of_totals()
        known = PurchaseSummary.from_columns(x, t_x, days, time_unit="day")
        return self.purchases.outlook(known, ends, [np.eye(ends.size)[-1], weights], memory=self.memory)

    def _of_spend(self, x: Whole, mean: Array) -> Array:
        return spend_slopes(self.margins.theta(), x.astype(np.float64) + 1, mean)


def _columns(rows: pa.Table | pa.RecordBatch) -> tuple[Whole, Whole, Whole, Array]:
    """Return x, t_x and T in days and the mean margin of an order day, each shape (rows,)."""
    x, t_x, days = (
        np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.int64)
        for name in ("repeat_count", "age_at_last_days", "tenure_days")
    )
    return x, t_x, days, np.asarray(rows["margin_mean"].to_numpy(zero_copy_only=False), dtype=np.float64)
