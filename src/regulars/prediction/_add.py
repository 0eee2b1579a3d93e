"""From observations to everybody's probability: the test, the winner fitted anew, and its answer for each customer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from regulars.backtest import Cutoffs, Observations, Resampling
from regulars.core import Settings
from regulars.engines import Engine, pa, quoted
from regulars.prediction import _known as known
from regulars.prediction._known import Columns, Floats, Observed
from regulars.prediction._logistic import by_logistic, fit
from regulars.prediction._results import Prediction
from regulars.prediction._rules import by_rule, calibrated
from regulars.prediction._trial import by_bg_nbd, learned, put_to_test

Forecaster: TypeAlias = Callable[[Columns], Floats]

_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("p_purchase", pa.float64()),
        ("p_lapse", pa.float64()),
        ("prediction_reason", pa.string()),
    ]
)

_NOBODY = """
SELECT
    customer_id,
    CAST(NULL AS DOUBLE) AS p_purchase,
    CAST(NULL AS DOUBLE) AS p_lapse,
    CASE WHEN NOT coalesce(may_profile, FALSE) THEN 'no_consent' WHEN order_count = 0 THEN 'no_orders' ELSE $reason
        END AS prediction_reason
FROM {features}
"""


def add(  # noqa: PLR0913  (what was observed, what it is for, and how sure to be)
    engine: Engine,
    *,
    cutoffs: Cutoffs,
    training: Sequence[Observations],
    test: Observations | None,
    settings: Settings,
    seed: int,
    features: str = "features",
    into: str = "prediction",
    draws: int = 1000,
) -> Prediction:
    """Write everybody's probability to buy within the horizon into `into`; return by what, and how good it is.

    Candidates are the rules of `_rules`, logistic regression and BG/NBD. Who is used is decided at the test's cut-off
    by AUC and the interval rule (`backtest.judge`), is then fitted anew on all cut-offs, and applied as of today.
    Where the test had too few who bought or too few who did not, nobody has a figure: what nothing can be concluded
    from is no ground for a probability either.
    Only customers who had bought by a cut-off count there: who never bought has no last order to go by.

    Args:
        engine: holds `features` (as of today) and the tables of the observations, each with the columns of `READS`.
        cutoffs: the plan that the observations are of.
        training: what was observed at `cutoffs.training`.
        test: what was observed at `cutoffs.test`; None where there is too little history.
        settings: section `strategy`, for the margins that `lifetime.learn` reads.
        seed: of the resampling; 0 or more.
        features: the name of the customers' features.
        into: the table to write: customer_id, p_purchase, p_lapse = 1 − p_purchase, and prediction_reason, NULL or
            why there is no figure: `no_consent`, `no_orders`, or for everybody else the reason of the result
            (`too_short_history`, `too_few_customers`, `one_class_only`).
        draws: how often the test's customers are drawn again for the intervals.
    """
    nothing = Prediction(horizon_days=cutoffs.horizon_days, cutoffs=cutoffs, in_use=None, reason="too_short_history")
    if test is None or not training:
        return _nobody(engine, nothing, features=features, into=into)
    trained = known.observed(engine, training, scratch=into)
    tested = known.observed(engine, [test], scratch=into)
    if not len(trained.bought) or not len(tested.bought):
        return _nobody(engine, replace(nothing, reason="too_few_customers"), features=features, into=into)
    resampling = Resampling(seed=seed, draws=draws)
    purchases = learned(engine, test.table, settings=settings)
    found = put_to_test(nothing, trained, tested, purchases, resampling=resampling)
    if found.in_use is None:
        return _nobody(engine, found, features=features, into=into)
    return _apply(engine, found, trained.and_then(tested), settings=settings, features=features, into=into)


def _nobody(engine: Engine, found: Prediction, *, features: str, into: str) -> Prediction:
    engine.run(_NOBODY.format(features=quoted(features)), into=into, reason=found.reason)
    return found


def _apply(
    engine: Engine, found: Prediction, rows: Observed, *, settings: Settings, features: str, into: str
) -> Prediction:
    """Fit the winner on all rows, write what it says of everybody today, and return what it then is."""
    if found.in_use == "bg_nbd":
        purchases = learned(engine, features, settings=settings)
        if purchases.fit_.reason is None:
            _write(engine, partial(by_bg_nbd, purchases, found.horizon_days), features=features, into=into)
            return replace(found, bg_nbd=purchases.fit_)
        # What won then can no longer be fitted: the best of the rules needs no more than its calibration.
        best = found.verdict.best_rule if found.verdict else None
        found = replace(found, in_use=best, reason=purchases.fit_.reason)
    if found.in_use == "logistic" and found.logistic is not None:
        # Rows only came on top of those it was fitted on for the test, so there are enough.
        again = fit(rows) or found.logistic
        again = replace(again, training_auc=found.logistic.training_auc, test_auc=found.logistic.test_auc)
        _write(engine, partial(by_logistic, again), features=features, into=into)
        return replace(found, logistic=again)
    return _apply_rule(engine, found, rows, features=features, into=into)


def _apply_rule(engine: Engine, found: Prediction, rows: Observed, *, features: str, into: str) -> Prediction:
    rule = calibrated(str(found.in_use), rows)
    if rule.name == "hiatus":
        rule = replace(rule, gap_days=known.usual_gap(engine, features))
    ranks = f"{into}_ranks" if rule.name == "rfm" else None
    if ranks:
        known.rank(engine, features, into=ranks)
        rule = replace(
            rule,
            recency_ranks=known.ranks_of(engine, ranks, "recency"),
            frequency_ranks=known.ranks_of(engine, ranks, "frequency"),
        )
    _write(engine, partial(by_rule, rule), features=features, into=into, ranks=ranks)
    if ranks:
        engine.drop(ranks)
    return replace(found, rule=rule)


def _write(engine: Engine, forecaster: Forecaster, *, features: str, into: str, ranks: str | None = None) -> None:
    names = (*known.FIGURES, *(known.RANKS if ranks else ()))
    query = known.known(features, ranks=ranks)
    engine.map_batches(query, partial(_answers, forecaster, names), _SCHEMA, into=into)


def _answers(
    forecaster: Forecaster, names: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Answer batch by batch, so that no number of customers has to fit into memory at once."""
    for batch in batches:
        has_figure = batch.column("prediction_reason").is_null().to_numpy(zero_copy_only=False)
        p = np.full(batch.num_rows, np.nan)
        p[has_figure] = forecaster(known.numbers(batch.filter(pa.array(has_figure)), names))
        figures = [pa.array(column, mask=~has_figure) for column in (p, 1 - p)]
        ids, reasons = (batch.column(name).cast(pa.string()) for name in ("customer_id", "prediction_reason"))
        yield pa.RecordBatch.from_arrays([ids, *figures, reasons], schema=_SCHEMA)
