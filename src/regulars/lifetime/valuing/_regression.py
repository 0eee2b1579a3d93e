"""Value by regression, in two parts: whether a customer will buy at all, and how much, each from what is known of them.

P(buys) is a logistic regression and E[money | buys] a gamma regression with a logarithmic link, both with a ridge
penalty of one unit (C = 1) on columns of mean 0 and variance 1; the value is their product. A sum of money is 0 for
most and long-tailed for the rest, which one regression of both fits badly.

Source: N. Duan, W. G. Manning, C. N. Morris and J. P. Newhouse, A Comparison of Alternative Models for the Demand for
Medical Care, Journal of Business & Economic Statistics 1 (1983), 115-126; J. Mullahy, Much Ado About Two, Journal of
Health Economics 17 (1998), 247-281.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import expit

from regulars.core import RegularsError
from regulars.lifetime.histories import HistoryInvalid, OrdersUnusable, PurchaseSummary, Span
from regulars.lifetime.histories._spans import days_ahead
from regulars.lifetime.models import ModelNotFitted
from regulars.lifetime.valuing._values import (
    YEAR,
    LifetimeValues,
    PaidAt,
    discounted_by,
    value_table,
    values_at_a_pace,
)

if TYPE_CHECKING:
    from regulars.lifetime.histories._orders import Table

Array = NDArray[np.float64]
_OWN = ("log_purchases", "log_silence_days", "log_age_days", "log_mean_amount")
_PRECISION = 1e-9
_MOST_STEPS = 500


class RegressionUnusable(RegularsError):
    """A regression that cannot be learned or asked."""

    code = "lifetime_regression_unusable"
    template = "The regression of lifetime value cannot be used: {problem}."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A straight line over columns: an intercept and a coefficient a column of mean 0 and variance 1."""

    intercept: float
    coefficients: Array


class RegressionLifetimeValue:
    """A model of value for shops that know more of their customers than when they bought.

    Of a summary made from orders, the last `horizon` is cut off: what was known before it explains what was spent in
    it. What is known are the logarithms of one plus purchases, days of silence, days since the first purchase and the
    mean amount, and whatever numeric columns are given as `features`, a table with customer_id: as of the day before
    the horizon to `fit`, as of today to all others. A value missing there counts as the mean. Without an interval:
    how sure it is, a backtest says.

    Args:
        horizon: how far ahead it learns to look; others can then be asked in proportion.
        min_customers: fewer who bought in the horizon, or did not, are not fitted.
    """

    name: ClassVar[str] = "regression"

    def __init__(self, *, horizon: Span = YEAR, min_customers: int = 50) -> None:
        self.horizon = horizon
        self.min_customers = min_customers

    def fit(self, summary: PurchaseSummary, *, features: "Table | None" = None) -> Self:
        """Learn from the horizon before the end of a log.

        Raises:
            OrdersUnusable: the summary was made of columns, or is not longer than the horizon.
            HistoryInvalid: the orders have no amounts.
            RegressionUnusable: too few bought or did not; or the features lack customers, or are no numbers.
        """
        if summary.as_of is None:
            raise OrdersUnusable(problem="the summary was made of columns, which have no days to split at")
        parts = summary.split(summary.as_of - timedelta(days=floor(self.horizon.days)))
        if parts.spend is None:
            raise HistoryInvalid(row=0, problem="the orders have no amount, and a value in money needs them")
        bought = parts.spend > 0
        fewest = int(min(bought.sum(), (~bought).sum()))
        if fewest < self.min_customers:
            raise RegressionUnusable(
                problem=f"{fewest} customers did in the last {floor(self.horizon.days)} days what the others did not, "
                f"and it takes {self.min_customers}; give it a longer history or a shorter horizon"
            )
        columns = _columns(parts.calibration, features)
        self.features_ = tuple(columns)
        matrix = np.column_stack(list(columns.values()))
        with np.errstate(invalid="ignore"):
            self._mean, self._spread = np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0)
        self._spread = np.where(self._spread > 0, self._spread, 1.0)
        self._days = float(floor(self.horizon.days))
        self._chance, self._money = _learned(self._placed(matrix), bought, parts.spend)
        self.customers_, self.buyers_ = len(parts.calibration), int(bought.sum())
        return self

    def probability_of_purchase(self, summary: PurchaseSummary, *, features: "Table | None" = None) -> Array:
        """Return the chance of money in the learned horizon, shape (n,); it raises as `expected_spend` does."""
        placed = self._asked(summary, features)
        return np.asarray(expit(self._chance.intercept + placed @ self._chance.coefficients), dtype=np.float64)

    def expected_spend(self, summary: PurchaseSummary, *, features: "Table | None" = None) -> Array:
        """Return the money expected of each in the learned horizon, shape (n,).

        Raises:
            ModelNotFitted: `fit` was not called.
            RegressionUnusable: the features are not those of the fit, lack customers, or are no numbers.
        """
        placed = self._asked(summary, features)
        much = np.exp(self._money.intercept + placed @ self._money.coefficients)
        return np.asarray(expit(self._chance.intercept + placed @ self._chance.coefficients) * much, dtype=np.float64)

    def contributions(self, summary: PurchaseSummary, *, features: "Table | None" = None) -> pa.Table:
        """Return what each column adds: chance_<column> to the log-odds of buying, money_<column> to ln of how much.

        They and `chance_of_all` and `money_of_all`, what is said of the mean customer, add up to both lines.

        Raises:
            ModelNotFitted, RegressionUnusable: as `expected_spend`.
        """
        placed = self._asked(summary, features)
        figures: dict[str, Array] = {}
        for name, line in (("chance", self._chance), ("money", self._money)):
            figures[f"{name}_of_all"] = np.full(len(summary), line.intercept)
            parts = placed * line.coefficients
            figures |= {f"{name}_{column}": parts[:, place] for place, column in enumerate(self.features_)}
        return value_table(summary, figures)

    def lifetime_value(
        self,
        summary: PurchaseSummary,
        horizon: float | Span | None = None,
        *,
        features: "Table | None" = None,
        annual_rate: float = 0.10,
        margin: float = 1.0,
        paid_at: PaidAt = "month_end",
    ) -> LifetimeValues:
        """Return the expected money in proportion to a horizon, spread evenly over its months and discounted.

        Raises:
            ModelNotFitted, RegressionUnusable: as `expected_spend`.
            MarginInvalid, RateInvalid, SpanInvalid, PeriodsInvalid, QuestionInvalid: a convention means nothing.
        """
        spend = self.expected_spend(summary, features=features)
        return values_at_a_pace(
            summary,
            spend / self._days,
            model=self.name,
            paid=discounted_by(
                days_ahead(self.horizon if horizon is None else horizon, summary.time_unit_days), annual_rate, paid_at
            ),
            margin=margin,
            counted_by={"learned_days": self._days, "features": ", ".join(self.features_)},
        )

    def _asked(self, summary: PurchaseSummary, features: "Table | None") -> Array:
        if not hasattr(self, "features_"):
            raise ModelNotFitted(model=self.name, reason="fit was not called")
        columns = _columns(summary, features)
        missing = [name for name in self.features_ if name not in columns]
        if missing:
            raise RegressionUnusable(problem=f"it was fitted with {missing[0]}, which the features do not have")
        return self._placed(np.column_stack([columns[name] for name in self.features_]))

    def _placed(self, matrix: Array) -> Array:
        """Return columns of mean 0 and variance 1 among whom it was fitted to; what is missing is the mean."""
        return np.asarray(np.nan_to_num((matrix - self._mean) / self._spread), dtype=np.float64)


def _learned(placed: Array, bought: NDArray[np.bool_], spend: Array) -> tuple[_Line, _Line]:
    """Return the line of the log-odds of buying, and that of ln of the money of who bought."""
    # Here and not above: two seconds that whoever asks for no regression need not wait.
    from sklearn.linear_model import GammaRegressor, LogisticRegression  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    # One thread: sums over chunks of several threads differ in their last bits from machine to machine.
    with threadpool_limits(limits=1):
        chance = LogisticRegression(C=1.0, solver="newton-cholesky", tol=_PRECISION, max_iter=_MOST_STEPS)
        chance.fit(placed, bought)
        # Its penalty is a mean's, that of the other a sum's.
        money = GammaRegressor(
            alpha=1 / bought.sum(), solver="newton-cholesky", tol=_PRECISION, max_iter=_MOST_STEPS
        ).fit(placed[bought], spend[bought])
    return (
        _Line(intercept=float(chance.intercept_[0]), coefficients=np.asarray(chance.coef_[0], dtype=np.float64)),
        _Line(intercept=float(money.intercept_), coefficients=np.asarray(money.coef_, dtype=np.float64)),
    )


def _columns(summary: PurchaseSummary, features: "Table | None") -> dict[str, Array]:
    """Return what is known of each, by name: of their purchases, and the given columns in the summary's order."""
    if summary.monetary is None:
        raise HistoryInvalid(row=0, problem="the summary has no amounts, and a value in money needs them")
    unit = summary.time_unit_days
    own = (
        summary.frequency,
        (summary.T - summary.recency) * unit,
        summary.T * unit,
        np.maximum(summary.monetary, 0.0),
    )
    columns = dict(zip(_OWN, map(np.log1p, own), strict=True))
    if features is None:
        return columns
    given = pa.table(features)
    if "customer_id" not in given.column_names or summary.customer_id is None:
        raise RegressionUnusable(problem="features need a column customer_id, and a summary that has ids")
    place = pc.index_in(summary.customer_id, value_set=given["customer_id"].combine_chunks())
    if place.null_count:
        raise RegressionUnusable(problem=f"the features lack {place.null_count} of {len(summary)} customers")
    for name in given.column_names:
        if name == "customer_id":
            continue
        if not (
            pa.types.is_integer(kind := given[name].type) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
        ):
            raise RegressionUnusable(problem=f"the feature {name} is no number; make a column of 0 and 1 for each word")
        columns[name] = np.asarray(given[name].cast(pa.float64()).take(place).to_numpy(), dtype=np.float64)
    return columns
