"""A result folder appears whole or not at all, also when the run that makes it is killed."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from regulars.analysis import OutFolderTaken, OutFolderUnwritable
from regulars.analysis._publish import check_place, published

NO_PROCESS = 2**22 + 1  # above the largest number that Linux gives


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    place = tmp_path / "result"
    with published(place) as folder:
        (folder / "manifest.json").write_text("{}")
        assert not place.exists()
    assert [path.name for path in place.iterdir()] == ["manifest.json"]


def test_what_failed_vanishes_and_the_earlier_result_stays(tmp_path: Path) -> None:
    place = tmp_path / "result"
    with published(place) as folder:
        (folder / "manifest.json").write_text("earlier")

    def fail() -> None:
        with published(place) as folder:
            (folder / "manifest.json").write_text("half")
            raise RuntimeError("no more room")

    with pytest.raises(RuntimeError):
        fail()
    assert (place / "manifest.json").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize("moment", ["while writing", "between the renames"])
def test_after_a_kill_the_earlier_result_is_there_and_the_next_run_tidies(tmp_path: Path, moment: str) -> None:
    place = tmp_path / "result"
    with published(place) as folder:
        (folder / "manifest.json").write_text("earlier")
    script = """
        import os, signal, sys
        from pathlib import Path
        from regulars.analysis import _publish
        replace = os.replace
        def dying(source, target):
            replace(source, target)
            os.kill(os.getpid(), signal.SIGKILL)
        with _publish.published(Path(sys.argv[1])) as folder:
            (folder / "manifest.json").write_text("later")
            if sys.argv[2] == "while writing":
                os.kill(os.getpid(), signal.SIGKILL)
            os.replace = dying
    """
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(place), moment], check=False, capture_output=True
    )
    assert killed.returncode == -9, killed.stderr
    assert len(list(tmp_path.iterdir())) == 2, "the killed run left something behind"
    with published(place) as folder:
        assert (place / "manifest.json").read_text() == "earlier"
        (folder / "manifest.json").write_text("latest")
    assert (place / "manifest.json").read_text() == "latest"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_the_folder_of_a_run_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    running = tmp_path / f".result.new-{os.getppid()}"
    dead = tmp_path / f".result.new-{NO_PROCESS}"
    other = tmp_path / ".result.notes-1"
    for folder in (running, dead, other):
        folder.mkdir()
    with published(tmp_path / "result") as folder:
        (folder / "manifest.json").write_text("{}")
    assert running.exists()
    assert other.exists()
    assert not dead.exists()


def test_an_empty_folder_made_for_the_result_stays_the_same_folder(tmp_path: Path) -> None:
    place = tmp_path / "result"
    place.mkdir()
    node = place.stat().st_ino
    with published(place) as folder:
        (folder / "manifest.json").write_text("{}")
        assert not list(place.iterdir())
    assert place.stat().st_ino == node
    assert [path.name for path in place.iterdir()] == ["manifest.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_file_is_no_place_for_a_result(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("a file")
    with pytest.raises(OutFolderTaken):
        check_place(tmp_path / "result")


def test_a_place_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutFolderUnwritable, match="cannot be written"), published(tmp_path / "file" / "result"):
        pytest.fail("never reached")
