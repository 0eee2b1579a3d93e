"""The Spark session engines work in: one a process, small and quiet, started by the first and stopped by the last."""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from regulars.core import RegularsError
from regulars.engines._memory import mebibytes


class JavaMissing(RegularsError):
    """No Java, or one that Spark does not run on."""

    code = "java_missing"
    template = (
        "The Spark engine needs Java 17 or newer ({problem}). Install it (Debian: apt install openjdk-17-jre-headless)"
        " or name its folder in JAVA_HOME."
    )


class JavaEnded(RegularsError):
    """Java ended while Spark was at work in it."""

    code = "java_ended"
    template = (
        "Java, which Spark works in, ended in the middle of the work; most often its memory was too small. Give it"
        " more with --memory-limit and run again: nothing half-written is left."
    )


_LEAST_MEBIBYTES = 512
_SECONDS_TO_DIE = 5
_PARTITIONS_PER_THREAD = 4

_QUIET = """
rootLogger.level = off
"""

_SQL = {
    "spark.sql.ansi.enabled": "true",  # overflow and unreadable casts are errors, as on DuckDB
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.runSQLOnFiles": "false",  # a statement reaches no file of the machine
    "spark.sql.adaptive.enabled": "true",  # joins small shuffle partitions, splits uneven ones; changes no row
    "spark.sql.execution.arrow.maxRecordsPerBatch": "131072",
}


@dataclass(slots=True)
class _Started:
    """The session this process started, where its files are, and how many engines work in it."""

    session: SparkSession
    folder: Path
    users: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A session of one engine: its own tables and settings, inside what others may be working in as well."""

    session: SparkSession
    started: _Started | None

    def close(self) -> None:
        """Stop Spark if this process started it and no other engine works in it."""
        with _lock:
            if self.started is None:
                return
            self.started.users -= 1
            if not self.started.users:
                with suppress(JavaEnded), java_watched():
                    self.started.session.stop()
                shutil.rmtree(self.started.folder, ignore_errors=True)
                _ours.clear()


_ours: list[_Started] = []
_folders: list[Path] = []
_lock = Lock()


@contextmanager
def java_watched() -> Iterator[None]:
    """Tell in our words that Java ended while it was spoken to; used as a decorator too.

    Raises:
        JavaEnded: it did.
    """
    try:
        yield
    except (Py4JError, ConnectionError) as error:
        gateway = SparkContext._gateway
        java = gateway.proc if gateway is not None else None  # None: somebody else started it
        if java is None:
            raise
        try:
            java.wait(_SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:
            raise error from None
        raise JavaEnded from error


def open_session(*, parent: Path, memory_limit: str, threads: int | None) -> Opened:
    """Return a session of its own: inside the Spark that runs in this process, or inside one started for it.

    Raises:
        JavaMissing: there is no Java, or Spark does not start on it.
    """
    with _lock, warnings.catch_warnings():
        # PySpark looks at the version of pandas, though no row passes through it.
        warnings.simplefilter("ignore", FutureWarning)
        running = SparkContext._active_spark_context  # there is no public way to ask without starting one
        if running is None:
            _ours.append(_start(parent, memory_limit, threads or os.cpu_count() or 1))
        started = _ours[0] if _ours else None
        outer = started.session if started else SparkSession.builder.getOrCreate()
        session = outer.newSession()
        for name, value in _SQL.items():
            session.conf.set(name, value)
        if started:
            started.users += 1
        return Opened(session, started)


def _start(parent: Path, memory_limit: str, threads: int) -> _Started:
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise JavaMissing(problem="there is none on this machine")
    folder = _made_folder(parent)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Spark's Python logs whole stack traces of errors that are raised anyway.
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel("CRITICAL")
    try:
        conf = _settings(folder, max(mebibytes(memory_limit), _LEAST_MEBIBYTES), threads)
        context = SparkContext(conf=conf, gateway=_java(folder, conf))
        return _Started(SparkSession(context), folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _made_folder(parent: Path) -> Path:
    """Return a new private folder: every time the same one, for Java spills where it spilled first until it ends."""
    if not _folders:
        _folders.append(Path(tempfile.mkdtemp(prefix="regulars-spark-", dir=parent)).resolve())
    else:
        _folders[0].mkdir(mode=0o700)
    return _folders[0]


def _settings(folder: Path, mebibytes_: int, threads: int) -> SparkConf:
    quiet = folder / "log4j2.properties"
    quiet.write_text(_QUIET, encoding="utf-8")
    fixed = {
        "spark.master": f"local[{threads}]",
        "spark.app.name": "regulars",
        "spark.driver.host": "127.0.0.1",  # nothing listens to the network
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": f"{mebibytes_}m",
        "spark.driver.maxResultSize": "0",  # the memory is the limit
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()} -Duser.timezone=UTC",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
        "spark.local.dir": str(folder / "spill"),
        "spark.log.level": "OFF",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(threads * _PARTITIONS_PER_THREAD),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.ui.retainedExecutions": "10",  # plans of what is done fill the memory, and nobody looks at them
        "spark.ui.enabled": "false",
        "spark.ui.retainedJobs": "10",
        "spark.ui.retainedStages": "10",
        "spark.ui.retainedTasks": "100",
        "spark.ui.showConsoleProgress": "false",
    }
    return SparkConf(loadDefaults=False).setAll([*fixed.items(), *_SQL.items()])


def _java(folder: Path, conf: SparkConf) -> object:
    """Start Java, or find it started by an earlier session; what it says goes to a file, not to the screen."""
    if SparkContext._gateway is not None:
        return SparkContext._gateway
    said = folder / "java.log"
    try:
        with said.open("w", encoding="utf-8") as log:
            return launch_gateway(conf, {"stdout": log, "stderr": subprocess.STDOUT})  # type: ignore[no-untyped-call]
    except Exception as error:
        lines = [line for line in said.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        raise JavaMissing(problem=lines[0][:200] if lines else error) from error
