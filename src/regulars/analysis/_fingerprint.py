"""One hash for what a result says, so that two runs can be compared at a glance.

Fractions are rounded to 30 binary digits (nine decimal ones) first: what differs only beyond them is the same answer.
"""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

FINGERPRINTED = ("customers", "actions", "cohorts", "segments")
"""The tables that say what a result is."""

_ROWS_PER_BATCH = 131_072
_BINARY_DIGITS = 30


def digests(path: Path) -> bytes:
    """Return the column names of a Parquet file and the hashes of its rounded rows: what a fingerprint is made of."""
    with ThreadPoolExecutor() as pool, pq.ParquetFile(path, pre_buffer=False) as file:
        parts = [",".join(file.schema_arrow.names).encode()]
        for batch in file.iter_batches(batch_size=_ROWS_PER_BATCH):
            parts.extend(pool.map(_digest, batch.columns))
    return b"".join(parts)


def fingerprint(files: Iterable[bytes]) -> str:
    """Return the SHA-256 over the digests of files, in their order."""
    whole = hashlib.sha256()
    for each in files:
        whole.update(each)
    return whole.hexdigest()


def _digest(column: pa.Array) -> bytes:
    """Return the hash of validity and values; an empty cell has a fixed value, since Arrow leaves its bytes open."""
    digest = hashlib.sha256(np.packbits(pc.is_valid(column).to_numpy(zero_copy_only=False)).data)
    if pa.types.is_floating(column.type):
        for part in _rounded(pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False)):
            digest.update(part.data)
    elif pa.types.is_boolean(column.type):
        digest.update(np.packbits(pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)).data)
    elif pa.types.is_decimal(column.type):
        digest.update(_bytes(pc.fill_null(column, 0), width=16))
    elif pa.types.is_string(column.type):
        text = pc.fill_null(column, "")
        digest.update(pc.binary_length(text).to_numpy(zero_copy_only=False).data)
        _, offsets, letters = text.buffers()
        first, last = np.frombuffer(offsets, np.int32)[[text.offset, text.offset + len(text)]]
        digest.update(memoryview(letters or b"")[first:last])
    else:
        whole = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
        digest.update(pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).astype(np.int64).data)
    return digest.digest()


def _bytes(column: pa.Array, *, width: int) -> memoryview:
    """Return the values of a column of fixed width as they lie in memory."""
    start = column.offset * width
    return memoryview(column.buffers()[1])[start : start + len(column) * width]


def _rounded(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the rounded mantissas and the exponents; what is no number has an exponent of its own."""
    mantissas, exponents = np.frexp(np.where(np.isfinite(values), values, 0.0))
    whole = np.round(np.ldexp(mantissas, _BINARY_DIGITS)).astype(np.int64)
    # What rounds up to a power of two is that power, which has half the mantissa and the next exponent.
    up = np.abs(whole) == 1 << _BINARY_DIGITS
    whole[up] //= 2
    exponents[up] += 1
    exponents[~np.isfinite(values)] = np.iinfo(np.int32).max
    return whole, exponents
