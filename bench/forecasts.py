"""Would we have said who buys again? Every candidate on the CDNOW log beside the bars, under the published protocol.

    python bench/forecasts.py CDNOW_master.txt [--as-of 1998-04-01] [--horizon 91]

The log is Fader and Hardie's: 23,570 customers, a purchase a line. Settings are the defaults. The history is cut by
`plan_cutoffs`, its test at 1997-12-31; bars are for that test.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from regulars import feedback, prediction
from regulars.backtest import Measured, Observations, horizon_days, observe, plan_cutoffs, sample
from regulars.core import Settings
from regulars.customers import HashedIdentities, clean
from regulars.engines import Engine, open_engine
from regulars.features import build
from regulars.records import Source, read

METRICS = ("auc", "lift", "brier", "ece", "lapse_pr_auc", "log_loss")
BARS = {"auc": "gain over rfm > 0", "lift": ">= 3.55", "brier": "<= .108", "ece": "<= .027"}


def main() -> None:
    """Load, cut, observe, predict; print the table of candidates."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("log", type=Path)
    asked.add_argument("--as-of", type=date.fromisoformat, default=date(1998, 4, 1))
    asked.add_argument("--horizon", type=int, help="days; default: the business's own")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    with open_engine(memory_limit="1GB", threads=2) as engine:
        load(engine, given.log, today=given.as_of)
        for line in report(engine, as_of=given.as_of, horizon=given.horizon, seed=given.seed):
            print(line)


def load(engine: Engine, log: Path, *, today: date) -> None:
    """Read the log into clean tables; rows after `today` are set aside."""
    mapping = {"customer_id": "customer_id", "ordered_at": "date", "amount": "dollar_value"}
    source = Source(data=log, kind="orders", mapping=mapping, delimiter=" ")
    records = read(engine, [source], settings=Settings(), today=today)
    feedback.add(engine)
    clean(engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=today)


def report(engine: Engine, *, as_of: date, horizon: int | None, seed: int) -> Iterator[str]:
    """Yield the lines of the table."""
    settings = Settings()
    days = horizon or horizon_days(engine, as_of=as_of).days
    first_day = engine.fetch("SELECT min(first_day) AS day FROM customers")["day"][0].as_py()
    cutoffs = plan_cutoffs(first_day=first_day, as_of=as_of, horizon_days=days)
    drawn = sample(engine, as_of=as_of, customers=settings.prediction.sample_customers, seed=seed)

    def at(cutoff: date) -> Observations:
        return observe(
            engine,
            cutoff=cutoff,
            horizon_days=days,
            into=f"at_{cutoff:%Y%m%d}",
            columns=prediction.READS,
            prefix=drawn.prefix,
        )

    training, test = [at(cutoff) for cutoff in cutoffs.training], None if cutoffs.test is None else at(cutoffs.test)
    build(engine, as_of=as_of)
    began, cpu = perf_counter(), process_time()
    found = prediction.add(engine, cutoffs=cutoffs, training=training, test=test, settings=settings, seed=seed)
    wall, cpu = perf_counter() - began, process_time() - cpu
    trained = ", ".join(str(cutoff) for cutoff in cutoffs.training)
    yield f"horizon {days} days, trained at {trained}, tested at {cutoffs.test}; {wall:.1f} s, {cpu:.1f} s of CPU"
    if found.verdict is None:
        yield f"no test: {found.reason}"
        return
    yield f"{found.verdict.customers} customers in the test, {found.verdict.positives} bought"
    yield " | ".join(["candidate   ", *(f"{name:22}" for name in METRICS), "gain in auc over the best rule"])
    yield " | ".join(["bar         ", *(f"{BARS.get(name, ''):22}" for name in METRICS), "> 0"])
    for trial in found.verdict.trials:
        figures = [_shown(trial.figures[name], digits=4) for name in METRICS]
        yield " | ".join([f"{trial.name:12}", *figures, "" if trial.gain is None else _shown(trial.gain, digits=5)])
    yield f"in use: {found.in_use} ({found.reason}); best rule: {found.verdict.best_rule}; left out: {found.left_out}"
    if found.logistic is not None:
        yield f"regression: AUC {found.logistic.training_auc:.4f} trained, {found.logistic.test_auc:.4f} tested"
        yield from (f"    {f.column} ({f.scale}) {f.coefficient:+.3f}" for f in found.logistic.features)


def _shown(measured: Measured, *, digits: int) -> str:
    if measured.value is None or measured.interval is None:
        return "-"
    low, high = (f"{end:.{digits}f}" for end in (measured.interval.low, measured.interval.high))
    return f"{measured.value:.{digits}f} ({low}-{high})"


if __name__ == "__main__":
    main()
