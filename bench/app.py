"""The app with many customers: how fast its pages are under four clients that never pause, and what it takes at rest.

python bench/app.py [--customers 1000000] [--seconds 20] [--warm-up 120]

Makes a shop of simulated customers, every second one with a Chinese name, imports, analyses and publishes it as the app
does, then asks for pages over HTTP: p50, p95 and p99 of each kind, the page of rows 950,000 on, and the memory of all
processes of the server (PSS). A search is for a part of a Latin name, for two Chinese characters, or for nobody.
"""

import argparse
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from app_client import Client
from measure import HERE

from regulars.simulation import simulate_shop

CLIENTS, PORT = 4, 8399
LAST_DAY = date(2024, 6, 30)
BARS = {"list": 100, "deep list": 100, "search": 150, "customer": 150, "pulse": 50, "segment": 500}
_CHANCE = random.Random(0)  # noqa: S311  (no secret)
_WANTED = ("raven", "hazel st", "张伟", "秀英", "zzqx")
_FAMILY = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
_GIVEN = tuple("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华玉红建国志海云飞雪梅春晓宇欣")
_ANYBODY = 'href="/customers/([^"/]+)/"'


def main() -> None:
    """Make the shop if it is not there, serve it, measure, say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=120)
    arguments = parser.parse_args()
    home = HERE / "data" / f"app-{arguments.customers}"
    environment = {**os.environ, "REGULARS_KEYS": str(home / "keys"), "REGULARS_SHOP": str(home / "shop")}
    if not (home / "shop" / "results" / "CURRENT").exists():
        _make(home, arguments.customers, environment)
    _quiet_night(environment)
    command = [sys.executable, "-m", "regulars", "serve", str(home / "shop"), "--port", str(PORT)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            _measure(server, home / "shop", arguments.warm_up, arguments.seconds)
        finally:
            server.terminate()


def _make(home: Path, customers: int, environment: dict[str, str]) -> None:
    files = home / "records"
    if not files.exists():
        simulate_shop(files, customers=customers, seed=1, last_day=LAST_DAY, format="parquet")
        _call_half_in_chinese(files / "profiles.parquet")
    code = f"""
import os, time, django
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.app.settings"
django.setup()
from django.core.management import call_command
for database in ("default", "keys"):
    call_command("migrate", database=database, verbosity=0)
from django.contrib.auth.models import User
from regulars.app._shop import served
from regulars.app.jobs import kinds
User.objects.create_superuser("lin", password="tea with three clouds")
files = [{{"path": str(path)}} for path in sorted(Path({str(files)!r}).glob("*.parquet"))]
for name, does in (("import", lambda: kinds.take_in(served(), {{"files": files, "keep": True}}, print)),
                   ("analyse", lambda: kinds.analyse(served(), {{}}, lambda step, done: None))):
    began = time.perf_counter()
    print(name, does(), round(time.perf_counter() - began, 1), "s", flush=True)
"""
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def _call_half_in_chinese(profiles: Path) -> None:
    """Give every second person of the simulated, English shop a Chinese name: one family name, one or two given."""
    people = pq.read_table(profiles)
    n, draw = people.num_rows, np.random.default_rng(2)
    family, first, second = (draw.choice(letters, n) for letters in (_FAMILY, _GIVEN, (*_GIVEN, *[""] * len(_GIVEN))))
    chinese = np.char.add(np.char.add(family, first), second)
    named = people["Name"].to_pylist()
    named[1::2] = [called and str(other) for called, other in zip(named[1::2], chinese[1::2], strict=True)]
    place = people.schema.get_field_index("Name")
    pq.write_table(people.set_column(place, "Name", pa.array(named, pa.string())), profiles)


def _quiet_night(environment: dict[str, str]) -> None:
    """Have tonight's analysis be done, or the server would begin with it beside what is measured."""
    code = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.app.settings"
django.setup()
from django.utils import timezone
from regulars.app.models import Job
Job.objects.filter(state__in=[Job.QUEUED, Job.RUNNING]).delete()
Job.objects.create(kind="analyse", state=Job.DONE, asked_at=timezone.now(), ended_at=timezone.now())
"""
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def _measure(server: "subprocess.Popen[str]", shop: Path, warm_up: int, seconds: int) -> None:
    client = Client(PORT)
    client.wait()
    _say(f"memory at rest: {_memory(server.pid):.0f} MiB (PSS of all processes)")
    client.enter()
    people = re.findall(_ANYBODY, client.get("/customers/?order=spend_total"))
    deep = _cursor(shop)
    asks: dict[str, Callable[[Client], object]] = {
        "list": lambda each: each.get("/customers/?order=" + _CHANCE.choice(["rank", "total_value", "spend_total"])),
        "deep list": lambda each: each.get(f"/customers/?order=spend_total&after={deep}"),
        "search": lambda each: each.post("/customers/found/", {"wanted": _CHANCE.choice(_WANTED)}),
        "customer": lambda each: each.get(f"/customers/{_CHANCE.choice(people)}/"),
        "pulse": lambda each: each.get("/pulse/"),
        "segment": lambda each: each.post("/groups/build/", _group()),
    }
    _under_load(asks, warm_up)
    taken = _under_load(asks, seconds * len(asks))
    for name, times in taken.items():
        times.sort()
        p50, p95, p99 = (1000 * times[min(int(share * len(times)), len(times) - 1)] for share in (0.5, 0.95, 0.99))
        bar = f"(bar {BARS[name]})"
        _say(f"{name:10} {len(times):6} answers   p50 {p50:6.0f} ms   p95 {p95:6.0f} ms {bar:10} p99 {p99:6.0f} ms")
    _say(f"memory after it: {_memory(server.pid):.0f} MiB")


def _cursor(shop: Path) -> str:
    """Return where the page begins that is entered by the cursor of row 950,000, or 95 % of the way down."""
    current = shop / "results" / (shop / "results" / "CURRENT").read_text(encoding="utf-8").strip()
    (listing,) = current.rglob("listing.sqlite3")
    with closing(sqlite3.connect(listing)) as base:
        (there,) = base.execute("SELECT count(*) FROM people WHERE spend_total IS NOT NULL").fetchone()
        value, place = base.execute(
            "SELECT spend_total, place FROM people WHERE spend_total IS NOT NULL"
            " ORDER BY spend_total DESC, place DESC LIMIT 1 OFFSET ?",
            [min(950_000, there * 95 // 100)],
        ).fetchone()
    return f"{value},{place}"


def _group() -> dict[str, str]:
    """Return a group of customers as its page sends it; another one each time, so that no count is remembered."""
    return {
        "join": "all", "part": "0", "column.0": "spend_total", "test.0": "at_least",
        "value.0": str(_CHANCE.randint(1, 100_000) / 100), "do": "count",
    }  # fmt: skip


def _under_load(asks: "dict[str, Callable[[Client], object]]", seconds: int) -> dict[str, list[float]]:
    """Ask, with all clients at once, one kind of page after the other for the same time; return the seconds of each.

    All have logged in before the first page is asked for: a password is made to be dear to check.
    """
    taken: dict[str, list[float]] = {name: [] for name in asks}
    browsers = [Client(PORT) for _ in range(CLIENTS)]
    for each in browsers:
        each.enter()
    for name, ask in asks.items():
        until = time.perf_counter() + seconds / len(asks)

        def loop(each: Client, name: str = name, ask: Callable[[Client], object] = ask, until: float = until) -> None:
            while time.perf_counter() < until:
                began = time.perf_counter()
                ask(each)
                taken[name].append(time.perf_counter() - began)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(loop, browsers))
    return taken


def _memory(process: int) -> float:
    """Return the PSS of a process and all below it, in MiB."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        total += int(re.findall(r"^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)[0])
        waiting += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
    return total / 1024


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
