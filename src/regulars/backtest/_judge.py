"""The test itself: every candidate on the same customers, each figure with its interval, and who is to be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from regulars.backtest._bootstrap import Measured, Resampling, earns_its_place, gained, interval_of, redraw
from regulars.backtest._results import Reason, Trial, Verdict
from regulars.backtest.metrics import Metric, auc, brier, ece, lapse_pr_auc, lift, log_loss, pr_auc
from regulars.core import RegularsError

OUTCOME_METRICS = (auc, pr_auc, lapse_pr_auc, brier, log_loss, ece, lift)
"""What is told of forecasts of yes or no; the first decides."""

LEAST_CUSTOMERS = 20
"""With fewer customers who did it, or fewer who did not, an interval by resampling says too little."""


class NoRule(RegularsError):
    """A model that is to be judged beside nothing."""

    code = "no_rule"
    template = "There is no plain rule to judge the models by. Give at least one, such as recency."


def judge(  # noqa: PLR0913  (a test, its candidates, and by which rule)
    actual: ArrayLike,
    *,
    models: Mapping[str, ArrayLike],
    rules: Mapping[str, ArrayLike],
    customers: ArrayLike | None = None,
    metrics: Sequence[Metric] = OUTCOME_METRICS,
    resampling: Resampling | None = None,
    simplest_first: bool = False,
) -> Verdict:
    """Test models beside plain rules on the same customers and return who is to be used, by the interval rule.

    The rule to beat is the best of the given ones in this very test, which favours the rules. A model wins if the
    whole interval of its gain over it lies above 0, of several the largest (`model_better`); else
    that rule is used (`rule_not_beaten`). Of m models each gain has level 1 − (1 − level) / m (Bonferroni). The first
    rule is used where all outcomes were alike (`one_class_only`), or fewer than 20 customers did it or did not
    (`too_few_customers`; of amounts: fewer than 40 customers).

    Args:
        actual: what happened in the test's window, shape (rows,).
        models: the models' forecasts of the same rows by name, each shape (rows,); none is allowed.
        rules: the plain rules' forecasts likewise, the one to fall back on first.
        customers: whose row each is, shape (rows,); default: everybody's own.
        metrics: what to tell of everybody; the first decides.
        resampling: default 1,000 draws, seed 0, 95 %.
        simplest_first: models come one by one, and each must beat who is in place, at first the rule.

    Raises NoRule where no rule is given, and what the metrics raise.

    >>> judge([0, 1] * 30, models={"oracle": [0, 1] * 30}, rules={"coin": [0.5] * 60}, metrics=[auc]).winner
    'oracle'
    """
    if not rules:
        raise NoRule
    how = resampling or Resampling()
    test = _Test(actual, [*rules.values(), *models.values()], customers=customers, metrics=metrics, resampling=how)
    counted = _count(actual, customers, of_outcomes=metrics[0].of_outcomes)
    best = max(range(len(rules)), key=test.merit)
    tried = _trials(test, list(rules), list(models), best=best)
    trials = _one_by_one(test, tried, best=best) if simplest_first else tried
    winner, reason = _winner(trials, trials[best].name, reason=counted.reason)
    return Verdict(
        winner=winner,
        reason=reason,
        decided_by=metrics[0].name,
        best_rule=trials[best].name,
        trials=trials,
        customers=counted.customers,
        positives=counted.positives,
        enough=counted.enough,
        resampling=how,
    )


def _trials(test: "_Test", rules: Sequence[str], models: Sequence[str], *, best: int) -> tuple[Trial, ...]:
    ruled = [Trial(name=name, is_rule=True, figures=test.figures(place)) for place, name in enumerate(rules)]
    modelled = [
        Trial(
            name=name,
            is_rule=False,
            figures=test.figures(place),
            gain=test.gain(place, over=best, tries=len(models)),
        )
        for place, name in enumerate(models, start=len(rules))
    ]
    return (*ruled, *modelled)


def _one_by_one(test: "_Test", trials: Sequence[Trial], *, best: int) -> tuple[Trial, ...]:
    """Return the trials, each model's with whom it met and by how much it beat that one.

    So of models that do equally well the first given is used, be another's gain over the rule ever so little larger.
    """
    told, in_place = list(trials), best
    models = [place for place, trial in enumerate(trials) if not trial.is_rule]
    for place in models:
        step = test.gain(place, over=in_place, tries=len(models))
        told[place] = replace(trials[place], met=trials[in_place].name, step=step)
        if earns_its_place(step.interval):
            in_place = place
    return tuple(told)


def _winner(trials: Sequence[Trial], rule: str, *, reason: Reason | None) -> tuple[str, Reason]:
    """Return the model with the largest gain among those that earn their place, the first of equals; else the rule.

    Of models that came one by one it is the last that took the place of another. Where there is a reason to conclude
    nothing, it is the first rule.
    """
    if reason is not None:
        return trials[0].name, reason
    came = [trial for trial in trials if trial.step is not None and earns_its_place(trial.step.interval)]
    if came:
        return came[-1].name, "model_better"
    gains = {trial.name: trial.gain for trial in trials if trial.gain is not None and trial.step is None}
    earned = {name: gain.value or 0.0 for name, gain in gains.items() if earns_its_place(gain.interval)}
    if not earned:
        return rule, "rule_not_beaten"
    return max(earned, key=lambda name: earned[name]), "model_better"


class _Test:
    """Every candidate's figures, on all rows and in every draw."""

    def __init__(
        self,
        actual: ArrayLike,
        forecasts: Sequence[ArrayLike],
        *,
        customers: ArrayLike | None,
        metrics: Sequence[Metric],
        resampling: Resampling,
    ) -> None:
        self._metrics = metrics
        self._level = resampling.level
        self._values = [[metric(actual, forecast) for metric in metrics] for forecast in forecasts]
        self._drawn = redraw(metrics, actual, forecasts, customers=customers, resampling=resampling)

    def merit(self, place: int) -> float:
        """Return how good a candidate is in the metric that decides: more is better, whichever way the metric goes."""
        value = self._values[place][0]
        return -np.inf if value is None else self._metrics[0].gain(value, 0.0)

    def figures(self, place: int) -> dict[str, Measured]:
        """Return every figure of a candidate with its interval."""
        return {
            metric.name: Measured(
                value=self._values[place][at],
                interval=interval_of(self._drawn[:, place, at], level=self._level, method="bootstrap"),
            )
            for at, metric in enumerate(self._metrics)
        }

    def gain(self, place: int, *, over: int, tries: int) -> Measured:
        """Return the gain of one candidate over another in the metric that decides."""
        values = self._values[place][0], self._values[over][0]
        return gained(self._metrics[0], values, self._drawn[:, (place, over), 0], level=1 - (1 - self._level) / tries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    customers: int
    positives: int | None
    enough: int | None = None
    reason: Reason | None = None


def _count(actual: ArrayLike, customers: ArrayLike | None, *, of_outcomes: bool) -> _Counted:
    """Count the customers of the test, and say whether they are too few to conclude from."""
    happened = np.asarray(actual, dtype=np.float64)
    people = np.arange(len(happened)) if customers is None else np.asarray(customers)
    everybody = len(np.unique(people))
    if not of_outcomes:
        is_few = everybody < 2 * LEAST_CUSTOMERS
        return _Counted(
            customers=everybody,
            positives=None,
            enough=2 * LEAST_CUSTOMERS if is_few else None,
            reason="too_few_customers" if is_few else None,
        )
    positives, others = (len(np.unique(people[happened == outcome])) for outcome in (1, 0))
    fewest = min(positives, others)
    if fewest >= LEAST_CUSTOMERS:
        return _Counted(customers=everybody, positives=positives)
    return _Counted(
        customers=everybody,
        positives=positives,
        enough=LEAST_CUSTOMERS,
        reason="too_few_customers" if fewest or not everybody else "one_class_only",
    )
