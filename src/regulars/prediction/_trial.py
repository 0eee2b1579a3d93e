"""The test: every candidate says at the test's cut-off what it would have said then, and the verdict says who is used.

Rules and the regression learned at the training cut-offs; BG/NBD, which needs no answers, from the histories up to
the test's cut-off. It says P(at least one purchase in the horizon), and never P(alive), which is 1 for whoever
bought once.
"""

from dataclasses import replace

import numpy as np

from regulars import lifetime
from regulars.backtest import Resampling, judge, metrics
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import histories
from regulars.lifetime import models as lifetimes
from regulars.prediction._known import Columns, Floats, Observed
from regulars.prediction._logistic import by_logistic, fit
from regulars.prediction._results import CalibrationBin, Prediction
from regulars.prediction._rules import RULES, by_rule, calibrated

_BINS = 10


def put_to_test(
    plan: Prediction,
    trained: Observed,
    tested: Observed,
    purchases: lifetimes.PurchaseModel,
    *,
    resampling: Resampling,
) -> Prediction:
    """Return the plan with what came of the test of all candidates: who is to be used, and how everybody did.

    Args:
        plan: the horizon and the cut-offs.
        trained: what was observed at the training cut-offs.
        tested: what was observed at the test's.
        purchases: BG/NBD, learned from the histories up to the test's cut-off.
        resampling: of the intervals.
    """
    rules = {name: by_rule(calibrated(name, trained), tested.columns) for name in RULES}
    models: dict[str, Floats] = {}
    left_out: dict[str, str] = {}
    logistic = fit(trained)
    if logistic is None:
        left_out["logistic"] = "too_few_customers"
    else:
        models["logistic"] = by_logistic(logistic, tested.columns)
        logistic = replace(
            logistic,
            training_auc=metrics.auc(trained.bought, by_logistic(logistic, trained.columns)),
            test_auc=metrics.auc(tested.bought, models["logistic"]),
        )
    if purchases.fit_.reason is None:
        models["bg_nbd"] = by_bg_nbd(purchases, plan.horizon_days, tested.columns)
    else:
        left_out["bg_nbd"] = purchases.fit_.reason
    verdict = judge(tested.bought, models=models, rules=rules, customers=tested.customer_ids, resampling=resampling)
    is_enough = verdict.enough is None
    shown = {verdict.winner, verdict.best_rule} if is_enough else set()
    return replace(
        plan,
        in_use=verdict.winner if is_enough else None,
        reason=verdict.reason,
        verdict=verdict,
        left_out=left_out,
        logistic=logistic,
        bg_nbd=purchases.fit_,
        calibration={name: _bins(said, tested.bought) for name, said in (models | rules).items() if name in shown},
    )


def learned(engine: Engine, table: str, *, settings: Settings) -> lifetimes.PurchaseModel:
    """Return BG/NBD, learned from a table of features."""
    purchases, _ = lifetime.learn(engine, margin_share=settings.strategy.margin_share, features=table)
    return purchases


def by_bg_nbd(model: lifetimes.PurchaseModel, days: float, columns: Columns) -> Floats:
    """Return the probability of at least one purchase within so many days by BG/NBD."""
    x, t_x, age = (columns[name] for name in ("repeat_count", "age_at_last_days", "tenure_days"))
    known = histories.PurchaseSummary.from_columns(x, t_x, age, time_unit="day")
    return model.probability_of_purchase(known, days)


def _bins(said: Floats, bought: Floats) -> tuple[CalibrationBin, ...]:
    """Return ten bins of equal width; a bin holds its lower edge, the last one 1 as well (as `metrics.ece` has it)."""
    place = np.minimum((said * _BINS).astype(np.int64), _BINS - 1)
    sizes, sums, did = (
        np.bincount(place, weights=weights, minlength=_BINS) for weights in (np.ones_like(said), said, bought)
    )
    return tuple(
        CalibrationBin(
            low=at / _BINS,
            high=(at + 1) / _BINS,
            customers=int(sizes[at]),
            mean_p=float(sums[at] / sizes[at]) if sizes[at] else None,
            share_bought=float(did[at] / sizes[at]) if sizes[at] else None,
        )
        for at in range(_BINS)
    )
