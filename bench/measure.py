"""Runs a piece of Python in a process of its own and says what it cost: CPU seconds, wall seconds, peak memory."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

_WRAPPER = """
import json, resource, sys, time
from measure import peak_mib
began = time.perf_counter()
{setup}
before = resource.getrusage(resource.RUSAGE_SELF)
start = time.perf_counter()
{code}
after = resource.getrusage(resource.RUSAGE_SELF)
json.dump({{
    "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    "wall": time.perf_counter() - start,
    "peak": peak_mib(),
}}, open(sys.argv[1], "w"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds of all threads, wall seconds, and the largest memory of the process in MiB."""

    cpu: float
    wall: float
    peak: float


def peak_mib() -> float:
    """Return the largest memory of this process so far, in MiB.

    Linux hands `ru_maxrss` on from the process that started this one, so its own high-water mark is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cost(code: str, *, setup: str = "", rounds: int = 3) -> Cost:
    """Return the median by CPU of several runs; `setup` is not counted (but its memory is)."""
    runs = sorted((_once(code, setup) for _ in range(rounds)), key=lambda run: run.cpu)
    return runs[len(runs) // 2]


def _once(code: str, setup: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "cost.json"
        script = Path(folder) / "script.py"
        script.write_text(_WRAPPER.format(setup=setup, code=code), encoding="utf-8")
        # Some machines pin an old BLAS kernel; nothing here multiplies matrices, so it is left as it is.
        # What is measured is the tree that this file lies in, not one that happens to be installed.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "src")])}
        subprocess.run([sys.executable, str(script), str(answer)], check=True, env=environment, cwd=HERE)
        return Cost(**json.loads(answer.read_text()))


def show(title: str, costs: dict[str, Cost], *, against: str) -> None:
    """Print each cost, and its ratio of CPU to one of them."""
    sys.stdout.write(f"\n{title}\n")
    for name, spent in costs.items():
        ratio = spent.cpu / costs[against].cpu
        sys.stdout.write(
            f"  {name:<34} {spent.cpu:8.2f} s CPU {spent.wall:8.2f} s wall {spent.peak:8.0f} MiB"
            f"   {ratio:6.2f} x {against}\n"
        )
    sys.stdout.flush()
