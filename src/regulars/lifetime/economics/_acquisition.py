"""Was it worth winning them? What customers of a channel or a month cost to win, against what they bring.

Two answers, for those whose cost of acquisition was recorded and who allow profiling, buyers or not:

- The ratio of value to cost, Σ w / Σ c, where w is the margin so far and the lifetime value to come. Its interval is
  that of a ratio of means over customers (delta method): the variance of w − R c, over n and the square of the mean c.
- The month in which the cost is earned back: the first one by whose end customers seen that long have brought as much
  margin, in the mean, as they cost. Its interval is where the interval of that mean difference meets nothing: the
  earliest month at which they might have, and the first at which they surely have.

Months are of 365.25 / 12 days from the first order (without one, from the first record). The months are counted from
the orders of a stated sample of customers; sums are of everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regulars.core import DAYS_PER_YEAR, Settings
from regulars.engines import Engine, pa

Array = NDArray[np.float64]

MOST_CHANNELS = 12
SAMPLE = 20_000
"""Of so many customers at most, drawn by their ids, the orders are followed month by month."""

LEAST_SEEN = 20
"""With fewer customers seen for so long no month is told."""

_Z = NormalDist().inv_cdf(0.975)
_MONTH_DAYS = DAYS_PER_YEAR / 12
_MOST_MONTHS = 36

_WON = """
SELECT
    f.customer_id,
    f.acquisition_channel AS channel,
    year(coalesce(f.first_order_day, c.acquired_day, c.first_day)) * 12
        + month(coalesce(f.first_order_day, c.acquired_day, c.first_day)) - 1 AS cohort,
    f.tenure_days,
    f.order_count > 0 AS has_bought,
    f.margin_total IS NOT NULL AS has_costs,
    CAST(c.acquisition_cost AS DOUBLE) AS cost,
    coalesce(CAST(f.margin_total AS DOUBLE), CAST(f.spend_total AS DOUBLE) * $margin_share) AS margin,
    coalesce(l.lifetime_value, 0) AS ahead
FROM features AS f
JOIN customers AS c ON c.customer_id = f.customer_id
LEFT JOIN lifetime AS l ON l.customer_id = f.customer_id
WHERE c.acquisition_cost IS NOT NULL AND (c.acquired_day IS NULL OR c.acquired_day <= $as_of)
    AND coalesce(f.may_profile, FALSE)
"""

_SUMS = """
SELECT
    channel, CAST(cohort AS BIGINT) AS cohort, CAST(count(*) AS BIGINT) AS customers,
    CAST(count(*) FILTER (WHERE has_bought) AS BIGINT) AS buyers,
    sum(cost) AS cost, sum(margin) AS margin, sum(ahead) AS ahead,
    sum(cost * cost) AS cost_squares, sum((margin + ahead) * (margin + ahead)) AS value_squares,
    sum((margin + ahead) * cost) AS products
FROM acquired GROUP BY channel, cohort ORDER BY channel, cohort
"""

_DRAWN = "SELECT * FROM acquired ORDER BY md5(customer_id), customer_id LIMIT $most"

_BY_MONTH = """
WITH brought AS (
    SELECT
        o.customer_id,
        floor(greatest(date_diff('day', f.first_order_day, o.local_day), 0) / nullif(CAST($month_days AS DOUBLE), 0))
            AS month,
        CASE WHEN s.has_costs THEN CAST(o.amount AS DOUBLE) - coalesce(CAST(o.cost AS DOUBLE), 0)
            ELSE CAST(o.amount AS DOUBLE) * $margin_share END AS margin
    FROM orders AS o
    JOIN acquired_sample AS s ON s.customer_id = o.customer_id
    JOIN features AS f ON f.customer_id = o.customer_id
    WHERE o.known_day <= $as_of
), monthly AS (
    SELECT customer_id, month, sum(margin) AS margin FROM brought GROUP BY customer_id, month
)
SELECT
    a.customer_id, a.channel, CAST(a.cohort AS BIGINT) AS cohort, a.cost, CAST(a.tenure_days AS BIGINT) AS tenure_days,
    m.month, m.margin
FROM acquired_sample AS a LEFT JOIN monthly AS m ON m.customer_id = a.customer_id
ORDER BY a.customer_id, m.month
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedMonth:
    """By the end of a month since the first order: the share of the cost that came back, of those seen that long."""

    month: int
    customers: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """Customers of a channel, of a month of arrival, or of both: None stands for all of them.

    A channel that was not recorded is "". `ratio` is missing where nothing was paid. `payback_month` is the first
    month by whose end the cost was earned back, between `payback_low` and `payback_high`; each is missing where that
    was not within the `months_seen`, through which enough customers were seen. `months` are told of channels and of
    all, not of months of arrival.
    """

    channel: str | None
    cohort: date | None
    customers: int
    buyers: int
    cost: float
    margin: float
    value_ahead: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    payback_month: int | None
    payback_low: int | None
    payback_high: int | None
    months_seen: int
    months: tuple[EarnedMonth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """All who were won at a known cost, then by channel (most cost first), by month of arrival, and by both.

    `sample` is of how many customers the months were followed. Nothing where no cost was recorded.
    """

    together: Won | None
    channels: tuple[Won, ...] = ()
    cohorts: tuple[Won, ...] = ()
    cells: tuple[Won, ...] = ()
    sample: int = 0


def acquisition(engine: Engine, *, settings: Settings, as_of: date) -> Acquisition:
    """Return what winning customers cost against what they bring.

    Args:
        engine: holds the clean tables customers and orders, features and lifetime.
        settings: `strategy.margin_share`, for orders without a cost.
        as_of: the last day seen.
    """
    share = float(settings.strategy.margin_share)
    engine.run(_WON, into="acquired", as_of=as_of, margin_share=share)
    sums = [_Sums(**row) for row in engine.fetch(_SUMS).to_pylist()]
    if not sum(one.cost for one in sums) > 0:
        engine.drop("acquired")
        return Acquisition(together=None)
    engine.run(_DRAWN, into="acquired_sample", most=SAMPLE)
    rows = engine.fetch(_BY_MONTH, as_of=as_of, margin_share=share, month_days=_MONTH_DAYS)
    engine.drop("acquired", "acquired_sample")
    people = _People.of(rows)

    def won(channel: str | None = None, cohort: int | None = None) -> Won:
        told = [one for one in sums if channel in {None, one.channel or ""} and cohort in {None, one.cohort}]
        return _won(told, people.chosen(channel, cohort), channel=channel, cohort=cohort)

    costs: dict[str, float] = {}
    for one in sums:
        costs[one.channel or ""] = costs.get(one.channel or "", 0.0) + one.cost
    channels = sorted(costs, key=lambda name: (-costs[name], name))[:MOST_CHANNELS]
    cells = sorted((one.channel or "", one.cohort) for one in sums if (one.channel or "") in channels)
    return Acquisition(
        together=won(),
        channels=tuple(won(channel=name) for name in channels),
        cohorts=tuple(won(cohort=month) for month in sorted({one.cohort for one in sums})),
        cells=tuple(won(channel=name, cohort=month) for name, month in cells),
        sample=len(people.cost),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    channel: str | None
    cohort: int
    customers: int
    buyers: int
    cost: float
    margin: float
    ahead: float
    cost_squares: float
    value_squares: float
    products: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Sampled customers: cost, whole months seen, and what each had `brought` by each month's end, (people, months)."""

    channel: NDArray[np.str_]
    cohort: NDArray[np.int64]
    cost: Array
    seen: NDArray[np.int64]
    brought: Array

    @classmethod
    def of(cls, rows: pa.Table) -> "_People":
        who = rows["customer_id"].to_numpy(zero_copy_only=False)
        is_first = np.append([True], who[1:] != who[:-1])
        person = np.cumsum(is_first) - 1
        month = np.nan_to_num(rows["month"].to_numpy(zero_copy_only=False).astype(np.float64)).astype(np.int64)
        margin = np.nan_to_num(rows["margin"].to_numpy(zero_copy_only=False).astype(np.float64))
        monthly = np.zeros((int(person[-1]) + 1, _MOST_MONTHS))
        within = month < _MOST_MONTHS
        np.add.at(monthly, (person[within], month[within]), margin[within])
        first = rows.filter(pa.array(is_first))
        days = first["tenure_days"].to_numpy() + 1
        return cls(
            channel=np.array([name or "" for name in first["channel"].to_pylist()], dtype=np.str_),
            cohort=first["cohort"].to_numpy(),
            cost=np.asarray(first["cost"].to_numpy(), dtype=np.float64),
            seen=np.asarray(days // _MONTH_DAYS, dtype=np.int64),
            brought=np.cumsum(monthly, axis=1),
        )

    def chosen(self, channel: str | None, cohort: int | None) -> "_People":
        """Return those of a channel and of a month of arrival; None leaves either open."""
        mask = np.ones(len(self.cost), dtype=np.bool_)
        if channel is not None:
            mask &= self.channel == channel
        if cohort is not None:
            mask &= self.cohort == cohort
        return _People(
            channel=self.channel[mask], cohort=self.cohort[mask], cost=self.cost[mask], seen=self.seen[mask],
            brought=self.brought[mask],
        )  # fmt: skip


def _won(sums: Sequence[_Sums], people: _People, *, channel: str | None, cohort: int | None) -> Won:
    def total(name: str) -> float:
        return float(sum(getattr(one, name) for one in sums))

    n, cost, value = total("customers"), total("cost"), total("margin") + total("ahead")
    ratio = value / cost if cost > 0 else None
    reach = None
    if ratio is not None and n > 1:
        squares = total("value_squares") - 2 * ratio * total("products") + ratio**2 * total("cost_squares")
        reach = _Z * sqrt(max(0.0, squares) * n / (n - 1)) / cost
    months, payback = _earned_back(people)
    return Won(
        channel=channel,
        cohort=None if cohort is None else date(cohort // 12, cohort % 12 + 1, 1),
        customers=int(n),
        buyers=int(total("buyers")),
        cost=cost,
        margin=total("margin"),
        value_ahead=total("ahead"),
        ratio=ratio,
        ratio_low=None if ratio is None or reach is None else ratio - reach,
        ratio_high=None if ratio is None or reach is None else ratio + reach,
        payback_low=payback[0],
        payback_month=payback[1],
        payback_high=payback[2],
        months_seen=len(months),
        months=months if cohort is None else (),
    )


def _earned_back(people: _People) -> tuple[tuple[EarnedMonth, ...], tuple[int | None, int | None, int | None]]:
    """Return the months, and those by which the cost might have been, was in the mean, and surely was earned back."""
    told: list[EarnedMonth] = []
    found: list[int | None] = [None, None, None]
    for month in range(1, _MOST_MONTHS + 1):
        there = people.seen >= month
        n, cost = int(there.sum()), people.cost[there]
        if n < LEAST_SEEN or not cost.sum() > 0:
            break
        brought = people.brought[there, month - 1]
        told.append(EarnedMonth(month=month, customers=n, share=float(brought.sum() / cost.sum())))
        net = brought - cost
        reach = _Z * float(net.std(ddof=1)) / sqrt(n)
        for place, way in enumerate((1, 0, -1)):
            if found[place] is None and net.mean() + way * reach >= 0:
                found[place] = month
    return tuple(told), (found[0], found[1], found[2])
