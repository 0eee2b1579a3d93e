"""How sure is a figure of a test? The customers are drawn again, with repetition, and the figure taken again.

A customer is drawn whole, with all of their rows (one a cut-off). To be drawn k times is to weigh k, so nothing is
copied and nothing sorted anew; what is compared is measured on the same draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.backtest.metrics import Counted, LengthsDiffer, Metric, rows_of
from regulars.core import Interval

_MOST_UNDEFINED = 0.05
_AT_ONCE = 16_384
"""So many weights are looked at in one go: few calls for few customers, and little memory for many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How intervals are drawn: the seed, how many draws, and how sure the interval is to be."""

    seed: int = 0
    draws: int = 1000
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure and its interval; None where it is undefined, or undefined in more than 5 % of the draws."""

    value: float | None
    interval: Interval | None


def bootstrap(
    metric: Metric,
    actual: ArrayLike,
    forecast: ArrayLike,
    *,
    customers: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> Measured:
    """Return a metric of forecasts with its percentile interval over customers drawn again.

    Source: B. Efron (1979), Annals of Statistics 7, 1-26; percentile interval.

    Args:
        metric: one of `metrics`.
        actual: what happened, shape (rows,).
        forecast: what was forecast of the same rows, shape (rows,).
        customers: whose row each is, shape (rows,); default: each row somebody else's. With it, the interval does
            not depend on the order of the rows; without it, hand them over in an order that repeats.
        resampling: default 1,000 draws, seed 0, 95 %.

    Raises:
        LengthsDiffer: the arrays are not of one length; and what `metric` raises.

    >>> from regulars.backtest.metrics import mae
    >>> found = bootstrap(mae, [1, 2, 3, 4], [1, 1, 1, 1])
    >>> found.value, found.interval.low < 1.5 < found.interval.high
    (1.5, True)
    """
    how = resampling or Resampling()
    value = metric(actual, forecast)
    drawn = redraw([metric], actual, [forecast], customers=customers, resampling=how)[:, 0, 0]
    return Measured(value=value, interval=interval_of(drawn, level=how.level, method="bootstrap"))


def paired_bootstrap(
    metric: Metric,
    actual: ArrayLike,
    model: ArrayLike,
    rule: ArrayLike,
    *,
    customers: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> Measured:
    """Return by how much a model beats a rule on the same customers, with the percentile interval of that gain.

    The gain is above 0 where the model is better, also for metrics of which less is better. Both are measured on
    the same draws, so what is hard for both widens nothing.

    Args:
        metric: one of `metrics`.
        actual: what happened, shape (rows,).
        model: what the model forecast of the same rows, shape (rows,).
        rule: what the rule forecast of them, shape (rows,).
        customers: whose row each is, as for `bootstrap`.
        resampling: default 1,000 draws, seed 0, 95 %.

    Raises:
        LengthsDiffer: the arrays are not of one length; and what `metric` raises.

    >>> from regulars.backtest.metrics import mae
    >>> paired_bootstrap(mae, [1, 2, 3], [1, 2, 3], [2, 3, 4]).interval
    Interval(low=1.0, high=1.0, method='paired_bootstrap', level=0.95)
    """
    how = resampling or Resampling()
    drawn = redraw([metric], actual, [model, rule], customers=customers, resampling=how)[:, :, 0]
    return gained(metric, (metric(actual, model), metric(actual, rule)), drawn, level=how.level)


def earns_its_place(gain: Interval | None) -> bool:
    """Return the interval rule: a model is used only if the whole interval of its gain over the rule lies above 0.

    >>> earns_its_place(Interval(low=0.0009, high=0.0040, method="paired_bootstrap"))
    True
    >>> earns_its_place(Interval(low=-0.001, high=0.2, method="paired_bootstrap")), earns_its_place(None)
    (False, False)
    """
    return gain is not None and gain.low > 0


def gained(
    metric: Metric, values: tuple[float | None, float | None], drawn: NDArray[np.float64], *, level: float
) -> Measured:
    """Return the gain of the first over the second, given both values and both columns of draws."""
    one, other = values
    value = None if one is None or other is None else metric.gain(one, other)
    gains = metric.gain(drawn[:, 0], drawn[:, 1])
    return Measured(value=value, interval=interval_of(gains, level=level, method="paired_bootstrap"))


def redraw(
    metrics: Sequence[Metric],
    actual: ArrayLike,
    forecasts: Sequence[ArrayLike],
    *,
    customers: ArrayLike | None,
    resampling: Resampling,
) -> NDArray[np.float64]:
    """Return every metric of every forecast in every draw, shape (draws, forecasts, metrics); NaN where undefined."""
    people, own = _people(customers, rows=np.size(actual))
    candidates = [rows_of(actual, forecast) for forecast in forecasts]
    prepared = [(rows, [metric.of(rows) for metric in metrics]) for rows in candidates]
    drawn = np.full((resampling.draws, len(forecasts), len(metrics)), np.nan)
    generator = np.random.default_rng(resampling.seed)
    together = max(1, _AT_ONCE // max(1, np.size(actual)))
    for first in range(0, resampling.draws if people else 0, together):
        some = slice(first, min(first + together, resampling.draws))
        times = np.array([_times(generator, people) for _ in range(first, some.stop)], dtype=np.float64)
        weight = times if own is None else np.take(times, own, axis=-1)
        for place, (rows, figures) in enumerate(prepared):
            counted = Counted(rows, weight if together > 1 else weight[0])
            drawn[some, place] = np.stack([figure(counted) for figure in figures], axis=-1)
    return drawn


def _times(generator: np.random.Generator, people: int) -> NDArray[np.intp]:
    """Return how often each of the people is drawn."""
    return np.bincount(generator.integers(people, size=people), minlength=people)


def interval_of(drawn: NDArray[np.float64], *, level: float, method: str) -> Interval | None:
    """Return the percentile interval of draws; None if more than 5 % of them are undefined."""
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn) or not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(low=float(low), high=float(high), method=method, level=level)


def _people(customers: ArrayLike | None, *, rows: int) -> tuple[int, NDArray[np.intp] | None]:
    """Return how many people there are, and whose row each is; None where each is somebody else's."""
    if customers is None:
        return rows, None
    ids = np.asarray(customers)
    if ids.shape != (rows,):
        raise LengthsDiffer(what="customers", found=ids.shape, expected=rows)
    names, own = np.unique(ids, return_inverse=True)
    return len(names), own
