"""Files in, accepted Parquet out: rows a second and peak memory beside readers that only cut the file into text.

python bench/imports.py [--rows 1000000 10000000] [--rounds 1]

`regulars.import_records` decodes, parses, checks and hashes, and writes by month; the peers keep every cell as text in
memory. DuckDB reads no GB18030 without an extension that would have to be fetched, so it has no line there.
"""

import argparse
import sys

from measure import HERE, Cost, cost, show
from order_files import order_files

_IMPORT = """
with TemporaryDirectory() as folder:
    done = import_records(folder + "/workspace", files=[source], today=date(2025, 1, 1), memory_limit="700MB")
    print(done.batch.accepted, "of", done.batch.read, "rows accepted")
"""

_IMPORT_SETUP = """
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from regulars import import_records
from regulars.records import Source
source = Source(data=Path({path!r}))
"""

_DUCKDB = """
connection = duckdb.connect(config={{"threads": 2}})
connection.execute("CREATE TABLE t AS SELECT * FROM read_csv('{path}', all_varchar=true)")
print(connection.execute("SELECT count(*) FROM t").fetchall())
"""

_PANDAS = "print(len(pandas.read_csv({path!r}, dtype=str, encoding={encoding!r})))"


def main() -> None:
    """Measure on the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    for rows in arguments.rows:
        paths = {name: str(path) for name, path in order_files(HERE / "data", rows=rows).items()}
        for name, path in paths.items():
            encoding = "gb18030" if name == "gb18030" else "utf-8"
            costs: dict[str, Cost] = {}
            if encoding == "utf-8":
                costs["DuckDB read_csv(all_varchar)"] = cost(
                    _DUCKDB.format(path=path), setup="import duckdb", rounds=arguments.rounds
                )
            costs["pandas.read_csv(dtype=str)"] = cost(
                _PANDAS.format(path=path, encoding=encoding), setup="import pandas", rounds=arguments.rounds
            )
            costs["regulars.import_records"] = cost(
                _IMPORT, setup=_IMPORT_SETUP.format(path=path), rounds=arguments.rounds
            )
            show(f"{rows:,} order rows, {name}", costs, against=next(iter(costs)))
            spent = costs["regulars.import_records"]
            sys.stdout.write(
                f"  {rows / spent.wall:,.0f} rows a second imported ({rows / spent.cpu:,.0f} a CPU second)\n"
            )


if __name__ == "__main__":
    main()
