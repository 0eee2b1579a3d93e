"""What is Spark's own: what it needs, what is missing, and that it goes when the last engine goes."""

import gc
import os
import stat
import subprocess
import sys
import textwrap
from datetime import datetime
from pathlib import Path

import pytest

from regulars.core import RegularsError
from regulars.engines import open_engine

SparkContext = pytest.importorskip("pyspark").SparkContext
session_room = pytest.importorskip("regulars.engines._spark_session")


def test_packages_that_are_missing_are_named_with_the_way_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("pyspark", "pandas"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RegularsError, match=r'needs pyspark, pandas, not installed.*pip install "regulars\[spark\]"'):
        open_engine("spark")


@pytest.fixture
def nothing_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no Spark ran in this process."""
    monkeypatch.setattr(session_room, "_ours", [])
    monkeypatch.setattr(session_room, "_folders", [])
    monkeypatch.setattr(SparkContext, "_active_spark_context", None)
    monkeypatch.setattr(SparkContext, "_gateway", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.mark.usefixtures("nothing_started")
def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RegularsError, match=r"needs Java 17 or newer \(there is none .*openjdk-17"):
        open_engine("spark", parent=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("nothing_started")
def test_java_that_does_not_start_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "home" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'this Java is of 1996' >&2\nexit 1\n")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    with pytest.raises(RegularsError, match=r"this Java is of 1996.*JAVA_HOME"):
        open_engine("spark", parent=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    gc.collect()  # PySpark leaves the pipe to that Java open


@pytest.mark.xdist_group("spark")
@pytest.mark.usefixtures("spark_running")
def test_a_moment_is_not_bound_for_its_zone_would_be_guessed() -> None:
    with open_engine("spark") as engine, pytest.raises(TypeError, match=r"\$at is a datetime: bind a day"):
        engine.fetch("SELECT $at AS at", at=datetime(2024, 1, 1))


SCRIPT = """
import os, tempfile
from regulars.engines import open_engine, pa
for _ in range(2):
    with open_engine("spark", memory_limit="1GB", threads=2) as engine:
        engine.load("people", pa.table({"who": ["ana"]}))
        engine.run("SELECT who FROM people ORDER BY who", into="kept")
        print(engine.fetch("SELECT who FROM kept").to_pylist())
print(sorted(name for name in os.listdir(tempfile.gettempdir()) if name.startswith("regulars")))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("spark_running")
def test_the_last_engine_stops_spark_and_another_may_start_it_again_without_a_word(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[{'who': 'ana'}]"] * 2 + ["[]"]
    assert not done.stderr


KILLED = """
    import os, signal
    from pyspark import SparkContext
    from regulars.core import RegularsError
    from regulars.engines import open_engine
    with open_engine("spark", memory_limit="600MB", threads=1) as engine:
        engine.run("SELECT 1 AS one", into="numbers")
        os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
        for ask in (engine.fetch, engine.stream, lambda query: engine.run(query, into="again")):
            try:
                ask("SELECT * FROM numbers")
            except RegularsError as error:
                print(error.code, "memory" in str(error))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("spark_running")
def test_java_that_ends_in_the_middle_of_the_work_is_told_in_our_words_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED)],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["java_ended True"] * 3
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("regulars")]
