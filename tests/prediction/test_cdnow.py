"""The published protocol on the CDNOW log: default settings, out of time, beside the plain rules' published figures.

Fader and Hardie's log of 23,570 customers comes with the `lifetimes` package; without it these tests are skipped.
"""

from collections.abc import Iterator
from datetime import date

import pytest

import cdnow
from regulars import features
from regulars.backtest import Trial, Verdict, observe, plan_cutoffs
from regulars.core import Settings
from regulars.engines import open_engine
from regulars.prediction import READS, Prediction, add

pytestmark = [pytest.mark.slow, cdnow.needs_the_log]

LAST = date(1998, 4, 1)


@pytest.fixture(scope="module")
def found() -> Iterator[Prediction]:
    """The prediction of who buys from 1 January to 1 April 1998."""
    with open_engine(memory_limit="1GB", threads=2) as engine:
        cutoffs = plan_cutoffs(first_day=cdnow.load(engine), as_of=LAST, horizon_days=91)
        assert cutoffs.test == date(1997, 12, 31)
        *training, test = (
            observe(engine, cutoff=cutoff, horizon_days=91, into=f"at_{cutoff:%Y%m%d}", columns=READS)
            for cutoff in cutoffs.final
        )
        features.build(engine, as_of=LAST)
        yield add(engine, cutoffs=cutoffs, training=training, test=test, settings=Settings(), seed=0)


def verdict_of(found: Prediction) -> Verdict:
    assert found.verdict is not None
    return found.verdict


def trial(found: Prediction, name: str) -> Trial:
    (one,) = [each for each in verdict_of(found).trials if each.name == name]
    return one


def figure(found: Prediction, name: str, metric: str) -> float:
    value = trial(found, name).figures[metric].value
    assert value is not None
    return value


def test_the_regression_beats_the_rank_sum_beyond_doubt(found: Prediction) -> None:
    assert (found.in_use, found.reason, verdict_of(found).best_rule) == ("logistic", "model_better", "rfm")
    gain = trial(found, "logistic").gain
    assert gain is not None
    assert gain.interval is not None
    assert gain.interval.low > 0


def test_the_bars_are_met(found: Prediction) -> None:
    assert figure(found, "logistic", "lift") >= 3.55
    assert figure(found, "logistic", "brier") <= 0.108
    assert figure(found, "logistic", "ece") <= 0.027


def test_rules_and_lifetime_model_do_as_published(found: Prediction) -> None:
    assert figure(found, "rfm", "auc") == pytest.approx(0.806, abs=0.0005)
    assert figure(found, "bg_nbd", "auc") == pytest.approx(0.793, abs=0.001)
    assert trial(found, "bg_nbd").gain is not None


def test_the_population_is_everybody_and_one_in_six_buys_again(found: Prediction) -> None:
    assert (verdict_of(found).customers, verdict_of(found).positives) == (23_570, 3_831)
