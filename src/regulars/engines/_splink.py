"""A DuckDB of its own for splink, which matches names and addresses: it holds plain words, so nothing of it is kept.

It lives in memory only and never spills to a disk; whatever engine the analysis runs on, matching runs here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from regulars.engines._memory import checked_limit

if TYPE_CHECKING:
    from splink import DuckDBAPI


@contextmanager
def splink_api(*, memory_limit: str | None = None, threads: int | None = None) -> Iterator[DuckDBAPI]:
    """Yield splink's API over a new DuckDB in memory; what was put there is forgotten at the end.

    Args:
        memory_limit: such as "4GB"; default half of the machine's. There is nothing beyond it.
        threads: how many; default every core.

    Raises:
        MemoryLimitInvalid: the limit is no size.
    """
    from splink import DuckDBAPI  # noqa: PLC0415  (half a second that most commands need not wait)

    logging.getLogger("splink").setLevel(logging.ERROR)  # what it could not learn, `customers` says in its own words
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{checked_limit(memory_limit)}'")
        connection.execute("SET temp_directory = ''")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        for name in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
            connection.execute(f"SET {name} = false")
        connection.execute("SET lock_configuration = true")
        yield DuckDBAPI(connection)
    finally:
        connection.close()
