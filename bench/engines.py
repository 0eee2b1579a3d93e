"""The whole analysis of a simulated shop on DuckDB and on Apache Spark: where they differ, and how long each took.

python bench/engines.py [--customers 100000] [--memory-limit 2GB]
"""

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from measure import HERE

import regulars
from regulars import simulation
from regulars.records import Source

ENGINES = ("duckdb", "spark")
TABLES = ("customers", "reasons", "actions", "cohorts", "segments", "quality", "quarantine")
LAST_DAY = date(2024, 6, 30)
WORTH_A_LINE = 1e-15


def main() -> None:
    """Analyse the same files twice and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--memory-limit", default="2GB")
    arguments = parser.parse_args()
    folder = HERE / "data" / f"engines-{arguments.customers}"
    files = simulated(folder / "records", arguments.customers)
    for name in ENGINES:
        began = time.perf_counter()
        result = regulars.analyze(
            files=[Source(data=path) for path in files], today=LAST_DAY, out=folder / name, engine=name,
            memory_limit=arguments.memory_limit, threads=2,
        )  # fmt: skip
        say(f"{name}: {time.perf_counter() - began:.0f} s  {result.manifest['timings']}")
        say(f"  {result.manifest['counts']}  {result.manifest['content_hash']}")
    for table in TABLES:
        differences(table, *(pq.read_table(folder / name / f"{table}.parquet") for name in ENGINES))


def simulated(folder: Path, customers: int) -> list[Path]:
    """Return the files of the simulated shop, made if they are not there yet."""
    if not folder.exists():
        simulation.simulate_shop(folder, customers=customers, seed=1, last_day=LAST_DAY, format="parquet")
    return sorted(folder.glob("*.parquet"))


def differences(table: str, one: pa.Table, other: pa.Table) -> None:
    """Print, column by column, by how much two tables differ; what is no fraction has to be the same."""
    if one.schema.names != other.schema.names or one.num_rows != other.num_rows:
        say(f"{table}: {one.num_rows} rows against {other.num_rows}, {set(one.schema.names) ^ set(other.schema.names)}")
        return
    worst = {name: worst_difference(one[name], other[name]) for name in one.schema.names}
    say(f"{table}: {one.num_rows:,} rows, {len(worst)} columns, worst relative difference {max(worst.values()):.2g}")
    for name, difference in worst.items():
        if difference > WORTH_A_LINE:
            say(f"  {name:<28} {difference:.2g}")


def worst_difference(one: pa.ChunkedArray, other: pa.ChunkedArray) -> float:
    """Return the worst relative difference; infinite where types, empty cells, counts, money or labels differ."""
    if one.type != other.type:
        return float("inf")
    if not pa.types.is_floating(one.type):
        return 0.0 if one.equals(other) else float("inf")
    if not pc.is_valid(one).equals(pc.is_valid(other)):
        return float("inf")
    a, b = (column.drop_null().to_numpy() for column in (one, other))
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a), np.finfo(float).tiny), where=a != b, initial=0.0))


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
