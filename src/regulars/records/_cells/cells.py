"""What reading a column comes to: its values, and for every row the reason why it could not be read, if so.

Reasons are the codes that stand in the quarantine table and in the reports.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

REASONS = (
    "",
    "customer_missing",
    "value_missing",
    "money_unreadable",
    "money_ambiguous",
    "number_unreadable",
    "number_ambiguous",
    "out_of_range",
    "time_unreadable",
    "time_ambiguous",
    "after_today",
    "too_early",
    "flag_unreadable",
    "word_unknown",
    "customer_masked",
    "digits_lost",
    "control_characters",
    "bytes_unreadable",
    "row_too_short",
    "row_too_long",
    "quote_unclosed",
    "quote_misplaced",
    "formula_without_value",
    "time_serial",
    "currency_contradicted",
)
"""Every reason for which a row can be set aside; a fault is a place in this list, 0 meaning none."""

_MOST_SHARED = 1 << 18

Faults = NDArray[np.uint8]
Mask = NDArray[np.bool_]

FAULT = {reason: np.uint8(place) for place, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column of a batch, read. `faults` is None where every row is fine; `days` goes with times.

    `signs` are the currency signs and codes met among amounts; `sign` is the one of each amount, if any has one.
    `unclear` goes with times: which never were, or were twice, on the clocks that showed them.
    """

    values: pa.Array
    faults: Faults | None = None
    days: pa.Array | None = None
    signs: frozenset[str] = field(default_factory=frozenset)
    sign: pa.Array | None = None
    unclear: Faults | None = None

    def take(self, indices: pa.Array) -> "Cells":
        """Return the cells at these places; a missing place gives a missing value."""
        return Cells(
            values=self.values.take(indices),
            faults=None if self.faults is None else _faults_at(self.faults, indices),
            days=None if self.days is None else self.days.take(indices),
            signs=self.signs,
            sign=None if self.sign is None else self.sign.take(indices),
            unclear=None if self.unclear is None else _faults_at(self.unclear, indices),
        )


def by_distinct(column: pa.Array, read: Callable[[pa.Array], Cells]) -> Cells:
    """Read each distinct value once, and spread what it came to over the rows."""
    encoded = column.dictionary_encode()
    return read(encoded.dictionary).take(encoded.indices)


def marked(faults: Faults | None, mask: Mask, reason: str) -> Faults | None:
    """Return the faults with this reason wherever the mask is true and no reason stands yet."""
    if not mask.any():
        return faults
    start = np.zeros(len(mask), dtype=np.uint8) if faults is None else faults
    return np.where((start == 0) & mask, FAULT[reason], start)


def nothing(rows: int, kind: pa.DataType) -> pa.Array:
    """Return missing values, of each type the same memory again and again: most columns of a kind are in no file."""
    return _nulls(1 << rows.bit_length(), kind).slice(0, rows) if rows < _MOST_SHARED else pa.nulls(rows, kind)


@lru_cache(maxsize=128)
def _nulls(rows: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(rows, kind)


def mask_of(values: pa.Array) -> Mask:
    """Return a column of truth values as a mask, missing ones as false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)  # noqa: FBT003


def integers_of(values: pa.Array) -> NDArray[np.int64]:
    """Return a column of whole numbers as numpy, missing ones as zero."""
    filled = pc.fill_null(values, 0) if values.null_count else values
    return np.asarray(filled.to_numpy(zero_copy_only=False)).astype(np.int64, copy=False)


def doubles_of(values: pa.Array) -> NDArray[np.float64]:
    """Return a column of numbers as numpy, missing ones as zero."""
    doubles = values.cast(pa.float64(), safe=False)
    filled = pc.fill_null(doubles, 0.0) if doubles.null_count else doubles
    return np.asarray(filled.to_numpy(zero_copy_only=False)).astype(np.float64, copy=False)


def _faults_at(faults: Faults, indices: pa.Array) -> Faults:
    places = integers_of(indices)
    return np.where(mask_of(indices.is_valid()), faults[places] if len(faults) else 0, 0).astype(np.uint8)
