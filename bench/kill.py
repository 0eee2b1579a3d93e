"""Kills an analysis at random moments: a result must be whole or not there, and the next run must tidy up and work.

python bench/kill.py [--rounds 50] [--seed N]
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from regulars import simulation
from regulars.analysis import Result


def whole(folder: Path) -> bool:
    """Return whether a result can be read from its first to its last table; raise what is wrong if it is torn."""
    if not folder.exists():
        return False
    result = Result.open(folder)
    rows = result.manifest["counts"]["customers_rows"]
    if result.customers.num_rows != rows or result.actions.num_rows != rows:
        raise SystemExit(f"torn: {folder} says {rows} customers and holds others")
    if not (folder / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>"):
        raise SystemExit(f"torn: {folder} holds half a report")
    return True


def main() -> None:
    """Run the rig; print what was seen; exit with an error if anything was torn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    choose = random.Random(arguments.seed)  # noqa: S311  (moments, not secrets)
    with tempfile.TemporaryDirectory() as home:
        shop = simulation.simulate_shop(Path(home) / "shop", customers=200, seed=1, last_day=date(2024, 12, 31))
        place = Path(home) / "results" / "result"
        command = [sys.executable, "-m", "regulars", "analyze", *map(str, shop.paths), "--out", str(place)]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        takes = time.perf_counter() - began
        there = killed = 0
        for _ in range(arguments.rounds):
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            try:
                running.wait(timeout=choose.uniform(0.2, 1.05) * takes)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
                killed += 1
            there += whole(place)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        left = [path.name for path in place.parent.iterdir() if path != place]
        sys.stdout.write(
            f"{arguments.rounds} rounds, {killed} killed, {there} times a whole result stood there, none torn;"
            f" left over after the last run: {left or 'nothing'}\n"
        )
        if not whole(place) or left:
            raise SystemExit("the last run did not clean up")


if __name__ == "__main__":
    main()
