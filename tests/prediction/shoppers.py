"""Customers whose chance to buy is known, as tables of features and of observations: no records are behind them."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.backtest import Cutoffs, Observations
from regulars.core import MONEY, Settings
from regulars.engines import Engine
from regulars.prediction import READS, Prediction, add

Array = NDArray[np.float64]
Figures = dict[str, Array]
Odds = Callable[[Mapping[str, Array]], Array]

HORIZON = 90
AS_OF = date(2024, 6, 30)
TEST, TRAINING = AS_OF - timedelta(days=HORIZON), AS_OF - timedelta(days=2 * HORIZON)
CUTOFFS = Cutoffs(as_of=AS_OF, horizon_days=HORIZON, test=TEST, training=(TRAINING,))

_MISSING = {"gap_mean_days", "gap_sd_days", "spend_trend", "days_since_usage", "rating_recent_mean"}
_FRACTIONS = {*_MISSING, "spend_mean"} - {"days_since_usage"}
_MONEY = {"spend_total", "spend_90d", "spend_365d", "margin_total"}
_YES = {"may_profile", "is_subscribed"}


def shoppers(people: int, *, seed: int) -> Figures:
    """Return customers of a shop: one in three bought once, the others again and again, each at a pace of their own."""
    random = np.random.default_rng(seed)
    tenure = random.integers(100, 700, people)
    repeats = np.where(random.random(people) < 1 / 3, 0, random.geometric(0.25, people))
    age_at_last = np.where(repeats > 0, np.maximum(repeats, (tenure * random.random(people)).astype(int)), 0)
    spend = np.round((repeats + 1) * random.gamma(3.0, 12.0, people), 2)
    recent = np.minimum(random.poisson(1.0, people), repeats + 1)
    return {
        "may_profile": np.ones(people),
        "order_count": repeats + 1.0,
        "margin_total": spend,
        "days_since_last": tenure - age_at_last.astype(float),
        "age_at_last_days": age_at_last.astype(float),
        "tenure_days": tenure.astype(float),
        "repeat_count": repeats.astype(float),
        "gap_mean_days": np.where(repeats > 0, age_at_last / np.maximum(repeats, 1), np.nan),
        "gap_sd_days": np.where(repeats > 1, random.gamma(2.0, 10.0, people), np.nan),
        "spend_total": spend,
        "spend_mean": spend / (repeats + 1),
        **{name: recent.astype(float) for name in ("orders_30d", "orders_90d", "orders_365d", "orders_prior_period")},
        "spend_90d": np.zeros(people),
        "spend_365d": spend,
        "spend_trend": np.full(people, np.nan),
        "usage_count": random.poisson(20.0, people).astype(float),
        "usage_last_period": random.poisson(4.0, people).astype(float),
        "days_since_usage": np.where(random.random(people) < 0.2, np.nan, random.integers(0, 90, people)),
        "feedback_count": np.zeros(people),
        "rating_recent_mean": np.full(people, np.nan),
        "is_subscribed": np.zeros(people),
    }


def leavers(people: int, *, seed: int) -> tuple[Figures, Array]:
    """Return customers who buy at a steady pace until they leave after one of their purchases, and who bought next."""
    random = np.random.default_rng(seed)
    figures = shoppers(people, seed=seed)
    tenure = figures["tenure_days"]
    bought = np.zeros(people)
    for who in range(people):
        pace, leaves = random.gamma(0.8) / 60, random.beta(1.0, 3.0)
        day, repeats, last = 0.0, 0, 0
        while (day := day + max(random.exponential(1 / pace), 1.0)) <= tenure[who] + HORIZON:
            if day > tenure[who]:
                bought[who] = 1
                break
            repeats, last = repeats + 1, int(day)
            if random.random() < leaves:
                break
        figures["repeat_count"][who], figures["age_at_last_days"][who] = repeats, last
    figures["order_count"] = figures["repeat_count"] + 1
    figures["days_since_last"] = tenure - figures["age_at_last_days"]
    repeats_or_nan = np.where(figures["repeat_count"] > 0, figures["repeat_count"], np.nan)
    figures["gap_mean_days"] = figures["age_at_last_days"] / repeats_or_nan
    return figures, bought


def table(figures: Mapping[str, Array], *, bought: Array | None = None, order: Array | None = None) -> pa.Table:
    """Return figures as a table of features, with what came after if it is told; `order` shuffles the rows."""
    people = len(figures["order_count"])
    told = {"customer_id": pa.array([f"c{place:05d}" for place in range(people)])}
    told |= {name: _typed(name, figures[name]) for name in READS}
    if bought is not None:
        told["bought"] = pa.array(bought > 0)
    made = pa.table(told)
    return made if order is None else made.take(pa.array(order.astype(int)))


def observed(engine: Engine, figures: Mapping[str, Array], *, odds: Odds, cutoff: date, seed: int) -> Observations:
    """Put figures at a cut-off into the engine, with purchases drawn by their log-odds."""
    chance = 1 / (1 + np.exp(-odds(figures)))
    bought = (np.random.default_rng(seed).random(len(chance)) < chance).astype(float)
    return told(engine, figures, bought=bought, cutoff=cutoff)


def told(
    engine: Engine, figures: Mapping[str, Array], *, bought: Array, cutoff: date, order: Array | None = None
) -> Observations:
    """Put figures at a cut-off into the engine, with the purchases given."""
    name = f"at_{cutoff:%Y%m%d}"
    engine.load(name, table(figures, bought=bought, order=order))
    return Observations(
        table=name, cutoff=cutoff, horizon_days=HORIZON, customers=len(bought), buyers=int(bought.sum())
    )


def predicted(engine: Engine, *, odds: Odds, people: int = 600, today: int = 50, **asked: Any) -> Prediction:
    """Predict for a shop whose customers buy by given log-odds; `features` holds those of today."""
    training = observed(engine, shoppers(people, seed=1), odds=odds, cutoff=TRAINING, seed=2)
    test = observed(engine, shoppers(people, seed=3), odds=odds, cutoff=TEST, seed=4)
    engine.load("features", table(shoppers(today, seed=5)))
    return predict(engine, training=training, test=test, **asked)


def predict(engine: Engine, *, training: Observations, test: Observations, **asked: Any) -> Prediction:
    """Call `add` with the plan, the settings and the seed of this file."""
    given: dict[str, Any] = {"settings": Settings(), "seed": 0, "draws": 200, **asked}
    return add(engine, cutoffs=CUTOFFS, training=[training], test=test, **given)


def by_recency(figures: Mapping[str, Array]) -> Array:
    """Log-odds that fall by the day since the last order, and by nothing else."""
    return 1.5 - figures["days_since_last"] / 60


def by_usage(figures: Mapping[str, Array]) -> Array:
    """Log-odds that rise with use of late, which no plain rule looks at."""
    return by_recency(figures) + 2.5 * (np.log1p(figures["usage_last_period"]) - 1.5)


def _typed(name: str, values: Array) -> pa.Array:
    if name in _YES:
        return pa.array(values > 0)
    if name in _MONEY:
        return pa.array([f"{value:.4f}" for value in values]).cast(MONEY)
    missing = np.isnan(values)
    if name in _FRACTIONS:
        return pa.array(values, mask=missing)
    return pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing)
