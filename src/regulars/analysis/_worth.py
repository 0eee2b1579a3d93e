"""The two of the eight numbers that need a value for every customer: the base's value, and how much is at risk.

Their intervals come from customers with a history of their own alone; who is new has the mean of these, which is no
observation, and makes the interval wider. With fewer than two histories there is no interval. Where models make the
values, the doubt about their parameters, which move all values at once, is added to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from statistics import NormalDist

from regulars import features, lifetime, rates, segments
from regulars.analysis._flow import STAGE_PARTS
from regulars.analysis._valued import Valued
from regulars.core import Figure, Interval, Period, Settings, Window
from regulars.engines import Engine

_STAGE_COLUMNS = tuple(dict.fromkeys((*lifetime.READS, *segments.STAGE_READS)))

_PARTS_OF_SUMS = """
SELECT
    l.customer_id,
    l.lifetime_value AS value,
    l.lifetime_value * coalesce(CAST({share_at_risk} AS DOUBLE), 0) AS value_at_risk
FROM {lifetime} AS l JOIN {told} AS t ON t.customer_id = l.customer_id
WHERE l.lifetime_value IS NOT NULL
"""

_SUMS = """
WITH valued AS (
    SELECT
        l.lifetime_value AS value,
        coalesce(l.lifetime_reason = 'short_history', FALSE) AS is_imputed,
        coalesce(CAST({share_at_risk} AS DOUBLE), 0) AS share
    FROM {lifetime} AS l JOIN {told} AS t ON t.customer_id = l.customer_id
    WHERE l.lifetime_value IS NOT NULL
)
SELECT
    CAST(count(*) AS BIGINT) AS n,
    CAST(count(*) FILTER (WHERE share > 0) AS BIGINT) AS n_at_risk,
    CAST(count(*) FILTER (WHERE is_imputed) AS BIGINT) AS imputed,
    coalesce(sum(share) FILTER (WHERE is_imputed), 0) AS imputed_at_risk,
    coalesce(sum(value), 0) AS total,
    coalesce(sum(value * share), 0) AS total_at_risk,
    coalesce(sum(value) FILTER (WHERE NOT is_imputed), 0) AS own,
    coalesce(sum(value * share) FILTER (WHERE NOT is_imputed), 0) AS own_at_risk,
    coalesce(sum(value * value) FILTER (WHERE NOT is_imputed), 0) AS squares,
    coalesce(sum(value * value * share) FILTER (WHERE NOT is_imputed), 0) AS products_at_risk,
    coalesce(sum(value * value * share * share) FILTER (WHERE NOT is_imputed), 0) AS squares_at_risk
FROM valued
"""

_BY_STAGE = "CASE WHEN t.lifecycle_stage = 'at_risk' THEN 1 END"
_BY_FORECAST = "t.p_lapse"
_NOBODY = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The value of the base on an earlier day, what was learned of histories then, and the table of its values."""

    base: Figure
    learned: lifetime.Learned | None
    values: str

    @property
    def is_usable(self) -> bool:
        """False where the models of today could not have been fitted then."""
        return self.learned is None or self.learned.is_usable


def earlier_values(
    engine: Engine, *, as_of: date, settings: Settings, first_day: date, valued: Valued
) -> tuple[Earlier | None, Earlier | None]:
    """Value the base as of a period ago and a year ago, each None before the first record; it may be done aside.

    The features are those of that day, valued by the rule of today fitted to what was known then.
    """
    window = Window(end=as_of, days=settings.windows.period_days)
    before, year_before = (
        None if then.end < first_day else _valued_then(engine, then, settings=settings, valued=valued, into=into)
        for then, into in ((window.before(), "values_before"), (window.year_before(), "values_year_before"))
    )
    return before, year_before


def worth(
    engine: Engine,
    earlier: Sequence[Earlier | None],
    *,
    as_of: date,
    settings: Settings,
    valued: Valued,
    is_forecast: bool,
) -> list[rates.Comparison]:
    """Return base_value and value_at_risk, each now, a period ago and a year ago.

    At risk is each customer's value times p_lapse where lapses are forecast (`is_forecast`), else the value of those
    in the stage `at_risk`. Earlier figures are of those days, not of today's with hindsight (`earlier_values`).
    There was no forecast of lapses then.

    Args:
        engine: holds features, lifetime, segments, prediction and the tables of earlier values, which it drops.
        earlier: what `earlier_values` found.
        as_of: the last day seen.
        settings: sections `lifetime`, `segments` and `windows`.
        valued: the rule behind today's values, and its models.
        is_forecast: whether there are chances of a lapse.
    """
    window = Window(end=as_of, days=settings.windows.period_days)
    told, share = ("prediction", _BY_FORECAST) if is_forecast else ("segments", _BY_STAGE)
    of_today = _Doubtful(learned=valued.learned, settings=settings, features="features")
    base, at_risk = _at(engine, window, values="lifetime", told=told, share_at_risk=share, doubtful=of_today)
    pairs = [
        _then(engine, one, then, settings=settings, is_forecast=is_forecast)
        for one, then in zip(earlier, (window.before(), window.year_before()), strict=True)
    ]
    (base_before, risk_before), (base_then, risk_then) = pairs
    return [
        rates.Comparison(now=base, previous=base_before, year_before=base_then),
        rates.Comparison(now=at_risk, previous=risk_before, year_before=risk_then),
    ]


def _valued_then(engine: Engine, then: Window, *, settings: Settings, valued: Valued, into: str) -> Earlier:
    features.build(
        engine, as_of=then.end, period_days=then.days, into="features_then", parts=("purchase",), columns=lifetime.READS
    )
    stages = None if valued.learned is None else valued.learned.purchases.k
    learned = lifetime.add(
        engine, settings=settings, rule=valued.rule, stages=stages, features="features_then", into=into
    )
    doubtful = _Doubtful(learned=learned, settings=settings, features="features_then")
    base, _ = _at(engine, then, values=into, told="features_then", share_at_risk=_NOBODY, doubtful=doubtful)
    engine.drop("features_then")
    return Earlier(base=base, learned=learned, values=into)


def _then(
    engine: Engine, earlier: Earlier | None, then: Window, *, settings: Settings, is_forecast: bool
) -> tuple[Figure, Figure]:
    """Return both figures as of an earlier day; unknown where the rule of today could not have been fitted then.

    Stages are worked out only where they say what is at risk: that costs a pass over the usage.
    """
    if earlier is None:
        reason = "before_first_record"
        return _unknown("base_value", then, reason), _unknown("value_at_risk", then, reason)
    base, at_risk = earlier.base, _unknown("value_at_risk", then, "no_forecast_then")
    if not earlier.is_usable:
        reason = "no_model_then"
        base, at_risk = _unknown("base_value", then, reason), _unknown("value_at_risk", then, reason)
    elif not is_forecast:
        at_risk = _at_risk_by_stage(engine, earlier, then, settings=settings)
    engine.drop(earlier.values)
    return base, at_risk


def _at_risk_by_stage(engine: Engine, earlier: Earlier, then: Window, *, settings: Settings) -> Figure:
    known, stages = "features_then", "stages_then"
    features.build(engine, as_of=then.end, period_days=then.days, into=known, parts=STAGE_PARTS, columns=_STAGE_COLUMNS)
    segments.add_stages(engine, settings=settings, period_days=then.days, features=known, into=stages)
    doubtful = _Doubtful(learned=earlier.learned, settings=settings, features=known)
    _, at_risk = _at(engine, then, values=earlier.values, told=stages, share_at_risk=_BY_STAGE, doubtful=doubtful)
    engine.drop(stages, known)
    return at_risk


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubtful:
    """The models behind the values, if there are any, and what they were put to."""

    learned: lifetime.Learned | None
    settings: Settings
    features: str

    def of_sums(self, engine: Engine, query: str) -> tuple[float, ...]:
        """Return the doubt about both sums for that about the parameters, each as a share of the sum."""
        if self.learned is None or not self.learned.is_usable:
            return 0.0, 0.0
        parts = f"{self.features}_worth"
        engine.run(query, into=parts)
        columns = ("value", "value_at_risk")
        found = lifetime.doubt_of_sums(
            engine, self.learned, parts=parts, columns=columns, settings=self.settings, features=self.features
        )
        engine.drop(parts)
        return found


def _at(
    engine: Engine, window: Window, *, values: str, told: str, share_at_risk: str, doubtful: _Doubtful
) -> tuple[Figure, Figure]:
    names = {"lifetime": values, "told": told, "share_at_risk": share_at_risk}
    (sums,) = engine.fetch(_SUMS.format(**names)).to_pylist()
    n, own_count = sums["n"], sums["n"] - sums["imputed"]
    everyone = _total("base_value", n, n, sums["total"], window)
    at_risk = _total("value_at_risk", sums["n_at_risk"], n, sums["total_at_risk"], window)
    if own_count < 2:
        return everyone, at_risk
    own = _Own(count=own_count, total=sums["own"], squares=sums["squares"], products=sums["squares"])
    restricted = _Own(
        count=own_count,
        total=sums["own_at_risk"],
        squares=sums["squares_at_risk"],
        products=sums["products_at_risk"],
    )
    of_base, of_risk = doubtful.of_sums(engine, _PARTS_OF_SUMS.format(**names))
    of_base, of_risk = of_base * sums["total"], of_risk * sums["total_at_risk"]
    return (
        _with_interval(everyone, _variance(own, own, sums["imputed"]) + of_base**2),
        _with_interval(at_risk, _variance(restricted, own, sums["imputed_at_risk"]) + of_risk**2),
    )


def _total(name: str, count: int, base: int, value: float, window: Window) -> Figure:
    """Return a sum over customers, with no interval yet."""
    period = Period(first_day=window.start, last_day=window.end)
    if not base:
        return Figure(name=name, unit="money", value=None, base=0, reason="no_customers", period=period)
    return Figure(name=name, unit="money", value=value, base=base, count=count, period=period)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """The customers valued by a history of their own: how many, and sums over some part y of each value x.

    `total` is that of y, `squares` of y², `products` of x · y.
    """

    count: int
    total: float
    squares: float
    products: float


def _variance(part: _Own, everyone: _Own, imputed: float) -> float:
    """Return the variance of a sum in which `imputed` customers have the mean of everyone with a history.

    The n customers with a history, valued x, are a sample of those one might have; y is the part of x that is summed.
    The sum is sum(y) + imputed · mean(x), which is the sum of w = y + (imputed / n) · x over the same n: each of them
    speaks for himself and for his part in the newcomers. So its variance is n · s²(w), which written out is
        n · s²(y) + imputed² · s²(x) / n + 2 · imputed · cov(y, x).
    The last term is there since a lucky sample is lucky twice. How many are imputed is taken as given.
    """
    n, share = part.count, imputed / part.count
    total = part.total + share * everyone.total
    squares = part.squares + 2 * share * part.products + share * share * everyone.squares
    return max(0.0, squares - total * total / n) * n / (n - 1)


def _with_interval(figure: Figure, variance: float) -> Figure:
    if figure.value is None:
        return figure
    spread = NormalDist().inv_cdf(0.975) * sqrt(variance)
    # Less than nothing only where the sum itself is: sales at a loss.
    low = min(figure.value, max(0.0, figure.value - spread))
    return replace(figure, interval=Interval(low=low, high=figure.value + spread, method="normal"))


def _unknown(name: str, window: Window, reason: str) -> Figure:
    period = Period(first_day=window.start, last_day=window.end)
    return Figure(name=name, unit="money", value=None, base=0, reason=reason, period=period)
