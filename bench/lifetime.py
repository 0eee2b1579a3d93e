"""How fast is a lifetime model, and is it as likely? Beside `lifetimes`, `pymc-marketing` and `clvkit`, in one run.

    python bench/lifetime.py [--sizes 2357 100000 1000000] [--orders 10000000] [--libraries regulars lifetimes]

Each library lives in an environment of its own (made in bench/data/peers the first time), each job runs in a process of
its own. 2,357 is the CDNOW summary that `lifetimes` ships; the larger ones are drawn from BG/NBD, Pareto/NBD and
gamma-gamma at CDNOW's parameters, by a seed; `covariates` is BG/NBD with two that mean nothing, for both processes.
`CPU` is of the job alone, `whole` of the process with its start-up.
The likelihood of everybody's parameters is judged by the formulas of `lifetimes`, so nobody is their own judge; it is
told by customer (gamma-gamma: by repeater). A job that takes longer than --minutes is stopped and said to be.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.lifetime.models import BetaGeometricNBD, ParetoNBD

HERE = Path(__file__).parent
DATA = HERE / "data"
PEERS = {
    "lifetimes": ("lifetimes==0.11.3", "pandas<2.2", "numpy<2", "scipy<1.12", "pyarrow<20"),
    "pymc-marketing": ("pymc-marketing==0.19.2", "pyarrow"),
    "clvkit": ("clvkit==0.2.1", "pyarrow"),
}
JOBS = ("bg_nbd", "covariates", "gamma_gamma", "pareto_nbd", "predict")
SEED = 20241231
CDNOW = {
    "bg_nbd": {"r": 0.242595, "alpha": 4.413602, "a": 0.792922, "b": 2.425907},
    "pareto_nbd": {"r": 0.553277, "alpha": 10.577684, "s": 0.606240, "beta": 11.668735},
    "gamma_gamma": {"p": 6.2488, "q": 3.7446, "v": 15.4477},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a job cost, and what it found; `failed` says in a line why it did not."""

    cpu: float = 0.0
    whole: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    found: dict[str, float] | None = None
    failed: str | None = None


def main() -> None:
    """Print a table for each job and size."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="*", default=[2_357, 100_000, 1_000_000])
    asked.add_argument("--orders", type=int, default=10_000_000, help="rows of the log to count; 0: none")
    asked.add_argument("--libraries", nargs="*", choices=["regulars", *PEERS], default=["regulars", *PEERS])
    asked.add_argument("--jobs", nargs="*", choices=JOBS, default=JOBS)
    asked.add_argument("--minutes", type=float, default=15, help="after which a job is stopped")
    given = asked.parse_args()
    # `lifetimes` is the judge of all, and ships CDNOW.
    pythons = {name: python_of(name) for name in dict.fromkeys(("lifetimes", *given.libraries))}
    if given.orders:
        compare("summary", f"{given.orders} orders", log_of(given.orders), pythons, given.libraries, given.minutes)
    for size in given.sizes:
        for job in given.jobs:
            path = histories(job, size, pythons["lifetimes"])
            compare(job, f"{size} customers", path, pythons, given.libraries, given.minutes)


def compare(job: str, size: str, given: Path, pythons: dict[str, str], libraries: list[str], minutes: float) -> None:
    """Print what each library needed for one job, as ratios to `regulars`."""
    print(f"\n{job}, {size}")
    ours: Done | None = None
    for library in libraries:
        done = run(pythons[library], library, job, given, minutes)
        if done is None:
            continue
        if done.failed is not None:
            print(f"  {library:<16} {done.failed}", flush=True)
            continue
        ours = done if library == "regulars" else ours
        times = "" if ours is None else f"  {done.cpu / ours.cpu:7.1f} x CPU {done.whole / ours.whole:6.1f} x whole"
        costs = f"{done.cpu:9.3f} s CPU {done.whole:8.2f} s whole {done.wall:8.2f} s wall {done.peak:7.0f} MiB"
        print(f"  {library:<16} {costs}{times}  {told(job, given, pythons['lifetimes'], done)}", flush=True)


def told(job: str, given: Path, judge: str, done: Done) -> str:
    """Return the likelihood of fitted parameters, or what else was found."""
    found = done.found or {}
    if job not in CDNOW:
        return " ".join(
            f"{name} {value:,.6g}" if abs(value) < 1000 else f"{name} {value:,.0f}" for name, value in found.items()
        )
    script = [judge, str(HERE / "lifetime_judge.py"), job, str(given), json.dumps(found)]
    likelihood = subprocess.run(script, check=True, capture_output=True, text=True).stdout.strip()
    return f"LL {likelihood} at " + " ".join(f"{name} {value:.5g}" for name, value in found.items())


def run(python: str, library: str, job: str, given: Path, minutes: float) -> Done | None:
    """Return what one process needed; None where the library has no such job."""
    answer = DATA / "lifetime" / "answer.json"
    answer.unlink(missing_ok=True)
    source = {"PYTHONPATH": str(HERE.parent / "src")} if library == "regulars" else {}
    command = [python, str(HERE / "lifetime_job.py"), library, job, str(given), str(answer)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        ended = subprocess.run(
            command, env={**os.environ, **source}, capture_output=True, text=True, check=False, timeout=60 * minutes
        )
    except subprocess.TimeoutExpired:
        return Done(failed=f"stopped after {minutes:g} minutes")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not answer.exists():
        last = (ended.stderr.strip().splitlines() or ["no answer"])[-1]
        return None if last.startswith("KeyError") else Done(failed=f"failed: {last[:100]}")
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Done(whole=whole, **json.loads(answer.read_text(encoding="utf-8")))


def python_of(library: str) -> str:
    """Return the interpreter that has a library, making its environment if it is not there yet."""
    if library == "regulars":
        return sys.executable
    home = DATA / "peers" / library
    python = home / "bin" / "python"
    ready = home / "ready"
    if not ready.exists():
        print(f"installing {library} into an environment of its own", flush=True)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *PEERS[library]]
        subprocess.run(pip, check=True)
        ready.touch()
    return str(python)


def histories(job: str, customers: int, judge: str) -> Path:
    """Return the file of so many customers: CDNOW's own 2,357, or drawn from the model that is to be fitted."""
    model = "bg_nbd" if job in ("covariates", "predict", "gamma_gamma") else job
    path = DATA / "lifetime" / f"{model}-{customers}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        x, t_x, age, mean = cdnow(judge) if customers == 2_357 else drawn(model, customers)
        np.savez(path, x=x, t_x=t_x, T=age, m=mean)
    return path


def cdnow(judge: str) -> Iterator[np.ndarray]:
    """Yield the columns of the summary that `lifetimes` ships."""
    code = "import lifetimes.datasets as d; print(d.__path__[0])"
    folder = subprocess.run([judge, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    rows = np.genfromtxt(Path(folder) / "cdnow_customers_summary_with_transactions.csv", delimiter=",", names=True)
    yield from (rows["x"], rows["t_x"], rows["T"], np.where(rows["x"] > 0, rows["zbar"], np.nan))


def drawn(model: str, customers: int) -> Iterator[np.ndarray]:
    """Yield the columns of customers who began on any day of a year, two years ago at most."""
    truth = {"bg_nbd": BetaGeometricNBD, "pareto_nbd": ParetoNBD}[model].with_parameters(**CDNOW[model])
    random = np.random.default_rng(SEED)
    lived = truth.simulate(customers, seed=SEED, age=random.integers(366, 731, customers) / 7)
    x = lived.summary.frequency
    # Times are of whole days, as every log has them.
    last = np.where(x > 0, np.clip(np.ceil(lived.summary.recency * 7), 1, None), 0) / 7
    p, q, v = CDNOW["gamma_gamma"].values()
    scale = random.gamma(q, 1 / v, customers)
    mean = random.gamma(p * np.maximum(x, 1)) / (scale * np.maximum(x, 1))
    yield from (x, np.minimum(last, lived.summary.T), lived.summary.T, np.where(x > 0, mean, np.nan))


def log_of(orders: int) -> Path:
    """Return a Parquet file of orders with text ids, a tenth as many customers, over two years."""
    path = DATA / "lifetime" / f"{orders}-orders.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(SEED)
        who = (max(orders // 10, 1) * random.beta(0.9, 1.4, orders)).astype(np.int64)
        ids = np.char.add("C", np.char.zfill(who.astype(str), 7))
        day = np.datetime64("2023-01-01") + random.integers(0, 730, orders).astype("timedelta64[D]")
        amount = np.round(random.gamma(2.0, 20.0, orders) + 1, 2)
        table = {"customer_id": ids, "ordered_at": day.astype("datetime64[s]"), "amount": amount}
        pq.write_table(pa.table(table), path)
    return path


if __name__ == "__main__":
    main()
