"""Kills imports, analyses and undos at random moments: a workspace must be as before or as after, never between.

python bench/kill_import.py [--rounds 50] [--seed N]

Four things are compared after every kill: the list of batches (by what was imported), the identities, the content hash
of an analysis, and what the workspace remembers of who is one person. Each round kills an import, then an analysis of
what it brought, then an undo. The clock of a kill starts when the modules are loaded.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from regulars import simulation
from regulars.analysis import analyze
from regulars.customers import read_identities, read_merges, read_persons, read_review
from regulars.records import Batches

_COMMAND = """
import sys
from regulars.cli import main
print("ready", flush=True)
main()
"""
LAST_DAY = date(2024, 12, 31)


@dataclass(frozen=True, slots=True)
class State:
    """What a workspace is to whoever looks at it."""

    batches: tuple[tuple[str, ...], ...]
    identities: str
    answer: str
    people: str


def state_of(workspace: Path) -> State:
    """Return what is seen of a workspace; damage of any kind is an error."""
    batches = tuple(tuple(origin.name for origin in batch.origins) for batch in Batches(workspace).live())
    identities = read_identities(workspace).to_pylist()
    answer = analyze(workspace=workspace, today=LAST_DAY).manifest["content_hash"]
    people = [ask(workspace).to_pylist() for ask in (read_persons, read_review, read_merges)]
    return State(batches, _hash(identities), answer, _hash(people))


def _hash(content: object) -> str:
    return sha256(repr(content).encode()).hexdigest()


class Rig:
    """A workspace with one batch, and another that comes and goes."""

    def __init__(self, home: Path, seed: int) -> None:
        shop = simulation.simulate_shop(home / "shop", customers=20, seed=1, last_day=LAST_DAY)
        paths = {path.stem: str(path) for path in shop.paths}
        self.workspace = home / "workspace"
        self.choose = random.Random(seed)  # noqa: S311  (moments, not secrets)
        self.killed = {"import": 0, "analyze": 0, "undo": 0}
        keep = ["--workspace", str(self.workspace), "--today", LAST_DAY.isoformat()]
        self.importing = ["import", paths["orders_again"], paths["profiles"], paths["usage"], *keep]
        self._run(["import", paths["orders"], paths["feedback"], *keep])
        self.before = state_of(self.workspace)
        self.takes = {"import": self._run(self.importing)}
        self.after = state_of(self.workspace)
        self.analyzing = ["analyze", str(self.workspace), "--out", str(home / "result"), *keep[2:]]
        self.takes["analyze"] = self._run(self.analyzing)
        self.takes["undo"] = self._run(self._undoing())
        if state_of(self.workspace) != self.before:
            raise SystemExit("an undo that nobody disturbed did not restore the former state")

    def round(self) -> None:
        """Kill an import and look; kill an analysis of both batches, then an undo of the second, and look each time."""
        if not self._kill("import", self.importing):
            self._run(self.importing)
        if not self._kill("analyze", self.analyzing):
            raise SystemExit("an analysis that was killed took a batch away")
        if self._kill("undo", self._undoing()):
            self._run(self._undoing())

    def finish(self) -> None:
        """Let one import run to its end: no lock and no leftover may stand in its way."""
        self._run(self.importing)
        if state_of(self.workspace) != self.after:
            raise SystemExit("the import after the kills is not what it was before them")
        home = self.workspace / "batches"
        left = [str(path.relative_to(home)) for path in home.rglob(".*")]
        if left:
            raise SystemExit(f"the last import did not clear away {left}")

    def _kill(self, what: str, words: list[str]) -> bool:
        """Start a command and kill it at a random moment; return whether the second batch is there afterwards."""
        running = self._ready(words)
        try:
            running.wait(timeout=self.choose.uniform(0, 1.05) * self.takes[what])
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            self.killed[what] += 1
        seen = state_of(self.workspace)
        if seen not in {self.before, self.after}:
            raise SystemExit(f"torn by a kill of {what}: {seen}")
        return seen == self.after

    def _undoing(self) -> list[str]:
        return ["records", "undo", Batches(self.workspace).live()[-1].id, "--workspace", str(self.workspace)]

    def _run(self, words: list[str]) -> float:
        """Let a command run to its end; return how long it worked."""
        running = self._ready(words)
        began = time.perf_counter()
        if running.wait() != 0:
            raise SystemExit(f"{words[0]} failed though nobody killed it")
        return time.perf_counter() - began

    def _ready(self, words: list[str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", _COMMAND, *words]
        running = subprocess.Popen(command, stdout=subprocess.PIPE)
        if running.stdout is None or not running.stdout.readline():
            raise SystemExit("the command did not start")
        return running


def main() -> None:
    """Run the rig; print what was seen; exit with an error if anything was torn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as home:
        rig = Rig(Path(home), arguments.seed)
        for _ in range(arguments.rounds):
            rig.round()
        rig.finish()
    killed = ", ".join(f"{number} of {what}" for what, number in rig.killed.items())
    sys.stdout.write(
        f"{arguments.rounds} rounds (seed {arguments.seed}), killed: {killed};"
        " every time the workspace was as before or as after\n"
    )


if __name__ == "__main__":
    main()
