"""What a model of purchases and one of spend say together: discounted purchases × the money of one × the margin.

How sure that is: ln value has the variance g' C g + h' D h, with g the slope of ln (discounted purchases) in the
purchase model's log-parameters, C their covariance, h and D those of the spend (the delta method; the two were fitted
to different things, so their parts add up). Nobody is worth more than if they were certainly still a customer, which
the upper end respects.
"""

from copy import copy
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from regulars.lifetime._discounting import Discounting
from regulars.lifetime.histories import PurchaseSummary, QuestionInvalid, Span
from regulars.lifetime.histories._questions import reach_of
from regulars.lifetime.histories._spans import days_ahead
from regulars.lifetime.models import BetaGeometricNBD, GammaGamma, PurchaseModel, moved
from regulars.lifetime.models._cells import deviations
from regulars.lifetime.valuing._values import (
    YEAR,
    LifetimeValues,
    PaidAt,
    checked_margin,
    discounted_by,
    value_table,
)

Array = NDArray[np.float64]
_STEP = 1e-4
_ONE_DEVIATION = 2 * NormalDist().cdf(1.0) - 1
_SMALLEST = 1e-290
"""With so small a chance of being still a customer a value is 0 to the last digit of any money, like both its ends."""
_ANY = 600.0


class PurchasesAndSpend:
    """A model of value: one of purchases, and one of spend or a fixed amount of money a purchase.

    Args:
        purchases: a model of purchases; BG/NBD if none is given.
        spend: a model of spend, or the money of every purchase; gamma-gamma if none is given.

    >>> everybody = BetaGeometricNBD.with_parameters(r=2, alpha=8, a=1, b=4).simulate(500, seed=1, age=52).summary
    >>> PurchasesAndSpend(spend=20.0).fit(everybody).lifetime_value(everybody).table.num_rows
    500
    """

    def __init__(self, purchases: PurchaseModel | None = None, spend: GammaGamma | float | None = None) -> None:
        self.purchases = purchases
        self.spend = spend

    @property
    def name(self) -> str:
        """The names of both."""
        return _named(*self._models())

    def fit(self, summary: PurchaseSummary) -> Self:
        """Learn both from the same histories.

        Raises:
            FitFailed: one of them could not be fitted; it says what to do.
            HistoryInvalid: the summary has no amounts, and a model of spend needs them.
        """
        purchases, spend = self._models()
        self.purchases_ = copy(purchases).fit(summary)
        self.spend_ = copy(spend).fit(summary) if isinstance(spend, GammaGamma) else spend
        return self

    def lifetime_value(
        self,
        summary: PurchaseSummary,
        horizon: float | Span = YEAR,
        *,
        annual_rate: float = 0.10,
        margin: float = 1.0,
        paid_at: PaidAt = "month_end",
        level: float = 0.95,
    ) -> LifetimeValues:
        """Return what each will bring; see the function `lifetime_value`. Models that were told are asked unfitted."""
        purchases, spend = self._models()
        return lifetime_value(
            summary,
            purchases=getattr(self, "purchases_", purchases),
            spend=getattr(self, "spend_", spend),
            horizon=horizon,
            annual_rate=annual_rate,
            margin=margin,
            paid_at=paid_at,
            level=level,
        )

    def expected_purchases(self, summary: PurchaseSummary, horizon: float | Span) -> Array:
        """Return the purchases expected in a horizon, as the model of purchases says."""
        asked: PurchaseModel = getattr(self, "purchases_", self._models()[0])
        return asked.expected_purchases(summary, horizon)

    def _models(self) -> tuple[PurchaseModel, GammaGamma | float]:
        return self.purchases or BetaGeometricNBD(), GammaGamma() if self.spend is None else self.spend


def lifetime_value(  # noqa: PLR0913  (every convention is an argument)
    summary: PurchaseSummary,
    *,
    purchases: PurchaseModel,
    spend: GammaGamma | float,
    horizon: float | Span = YEAR,
    annual_rate: float = 0.10,
    margin: float = 1.0,
    paid_at: PaidAt = "month_end",
    level: float = 0.95,
) -> LifetimeValues:
    """Return what each customer will bring in a horizon, in money of today.

    margin · E[money of a purchase] · Σₘ fₘ (E[Y(end of month m)] − E[Y(end of month m − 1)]), in real months of
    365.25 / 12 days, fₘ = (1 + annual rate)^(−m / 12) where a month's money counts at its end, and
    (1 + annual rate)^(−(m − 1) / 12) at its start. The time unit is the summary's; the horizon is converted. One per
    cent a month is an annual rate of 1.01¹² − 1.

    Args:
        summary: whose; with amounts where `spend` is a model.
        purchases: a model of purchases, fitted, or told its parameters.
        spend: gamma-gamma likewise, or the money of every purchase.
        horizon: how far ahead; a plain number is in the time unit of the summary.
        annual_rate: the discount of a real year, as a share; 0 is no discount.
        margin: the share of the spend that is earned.
        paid_at: when a month's money counts.
        level: of the interval of the expected value.

    Returns:
        A row a row of the summary, and the conventions. Who has no mean amount is expected to spend what all do.

    Raises:
        ModelNotFitted: a model has no parameters.
        HistoryInvalid: the summary has no amounts, and the model of spend needs them.
        MarginInvalid, RateInvalid, SpanInvalid, PeriodsInvalid, QuestionInvalid: a convention means nothing.

    Source: P. S. Fader, B. G. S. Hardie and K. L. Lee, RFM and CLV, Journal of Marketing Research 42 (2005), 415-430.
    """
    days, share = days_ahead(horizon, summary.time_unit_days), checked_margin(margin)
    discounting, ahead = discounted_by(days, annual_rate, paid_at), Span(days, "day")
    found = _figures(summary, purchases, spend, horizon=ahead, paid=discounting, level=level, margin=share)
    return LifetimeValues(
        table=value_table(summary, found),
        model=_named(purchases, spend),
        discounting=discounting,
        margin=share,
        level=level,
        counted_by=summary.conventions(),
        checks=dict(spend.fit_.checks) if isinstance(spend, GammaGamma) else {},
    )


def _figures(  # noqa: PLR0913  (what `lifetime_value` was asked, checked)
    summary: PurchaseSummary,
    purchases: PurchaseModel,
    spend: GammaGamma | float,
    *,
    horizon: Span,
    paid: Discounting,
    level: float,
    margin: float,
) -> dict[str, Array]:
    """Return the columns of the table, each distinct history being looked at once."""
    known, places = purchases.distinct_histories(summary)
    there, ahead = _looked(purchases, known, paid)
    money, of_money = _spends(summary, spend)
    doubt, at_most = _doubts(purchases, known, paid)
    z = reach_of(level)
    value = (there * ahead)[places] * money * margin
    most = ahead[places] * money * margin * np.exp(z * np.hypot(at_most[places], of_money))
    doubt = np.hypot(doubt[places], of_money)
    return {
        "expected_purchases": purchases.expected_purchases(known, horizon)[places],
        "expected_spend": money,
        "value": value,
        "value_low": value * np.exp(-z * doubt),
        # Where hardly anybody is left the doubt is a factor beyond any number, and the cap is what stands.
        "value_high": np.minimum(value * np.exp(np.minimum(z * doubt, _ANY)), most),
    }


def _named(purchases: PurchaseModel, spend: GammaGamma | float) -> str:
    return f"{purchases.name} and " + (spend.name if isinstance(spend, GammaGamma) else f"{spend:g} a purchase")


def _spends(summary: PurchaseSummary, spend: GammaGamma | float) -> tuple[Array, Array]:
    """Return the money of a purchase of each, and the standard deviation of its logarithm; 0 where it is told."""
    if not isinstance(spend, GammaGamma):
        if not 0 <= spend < float("inf"):
            raise QuestionInvalid(
                problem=f"a purchase brings {spend}; give an amount of 0 or more, or a model of spend"
            )
        return np.full(len(summary), float(spend)), np.zeros(len(summary))
    money = spend.expected_spend(summary)
    # At one standard deviation the interval of the mean tells it.
    low = spend.predict(summary, level=_ONE_DEVIATION)["expected_low"].to_numpy()
    return money, np.log(money / low)


def _looked(model: PurchaseModel, known: PurchaseSummary, discounting: Discounting) -> tuple[Array, Array]:
    """Return P(alive) and the discounted purchases of who certainly is, each shape (rows,)."""
    there = model.probability_alive(known)
    worth = model.discounted_purchases(known, discounting)
    return there, np.divide(worth, there, out=np.zeros_like(worth), where=there > _SMALLEST)


def _doubts(model: PurchaseModel, known: PurchaseSummary, discounting: Discounting) -> tuple[Array, Array]:
    """Return the standard deviations of ln (discounted purchases), and of that of who certainly is still a customer.

    The slopes are central differences in the logarithms of the parameters, from which those in coefficients follow. NaN
    where the parameters were told.
    """
    root = model.root_of_log_covariance()
    if np.isnan(root).any():
        return (np.full(len(known), np.nan),) * 2
    slopes_there: list[Array] = []
    slopes_ahead: list[Array] = []
    for letter in model.letters:
        ends = [_looked(moved(model, letter, way * _STEP), known, discounting) for way in (1, -1)]
        for (up, down), found in zip(zip(*ends, strict=True), (slopes_there, slopes_ahead), strict=True):
            ratio = np.divide(up, down, out=np.ones_like(up), where=(up > 0) & (down > 0))
            found.append(np.log(ratio) / (2 * _STEP))
    there, ahead = (model.slopes_in_all(np.stack(slopes, axis=-1), known) for slopes in (slopes_there, slopes_ahead))
    doubt, at_most = (deviations(slopes, root) for slopes in (there + ahead, ahead))
    return doubt, at_most
