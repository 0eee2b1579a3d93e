"""Commands as a person types them: within this process, its packages loaded once, or in one of their own."""

import io
import os
import subprocess
import sys
import traceback
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from regulars.cli import main


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `regulars` with words in a folder, without a terminal, and return what it said and its exit code."""
    said, failed = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    command = ["regulars", *words]
    with chdir(cwd), redirect_stdout(said), redirect_stderr(failed), patch.object(sys, "argv", command):
        code = _exit_code()
    return subprocess.CompletedProcess(command, code, stdout=_text(said), stderr=_text(failed))


def run_apart(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `regulars` in a process of its own."""
    command = [sys.executable, "-m", "regulars", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def _exit_code() -> int:
    """Return what the interpreter would exit with, having said what it would say."""
    with patch.object(sys, "stdin", io.StringIO()):
        try:
            main()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:
            traceback.print_exc()
            return 1
    return 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
