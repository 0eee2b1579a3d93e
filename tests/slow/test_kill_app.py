"""A killed server, web process or job loses nothing that was acknowledged: five rounds of bench/kill_app.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RIG = Path(__file__).parents[2] / "bench" / "kill_app.py"


def test_what_the_app_acknowledged_is_there_whatever_is_killed() -> None:
    if not RIG.exists():
        pytest.skip("the rigs are not part of this distribution")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(RIG), "--rounds", "5"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 rounds" in done.stdout
    assert " 0 notes" not in done.stdout
