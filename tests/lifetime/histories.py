"""Purchase histories to learn from: of people simulated by the model's own story, and published ones where they are."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

Array = NDArray[np.float64]

CDNOW_LAST_DAY = date(1997, 9, 30)


def simulated(
    parameters: tuple[float, float, float, float],
    *,
    customers: int,
    ages: tuple[float, float],
    seed: int,
    ahead: float = 0,
) -> tuple[Array, Array, Array, Array]:
    """Return (x, t_x, T) and the purchases in (T, T + ahead] of customers who live by BG/NBD, of ages within `ages`."""
    random = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    rate, leaving = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    age = random.uniform(*ages, customers)
    x, t_x, later, now = (np.zeros(customers) for _ in range(4))
    alive = np.ones(customers, dtype=bool)
    while alive.any():
        now = now + random.exponential(1, customers) / np.maximum(rate, 1e-300)
        alive &= now <= age + ahead
        seen = alive & (now <= age)
        x[seen] += 1
        t_x[seen] = now[seen]
        later[alive & ~seen] += 1
        alive &= random.random(customers) > leaving
    return x, t_x, age, later


def simulated_spend(parameters: tuple[float, float, float], *, customers: int, seed: int) -> tuple[Array, Array]:
    """Return how often and, on average, how much: gamma-distributed amounts around a customer's own mean."""
    random = np.random.default_rng(seed)
    p, q, v = parameters
    frequency = random.geometric(0.4, customers).astype(np.float64)
    scale = random.gamma(q, 1 / v, customers)
    return frequency, random.gamma(p * frequency, 1 / (scale * frequency))


def published_file(name: str) -> Path:
    """Return a file of published data; skips the test where it is nowhere to be found."""
    package = find_spec("lifetimes")
    places = [Path(place) / "datasets" for place in (package.submodule_search_locations or [])] if package else []
    for place in [*places, Path(__file__).parents[3] / "shared" / "data"]:
        if (place / name).exists():
            return place / name
    pytest.skip("the published data are neither in an installed package nor beside this checkout")


def donations() -> tuple[Array, Array, Array, Array]:
    """Return (x, t_x, n) of donors asked once a year, and how many have it: those of the BG/BB paper."""
    x, t_x, n, donors = np.loadtxt(published_file("donations.csv"), delimiter=",", skiprows=1, dtype=np.float64).T
    return x, t_x, n, donors


def cdnow_orders() -> list[tuple[str, date, str]]:
    """Return customer, day and amount of every order of CDNOW's tenth, up to the end of the calibration period."""
    rows = [line.split() for line in published_file("CDNOW_sample.txt").read_text(encoding="ascii").splitlines()]
    orders = [(who, date.fromisoformat(day), amount) for _, who, day, _, amount in rows]
    return [order for order in orders if order[1] <= CDNOW_LAST_DAY]


def cdnow_whole_log() -> pa.Table:
    """Return every order of CDNOW's tenth, the hold-out period's too, as a table of orders."""
    rows = [line.split() for line in published_file("CDNOW_sample.txt").read_text(encoding="ascii").splitlines()]
    return pa.table(
        {
            "customer_id": [row[1] for row in rows],
            "ordered_at": [date.fromisoformat(row[2]) for row in rows],
            "amount": [float(row[4]) for row in rows],
        }
    )


def cdnow_log() -> tuple[Array, Array, Array]:
    """Return (x, t_x, T) in weeks from CDNOW's log, orders of one day merged."""
    days: defaultdict[str, set[date]] = defaultdict(set)
    for who, day, _ in cdnow_orders():
        days[who].add(day)
    histories = [
        (len(bought) - 1, (max(bought) - min(bought)).days / 7, (CDNOW_LAST_DAY - min(bought)).days / 7)
        for _, bought in sorted(days.items())
    ]
    x, t_x, age = np.array(histories, dtype=np.float64).T
    return x, t_x, age


def cdnow_summary() -> tuple[Array, Array, Array, Array]:
    """Return (x, t_x, T) in weeks and the mean of the repeat orders from CDNOW's published summary."""
    path = published_file("cdnow_customers_summary_with_transactions.csv")
    _, x, t_x, age, mean = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float64).T
    return x, t_x, age, mean


def slope_by_differences(function: Callable[[Array], Array | float], point: Array, step: float = 1e-5) -> Array:
    """Return the central differences of a function in each direction, along the first axis."""
    directions = np.eye(point.size) * step
    return np.array(
        [(np.asarray(function(point + move)) - np.asarray(function(point - move))) / (2 * step) for move in directions]
    )
