"""How long will subscribers stay, and what are those worth who are there? By plan, from the subscriptions alone.

Contracts are counted in whole months from their own first day, and only as far as a whole month was seen: one that
ended in the middle of a month that others of its age are still in would else look like one of few. A contract that
ended within its t-th month was lost in month t; the day it ends is the first without it.

sBG is fitted in the renewals of a plan (a month, a quarter, a year; days and weeks are counted by the month) to those
who allow profiling, and says what is left of the running ones: the renewals to come, the next one counted in full and
each later one discounted, times the price times the share that is margin. It is money that the orders' lifetime values
may hold too, since charges count as orders where there are none: the two do not add up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime.economics._survival import SurvivalMonth, survival_months
from regulars.lifetime.histories import Contracts
from regulars.lifetime.models import ModelFit, ShiftedBetaGeometric

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_PLANS = 12
"""Told are the plans with the most contracts, at most so many."""

_Z = NormalDist().inv_cdf(0.975)
_STEP = 1e-5
_YEAR_MONTHS = 12

# On the last day of a month every contract has come to its day, whatever the day it began on.
_CELLS = """
WITH counted AS (
    SELECT
        s.plan,
        CASE s.period WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 ELSE 1 END AS unit_months,
        12 * (year($as_of) - year(s.started_day)) + month($as_of) - month(s.started_day)
            - CASE WHEN $day_of_month < extract(day FROM s.started_day) THEN 1 ELSE 0 END AS seen,
        CASE WHEN s.ended_day <= $as_of THEN
            12 * (year(s.ended_day) - year(s.started_day)) + month(s.ended_day) - month(s.started_day)
            + CASE WHEN extract(day FROM s.ended_day) > extract(day FROM s.started_day) THEN 1 ELSE 0 END
        END AS ended,
        coalesce(f.may_profile, FALSE) AS may_profile,
        s.price
    FROM subscriptions AS s LEFT JOIN features AS f ON f.customer_id = s.customer_id
    WHERE s.started_day <= $as_of
)
SELECT
    plan, may_profile, CAST(unit_months AS BIGINT) AS unit_months, CAST(greatest(seen, 0) AS BIGINT) AS seen,
    CAST(greatest(ended, CASE WHEN ended IS NULL THEN NULL ELSE 1 END) AS BIGINT) AS ended,
    CAST(count(*) AS BIGINT) AS contracts, CAST(count(price) AS BIGINT) AS priced,
    coalesce(CAST(sum(price) AS DOUBLE), 0) AS price
FROM counted
GROUP BY plan, may_profile, unit_months, seen, ended
ORDER BY plan, may_profile, unit_months, seen, ended
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What is to come of the running contracts of a plan whose price is known, by the subscription model.

    `renewals` is the mean number of them a contract, discounted; `value` all of it in money, with the interval that
    comes from the doubt about the parameters; `value_12_months` what falls into the next twelve months.
    """

    contracts: int
    renewals: float
    value: float
    value_low: float | None
    value_high: float | None
    value_12_months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The contracts of a plan, or of all (`is_all`): a plan without a name has none.

    `too_new` of them were not yet seen through a whole month. `unit_months` is the time from one renewal to the next;
    missing of plans that differ in it. `reason` says why there is no residual: mixed_periods, no_prices, none_running,
    no_discount, or what speaks against the fit.
    """

    plan: str | None
    is_all: bool
    unit_months: int | None
    contracts: int
    running: int
    too_new: int
    months: tuple[SurvivalMonth, ...]
    fit: ModelFit | None = None
    residual: Residual | None = None
    reason: str | None = None


def subscriptions(engine: Engine, *, settings: Settings, as_of: date) -> tuple[Plan, ...]:
    """Return all contracts together, then each plan, the one of the most contracts first; none without subscriptions.

    Args:
        engine: holds the clean table of subscriptions, and features.
        settings: section `lifetime`, and `strategy.margin_share`.
        as_of: the last day seen.
    """
    is_last = (as_of + timedelta(days=1)).day == 1
    cells = engine.fetch(_CELLS, as_of=as_of, day_of_month=31 if is_last else as_of.day).to_pylist()
    by_plan: dict[str | None, list[_Cell]] = {}
    for row in cells:
        by_plan.setdefault(row["plan"], []).append(_Cell(**{name: row[name] for name in _Cell.__slots__}))
    order = sorted(by_plan, key=lambda plan: (-sum(cell.contracts for cell in by_plan[plan]), plan or ""))
    told = [_plan(by_plan[plan], settings, plan=plan) for plan in order[:MOST_PLANS]]
    if len(order) > 1:
        everything = [cell for plan in order for cell in by_plan[plan]]
        told.insert(0, _plan(everything, settings, plan=None, is_all=True))
    return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """Contracts alike: seen for so many whole months, ended in which (None: running), how many, at which prices."""

    may_profile: bool
    unit_months: int
    seen: int
    ended: int | None
    contracts: int
    priced: int
    price: float

    def whole_periods(self, months: int) -> tuple[int, int | None]:
        """Return how many periods of so many months were seen, and in which of these it ended."""
        seen = self.seen // months
        ended = None if self.ended is None else -(-self.ended // months)
        return seen, ended if ended is not None and ended <= seen else None


def _plan(cells: Sequence[_Cell], settings: Settings, *, plan: str | None, is_all: bool = False) -> Plan:
    lost, seen_until = _counts(cells, 1)
    units = {cell.unit_months for cell in cells}
    told = Plan(
        plan=plan,
        is_all=is_all,
        unit_months=units.pop() if len(units) == 1 else None,
        contracts=sum(cell.contracts for cell in cells),
        running=sum(cell.contracts for cell in cells if cell.ended is None),
        too_new=sum(cell.contracts for cell in cells if cell.seen == 0),
        months=survival_months(lost, seen_until),
    )
    if told.unit_months is None:
        return replace(told, reason="mixed_periods")
    learned_from = [cell for cell in cells if cell.may_profile]
    lost, seen_until = _counts(learned_from, told.unit_months)
    if not (lost + seen_until).sum():
        return replace(told, reason="too_few_customers")
    model = ShiftedBetaGeometric().attempt(Contracts.from_counts(lost, seen_until))
    if not model.fit_.is_usable:
        return replace(told, fit=model.fit_, reason=model.fit_.reason)
    residual, reason = _residual(model, learned_from, told.unit_months, settings)
    return replace(
        told,
        fit=model.fit_,
        months=tuple(_with_expectation(told.months, model, told.unit_months)),
        residual=residual,
        reason=reason,
    )


def _counts(cells: Sequence[_Cell], unit_months: int) -> tuple[Whole, Whole]:
    """Return how many contracts ended in period 1, 2, …, and how many were seen no longer than until its end."""
    length = max((cell.seen // unit_months for cell in cells), default=0)
    lost, seen_until = np.zeros(max(length, 1), dtype=np.int64), np.zeros(max(length, 1), dtype=np.int64)
    for cell in cells:
        seen, ended = cell.whole_periods(unit_months)
        if ended is not None:
            lost[ended - 1] += cell.contracts
        elif seen:
            seen_until[seen - 1] += cell.contracts
    return lost, seen_until


def _with_expectation(
    months: Sequence[SurvivalMonth], model: ShiftedBetaGeometric, unit_months: int
) -> Sequence[SurvivalMonth]:
    at = [row.month // unit_months for row in months if row.month % unit_months == 0]
    shares = iter(model.survival(at).tolist())
    return [row if row.month % unit_months else replace(row, expected=next(shares)) for row in months]


def _residual(
    model: ShiftedBetaGeometric, cells: Sequence[_Cell], unit_months: int, settings: Settings
) -> tuple[Residual | None, str | None]:
    running = [cell for cell in cells if cell.ended is None]
    priced = [cell for cell in running if cell.priced]
    rate = (1 + settings.lifetime.annual_discount_rate) ** (unit_months / _YEAR_MONTHS) - 1
    if not running or not priced or not rate > 0:
        return None, "none_running" if not running else "no_prices" if not priced else "no_discount"
    period = np.array([cell.seen // unit_months + 1 for cell in priced], dtype=np.float64)
    count = np.array([cell.priced for cell in priced], dtype=np.float64)
    money = np.array([cell.price for cell in priced]) * settings.strategy.margin_share

    def value(parameters: Mapping[str, float]) -> float:
        told = ShiftedBetaGeometric.with_parameters(alpha=parameters["alpha"], beta=parameters["beta"])
        return float((money * told.discounted_residual_lifetime(period, rate)).sum())

    here = value(model.parameters_)
    spread = _log_spread(value, model, here)
    renewals = np.arange(_YEAR_MONTHS // unit_months)
    stays = model.survival(renewals + 1, after=period[:, np.newaxis] - 1)
    year = (stays / (1 + rate) ** renewals).sum(axis=1)
    mean = float((count * model.discounted_residual_lifetime(period, rate)).sum() / count.sum())
    return Residual(
        contracts=int(count.sum()),
        renewals=mean,
        value=here,
        value_low=None if spread is None else here * exp(-_Z * spread),
        value_high=None if spread is None else here * exp(_Z * spread),
        value_12_months=float((money * year).sum()),
    ), None


def _log_spread(
    value: Callable[[Mapping[str, float]], float], model: ShiftedBetaGeometric, here: float
) -> float | None:
    """Return the standard deviation of ln value for doubt about the parameters, by the delta method."""
    if not model.fit_.log_covariance or not here > 0:
        return None
    told = model.parameters_
    moved = [{**told, name: told[name] * exp(_STEP)} for name in model.letters]
    slopes = np.array([(value(parameters) / here - 1) / _STEP for parameters in moved])
    return sqrt(max(0.0, float(slopes @ np.array(model.fit_.log_covariance) @ slopes)))
