"""Runs a rig of bench/ as `make soak` does, for fewer rounds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"


def said_by(rig: str, *, rounds: int) -> str:
    """Return what a rig says that found nothing wrong; skip where the rigs are not part of the distribution."""
    if not (BENCH / rig).exists():
        pytest.skip("the rigs are not part of this distribution")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(BENCH / rig), "--rounds", str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{rounds} rounds" in done.stdout
    return done.stdout
