"""The feature table against the bare read of the same columns, and against pandas doing the same features.

    python bench/features.py [--rows 1000000 10000000]

The clean tables are made from the records once (not counted), as Parquet. Each competitor starts from these files.
"""

import argparse
from pathlib import Path

from measure import HERE, Cost, cost, show
from shop_data import LAST_DAY, shop

TABLES = ("orders", "order_lines", "usage", "feedback", "touches", "subscriptions", "referrals", "customers")

_CLEAN = """
from datetime import date
from pathlib import Path
from regulars import feedback
from regulars.core import Settings
from regulars.customers import CLEAN_TABLES, HashedIdentities, clean
from regulars.engines import open_engine, quoted
from regulars.records import Source, read
with open_engine() as engine:
    sources = [Source(data=Path(path), kind=kind) for kind, path in {sources!r}.items()]
    records = read(engine, sources, settings=Settings(), today=date(2025, 1, 1))
    feedback.add(engine)
    clean(engine, records, resolve=HashedIdentities(None).resolve, settings=Settings(), today=date(2025, 1, 1))
    for name in CLEAN_TABLES:
        engine.write_parquet(f"SELECT * FROM {{quoted(name)}}", Path({folder!r}) / f"{{name}}.parquet")
"""

_OURS = """
with open_engine(memory_limit="1250MB", threads=2) as engine:
    for name in CLEAN_TABLES:
        engine.load(name, Path({folder!r}) / f"{{name}}.parquet")
    if {with_previous_day}:
        engine.run('''SELECT * EXCLUDE (previous_day, order_number), CASE WHEN NOT is_refund THEN lag(local_day) OVER (
            PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount) END AS previous_day,
            CASE WHEN NOT is_refund THEN CAST(row_number() OVER (
            PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount) AS BIGINT) END AS order_number
            FROM orders''', into="orders")
    features.build(engine, as_of=date.fromisoformat({day!r}), outlier_above=300.0)
    print(engine.fetch("SELECT count(*) AS n, sum(spend_total) AS spend FROM features").to_pylist())
"""

_OURS_SETUP = """
from datetime import date
from pathlib import Path
from regulars import features
from regulars.customers import CLEAN_TABLES
from regulars.engines import open_engine
"""

_BARE = """
connection = duckdb.connect(config={{"threads": 2}})
print(connection.execute('''
    SELECT max(customer_id), max(ordered_at), max(local_day), max(known_day), max(is_refund), sum(amount), sum(cost),
        sum(discount), max(channel), max(category), max(previous_day)
    FROM read_parquet('{folder}/orders.parquet')''').fetchall())
print(connection.execute('''
    SELECT max(customer_id), max(local_day), sum(duration_minutes)
    FROM read_parquet('{folder}/usage.parquet')''').fetchall())
print(connection.execute('''
    SELECT max(customer_id), max(local_day), sum(rating), sum(first_reply_minutes), sum(resolution_minutes)
    FROM read_parquet('{folder}/feedback.parquet')''').fetchall())
"""


def compare(orders: int, customers: int, *, rounds: int, with_pandas: bool) -> None:
    """Print what the three cost on one size."""
    sources = {kind: str(path) for kind, path in shop(HERE / "data", orders=orders, customers=customers).items()}
    folder = Path(sources["orders"]).parent / "clean"
    if not (folder / "customers.parquet").exists():
        folder.mkdir(exist_ok=True)
        cost(_CLEAN.format(sources=sources, folder=str(folder)), rounds=1)
    costs = {
        "bare read (DuckDB)": cost(_BARE.format(folder=folder), setup="import duckdb", rounds=rounds),
        "regulars.features": _ours(folder, rounds=rounds, with_previous_day=False),
        "  and the order before, anew": _ours(folder, rounds=1, with_previous_day=True),
    }
    if with_pandas:
        code = f"print(table({str(folder)!r}, {LAST_DAY.isoformat()!r}).shape)"
        costs["pandas"] = cost(code, setup="from pandas_features import table", rounds=1)
    show(f"feature table: {orders:,} orders, {customers:,} customers", costs, against="bare read (DuckDB)")


def _ours(folder: Path, *, rounds: int, with_previous_day: bool) -> Cost:
    """Return the cost of the feature table; `orders.previous_day` comes with the clean tables, or is made anew."""
    code = _OURS.format(folder=str(folder), day=LAST_DAY.isoformat(), with_previous_day=with_previous_day)
    return cost(code, setup=_OURS_SETUP, rounds=rounds)


def main() -> None:
    """Compare on the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pandas", action="store_true")
    arguments = parser.parse_args()
    for rows in arguments.rows:
        compare(rows, rows // 10, rounds=arguments.rounds, with_pandas=not arguments.no_pandas)


if __name__ == "__main__":
    main()
