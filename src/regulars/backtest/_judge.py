"""The test itself: every candidate on the same customers, each figure with its interval, and who is to be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

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
    whole interval of its gain over it lies above 0, of several the largest (`model_better`); else that rule is used
    (`rule_not_beaten`). Of m models each gain has level 1 − (1 − level) / m (Bonferroni). The first rule is used where
    all outcomes were alike (`one_class_only`), or fewer than 20 customers did it or did not (`too_few_customers`; of
    amounts: fewer than 40 customers).

    Args:
        actual: what happened in the test's window, shape (rows,).
        models: the models' forecasts of the same rows by name, each shape (rows,); none is allowed.
        rules: the plain rules' forecasts likewise, the one to fall back on first.
        customers: whose row each is, shape (rows,); default: everybody's own.
        metrics: what to tell of everybody; the first decides.
        resampling: default 1,000 draws, seed 0, 95 %.
        simplest_first: models come one by one, and each must beat who is in place, at first the rule (`_one_by_one`).

    Raises NoRule where no rule is given, and what the metrics raise.
    """
    if not rules:
        raise NoRule
    how, names = resampling or Resampling(), [*rules, *models]
    test = _Test(
        actual, [*rules.values(), *models.values()], customers=customers, metrics=metrics, resampling=how,
        is_told_later=simplest_first,
    )  # fmt: skip
    counted = _count(actual, customers, of_outcomes=metrics[0].of_outcomes)
    best = max(range(len(rules)), key=test.merit)
    steps = {}
    if simplest_first:
        steps = _one_by_one(test, best=best, models=range(len(rules), len(names)))
        test.tell(_shown(steps, rules=len(rules)))
    trials = _trials(test, names, steps, best=best, rules=len(rules))
    winner, reason = _winner(trials, names[best], reason=counted.reason)
    return Verdict(
        winner=winner, reason=reason, decided_by=metrics[0].name, best_rule=names[best], trials=trials,
        customers=counted.customers, positives=counted.positives, enough=counted.enough, resampling=how,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Whom a model met, by place, and by how much it beat that one."""

    met: int
    gain: Measured


def _one_by_one(test: "_Test", *, best: int, models: Sequence[int]) -> dict[int, _Step]:
    """Return the step of each model against who was in place when it came, first the best rule.

    It takes the place if the whole interval of its gain lies above 0.
    So of models that do equally well the first given is used, be another's gain over the rule ever so little larger.
    """
    steps, in_place = {}, best
    for place in models:
        gain = test.gain(place, over=in_place, tries=len(models))
        steps[place] = _Step(met=in_place, gain=gain)
        if earns_its_place(gain.interval):
            in_place = place
    return steps


def _shown(steps: Mapping[int, _Step], *, rules: int) -> Sequence[int]:
    """Return whose figures all get an interval where models came one by one.

    They are the rules and the model that is used, or the simplest. Drawing customers again costs more than all else in
    a test.
    """
    came = [place for place, step in steps.items() if earns_its_place(step.gain.interval)]
    return [*range(rules), *(came[-1:] or list(steps)[:1])]


def _trials(
    test: "_Test", names: Sequence[str], steps: Mapping[int, _Step], *, best: int, rules: int
) -> tuple[Trial, ...]:
    tries = len(names) - rules
    return tuple(
        Trial(
            name=name,
            is_rule=place < rules,
            figures=test.figures(place),
            gain=None if place < rules else test.gain(place, over=best, tries=tries),
            met=names[steps[place].met] if place in steps else None,
            step=steps[place].gain if place in steps else None,
        )
        for place, name in enumerate(names)
    )


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
    """Every candidate's figures on all rows; the one that decides in every draw, and the others of those to be told.

    Where all are to be told, everything is measured on each draw at once; if `is_told_later`, see `tell`.
    """

    def __init__(
        self,
        actual: ArrayLike,
        forecasts: Sequence[ArrayLike],
        *,
        customers: ArrayLike | None,
        metrics: Sequence[Metric],
        resampling: Resampling,
        is_told_later: bool,
    ) -> None:
        self._metrics, self._forecasts = metrics, forecasts
        self._level = resampling.level
        self._values = [[metric(actual, forecast) for metric in metrics] for forecast in forecasts]
        self._redraw = partial(redraw, actual=actual, customers=customers, resampling=resampling)
        drawn = self._redraw(metrics[:1] if is_told_later else metrics, forecasts=forecasts)
        self._deciding = drawn[:, :, 0]
        self._others = {} if is_told_later else {place: drawn[:, place, 1:] for place in range(len(forecasts))}

    def tell(self, places: Sequence[int]) -> None:
        """Draw the other figures of some candidates too; the same customers are drawn."""
        if not self._metrics[1:]:
            return
        others = self._redraw(self._metrics[1:], forecasts=[self._forecasts[place] for place in places])
        self._others = {place: others[:, at] for at, place in enumerate(places)}

    def merit(self, place: int) -> float:
        """Return how good a candidate is in the metric that decides: more is better, whichever way the metric goes."""
        value = self._values[place][0]
        return -np.inf if value is None else self._metrics[0].gain(value, 0.0)

    def figures(self, place: int) -> dict[str, Measured]:
        """Return every figure of a candidate, with its interval where it was drawn."""
        drawn = [self._deciding[:, place], *(self._others[place].T if place in self._others else ())]
        intervals = [interval_of(each, level=self._level, method="bootstrap") for each in drawn]
        found = zip_longest(self._metrics, self._values[place], intervals)
        return {metric.name: Measured(value=value, interval=interval) for metric, value, interval in found}

    def gain(self, place: int, *, over: int, tries: int) -> Measured:
        """Return the gain of one candidate over another in the metric that decides."""
        values = self._values[place][0], self._values[over][0]
        drawn = self._deciding[:, (place, over)]
        return gained(self._metrics[0], values, drawn, level=1 - (1 - self._level) / tries)


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
