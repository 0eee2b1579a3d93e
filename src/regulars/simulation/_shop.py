"""The whole shop: block after block of customers, so that millions of them need no more memory than one block."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.simulation import _relations as relations
from regulars.simulation._campaign import Response, draw_response
from regulars.simulation._dirt import CLEAN, OrderRows, clean_rows, counted, soiled_rows
from regulars.simulation._feedback import feedback_table
from regulars.simulation._files import AGAIN, TRUTH, Exports, put_in_place
from regulars.simulation._order_lines import order_lines
from regulars.simulation._people import People, draw_people
from regulars.simulation._plan import Format, Language, ShopPlan
from regulars.simulation._profiles import consents_table, profiles_table
from regulars.simulation._purchases import draw_purchases
from regulars.simulation._tally import Tally
from regulars.simulation._truth import truth_table
from regulars.simulation._world import World, open_world

Progress = Callable[[str, int, int], None]

_BLOCK = 50_000
_OVERLAP_DAYS = 7
_CUSTOMERS_WORTH_TWO_FILES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedShop:
    """Where everything is. `files` is by kind of record; orders may have two, the second overlapping the first.

    `truth_files` holds `customers` (Parquet, one row a customer) and `shop` (JSON); `counts` has customers, orders,
    order_lines, refunds, extra_orders (brought by the campaign), alive, eligible and treated.
    """

    folder: Path
    files: Mapping[str, tuple[Path, ...]]
    truth_files: Mapping[str, Path]
    counts: Mapping[str, int]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every exported file, by kind and name: what an owner would hand over."""
        return tuple(path for kind in sorted(self.files) for path in self.files[kind])


def simulate_shop(  # noqa: PLR0913 - a shop is asked for in one call, like an analysis
    folder: Path,
    *,
    customers: int = 300,
    seed: int = 0,
    last_day: date = date(2024, 12, 31),
    days: int = 730,
    language: Language = "en",
    format: Format = "csv",  # noqa: A002 - the word people use for it
    dirty: bool = True,
    orders_per_customer: float = 6.0,
    progress: Progress | None = None,
) -> SimulatedShop:
    """Write the export of a small tea and pottery shop, and the truth about it in `truth/`.

    The same arguments write the same bytes. Times are local and naive; amounts are US dollars in an English shop,
    yuan in a Chinese one.

    Args:
        folder: a new or empty folder, or one that holds an earlier simulated shop (which is replaced).
        customers: how many people ever bought.
        seed: another seed, another shop.
        last_day: the last day of the records.
        days: how many days the records go back; the shop opened on the first.
        language: of headers, categories, names and most texts.
        format: of the files; typed Parquet or CSV.
        dirty: whether some rows cannot be read and the last weeks are exported twice (20 customers or more).
        orders_per_customer: the expected number of orders a customer, campaign aside; an order has 1.43 lines.
        progress: called with ("simulate", customers done, customers in all).

    Raises:
        SimulationImpossible: a number out of its range.
        FolderOccupied: the folder holds something else.
    """
    plan = ShopPlan(
        customers=customers, seed=seed, last_day=last_day, days=days, language=language, format=format, dirty=dirty,
        orders_per_customer=orders_per_customer,
    )  # fmt: skip
    with put_in_place(folder) as partial:
        tally, rows = _write(partial, plan, progress)
    return SimulatedShop(
        folder=folder,
        files=_by_kind(folder, rows),
        truth_files={"customers": folder / TRUTH / "customers.parquet", "shop": folder / TRUTH / "truth.json"},
        counts=dict(tally.counts),
    )


def _by_kind(folder: Path, names: Iterable[str]) -> dict[str, tuple[Path, ...]]:
    """Return the files of each kind; `orders_again.csv` is of the kind orders."""
    files: dict[str, tuple[Path, ...]] = {}
    for name in sorted(names):
        kind = name.partition(".")[0].partition("_")[0]
        files[kind] = (*files.get(kind, ()), folder / name)
    return files


def _write(folder: Path, plan: ShopPlan, progress: Progress | None) -> tuple[Tally, dict[str, int]]:
    """Write every block; return what was counted, and the rows of each file."""
    world, tally = open_world(plan), Tally()
    truth_writer: pq.ParquetWriter | None = None
    with Exports(folder, plan) as exports:
        for block, done in enumerate(range(0, plan.customers, _BLOCK)):
            rng = np.random.default_rng([plan.seed, block])
            count = min(_BLOCK, plan.customers - done)
            people = draw_people(plan, world.clock, rng, first=done + 1, count=count)
            truth = _write_block(world, people, exports, tally, rng)
            truth_writer = truth_writer or pq.ParquetWriter(folder / TRUTH / "customers.parquet", truth.schema)
            truth_writer.write_table(truth)
            if progress:
                progress("simulate", done + count, plan.customers)
    if truth_writer:
        truth_writer.close()
    tally.write(folder / TRUTH / "truth.json", world, exports.rows)
    return tally, exports.rows


def _write_block(world: World, people: People, exports: Exports, tally: Tally, rng: np.random.Generator) -> pa.Table:
    """Write everything about a block of customers but the truth, which is returned."""
    response = draw_response(people, world.campaign, rng)
    purchases = draw_purchases(people, response, world.clock, rng)
    lines = order_lines(world, people, purchases, rng, first_order=tally.counts["orders"] + 1)
    is_first = tally.counts["customers"] == 0
    rows = soiled_rows(world.plan, lines, rng, has_future=is_first) if world.plan.dirty else clean_rows(lines)
    _write_orders(world.plan, rows, exports, tally)
    _write_relations(world, people, response, exports, rng)
    exports.write("feedback", feedback_table(world, people, purchases, rng))
    truth = truth_table(world, people, response, purchases, lines)
    tally.add_people(truth, response)
    tally.add_orders(purchases, lines, rows)
    return truth


def _write_orders(plan: ShopPlan, rows: OrderRows, exports: Exports, tally: Tally) -> None:
    """Write the orders; a dirty shop's in two exports, the second of which begins before the first ends."""
    is_twice = plan.dirty and plan.customers >= _CUSTOMERS_WORTH_TWO_FILES
    second_from = np.datetime64(plan.last_day - timedelta(days=plan.days // 4), "s")
    first_until = second_from + np.timedelta64(_OVERLAP_DAYS, "D")
    first = np.searchsorted(rows.moment, first_until) if is_twice else len(rows.moment)
    second = np.searchsorted(rows.moment, second_from) if is_twice else len(rows.moment)
    for name, part in (("orders", slice(0, first)), (AGAIN, slice(second, None))):
        exports.write("orders", rows.table[part], name=name)
        tally.add_unreadable(f"{name}.{plan.format}", counted(rows.flaw[part]))
    tally.duplicates += int(np.count_nonzero(rows.flaw[second:first] == CLEAN))


def _write_relations(
    world: World, people: People, response: Response, exports: Exports, rng: np.random.Generator
) -> None:
    exports.write("usage", relations.usage_table(world, people, rng))
    exports.write("touches", relations.touches_table(world, people, response, rng))
    exports.write("assignments", relations.assignments_table(world, people, response))
    exports.write("referrals", relations.referrals_table(world, people))
    exports.write("subscriptions", relations.subscriptions_table(world, people, rng))
    exports.write("profiles", profiles_table(world, people, rng))
    exports.write("consents", consents_table(world, people, rng))
