"""The published protocol on the CDNOW log: its cut-offs, its population, and the plain rules' published figures.

Fader and Hardie's log of 23,570 customers comes with the `lifetimes` package; without it these tests are skipped.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

import cdnow
from regulars.backtest import (
    Cutoffs,
    Horizon,
    Observations,
    Resampling,
    bootstrap,
    calibrate,
    horizon_days,
    judge,
    metrics,
    observe,
    plan_cutoffs,
)
from regulars.engines import Engine, open_engine

pytestmark = [pytest.mark.slow, cdnow.needs_the_log]

LAST = date(1998, 4, 1)
PUBLISHED = Cutoffs(
    as_of=LAST, horizon_days=91, test=date(1997, 12, 31), training=(date(1997, 6, 30), date(1997, 9, 30))
)
NEEDED = ("days_since_last", "order_day_count", "spend_total")
Column = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def log() -> Iterator[Engine]:
    """An engine with the clean tables of the log."""
    with open_engine(memory_limit="1GB", threads=2) as engine:
        cdnow.load(engine)
        yield engine


def observed(engine: Engine, cutoff: date) -> tuple[Observations, dict[str, Column]]:
    """Return what was observed at a cut-off, its rows in the order of their ids."""
    found = observe(engine, cutoff=cutoff, horizon_days=91, into="observed", columns=NEEDED)
    rows = engine.fetch("SELECT * FROM observed ORDER BY customer_id")
    return found, {name: np.asarray(rows[name], dtype=float) for name in (*NEEDED, "bought", "orders_after")}


def rank(values: Column) -> Column:
    """Return the percentile of each value's mid-rank."""
    _, place, size = np.unique(values, return_inverse=True, return_counts=True)
    middles: Column = (np.cumsum(size) - size / 2) / len(values)
    return middles[place]


def rfm(rows: dict[str, Column]) -> Column:
    return rank(-rows["days_since_last"]) + rank(rows["order_day_count"]) + rank(rows["spend_total"])


def test_the_history_is_cut_as_the_protocol_cuts_it(log: Engine) -> None:
    plan = plan_cutoffs(first_day=date(1997, 1, 1), as_of=LAST, horizon_days=91)
    assert (plan.test, plan.training) == (date(1997, 12, 31), (date(1997, 7, 2), date(1997, 10, 1)))
    # Its own horizon, by chance, is the protocol's: 75 % of its 38,402 gaps are of 88 days or less.
    assert horizon_days(log, as_of=LAST) == Horizon(days=91, gaps=38_402, gap_days=88)


def test_the_population_is_everybody_and_one_in_six_buys_again(log: Engine) -> None:
    found, rows = observed(log, date(1997, 12, 31))
    assert found.customers == 23_570
    assert found.buyers == int(rows["bought"].sum())
    # Counted from the log by hand: who has a line dated 1 January to 1 April 1998, and on how many days.
    assert (found.buyers, int(rows["orders_after"].sum())) == (3_831, 6_653)


def test_the_rfm_rank_sum_orders_customers_as_published(log: Engine) -> None:
    _, rows = observed(log, date(1997, 12, 31))
    found = bootstrap(metrics.auc, rows["bought"], rfm(rows), resampling=Resampling(draws=200))
    assert found.value == pytest.approx(0.806, abs=0.0005)
    assert found.interval is not None
    assert found.interval.low < 0.806 < found.interval.high
    assert found.interval.high - found.interval.low < 0.02


def test_recency_is_beaten_by_the_rank_sum_beyond_doubt(log: Engine) -> None:
    training = [observed(log, cutoff)[1] for cutoff in PUBLISHED.training]
    _, test = observed(log, date(1997, 12, 31))
    label = np.concatenate([rows["bought"] for rows in training])
    rules = {"recency": lambda rows: -rows["days_since_last"], "rfm": rfm}
    said = {
        name: calibrate(np.concatenate([rule(rows) for rows in training]), label).apply(rule(test))
        for name, rule in rules.items()
    }
    verdict = judge(
        test["bought"],
        models={"rfm": said["rfm"]},
        rules={"recency": said["recency"]},
        resampling=Resampling(draws=200),
    )
    assert (verdict.winner, verdict.reason) == ("rfm", "model_better")
    figures = verdict.trials[1].figures
    assert figures["auc"].value == pytest.approx(0.806, abs=0.0005)
    assert figures["brier"].value is not None
    assert figures["brier"].value < 0.115
