"""The whole analysis, Parquet in, result folder out: CPU, wall and memory beside the bare read of the records.

python bench/analyze.py [--rows 1000000 10000000]
"""

import argparse

from measure import HERE, cost, show
from shop_data import LAST_DAY, shop

_BARE = """
connection = duckdb.connect(config={{"threads": 2}})
print(connection.execute('''
    SELECT max(customer_id), max(order_id), max(ordered_at), sum(amount), sum(cost), sum(discount), max(channel),
        max(category), max(is_refund)
    FROM read_parquet('{orders}')''').fetchall())
print(connection.execute('''
    SELECT max(customer_id), max(used_at), max(event), sum(duration_minutes)
    FROM read_parquet('{usage}')''').fetchall())
print(connection.execute('''
    SELECT max(customer_id), max(given_at), max(kind), sum(score), sum(first_reply_minutes)
    FROM read_parquet('{feedback}')''').fetchall())
"""

_WHOLE = """
with TemporaryDirectory() as folder:
    result = regulars.analyze(
        orders={orders!r}, usage={usage!r}, feedback={feedback!r}, out=folder + "/result", today=date(2025, 1, 1),
        memory_limit="2900MB", threads=2, settings=settings,
    )
    print(result.manifest["counts"], result.manifest["timings"])
"""

_SETUP = """
from datetime import date
from tempfile import TemporaryDirectory
import regulars
settings = regulars.Settings.model_validate({"consent": {"marketing": True}})
"""


def main() -> None:
    """Measure on the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    for rows in arguments.rows:
        paths = {kind: str(path) for kind, path in shop(HERE / "data", orders=rows, customers=rows // 10).items()}
        costs = {
            "bare read (DuckDB)": cost(_BARE.format(**paths), setup="import duckdb", rounds=3),
            "regulars.analyze": cost(_WHOLE.format(**paths), setup=_SETUP, rounds=arguments.rounds),
        }
        title = f"whole analysis as of {LAST_DAY}: {rows:,} orders, {rows:,} uses, {rows // 10:,} answers"
        show(title, costs, against="bare read (DuckDB)")


if __name__ == "__main__":
    main()
