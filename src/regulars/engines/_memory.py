"""How much memory an engine may take: one way to write it, one default, whatever the engine."""

import re
from functools import cache

from regulars.core import RegularsError

_BYTES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4,
          "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}  # fmt: skip
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]i?B)")


class MemoryLimitInvalid(RegularsError):
    """A memory limit that is no size."""

    code = "memory_limit_invalid"
    template = "Memory limit '{limit}' is no size. Write a number and a unit, such as 4GB or 800MB."


def checked_limit(limit: str | None) -> str:
    """Return a memory limit that is a size; the default is half of the machine's memory.

    Raises:
        MemoryLimitInvalid: it is no size.
    """
    if limit is None:
        return _half_of_the_machine()
    if not _SIZE.fullmatch(limit):
        raise MemoryLimitInvalid(limit=limit)
    return limit


def mebibytes(limit: str) -> int:
    """Return a checked limit in whole MiB.

    >>> mebibytes("4GB"), mebibytes("1.5 GiB")
    (3814, 1536)
    """
    found = _SIZE.fullmatch(limit)
    if found is None:
        raise MemoryLimitInvalid(limit=limit)
    return int(float(found[1]) * _BYTES[found[2]] / _BYTES["MiB"])


@cache  # asking takes longer than opening an engine, and the machine stays what it is
def _half_of_the_machine() -> str:
    """Return five eighths of DuckDB's own default, which is 80 % of what the machine or its container has."""
    import duckdb  # noqa: PLC0415  (whoever fits a model to columns needs no engine)

    with duckdb.connect(":memory:") as connection:
        default = str(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
    number, unit = default.split()
    return f"{float(number) * 0.625:.1f} {unit}"
