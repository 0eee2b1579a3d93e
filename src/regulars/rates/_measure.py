"""The headline numbers and every rate, each as it stood at the end of its period."""

from datetime import date

from regulars.core import Figure, Settings, Window
from regulars.engines import Engine
from regulars.rates._activity import active_customers, activity, churn_of, retention_of
from regulars.rates._answers import (
    customer_effort_score,
    customer_satisfaction,
    net_promoter_score,
    satisfaction,
    satisfaction_kind,
)
from regulars.rates._purchases import Buyers
from regulars.rates._referrals import referral_rate
from regulars.rates._results import Comparison, Rates


def measure(engine: Engine, *, as_of: date, settings: Settings, seed: int = 0) -> Rates:
    """Return how the whole business does, over the period of `settings.windows` that ends at `as_of`.

    Every figure of an earlier period is what would have been read on its last day: a refund learnt since is not
    in it. Satisfaction is the net promoter score if that was ever asked, else the satisfied share.
    """
    days = settings.windows.period_days
    eight = headline(engine, as_of=as_of, days=days, seed=seed)
    _, _, retention, repeat, _, _ = (each.now for each in eight)
    rates = (
        retention,
        churn_of(retention),
        repeat,
        referral_rate(engine, as_of=as_of),
        net_promoter_score(engine, as_of=as_of, window_days=days, seed=seed),
        customer_satisfaction(engine, as_of=as_of, window_days=days),
        customer_effort_score(engine, as_of=as_of, window_days=days, seed=seed),
    )
    return Rates(eight=eight, rates=rates)


def headline(engine: Engine, *, as_of: date, days: int, seed: int = 0) -> tuple[Comparison, ...]:
    """Return the six of the eight headline numbers that need no model, over a period of so many days, as `measure`."""
    window = Window(end=as_of, days=days)
    kind = satisfaction_kind(engine, as_of=as_of)
    now, previous, year_before = (
        _headline(engine, window=each, kind=kind, seed=seed) for each in (window, window.before(), window.year_before())
    )
    return tuple(
        Comparison(now=figure, previous=before, year_before=long_before)
        for figure, before, long_before in zip(now, previous, year_before, strict=True)
    )


def _headline(engine: Engine, *, window: Window, kind: str | None, seed: int) -> tuple[Figure, ...]:
    seen = activity(engine, window=window)
    buyers = Buyers(engine, window=window)
    return (
        active_customers(engine, seen, window=window),
        buyers.revenue(),
        retention_of(engine, seen, window=window),
        buyers.repeat_rate(),
        satisfaction(engine, kind=kind, window=window, seed=seed),
        buyers.new_customers(),
    )
