"""See before you read: the dry run, the yes that a guess needs, and what a workspace keeps of it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from terminal import run

ODD = "who,when,much\nC-1,2024-01-02,5.00\nC-2,2024-01-03,6.00\nC-1,2024-02-02,5.00\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a file whose headers are not known, and one with a row that cannot be read."""
    (tmp_path / "odd.csv").write_text(ODD)
    (tmp_path / "good.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\nbo,2024-01-06,6\n")
    (tmp_path / "dirty.csv").write_text("customer_id,ordered_at,amount\nana,2024-01-05,5\nbo,soon,6\n")
    return tmp_path


def test_a_dry_run_writes_nothing_and_exits_by_what_it_saw(home: Path) -> None:
    before = sorted(home.iterdir())
    done = run("analyze", "good.csv", "--dry-run", "--workspace", "workspace", cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "good.csv: Orders (certain)" in done.stdout
    assert "2 rows read: 2 accepted" in done.stdout
    done = run("analyze", "good.csv", "dirty.csv", "absent.csv", "--dry-run", cwd=home)
    assert done.returncode == 2
    assert "1 set aside: not a date (first on line 3, column 'ordered_at', value like xxxx)" in done.stdout
    assert "absent.csv: cannot be read" in done.stdout
    assert sorted(home.iterdir()) == before


def test_a_dry_run_speaks_chinese(home: Path) -> None:
    done = run("analyze", "dirty.csv", "--dry-run", "--lang", "zh", cwd=home)
    assert done.returncode == 2
    for words in ("读入 2 行：采用 1 行、搁置 1 行", "首次在第 3 行", "并非全部都能照原样读入"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "accepted: Several phones in one cell (whose row it is, the first says)"),
     ("zh", "1 行：一个单元格里有几个手机号（以第一个为准）")],
)  # fmt: skip
def test_a_dry_run_says_how_often_the_first_of_several_phones_was_taken(home: Path, language: str, words: str) -> None:
    rows = "13800138000/13900139000,2024-01-05,5\n13700137000,2024-01-06,6\n"
    (home / "phones.csv").write_text(f"phone,ordered_at,amount\n{rows}")
    done = run("analyze", "phones.csv", "--dry-run", "--lang", language, cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout


def test_a_guess_needs_a_yes(home: Path) -> None:
    done = run("analyze", "odd.csv", "--out", "result", cwd=home)
    assert done.returncode == 2
    assert "add --accept-mapping" in done.stderr
    assert not (home / "result").exists()
    assert run("analyze", "odd.csv", "--dry-run", cwd=home).returncode == 2
    assert run("analyze", "odd.csv", "--dry-run", "--accept-mapping", cwd=home).returncode == 0
    done = run("analyze", "odd.csv", "--accept-mapping", "--out", "result", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "3 rows read: 3 accepted" in done.stdout
    assert "'much'" in done.stderr, "what was accepted is shown"


def test_a_yes_is_kept_in_the_workspace_until_it_is_forgotten(home: Path) -> None:
    workspace = ("--workspace", "workspace")
    assert "No mapping is kept" in run("mappings", "list", *workspace, cwd=home).stdout
    done = run("analyze", "odd.csv", "--accept-mapping", "--out", "result", *workspace, cwd=home)
    assert done.returncode == 0, done.stderr
    done = run("analyze", "odd.csv", "--out", "result", *workspace, cwd=home)
    assert "odd.csv was read with the columns that were confirmed before" in done.stdout
    listed = run("mappings", "list", *workspace, cwd=home).stdout
    assert "odd.csv  Orders" in listed
    assert "amount='much'" in listed
    done = run("mappings", "forget", listed.split()[0], *workspace, cwd=home)
    assert done.returncode == 0, done.stderr
    assert run("analyze", "odd.csv", "--out", "result", *workspace, cwd=home).returncode == 2
    done = run("mappings", "forget", "odd.csv", *workspace, cwd=home)
    assert done.returncode == 2
    assert "keeps no mapping" in done.stderr


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\x04", 1)], ids=["yes", "no", "none"])
def test_somebody_at_a_terminal_is_asked(home: Path, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "regulars", "analyze", "odd.csv", "--out", "result"]
    with subprocess.Popen(command, cwd=home, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while b"Read it so?" not in seen:
            seen += os.read(ours, 4096)
        os.write(ours, answer.encode())
        try:
            while said := os.read(ours, 4096):
                seen += said
        except OSError:
            pass  # the terminal closes with the program
        assert process.wait(timeout=120) == code
    os.close(ours)
    assert (home / "result").exists() == (code == 0)
    assert "who" in seen.decode()
    assert "Traceback" not in seen.decode()
