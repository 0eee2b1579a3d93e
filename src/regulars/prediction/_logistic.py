"""Logistic regression on what a customer's records show: how lately, how often, how long, how steadily, how much.

Columns were chosen before any figure was seen, by what forecasters of repeat purchases usually go by: recency,
frequency, tenure, gaps and how regular they are, spend, windows of the last month, quarter and year and the period
before, the trend; and, where the business has them, usage, ratings, subscriptions. What *we* did (touches) is none: a
forecast that goes by whom we write to changes when we do.

Counts, days and money are taken as logarithms, in standard deviations of the training rows. Where a column can be
missing (who bought once has no gap), a missing value stands at the mean of the others, and a second coordinate, known
or not, learns what its absence means. No class weights: they would ruin the probabilities.

log-odds = intercept + Σ coefficient · (x − centre) / spread, and p = 1 / (1 + exp(−log-odds)). Source: D. R. Cox
(1958), The regression analysis of binary sequences, Journal of the Royal Statistical Society B 20, 215-242.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.special import expit

from regulars.features import significant
from regulars.prediction._known import FIGURES, Columns, Floats, Observed
from regulars.prediction._results import Feature, Logistic

LEAST_CUSTOMERS = 20
"""With fewer observations of a purchase, or of none, it is not fitted."""

_PLAIN = frozenset({"spend_trend", "rating_recent_mean", "is_subscribed"})
_STRENGTH = 1.0
_PRECISION = 1e-9
_MOST_STEPS = 200


def fit(rows: Observed) -> Logistic | None:
    """Return the regression of `bought` on the columns (ridge penalty with C = 1); None where there is too little.

    Fitted by Newton's method to a gradient of 1e-9, so that it is the same however often it is done.
    """
    did = float(rows.bought.sum())
    coordinates, without_spread = _coordinates(rows.columns)
    if min(did, len(rows.bought) - did) < LEAST_CUSTOMERS or not coordinates:
        return None
    # Here and not above: whoever has too little to fit need not wait two seconds for scikit-learn.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    matrix = np.column_stack([_place(feature, rows.columns) for feature in coordinates])
    model = LogisticRegression(C=_STRENGTH, solver="newton-cholesky", tol=_PRECISION, max_iter=_MOST_STEPS)
    # One thread: sums over chunks of several threads differ in their last bits from machine to machine.
    with threadpool_limits(limits=1):
        model.fit(matrix, rows.bought)
    return Logistic(
        features=tuple(
            replace(feature, coefficient=float(coefficient))
            for feature, coefficient in zip(coordinates, model.coef_[0], strict=True)
        ),
        intercept=float(model.intercept_[0]),
        fitted_on=rows.cutoffs,
        rows=len(rows.bought),
        customers=len(np.unique(rows.customer_ids)),
        without_spread=without_spread,
    )


def by_logistic(model: Logistic, columns: Columns) -> Floats:
    """Return the probability of a purchase by the regression."""
    odds = np.full(len(columns["days_since_last"]), model.intercept)
    for _, added in contributions(model, columns):
        odds += added
    return np.asarray(expit(odds), dtype=np.float64)


def contributions(model: Logistic, columns: Columns) -> Iterator[tuple[str, Floats]]:
    """Yield column by column what each adds to the log-odds; they and the intercept add up to it.

    Coordinate by coordinate and not as a product of matrices, whose last bits depend on a row's place in its batch.
    """
    for feature in model.features:
        yield feature.column, feature.coefficient * _place(feature, columns)


def _coordinates(columns: Columns) -> tuple[tuple[Feature, ...], tuple[str, ...]]:
    """Return the coordinates that tell the rows apart, and the columns that do not."""
    found: list[Feature] = []
    without_spread = []
    for column in FIGURES:
        values = _scaled(columns[column], "plain" if column in _PLAIN else "log")
        is_known = ~np.isnan(values)
        told = values[is_known]
        before = len(found)
        if told.size and told.min() < told.max():
            scale: Literal["log", "plain"] = "plain" if column in _PLAIN else "log"
            found.append(Feature(column=column, scale=scale, centre=float(told.mean()), spread=float(told.std())))
        if 0 < told.size < len(values):
            share = told.size / len(values)
            found.append(Feature(column=column, scale="known", centre=share, spread=float(is_known.std())))
        if len(found) == before:
            without_spread.append(column)
    return tuple(found), tuple(without_spread)


def _place(feature: Feature, columns: Columns) -> Floats:
    """Return where each customer stands on a coordinate, in standard deviations from its centre."""
    values = _scaled(columns[feature.column], feature.scale)
    placed: Floats = (values - feature.centre) / feature.spread
    placed[np.isnan(placed)] = 0.0
    return placed


def _scaled(values: Floats, scale: Literal["log", "plain", "known"]) -> Floats:
    if scale == "known":
        return (~np.isnan(values)).astype(np.float64)
    rounded = significant(values)
    return np.copysign(np.log1p(np.abs(rounded)), rounded) if scale == "log" else rounded
