"""A plain rule gives a score; to stand beside probabilities it has to become one, on what came before the test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.backtest.metrics import LengthsDiffer, OutcomeInvalid, ValuesMissing
from regulars.core import RegularsError

_MOST_STEPS = 100
_STILL = 1e-12

Floats = NDArray[np.float64]


class NothingToCalibrate(RegularsError):
    """A calibration on nobody."""

    code = "nothing_to_calibrate"
    template = "There are no outcomes to calibrate on. Choose training cut-offs at which there were customers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What turns a score into a probability: p = 1 / (1 + exp(−(intercept + slope · score)))."""

    slope: float
    intercept: float

    def apply(self, score: ArrayLike) -> Floats:
        """Return the probability of each score, shape (rows,), from 0 to 1.

        Raises:
            ValuesMissing: a score is no finite number.

        >>> Calibration(slope=2.0, intercept=0.0).apply([-1000, 0, 1000]).tolist()
        [0.0, 0.5, 1.0]
        """
        return _logistic(self.intercept + self.slope * _numbers(score, what="score"))


def calibrate(score: ArrayLike, label: ArrayLike) -> Calibration:
    """Return the logistic calibration of a score, fitted by maximum likelihood on smoothed targets.

    The targets are (n₊ + 1) / (n₊ + 2) for who did it and 1 / (n₋ + 2) for who did not, so that a fit exists also
    where the score tells the two apart without fail, or where only one of them is there. A score without spread
    gets the mean of the targets for everybody. Apply it to later cut-offs than those it was fitted on.

    Source: J. C. Platt (1999), Advances in Large Margin Classifiers, 61-74; by Newton's method with halved steps as
    in H.-T. Lin, C.-J. Lin, R. C. Weng (2007), Machine Learning 68, 267-276.

    Args:
        score: what the rule says, in any unit, shape (rows,).
        label: what happened, 0 or 1, shape (rows,).

    Raises:
        NothingToCalibrate: there are no rows.
        LengthsDiffer: the arrays are not of one length.
        ValuesMissing: a value is no finite number.
        OutcomeInvalid: a label is neither 0 nor 1.

    >>> fitted = calibrate([0, 1, 2, 3], [0, 0, 1, 1])
    >>> fitted.slope > 0, round(float(fitted.apply([1.5])[0]), 6)
    (True, 0.5)
    """
    given, happened = _numbers(score, what="score"), _numbers(label, what="label")
    if len(given) != len(happened):
        raise LengthsDiffer(what="label", found=len(happened), expected=len(given))
    if not len(given):
        raise NothingToCalibrate
    strange = happened[(happened != 0) & (happened != 1)]
    if len(strange):
        raise OutcomeInvalid(metric="calibrate", value=float(strange[0]))
    did = float(happened.sum())
    target = np.where(happened == 1, (did + 1) / (did + 2), 1 / (len(happened) - did + 2))
    # On a scale of its own the fit is as good for days as for cents.
    scale = float(given.max() - given.min())
    if not scale:
        return Calibration(slope=0.0, intercept=_log_odds(float(target.mean())))
    centre = float(given.mean())
    intercept, slope = _fitted((given - centre) / scale, target)
    return Calibration(slope=float(slope) / scale, intercept=float(intercept - slope * centre / scale))


def _fitted(place: Floats, target: Floats) -> Floats:
    """Return intercept and slope of the least logarithmic loss; the loss is convex, so there is one such pair.

    Sums without `@`, which shares long ones out to threads: the bits are the same on any number of them.
    """
    found = np.array([_log_odds(float(target.mean())), 0.0])
    loss = _loss(_odds(found, place), target)
    for _ in range(_MOST_STEPS):
        said = _logistic(_odds(found, place))
        beyond, bend = said - target, said * (1 - said)
        slopes = np.array([beyond.sum(), (place * beyond).sum()])
        across = (place * bend).sum()
        bends = np.array([[bend.sum(), across], [across, (place * place * bend).sum()]]) + _STILL * np.eye(2)
        step = np.linalg.solve(bends, slopes)
        while (lower := _loss(_odds(found - step, place), target)) > loss and np.abs(step).max() > _STILL:
            step = step / 2
        found, gained = found - step, loss - lower
        loss = lower
        if gained <= _STILL * max(1.0, abs(loss)) and np.abs(step).max() < 1e-9 * max(1.0, np.abs(found).max()):
            break
    return found


def _odds(line: Floats, place: Floats) -> Floats:
    odds: Floats = line[0] + line[1] * place
    return odds


def _loss(odds: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, odds) - target * odds).sum())


def _logistic(odds: Floats) -> Floats:
    # Through tanh: the plain exponential overflows.
    probability: Floats = 0.5 * (1 + np.tanh(odds / 2))
    return probability


def _log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _numbers(values: ArrayLike, *, what: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    missing = int(np.count_nonzero(~np.isfinite(array)))
    if missing:
        raise ValuesMissing(what=what, count=missing, rows=array.size)
    return array
