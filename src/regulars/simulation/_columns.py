"""Columns of the exported tables: numbers of numpy made into the Arrow types an export has."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulation._clock import Bools, Ints, Times

CENTS = pa.decimal128(18, 2)


def money(cents: Ints) -> pa.Array:
    """Return whole cents as decimals with two places, without passing through floats.

    >>> money(np.array([1234, -5])).to_pylist()
    [Decimal('12.34'), Decimal('-0.05')]
    """
    halves = np.empty((len(cents), 2), dtype=np.int64)
    halves[:, 0] = cents
    halves[:, 1] = cents >> 63
    return pa.Array.from_buffers(CENTS, len(cents), [None, pa.py_buffer(halves)])


def numbered(prefix: str, numbers: Ints) -> pa.Array:
    """Return identifiers of seven digits.

    >>> numbered("C", np.array([12])).to_pylist()
    ['C0000012']
    """
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def times(moments: Times, *, known: Bools | None = None) -> pa.Array:
    """Return local times to the second, empty where not known."""
    return pa.array(moments.astype("datetime64[s]"), mask=None if known is None else ~known)


def days(moments: Times, *, known: Bools | None = None) -> pa.Array:
    """Return dates, empty where not known."""
    return pa.array(moments.astype("datetime64[D]"), mask=None if known is None else ~known)


def where(known: Bools, column: pa.Array) -> pa.Array:
    """Return a column emptied where it is not known."""
    return pc.if_else(pa.array(known), column, pa.scalar(None, column.type))


def choice(rng: np.random.Generator, count: int, options: int) -> npt.NDArray[np.int64]:
    """Return `count` numbers below `options`, all equally likely."""
    return rng.integers(0, options, count)
