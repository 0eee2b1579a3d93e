"""One hash for what a result says, so that two runs can be compared at a glance.

Fractions are rounded to nine significant digits first: what differs only beyond them is the same answer.
"""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_ROWS_PER_BATCH = 65_536
_DIGITS = 9


def fingerprint(paths: list[Path]) -> str:
    """Return the SHA-256 over the rounded rows of Parquet files, in their order."""
    digest = hashlib.sha256()
    for path in paths:
        with pq.ParquetFile(path) as file:
            digest.update(",".join(file.schema_arrow.names).encode())
            for batch in file.iter_batches(batch_size=_ROWS_PER_BATCH):
                for column in batch.columns:
                    _update(digest, column)
    return digest.hexdigest()


def _update(digest: "hashlib._Hash", column: pa.Array) -> None:
    """Feed the validity, then the values; an empty cell has a fixed value, since Arrow leaves its bytes open."""
    digest.update(np.packbits(pc.is_valid(column).to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_floating(column.type):
        digest.update(_rounded(column.fill_null(0.0).to_numpy(zero_copy_only=False)).tobytes())
    elif pa.types.is_boolean(column.type):
        digest.update(np.packbits(pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)).tobytes())
    elif pa.types.is_integer(column.type):
        digest.update(column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64).tobytes())
    else:
        text = pa.concat_arrays([column.cast(pa.string()).fill_null("")])  # from its first byte on
        digest.update(pc.binary_length(text).to_numpy(zero_copy_only=False).tobytes())
        _, offsets, data = text.buffers()
        end = np.frombuffer(offsets, np.int32, len(text) + 1)[-1]
        digest.update(memoryview(data)[:end] if data is not None else b"")


def _rounded(values: np.ndarray) -> np.ndarray:
    """Return the values to nine significant digits; -0 becomes 0."""
    finite = np.where(np.isfinite(values) & (values != 0), values, 1.0)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(np.abs(finite))))
    rounded = np.where(np.isfinite(values), np.round(values * scale) / scale, values)
    return rounded + 0.0
