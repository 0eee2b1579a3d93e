"""What would move the value of the base? Each lever a tenth better, all else as it is.

F3 knows three ways to a more valuable customer, CV = (P − C) / L: raise what they buy (here: how often, and what a
purchase brings), serve them for less, and keep them longer. A lower rate of discount is told beside them, since what
later money is thought to be worth moves the value too.

By the plain rule the margin of a year goes on unchanged, so a tenth more purchases or margin is a tenth more value; it
knows no drop-out, and a relationship that lasts longer is one that is counted over more months. A model of purchases is
asked what those who are still customers would do if from now on they bought more often, or were less likely to leave
(after a purchase, or at any moment where that is the model's story). Who has left stays gone: P(alive) is of the past.

How much more that is changes smoothly with what is known of somebody, so that it is worked out once for each cell of
people with the same number of repeat purchases whose ages differ by at most four weeks (and by a model for which the
last purchase matters to who is still there, their silences too), at their means, and weighed by the values that they
have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf, sqrt
from statistics import NormalDist

import numpy as np

from regulars.core import Figure, Settings, Window
from regulars.engines import Engine, quoted
from regulars.lifetime._add import Learned
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._formulas import level_annuity
from regulars.lifetime._rules import Rule, model_of
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel, moved

_Share = Callable[[ContinuousModel], float]

CHANGE = 0.10
"""By how much each lever is moved, to the better."""

_Z = NormalDist().inv_cdf(0.975)
_STEP = 1e-5
_YEAR = 365

_CELLS = """
SELECT
    f.repeat_count,
    sum(l.lifetime_value) AS value,
    sum(l.lifetime_value * f.tenure_days) / nullif(sum(l.lifetime_value), 0) AS age_days,
    sum(l.lifetime_value * f.age_at_last_days) / nullif(sum(l.lifetime_value), 0) AS age_at_last_days
FROM {lifetime} AS l JOIN {features} AS f ON f.customer_id = l.customer_id
WHERE l.lifetime_rule <> 'plain' AND l.lifetime_value > 0
GROUP BY f.repeat_count, floor(CAST(f.tenure_days AS DOUBLE) / 28), {silence}
ORDER BY f.repeat_count, age_days, age_at_last_days
"""
_BY_SILENCE = "floor(CAST(f.tenure_days - f.age_at_last_days AS DOUBLE) / 28)"
_OF_ALL_SILENCES = "f.repeat_count"

# What was spent on prospects, and on who has no value, is not what serving the base costs.
_COSTS = """
SELECT
    coalesce(sum(cost), 0) AS total, coalesce(sum(cost * cost), 0) AS squares
FROM (
    SELECT t.customer_id, sum(CAST(t.cost AS DOUBLE)) AS cost
    FROM touches AS t JOIN {lifetime} AS l ON l.customer_id = t.customer_id
    WHERE t.cost > 0 AND t.local_day BETWEEN $first_day AND $as_of AND l.lifetime_value IS NOT NULL
    GROUP BY t.customer_id
) AS served
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One thing a tenth better: what it adds to the value of the base, in money and as a share of that value.

    `lever` is purchase_rate, margin (of a purchase), dropout (how likely it is to leave), duration (months
    that are counted: the plain rule's only way to keep customers longer), cost_to_serve or discount_rate; `change`, a
    share, is below 0 where less is better. Where `gain` is missing, `reason` says why: no_costs_recorded.
    """

    lever: str
    change: float
    gain: float | None
    gain_low: float | None = None
    gain_high: float | None = None
    share: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """What the base is worth, what serving it costs in the same months, discounted alike, and what would move it."""

    rule: Rule
    base_value: float | None
    cost_to_serve: float | None
    customers: int
    months: int
    annual_rate: float
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _More:
    """How much more value, as a share, and the standard deviation of that for doubt about the parameters."""

    share: float
    doubt: float = 0.0


def levers(  # noqa: PLR0913  (whose value, by what, and where it stands)
    engine: Engine,
    *,
    base: Figure,
    rule: Rule,
    learned: Learned | None,
    settings: Settings,
    as_of: date,
    features: str = "features",
    lifetime: str = "lifetime",
) -> Levers:
    """Return what a tenth of each lever adds to the value of the base; the greatest gain first.

    A gain's interval is that of the base's value (customers are a sample, parameters are in doubt), widened by the
    doubt about how much the lever moves, as if both erred to the same side. Costs to serve are those of the touches of
    the last 365 days, going on as they were.

    Args:
        engine: holds touches, features and lifetime.
        base: the sum of the lifetime values, with its interval if it has one.
        rule: the one behind the values.
        learned: the models behind them, where the rule is one of models.
        settings: section `lifetime`.
        as_of: the last day seen.
        features: the name of the customers' features.
        lifetime: the name of the table of values.
    """
    paid = Discounting.of(settings)
    costs, spread = _costs_a_year(engine, as_of=as_of, lifetime=lifetime)
    now, cheaper = (_worth_of_a_year(paid, rate * paid.annual_rate) for rate in (1, 1 - CHANGE))
    told: list[Lever] = []
    if base.value is not None:
        moved = (
            _by_plain_rule(paid)
            if rule == "plain" or learned is None
            else _by_models(engine, learned, paid, features=features, lifetime=lifetime)
        )
        # At a lower rate what is served later weighs more, too.
        eaten = {"discount_rate": costs * (cheaper - now)}
        told = [_of_value(name, more, base, eaten.get(name, 0.0)) for name, more in moved.items()]
        told.append(_of_costs(costs * now, spread * now))
    return Levers(
        rule=rule,
        base_value=base.value,
        cost_to_serve=costs * now if costs else None,
        customers=base.base,
        months=settings.lifetime.horizon_months,
        annual_rate=paid.annual_rate,
        levers=_ranked(told, base.value),
    )


def _ranked(told: Sequence[Lever], value: float | None) -> tuple[Lever, ...]:
    """Return the levers with their shares of the value, the greatest gain first, those without one last."""
    order = sorted(told, key=lambda one: -inf if one.gain is None else one.gain, reverse=True)
    return tuple(replace(one, share=one.gain / value) if one.gain is not None and value else one for one in order)


def _by_plain_rule(paid: Discounting) -> dict[str, _More]:
    rate, months = _monthly(paid.annual_rate), paid.months
    now = level_annuity(1.0, rate, months)
    longer = level_annuity(1.0, rate, (1 + CHANGE) * months)
    lower = level_annuity(1.0, _monthly((1 - CHANGE) * paid.annual_rate), months)
    return {
        "purchase_rate": _More(share=CHANGE),
        "margin": _More(share=CHANGE),
        "duration": _More(share=longer / now - 1),
        "discount_rate": _More(share=lower / now - 1),
    }


def _by_models(
    engine: Engine, learned: Learned, paid: Discounting, *, features: str, lifetime: str
) -> dict[str, _More]:
    model = model_of(learned.purchases)
    silence = _BY_SILENCE if model.remembers_last else _OF_ALL_SILENCES
    rows = engine.fetch(_CELLS.format(features=quoted(features), lifetime=quoted(lifetime), silence=silence))
    names = ("repeat_count", "age_at_last_days", "age_days", "value")
    x, t_x, age, value = (np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in names)
    if not value.sum() > 0:
        return {"margin": _More(share=CHANGE)}
    cells = PurchaseSummary.from_columns(x, np.minimum(t_x, age), age, time_unit="day")
    cheaper = Discounting(months=paid.months, annual_rate=(1 - CHANGE) * paid.annual_rate, paid_at=paid.paid_at)

    def more(pace: float = 1.0, leaving: float = 1.0, discounting: Discounting = paid) -> _Share:
        def share(asked: ContinuousModel) -> float:
            changed = asked.changed_purchases(cells, discounting, pace=pace, leaving=leaving)
            usual = asked.changed_purchases(cells, paid)
            return float((value * (changed / usual - 1)).sum() / value.sum())

        return share

    shares = {
        "purchase_rate": more(pace=1 + CHANGE),
        "dropout": more(leaving=1 - CHANGE),
        "discount_rate": more(discounting=cheaper),
    }
    return {"margin": _More(share=CHANGE), **{name: _with_doubt(share, model) for name, share in shares.items()}}


def _with_doubt(share: _Share, model: ContinuousModel) -> _More:
    """Return a share and its doubt, by the delta method in the logarithms of the parameters."""
    here, covariance = share(model), model.fit_.log_covariance
    if not covariance:
        return _More(share=here)
    slopes = np.array([(share(moved(model, letter, _STEP)) - here) / _STEP for letter in model.letters])
    return _More(share=here, doubt=sqrt(max(0.0, float(slopes @ np.array(covariance) @ slopes))))


def _of_value(name: str, more: _More, base: Figure, costs: float) -> Lever:
    """Return a lever that moves values, and brings costs too."""
    change = -CHANGE if name in {"dropout", "discount_rate"} else CHANGE
    value = base.value or 0.0
    told = Lever(lever=name, change=change, gain=more.share * value - costs)
    if base.interval is None:
        return told
    reach = _Z * more.doubt * abs(value)
    low, high = more.share * base.interval.low - reach, more.share * base.interval.high + reach
    return replace(told, gain_low=low - costs, gain_high=high - costs)


def _of_costs(costs: float, spread: float) -> Lever:
    told = Lever(lever="cost_to_serve", change=-CHANGE, gain=None)
    if not costs:
        return replace(told, reason="no_costs_recorded")
    low, high = max(0.0, costs - _Z * spread), costs + _Z * spread
    return replace(told, gain=CHANGE * costs, gain_low=CHANGE * low, gain_high=CHANGE * high)


def _costs_a_year(engine: Engine, *, as_of: date, lifetime: str) -> tuple[float, float]:
    """Return what serving the base cost in the last 365 days, and the standard deviation of that sum."""
    first_day = Window(end=as_of, days=_YEAR).start
    (row,) = engine.fetch(_COSTS.format(lifetime=quoted(lifetime)), first_day=first_day, as_of=as_of).to_pylist()
    # A sum over all customers, who are a sample and few of whom cost anything: its variance is that of Poisson's sums.
    return row["total"], sqrt(row["squares"])


def _worth_of_a_year(paid: Discounting, annual_rate: float) -> float:
    """Return what one a year, paid month by month, is worth over the months that are counted."""
    return level_annuity(1 / 12, _monthly(annual_rate), paid.months)


def _monthly(annual_rate: float) -> float:
    return float((1 + annual_rate) ** (1 / 12) - 1)
