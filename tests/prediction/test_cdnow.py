"""The published protocol on the CDNOW log: default settings, out of time, beside the plain rules' published figures.

Fader and Hardie's log of 23,570 customers comes with the `lifetimes` package; without it these tests are skipped.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

import cast
from regulars import features
from regulars.backtest import Trial, Verdict, observe, plan_cutoffs
from regulars.core import Settings
from regulars.engines import open_engine
from regulars.prediction import READS, Prediction, add

_SPEC = find_spec("lifetimes")
LOG = Path(next(iter(_SPEC.submodule_search_locations or ()))) / "datasets" / "CDNOW_master.txt" if _SPEC else None
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(LOG is None, reason="the package lifetimes, which holds the log, is not installed"),
]

LAST = date(1998, 4, 1)


@pytest.fixture(scope="module")
def found() -> Iterator[Prediction]:
    """The prediction of who buys from 1 January to 1 April 1998."""
    assert LOG is not None
    orders: list[dict[str, object]] = []
    first: dict[str, date] = {}
    for line in LOG.read_text(encoding="ascii").splitlines()[1:]:
        who, day_text, _, amount = line.split()
        time = datetime.strptime(day_text, "%Y%m%d")  # noqa: DTZ007  (the log has days and no zone)
        orders.append({"customer_id": who, "ordered_at": time, "local_day": time.date(), "known_day": time.date(),
                       "is_refund": False, "amount": Decimal(amount)})  # fmt: skip
        first[who] = min(first.get(who, time.date()), time.date())
    people = [{"customer_id": who, "first_day": day, "may_profile": True} for who, day in first.items()]
    cutoffs = plan_cutoffs(first_day=min(first.values()), as_of=LAST, horizon_days=91)
    assert cutoffs.test == date(1997, 12, 31)
    with open_engine(memory_limit="1GB", threads=2) as engine:
        cast.load(engine, {"orders": orders, "customers": people})
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
