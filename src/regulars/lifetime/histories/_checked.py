"""What the models are fitted to: customers' histories, checked."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.core import RegularsError

Array: TypeAlias = NDArray[np.float64]


class HistoryInvalid(RegularsError):
    """Numbers that are no customer's history."""

    code = "history_invalid"
    template = "Row {row}: {problem}. Correct it, or leave the row out."


def purchase_histories(repeat_count: ArrayLike, age_at_last: ArrayLike, age: ArrayLike) -> tuple[Array, Array, Array]:
    """Return (x, t_x, T) as arrays of one shape, once they are known to be histories.

    Raises:
        HistoryInvalid: a column holds no numbers, x is no whole number from 0, t_x or T is missing or negative, t_x
            lies after T, or a customer without a repeat purchase has one.
    """
    x, t_x, tenure = _of_one_shape(repeat_count, age_at_last, age)
    with np.errstate(invalid="ignore"):
        _refuse(~((x >= 0) & (x == np.floor(x)) & np.isfinite(x)), "frequency is not a whole number of 0 or more")
        _refuse(~((tenure >= 0) & np.isfinite(tenure)), "T is not a number of 0 or more")
        _refuse(~((t_x >= 0) & (t_x <= tenure)), "recency does not lie between 0 and T")
        _refuse((x == 0) & (t_x > 0), "recency is above 0 but there was no repeat purchase")
    return x, t_x, tenure


def spend_histories(frequency: ArrayLike, mean_spend: ArrayLike) -> tuple[Array, Array]:
    """Return frequencies and mean amounts as arrays of one shape; a mean may be missing (NaN), zero or negative.

    Raises:
        HistoryInvalid: there is not one mean a row, a frequency is no whole number from 0, or a mean is infinite.
    """
    x, mean = _of_one_shape(frequency, mean_spend)
    if x.size != np.size(frequency):
        raise HistoryInvalid(row=0, problem=f"there are {mean.size} mean amounts for {np.size(frequency)} customers")
    with np.errstate(invalid="ignore"):
        _refuse(~((x >= 0) & (x == np.floor(x)) & np.isfinite(x)), "frequency is not a whole number of 0 or more")
        _refuse(np.isinf(mean), "monetary is infinite")
    return x, mean


def gap_histories(repeat_count: Array, age_at_last: Array, log_gaps: ArrayLike) -> Array:
    """Return Σ ln of the times from one purchase to the next, once it is known to be one.

    Raises:
        HistoryInvalid: not one a row, it is missing, or no x times add up to t_x and have it.
    """
    (given,) = _of_one_shape(log_gaps)
    told = given.ravel()
    if told.shape != repeat_count.shape:
        raise HistoryInvalid(
            row=0, problem=f"there are {told.size} values of log_gaps for {repeat_count.size} customers"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        # Equal times have the largest product.
        most = np.where(repeat_count > 0, repeat_count * np.log(age_at_last / np.maximum(repeat_count, 1)), 0.0)
        _refuse(
            ~(told <= most + 1e-9 * np.abs(most) + 1e-9), "log_gaps is above what the times between purchases can have"
        )
    _refuse((repeat_count == 0) & (told != 0), "log_gaps is not 0 but there was no repeat purchase")
    return told


def weights_of(weights: ArrayLike | None, rows: int) -> Array:
    """Return one weight a row; 1 for each where none are given, and the same for each where one is.

    Raises:
        HistoryInvalid: not one a row, or one is no number, infinite or negative.
    """
    if weights is None:
        return np.ones(rows)
    (given,) = _of_one_shape(weights)
    if given.ndim == 0:
        return weights_of(np.full(rows, given), rows)
    if given.shape != (rows,):
        raise HistoryInvalid(row=0, problem=f"there are {given.size} weights for {rows} customers")
    _refuse(~((given >= 0) & np.isfinite(given)), "the weight is not a number of 0 or more")
    return given


def _of_one_shape(*given: ArrayLike) -> tuple[Array, ...]:
    try:
        arrays = [np.asarray(value, dtype=np.float64) for value in given]
    except (TypeError, ValueError) as error:
        raise HistoryInvalid(row=0, problem="a column holds something that is no number") from error
    try:
        return tuple(np.array(array) for array in np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = ", ".join(str(array.size) for array in arrays)
        raise HistoryInvalid(row=0, problem=f"the columns have different lengths ({shapes})") from error


def _refuse(wrong: NDArray[np.bool_], problem: str) -> None:
    if wrong.any():
        raise HistoryInvalid(row=int(np.argmax(wrong)), problem=problem)
