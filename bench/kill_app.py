"""Kills the app at random moments: what was acknowledged is there, nothing is torn, jobs are resumed.

python bench/kill_app.py [--rounds 50] [--seed 0]

Each round uploads a file, erases somebody and writes notes without a pause, then kills (with SIGKILL) at a random
moment, in turn, the server, one of its web processes, all of them, or the process of the job. Afterwards every note
that was acknowledged must be shown, every file must be one batch, nobody erased may be found in a result, in a batch or
on a page, every page must open, no job may be left, and SQLite must find its files whole.
"""

import argparse
import http.client
import io
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pyarrow.parquet as pq
from app_client import Client, free_port

from regulars.records import Batches

_WAIT = 180
_PEOPLE = 40
_VICTIMS = ("server", "web process", "web processes", "job")
_PAGES = ("/", "/customers/", "/pulse/", "/import/", "/customers/c1/")
_HEADER = "customer_id,order_id,ordered_at,amount"


def main() -> None:
    """Kill, look, and say how often; exit with 1 if anything was lost or torn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311  (no secret)
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        rig.start()
        try:
            rig.upload(0)
            rig.wait_for_jobs()
            for number in range(1, arguments.rounds + 1):
                rig.round(number, chance)
        finally:
            rig.stop()
        killed = ", ".join(f"{name} {count}" for name, count in sorted(rig.killed.items()))
        print(
            f"{arguments.rounds} rounds, {len(rig.notes)} notes and {len(rig.erased)} erasures acknowledged,"
            f" killed: {killed}; nothing lost or torn"
        )


class Rig:
    """One shop, its server, and what the server has acknowledged."""

    def __init__(self, home: Path) -> None:
        self.shop = home / "shop"
        self.port = free_port()
        self.environment = {**os.environ, "REGULARS_KEYS": str(home / "keys")}
        self.notes: list[str] = []
        self.files: list[str] = []
        self.erased: list[str] = []
        self.killed: dict[str, int] = {}
        self._home = home
        self._server: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server; become the owner the first time."""
        command = [sys.executable, "-m", "regulars", "serve", str(self.shop), "--port", str(self.port)]
        self._server = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        link = None
        said = self._server.stdout or io.StringIO()
        for line in said:
            link = link or next(iter(re.findall(r"/welcome/\S+/", line)), None)
            if "Ctrl-C" in line:
                break
        threading.Thread(target=said.read, daemon=True).start()
        client = Client(self.port)
        client.wait()
        if link:
            client.get(link)
            client.post(link, {"username": "lin", "password": Client.PASSWORD})

    def stop(self) -> None:
        """Kill whatever of the server is left."""
        if self._server is not None:
            for process in [self._server.pid, *_below(self._server.pid)]:
                _kill(process)
            self._server.wait()

    def client(self) -> Client:
        """Return a browser that is logged in; a web process may just have been killed and take a call with it."""
        until = time.monotonic() + _WAIT
        while True:
            client = Client(self.port)
            client.wait()
            try:
                client.enter()
            except OSError as error:
                if time.monotonic() > until:
                    raise SystemExit(f"nobody can log in: {error}") from error
                continue
            return client

    def upload(self, number: int) -> None:
        """Send a file of this round's orders; it counts when the answer came."""
        name = f"orders-{number}.csv"
        rows = [
            f"c{who},{number}-{who},2024-0{1 + (who + number) % 6}-1{number % 10},{10 + who}.00"
            for who in range(1, _PEOPLE + 1)
        ]
        client = self.client()
        page = client.upload("/import/upload/", name, "\n".join([_HEADER, *rows]) + "\n")
        until = time.monotonic() + _WAIT
        while (place := re.search(r"/import/\w+/decide/|/import/(\w+)/look/", page)) is not None:
            if time.monotonic() > until:
                raise SystemExit("a file is never looked at")
            time.sleep(1)
            page = client.post(place[0].replace("/look/", "/decide/"), {"do": "import"})
        self.files.append(name)

    def round(self, number: int, chance: random.Random) -> None:
        """Upload, write, kill at a random moment, and look."""
        self.upload(number)
        self._erase(f"c{1 + number}")
        stopped = threading.Event()
        writer = threading.Thread(target=self._write, args=(number, stopped))
        writer.start()
        time.sleep(chance.uniform(0.05, 6))
        self._kill(_VICTIMS[number % len(_VICTIMS)])
        stopped.set()
        writer.join()
        self.wait_for_jobs()
        self._look()

    def _erase(self, who: str) -> None:
        """Erase somebody whom every file brings again; it counts when the answer came."""
        if int(who[1:]) <= _PEOPLE:
            self.client().post(f"/customers/{who}/erase/", {})
            self.erased.append(who)

    def wait_for_jobs(self) -> None:
        """Wait until no job is waiting or at work."""
        until = time.monotonic() + _WAIT
        client = self.client()
        while "hx-trigger" in client.get("/jobs/"):
            if time.monotonic() > until:
                raise SystemExit("a job is never ended")
            time.sleep(0.5)

    def _write(self, number: int, stopped: threading.Event) -> None:
        """Write notes until told to stop; one counts when its answer came."""
        count = 0
        try:
            client = self.client()
            while not stopped.is_set():
                count += 1
                note = f"note {number}-{count}."
                client.post("/customers/c1/note/", {"text": note})
                self.notes.append(note)
        except (OSError, http.client.HTTPException):  # killed before, or while, it answered
            return

    def _kill(self, what: str) -> None:
        server = self._server
        if server is None:
            return
        below = _below(server.pid)
        jobs = [one for one in below if "regulars.app.jobs.work" in _command(one)]
        web = [one for one in below if "spawn_main" in _command(one)]
        if what == "job" and jobs:
            _kill(jobs[0])
        elif what == "web process" and web:
            _kill(web[0])
        elif what == "web processes" and web:
            for one in web:
                _kill(one)
        else:
            what = "server"
            _kill(server.pid)
            server.wait()
            self._wait_for_the_end(below)
            self.start()
        self.killed[what] = self.killed.get(what, 0) + 1

    def _wait_for_the_end(self, processes: list[int]) -> None:
        """Whoever worked for a killed server ends by itself."""
        until = time.monotonic() + 30
        while any(Path(f"/proc/{one}").exists() and _state(one) != "Z" for one in processes):
            if time.monotonic() > until:
                raise SystemExit("processes of a killed server live on")
            time.sleep(0.1)

    def _look(self) -> None:
        client = self.client()
        for page in _PAGES:
            client.get(page)
        shown = client.get("/customers/c1/")
        lost = [note for note in self.notes[-50:] if note not in shown]
        if lost:
            raise SystemExit(f"lost: {lost}")
        self._look_for_the_erased(client)
        held = sorted(origin.name for batch in Batches(self.shop / "workspace").live() for origin in batch.origins)
        if held != sorted(self.files):
            raise SystemExit(f"files {sorted(self.files)}, batches of {held}")
        for name in ("app.sqlite3", "keys.sqlite3"):
            with closing(sqlite3.connect(self.shop / name)) as base:
                if base.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                    raise SystemExit(f"{name} is torn")

    def _look_for_the_erased(self, client: Client) -> None:
        found = {*Batches(self.shop / "workspace").keys().to_pylist()}
        for place in ("results/*/customers.parquet", "asking/*/loaded-*.parquet"):
            for path in self.shop.glob(place):
                found |= {*pq.read_table(path, columns=["customer_id"])["customer_id"].to_pylist()}
        for who in self.erased:
            try:
                client.get(f"/customers/{who}/")
                found.add(who)
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.NOT_FOUND:
                    raise
        back = found & {*self.erased}
        if back:
            raise SystemExit(f"erased, and there again: {sorted(back)}")


def _below(process: int) -> list[int]:
    """Return every process that descends from one."""
    found, waiting = [], [process]
    while waiting:
        place = Path(f"/proc/{waiting.pop()}/task")
        for children in place.glob("*/children"):
            try:
                listed = [int(child) for child in children.read_text().split()]
            except OSError:
                continue
            found += listed
            waiting += listed
    return found


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return "Z"


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()
