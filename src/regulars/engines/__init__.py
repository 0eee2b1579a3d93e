"""Engines: where does the analysis run?

The one room that speaks to a driver. All set-based work is a SELECT in DuckDB's dialect with `$name`
parameters; an engine runs it into a named table, streams it as Arrow, or writes it as Parquet. DuckDB runs it as it
stands, in this process; Apache Spark is told the same in its own dialect, for what one machine cannot hold.

>>> with open_engine() as engine:
...     engine.load("orders", pa.table({"customer_id": ["ana", "bo", "ana"]}))
...     engine.run("SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id", into="counts")
...     engine.fetch("SELECT n FROM counts WHERE customer_id = $who", who="ana").to_pylist()
[{'n': 2}]
"""

import pyarrow as pa

from regulars.engines._door import BatchFunction, Bounds, Engine, Source, quoted
from regulars.engines._opening import ENGINES, open_engine
from regulars.engines._splink import splink_api

__all__ = [
    "ENGINES",
    "BatchFunction",
    "Bounds",
    "Engine",
    "Source",
    "open_engine",
    "pa",
    "quoted",
    "splink_api",
]
