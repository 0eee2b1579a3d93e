"""The manual is run: every command of both languages, in order, in one folder, as a newcomer would type them.

The English one within this process, for speed; the Chinese one, which teaches the same commands, in processes.
"""

import glob
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from terminal import run, run_apart

DOCS = Path(__file__).parents[2] / "docs"


class Typing(Protocol):
    def __call__(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


def commands(page: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def typed(command: str, folder: Path) -> list[str]:
    """Return the words of a command as a shell would hand them over, but for the first, which is `regulars`."""
    words: list[str] = []
    for word in shlex.split(command):
        words += sorted(glob.glob(word, root_dir=folder)) if "*" in word else [word]
    assert words.pop(0) == "regulars", command
    return words


@pytest.mark.parametrize(
    ("name", "type_in"), [("manual.md", run), pytest.param("manual.zh-CN.md", run_apart, marks=pytest.mark.slow)]
)
def test_every_command_of_the_manual_works(name: str, type_in: Typing, tmp_path: Path) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert len(commands(page)) >= 8
    for command in commands(page):
        done = type_in(*typed(command, tmp_path), cwd=tmp_path)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip(), f"$ {command} says nothing"
    (python,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", python], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_both_manuals_teach_the_same_commands() -> None:
    plain = [
        [
            re.sub(r" --(lang \w+|map \S+( ID\")?|out \S+)", "", command)
            for command in commands((DOCS / name).read_text())
        ]
        for name in ("manual.md", "manual.zh-CN.md")
    ]
    assert plain[0] == plain[1]
