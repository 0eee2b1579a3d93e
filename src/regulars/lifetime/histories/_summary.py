"""What a lifetime model reads: how often, how lately, for how long, how much, and the conventions it was counted by.

Known of each customer is (x, t_x, T): the purchases after the first one, the age at the last of them and the age on the
last day seen, in one unit of time; and the mean amount of a purchase, where money is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from regulars.engines import Engine
from regulars.lifetime.histories import _orders as orders_of
from regulars.lifetime.histories._checked import gap_histories, purchase_histories, spend_histories, weights_of
from regulars.lifetime.histories._covariates import covariates_by_id, covariates_of
from regulars.lifetime.histories._orders import FirstOrder, Purchases, Rules
from regulars.lifetime.histories._spans import Span, TimeUnit, days_of

if TYPE_CHECKING:
    from regulars.lifetime.histories._orders import Table

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchaseSummary:
    """n customers' histories; `from_columns` and `from_orders` make one, checked.

    `frequency` x, `recency` t_x and `T` are of shape (n,), times in units of `time_unit_days`; `monetary` is the mean
    amount of a purchase in money (NaN where not known), None where no money was given: of the purchases after the first
    one, or of all where `first_order` is "included". `weight` is how many customers a row stands for; `log_gaps`
    is Σ ln of the times from one purchase to the next, None where not told. `as_of` and `rules` say what was counted
    where it was made from orders, `customer_id` whose each row is. `covariates` are what else is known of each and does
    not change, by name, each of shape (n,).

    >>> PurchaseSummary.from_columns([2, 0], [30.43, 0], [38.86, 38.86], time_unit="week").customers
    2.0
    """

    frequency: Array
    recency: Array
    T: Array
    monetary: Array | None
    weight: Array
    time_unit_days: float
    first_order: FirstOrder = "excluded"
    log_gaps: Array | None = None
    as_of: date | None = None
    rules: Rules | None = None
    customer_id: pa.Array | None = None
    purchases: Purchases | None = None
    covariates: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def from_columns(  # noqa: PLR0913  (a history has as many parts)
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,  # noqa: N803  (the letter of the papers)
        monetary: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        *,
        time_unit: TimeUnit,
        first_order: FirstOrder = "excluded",
        log_gaps: ArrayLike | None = None,
        covariates: Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """Return the summary of histories that were counted elsewhere.

        Args:
            frequency: x, purchases after the first; whole numbers.
            recency: t_x, time from the first to the last purchase, 0 where x is 0. It is an age, no silence.
            T: time from the first purchase to the day the histories end.
            monetary: mean amount of a purchase, in money; may be missing (NaN).
            weight: how many customers a row stands for, one number for all or one a row; 1 each if not given.
            time_unit: of the times: "day", "week", "month", "year", or a number of days.
            first_order: whether `monetary` is a mean over all purchases ("included") or begins with the second.
            log_gaps: Σ ln of the times from one purchase to the next, 0 where x is 0; how regular purchases are can
                only be learned where it is told.
            covariates: what else is known of each customer and does not change, a number a row under each name; of a
                kind (a channel, a country) a column of 0 and 1 for every one but one.

        Raises:
            HistoryInvalid: a row is no purchase history, or lacks a covariate; it is named by its number, from 0.
            SpanInvalid: there is no such unit.
        """
        x, t_x, age = (column.ravel() for column in purchase_histories(frequency, recency, T))
        mean = None
        if monetary is not None:
            _, mean = (column.ravel() for column in spend_histories(x, monetary))
        return cls(
            frequency=x,
            recency=t_x,
            T=age,
            monetary=mean,
            weight=weights_of(weight, x.size),
            time_unit_days=days_of(time_unit),
            first_order=first_order,
            log_gaps=None if log_gaps is None else gap_histories(x, t_x, log_gaps),
            covariates=covariates_of(covariates, x.size),
        )

    @classmethod
    def new_customer(cls, *, time_unit: TimeUnit = "week", covariates: Mapping[str, float] | None = None) -> Self:
        """Return the summary of somebody who has just made a first purchase: what a model says of it, it says of all.

        Args:
            time_unit: of the summary.
            covariates: what else is known of them.

        >>> PurchaseSummary.new_customer().T.tolist()
        [0.0]
        """
        known = {name: [value] for name, value in (covariates or {}).items()}
        return cls.from_columns([0], [0], [0], time_unit=time_unit, covariates=known)

    @classmethod
    def from_orders(  # noqa: PLR0913  (every convention is an argument)
        cls,
        orders: "Table | Path | str",
        *,
        as_of: date | None = None,
        time_unit: TimeUnit = "week",
        granularity: Literal["day", "event"] = "day",
        refunds: Literal["net", "drop"] = "net",
        zero_amounts: Literal["count", "drop"] = "count",
        first_order: FirstOrder = "excluded",
        covariates: "Table | None" = None,
        engine: Engine | None = None,
    ) -> Self:
        """Return the summary of a log of orders: a row an order, or a line of one.

        Columns read: customer_id (text or number), ordered_at (a date, a time, or text like 2024-05-01), and where they
        exist amount and is_refund. Rows without a customer or a day are left out; so are those after `as_of`. A missing
        amount counts as 0.

        Args:
            orders: an Arrow table (or anything that hands one over: pandas, Polars), the path of a Parquet file, or,
                with `engine`, the name of a table in it.
            as_of: the last day seen, inclusive, a date; the day of the last order if not given. T counts to it.
            time_unit: of the times: "day", "week", "month", "year", or a number of days.
            granularity: "day": orders of one day are one purchase, times are whole days. "event": each is a purchase of
                its own, at its time, and T ends with the day `as_of`.
            refunds: "net": a refund (is_refund, or an amount below zero) is taken from the purchase of its day, else
                from the one before it; it is no purchase itself. "drop": refunds are not read.
            zero_amounts: whether purchases of which nothing remains, or that cost nothing, "count" as purchases.
            first_order: whether `monetary` is a mean over all purchases ("included") or begins with the second.
            covariates: what else is known of each customer and does not change: an Arrow table (or what hands one over)
                with customer_id, in which everybody stands once, and columns of numbers.
            engine: where the work is done; one is opened if none is given.

        Raises:
            CovariatesUnusable: a customer is missing in `covariates`, or a column there holds no numbers.
            OrdersUnusable: a column is missing or cannot be read, or there is no order at all.
            SpanInvalid: there is no such unit.
        """
        rules = Rules(granularity=granularity, refunds=refunds, zero_amounts=zero_amounts, first_order=first_order)
        bought = orders_of.purchases(orders, as_of=as_of, rules=rules, engine=engine)
        counted = cls._of_purchases(bought, rules=rules, time_unit_days=days_of(time_unit))
        if covariates is None:
            return counted
        return replace(counted, covariates=covariates_by_id(covariates, bought.customer_id))

    @classmethod
    def _of_purchases(cls, bought: Purchases, *, rules: Rules, time_unit_days: float) -> Self:
        x, last, age, mean, log_gaps = bought.histories(first_order=rules.first_order, granularity=rules.granularity)
        return cls(
            frequency=x,
            recency=last / time_unit_days,
            T=age / time_unit_days,
            monetary=mean,
            weight=np.ones(x.size),
            time_unit_days=time_unit_days,
            first_order=rules.first_order,
            log_gaps=log_gaps - x * np.log(time_unit_days),
            as_of=bought.as_of,
            rules=rules,
            customer_id=bought.customer_id,
            purchases=bought,
        )

    @property
    def customers(self) -> float:
        """How many customers the rows stand for."""
        return float(self.weight.sum())

    def __len__(self) -> int:
        return int(self.frequency.size)

    def in_unit(self, time_unit: TimeUnit) -> Self:
        """Return the same histories with times in another unit."""
        days = days_of(time_unit)
        if days == self.time_unit_days:
            return self
        scale = self.time_unit_days / days
        gaps = None if self.log_gaps is None else self.log_gaps + self.frequency * np.log(scale)
        return replace(self, recency=self.recency * scale, T=self.T * scale, log_gaps=gaps, time_unit_days=days)

    def split(self, calibration_end: date) -> "Split":
        """Return what was known on a day that is past, and what each customer then did until `as_of`.

        Only customers who had bought by that day are in either part; refunds of later days are not known in the first.

        Raises:
            OrdersUnusable: the summary was not made from orders, or nobody had bought by that day, or it is not past.
        """
        if self.purchases is None or self.rules is None:
            raise orders_of.OrdersUnusable(problem="the summary was made of columns, which have no days to split at")
        known, later, spent = self.purchases.split(calibration_end)
        calibration = self._of_purchases(known, rules=self.rules, time_unit_days=self.time_unit_days)
        if self.covariates:
            place = pc.index_in(known.customer_id, value_set=self.purchases.customer_id).to_numpy()
            kept = {name: column[place] for name, column in self.covariates.items()}
            calibration = replace(calibration, covariates=kept)
        return Split(
            calibration=calibration,
            purchases=later,
            spend=spent,
            horizon=Span((self.purchases.as_of - calibration_end).days, "day"),
        )

    def conventions(self) -> dict[str, Any]:
        """Return what the figures were counted by, for a person to read."""
        told: dict[str, Any] = {"time_unit_days": self.time_unit_days, "first_order": self.first_order}
        if self.rules is not None:
            told |= {name: getattr(self.rules, name) for name in ("granularity", "refunds", "zero_amounts")}
        return told | ({} if self.as_of is None else {"as_of": self.as_of})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """A past day: the histories up to it, and each customer's purchases and spend in the `horizon` after it."""

    calibration: PurchaseSummary
    purchases: Array
    spend: Array | None
    horizon: Span
