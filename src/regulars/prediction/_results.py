"""What a prediction hands over: who is in use and why, how everybody did, and all it takes to work it out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from regulars.backtest import Cutoffs, Verdict
from regulars.lifetime import models as lifetimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One coordinate of the logistic regression; it adds `coefficient` · (x − `centre`) / `spread` to the log-odds.

    x is the `column` on its scale: `log` is sign(v) · ln(1 + |v|), `plain` is v, `known` is 1 where there is a value
    and 0 where there is none. A value that is missing adds nothing by its own scale: it stands at the centre.
    """

    column: str
    scale: Literal["log", "plain", "known"]
    centre: float
    spread: float
    coefficient: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """The card of the logistic regression.

    `intercept` is the log-odds of a customer who is at the centre of everything. Fitted on `rows` observations of
    `customers` at the cut-offs `fitted_on`; columns `without_spread` there are left out. Over-fitting shows in
    `training_auc` against `test_auc`, both of the fit that stood the test, on the training cut-offs and in the test.
    """

    features: tuple[Feature, ...]
    intercept: float
    fitted_on: tuple[date, ...]
    rows: int
    customers: int
    without_spread: tuple[str, ...] = ()
    training_auc: float | None = None
    test_auc: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A plain rule made a probability: log-odds = `intercept` + `slope` · score.

    `slope` is 0, and the probability the same for all, where the rule ranked customers the wrong way.
    `centre` is the mean score of the observations it was calibrated on, at the cut-offs `fitted_on`. `gap_days` is
    what stands for the gap of a customer without one (rule `hiatus`); `recency_ranks` and `frequency_ranks` are the
    percentile of every number of days since the last order, and of repeat purchases, among today's customers (`rfm`).
    """

    name: str
    slope: float
    intercept: float
    centre: float
    fitted_on: tuple[date, ...]
    gap_days: float | None = None
    recency_ranks: tuple[tuple[float, float], ...] = ()
    frequency_ranks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Customers of the test whose probability was from `low` up to `high`: what was said of them, and what they did.

    `mean_p` and `share_bought` are missing where there were no such customers.
    """

    low: float
    high: float
    customers: int
    mean_p: float | None = None
    share_bought: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Who will buy within `horizon_days`, by which candidate, and how well that would have been said before.

    `in_use` is the name of the candidate that made the figures: `logistic`, `bg_nbd`, `recency`, `rfm` or `hiatus`;
    None where nobody has a figure: there was no test, or one of so few that no rule could be calibrated on it either
    (`verdict` then says what would be enough). `reason` says why it is that one: the verdict's reason, or why there
    are none, or why the winner could not be used after all. `left_out` has the reason of every candidate that was not
    tried.
    `logistic`, `rule`, `bg_nbd` are what is known of each: in use they are fitted anew on all cut-offs (BG/NBD: on
    today's histories), else they are as they were tested, or None. `calibration` is by name the bins of the winner
    and of the best rule in the test.
    """

    horizon_days: int
    cutoffs: Cutoffs
    in_use: str | None
    reason: str
    verdict: Verdict | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    logistic: Logistic | None = None
    rule: Rule | None = None
    bg_nbd: lifetimes.ModelFit | None = None
    calibration: Mapping[str, tuple[CalibrationBin, ...]] = field(default_factory=dict)


class Part(NamedTuple):
    """What one figure of a customer adds to the log-odds of a purchase; `value` is the figure, None where missing."""

    code: str
    value: float | None
    contribution: float
