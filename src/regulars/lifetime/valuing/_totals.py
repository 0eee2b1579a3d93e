"""The purchases of everybody together, and how sure that is: chance, and the doubt about the parameters.

For one customer chance is nearly all of the doubt. For a sum it falls with the square root of the customers, and what
is not known of the parameters, which moves everybody alike, remains. Var ΣY = Σ Var Yᵢ + g' C g, Var Y by
E[Y²] = Σₙ n² P(Y = n), g the slope of Σ E[Yᵢ] in the log-parameters and C their covariance; the sum of many is taken
as normal.
"""

from dataclasses import dataclass

import numpy as np

from regulars.lifetime.histories import PurchaseSummary, Span
from regulars.lifetime.histories._questions import reach_of
from regulars.lifetime.models import PurchaseModel, moved

_STEP = 1e-4
_NOTHING = 1e-9
_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalPurchases:
    """The purchases of all customers of a summary in a horizon.

    `low` and `high` are where they will fall, at `level`; `sd_of_chance` and `sd_of_parameters` the two doubts behind
    it, in purchases, the second NaN, and not in the interval, where the model was told its parameters.
    """

    expected: float
    low: float
    high: float
    level: float
    sd_of_chance: float
    sd_of_parameters: float


def total_purchases(
    model: PurchaseModel, summary: PurchaseSummary, horizon: float | Span, *, level: float = 0.9
) -> TotalPurchases:
    """Return how many purchases all customers together will make in a horizon, and between what.

    Args:
        model: fitted, or told its parameters.
        summary: whose; `weight` is how often each counts.
        horizon: a plain number is in the time unit of the summary.
        level: of the interval.

    Raises:
        ModelNotFitted: the model has no parameters.
        SpanInvalid: the horizon is negative.
        QuestionInvalid: the level is no share between 0 and 1.
    """
    weight = summary.weight
    expected = model.expected_purchases(summary, horizon)
    total = float(weight @ expected)
    squares = np.zeros(expected.size)
    for count in range(1, _MOST):
        there = count**2 * model.probability_of_count(summary, count, horizon)
        squares += there
        if count > expected.max(initial=0.0) and weight @ there <= _NOTHING * (weight @ squares):
            break
    of_chance = float(np.sqrt(max(float(weight @ (squares - expected**2)), 0.0)))
    root = model.root_of_log_covariance()
    slopes = [
        (_asked(model, letter, 1, summary, horizon) - _asked(model, letter, -1, summary, horizon)) / (2 * _STEP)
        for letter in model.letters
    ]
    of_all = weight @ model.slopes_in_all(np.stack(slopes, axis=-1), summary)
    of_parameters = float(np.linalg.norm(of_all @ root))
    reach = reach_of(level) * float(np.hypot(of_chance, 0.0 if np.isnan(of_parameters) else of_parameters))
    return TotalPurchases(
        expected=total,
        low=max(total - reach, 0.0),
        high=total + reach,
        level=level,
        sd_of_chance=of_chance,
        sd_of_parameters=of_parameters,
    )


def _asked(
    model: PurchaseModel, letter: str, way: int, summary: PurchaseSummary, horizon: float | Span
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return moved(model, letter, way * _STEP).expected_purchases(summary, horizon)
