"""A DuckDB of its own for splink, which matches names and addresses: it holds plain words, so nothing of it is kept.

Whatever engine the analysis runs on, matching runs here, within the same bounds. What does not fit into the memory
spills to the private folder of the engine, encrypted with a key that is nowhere but in the memory: of a process that is
killed nobody reads a name.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.core import RegularsError
from regulars.engines._door import Bounds
from regulars.engines._files import literal

if TYPE_CHECKING:
    from splink import DuckDBAPI

# DuckDB's own cipher, which it calls unsafe for its random numbers, which are not certified; the other one is an
# extension, and would have to be fetched from the network.
_ENCRYPTED = ("force_mbedtls_unsafe", "temp_file_encryption")
_SHUT = ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access")


class MemoryTooSmall(RegularsError):
    """A memory limit in which likeness cannot be weighed, spilling or not."""

    code = "memory_too_small"
    template = (
        "To find out whose records are one person's needs more memory than {limit}. Give it more with --memory-limit,"
        " or do without likeness: [customers] match_likeness = false in the settings."
    )


@contextmanager
def splink_api(bounds: Bounds) -> Iterator[DuckDBAPI]:
    """Yield splink's API over a new DuckDB in memory; what was put there is forgotten at the end.

    Args:
        bounds: of the engine beside it. Each of the two keeps to the memory limit by itself.

    Raises:
        MemoryTooSmall: the memory limit is too small for it.
    """
    import duckdb  # noqa: PLC0415
    from splink import DuckDBAPI  # noqa: PLC0415  (half a second that most commands need not wait)
    from splink.internals.exceptions import SplinkException  # noqa: PLC0415

    from regulars.engines._duckdb import hide_bar  # noqa: PLC0415

    logging.getLogger("splink").setLevel(logging.ERROR)  # what it could not learn, `customers` says in its own words
    spill = Path(tempfile.mkdtemp(prefix="spill-", dir=bounds.folder))
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{bounds.memory_limit}'")
        connection.execute(f"SET temp_directory = {literal(spill)}")
        if bounds.threads is not None:
            connection.execute(f"SET threads = {int(bounds.threads)}")
        hide_bar(connection)
        for name in _ENCRYPTED:
            connection.execute(f"SET {name} = true")
        for name in _SHUT:
            connection.execute(f"SET {name} = false")
        connection.execute("SET lock_configuration = true")
        yield DuckDBAPI(connection)
    except SplinkException as error:
        if isinstance(error.__cause__, duckdb.OutOfMemoryException):
            raise MemoryTooSmall(limit=bounds.memory_limit) from error
        raise
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)
