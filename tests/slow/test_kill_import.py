"""A killed import or undo leaves the workspace as before or as after: five rounds of bench/kill_import.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RIG = Path(__file__).parents[2] / "bench" / "kill_import.py"


def test_an_import_that_is_killed_leaves_the_workspace_as_before_or_as_after() -> None:
    if not RIG.exists():
        pytest.skip("the rigs are not part of this distribution")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(RIG), "--rounds", "5"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 rounds" in done.stdout
