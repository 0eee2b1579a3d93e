"""Opens an engine by its name, over a private folder that goes when the engine is closed."""

import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from regulars.core import RegularsError
from regulars.engines._door import Bounds, Engine
from regulars.engines._memory import checked_limit

ENGINES = ("duckdb", "spark")
"""The names `open_engine` knows."""


# PySpark does not pass Arrow batches through a function unless pandas is there, though it takes no part in it.
_PACKAGES_OF_SPARK = ("pyspark", "sqlglot", "pandas")


class EngineUnknown(RegularsError):
    """An engine that there is not."""

    code = "engine_unknown"
    template = "There is no engine '{name}'. Choose one of: {known}."


class SparkMissing(RegularsError):
    """The packages of the extra `spark` are not installed."""

    code = "spark_missing"
    template = 'The Spark engine needs {packages}, not installed here. Install them: pip install "regulars[spark]".'


def open_engine(
    name: str = "duckdb", *, memory_limit: str | None = None, threads: int | None = None, parent: Path | None = None
) -> Engine:
    """Open an engine over a new private folder inside `parent` (default: the system's temporary folder).

    Args:
        name: "duckdb", in this process; or "spark", Apache Spark, for what one machine cannot hold. If a Spark
            session runs in this process already, the engine works inside it, with its memory and its workers, and
            leaves it running; else it starts one on this machine.
        memory_limit: such as "4GB"; default half of the machine's. Beyond it, work spills to the folder. Spark takes
            at least 512 MiB, and the first limit given in a process holds until it ends.
        threads: how many; default every core.
        parent: an existing folder with room for the records and what spills; with Spark on several machines, a
            folder that all of them see under this name.

    Raises:
        EngineUnknown: there is no engine of that name.
        MemoryLimitInvalid: the limit is no size.
        SparkMissing: the packages of the extra `spark` are not installed.
        JavaMissing: there is no Java that Spark can run on.
    """
    if name not in ENGINES:
        raise EngineUnknown(name=name, known=", ".join(ENGINES))
    limit = checked_limit(memory_limit)
    folder = Path(tempfile.mkdtemp(prefix="regulars-", dir=parent)).resolve()
    bounds = Bounds(memory_limit=limit, threads=threads, folder=folder)
    try:
        return _open_duckdb(bounds) if name == "duckdb" else _open_spark(bounds)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _open_duckdb(bounds: Bounds) -> Engine:
    """Open DuckDB; only here is it imported, since who fits a model to columns needs no engine."""
    from regulars.engines._duckdb import DuckDBEngine  # noqa: PLC0415

    return DuckDBEngine(bounds)


def _open_spark(bounds: Bounds) -> Engine:
    """Open Spark; only here are its packages imported, since most installations do not have them."""
    missing = [package for package in _PACKAGES_OF_SPARK if find_spec(package) is None]
    if missing:
        raise SparkMissing(packages=", ".join(missing))
    from regulars.engines._spark import SparkEngine  # noqa: PLC0415
    from regulars.engines._spark_session import open_session  # noqa: PLC0415

    parent, limit, threads = bounds.folder.parent, bounds.memory_limit, bounds.threads
    return SparkEngine(bounds, opened=open_session(parent=parent, memory_limit=limit, threads=threads))
