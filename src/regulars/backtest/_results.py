"""What a test hands over: how every candidate did, and who is to be used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from regulars.backtest._bootstrap import Measured, Resampling

Reason = Literal["model_better", "rule_not_beaten", "too_few_customers", "one_class_only", "too_short_history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one candidate did in the test: its figures by the name of the metric, each with its interval.

    `gain` is by how much it beat the best plain rule in the metric that decides, above 0 where it was better; None
    for the rules themselves. Where models came the simplest first, `met` is who was in place when this one came, and
    `step` by how much it beat that one.
    """

    name: str
    is_rule: bool
    figures: Mapping[str, Measured]
    gain: Measured | None = None
    met: str | None = None
    step: Measured | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Who is to be used, and why.

    `winner` is the name of a candidate: a model if `reason` is `model_better`, else a rule. `best_rule` is the one
    that the gains are over. `customers` were in the test, `positives` of them did it (None for amounts). Where those
    were too few, `enough` says how many it takes: of positives and of others each, or of customers for amounts.
    Without a test (`too_short_history`) make it of winner, reason and decided_by; `trials` is then empty.
    """

    winner: str
    reason: Reason
    decided_by: str
    best_rule: str | None = None
    trials: tuple[Trial, ...] = ()
    customers: int = 0
    positives: int | None = None
    enough: int | None = None
    resampling: Resampling = field(default_factory=Resampling)
