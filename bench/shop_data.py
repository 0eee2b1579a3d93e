"""The records the benchmarks run on: orders, as many uses, a tenth of answers; made once, by a seed, as Parquet."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

LAST_DAY = date(2024, 12, 31)
_DAYS = 730
_SEED = 20241231
_CHANNELS = np.array(["web", "store", "wechat", "phone"])
_CATEGORIES = np.array(["tea", "pots", "cups", "books", "gifts", "tools", "sweets", "spices"])
_EVENTS = np.array(["login", "search", "play"])
_ROWS_PER_GROUP = 500_000


def shop(folder: Path, *, orders: int, customers: int) -> dict[str, Path]:
    """Return the Parquet file of each kind, made if it is not there yet."""
    folder = folder / f"{orders}-orders-{customers}-customers"
    paths = {kind: folder / f"{kind}.parquet" for kind in ("orders", "usage", "feedback")}
    if not all(path.exists() for path in paths.values()):
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(_SEED)
        _write(paths["orders"], orders, lambda n, first: _orders(random, n, first, customers))
        _write(paths["usage"], orders, lambda n, first: _usage(random, n, customers))
        _write(paths["feedback"], orders // 10, lambda n, first: _feedback(random, n, customers))
    return paths


def _orders(random: np.random.Generator, n: int, first: int, customers: int) -> pa.Table:
    amounts = np.round(random.gamma(2.0, 20.0, n) + 1, 2)
    return pa.table(
        {
            "customer_id": _customers(random, n, customers),
            "order_id": pa.array(np.arange(first, first + n), pa.int64()),
            "ordered_at": _times(random, n),
            "amount": amounts,
            "cost": np.round(amounts * 0.6, 2),
            "discount": np.where(random.random(n) < 0.2, 2.5, 0.0),
            "channel": _words(random, n, _CHANNELS),
            "category": _words(random, n, _CATEGORIES),
            "is_refund": random.random(n) < 0.02,
        }
    )


def _usage(random: np.random.Generator, n: int, customers: int) -> pa.Table:
    return pa.table(
        {
            "customer_id": _customers(random, n, customers),
            "used_at": _times(random, n),
            "event": _words(random, n, _EVENTS),
            "duration_minutes": np.round(random.exponential(12.0, n), 2),
        }
    )


def _feedback(random: np.random.Generator, n: int, customers: int) -> pa.Table:
    return pa.table(
        {
            "customer_id": _customers(random, n, customers),
            "given_at": _times(random, n),
            "kind": pa.array(["nps"] * n).dictionary_encode(),
            "score": random.integers(0, 11, n).astype(float),
            "first_reply_minutes": np.round(random.exponential(60.0, n), 1),
        }
    )


def _customers(random: np.random.Generator, n: int, customers: int) -> pa.Array:
    """Return ids as text; some customers come far more often than others."""
    numbers = (customers * random.beta(0.9, 1.4, n)).astype(np.int64)
    return pa.array(np.char.add("C", np.char.zfill(numbers.astype("U7"), 7)))


def _times(random: np.random.Generator, n: int) -> pa.Array:
    end = np.datetime64(LAST_DAY, "s") + np.timedelta64(22, "h")
    return pa.array((end - random.integers(0, _DAYS * 86_400, n).astype("timedelta64[s]")).astype("datetime64[us]"))


def _words(random: np.random.Generator, n: int, words: np.ndarray) -> pa.Array:
    codes = random.integers(0, len(words), n).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words))


def _write(path: Path, rows: int, make: Callable[[int, int], pa.Table]) -> None:
    writer = None
    for first in range(0, rows, _ROWS_PER_GROUP):
        table = make(min(_ROWS_PER_GROUP, rows - first), first)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()
