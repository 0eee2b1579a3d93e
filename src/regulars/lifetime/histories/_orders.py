"""From a log of orders to purchases: days merged, refunds taken from what they were paid for, by rules that are stated.

The engine reads, filters and adds up; what is left, a row for each customer and day, is small enough for arrays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.core import RegularsError
from regulars.engines import Engine, open_engine, quoted
from regulars.lifetime.histories._distinct import order_of

Array = NDArray[np.float64]
FirstOrder = Literal["included", "excluded"]

_EPOCH = date(1970, 1, 1)
_MICROSECONDS_A_DAY = 86_400_000_000
_TABLE, _BUYERS = "orders to summarise", "buyers to summarise"

# A text that is no time, and what is no amount, becomes NULL and is counted, so that nobody is dropped in silence.
_MOVED = """
SELECT
    customer_id,
    {time} AS time,
    {is_refund} AS is_refund,
    {amount} AS amount,
    {no_amount} AS no_amount
FROM {orders}
WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
"""

_UNREAD = """
SELECT
    CAST(coalesce(sum(CASE WHEN time IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS no_time,
    CAST(coalesce(sum(CASE WHEN no_amount THEN 1 ELSE 0 END), 0) AS BIGINT) AS no_amount
FROM ({moved}) AS moved
"""

_IDS = "SELECT DISTINCT customer_id FROM ({moved}) AS moved"

# Grouped by numbers and put in order outside: to carry and to sort ten million texts took most of the time.
_BY_DAY = """
SELECT
    who,
    CAST(time AS DATE) AS time,
    max(CASE WHEN is_refund THEN 0 ELSE 1 END) AS bought,
    CAST(sum(amount) AS DOUBLE) AS amount
FROM ({moved}) AS moved
INNER JOIN {buyers} AS buyers ON moved.customer_id = buyers.customer_id
WHERE CAST(time AS DATE) <= $as_of {and_rules}
GROUP BY who, CAST(time AS DATE)
"""

_BY_EVENT = """
SELECT
    who, time, CASE WHEN is_refund THEN 0 ELSE 1 END AS bought, CAST(amount AS DOUBLE) AS amount
FROM ({moved}) AS moved
INNER JOIN {buyers} AS buyers ON moved.customer_id = buyers.customer_id
WHERE CAST(time AS DATE) <= $as_of {and_rules}
ORDER BY who, time, bought DESC, amount
"""


class Table(Protocol):
    """Whatever hands over its rows as an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return them."""


class OrdersUnusable(RegularsError):
    """A log of orders from which no histories can be made."""

    code = "orders_unusable"
    template = "No purchase histories can be made of these orders: {problem}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How purchases are counted; see `PurchaseSummary.from_orders`.

    Raises:
        OrdersUnusable: one of them is not known.
    """

    granularity: Literal["day", "event"] = "day"
    refunds: Literal["net", "drop"] = "net"
    zero_amounts: Literal["count", "drop"] = "count"
    first_order: FirstOrder = "excluded"

    def __post_init__(self) -> None:
        known = {
            "granularity": {"day", "event"},
            "refunds": {"net", "drop"},
            "zero_amounts": {"count", "drop"},
            "first_order": {"included", "excluded"},
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise OrdersUnusable(problem=f"{name} is {getattr(self, name)!r}; it must be one of {sorted(values)}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Purchases:
    """What moved: purchases and refunds in order of customer and time, and the customers who bought at least once.

    `who` are places in `customer_id`, `time` is in days since 1970, `amount` is None where the log has no money.
    """

    customer_id: pa.Array
    who: NDArray[np.int64]
    time: Array
    amount: Array | None
    bought: NDArray[np.bool_]
    as_of: date
    zero_amounts: Literal["count", "drop"]

    def histories(
        self, *, first_order: FirstOrder, granularity: Literal["day", "event"]
    ) -> tuple[Array, Array, Array, Array | None, Array]:
        """Return x, t_x and T in days, the mean amount of a purchase, and Σ ln of the days between purchases."""
        who, time, amount = self.netted()
        starts = np.flatnonzero(np.diff(who, prepend=-1))
        counts = np.diff(np.append(starts, who.size)).astype(np.float64)
        first, last = time[starts], time[np.append(starts[1:], who.size) - 1]
        # A day has no hours: a purchase on the last day is of age 0. A purchase with its hour is watched to midnight.
        end = (self.as_of - _EPOCH).days + (1 if granularity == "event" else 0)
        mean = None
        if amount is not None:
            sums, over = np.add.reduceat(amount, starts) if starts.size else np.zeros(0), counts
            if first_order == "excluded":
                sums, over = sums - amount[starts], counts - 1
            mean = np.where(over > 0, sums / np.maximum(over, 1), np.nan)
        is_first = np.zeros(who.size, dtype=bool)
        is_first[starts] = True
        with np.errstate(divide="ignore"):  # two at the same moment have no time between them, and −∞ for a logarithm
            logs = np.log(np.where(is_first, 1.0, np.diff(time, prepend=time[:1])))
        log_gaps = np.add.reduceat(logs, starts) if starts.size else np.zeros(0)
        return counts - 1, last - first, end - first, mean, log_gaps

    def netted(self) -> tuple[NDArray[np.int64], Array, Array | None]:
        """Return customer, time and net amount of each purchase that counts."""
        if self.bought.all():
            who, time, net = self.who, self.time, self.amount
        else:
            who, time, net = self._less_refunds()
        if net is None or self.zero_amounts == "count":
            return who, time, net
        counts = net > 0
        return who[counts], time[counts], net[counts]

    def _less_refunds(self) -> tuple[NDArray[np.int64], Array, Array | None]:
        """Return customer, time and amount of each purchase, less what of it was paid back."""
        places = np.flatnonzero(self.bought)
        who, time = self.who[places], self.time[places]
        if self.amount is None:
            return who, time, None
        # The rows up to the next purchase of the same customer are refunds: they belong to the one before.
        net = np.add.reduceat(np.append(self.amount, 0.0), places) if places.size else np.zeros(0)
        strangers = self._refunds_before_anything()
        if strangers.any():
            ahead = np.searchsorted(places, np.flatnonzero(strangers), side="right") - 1
            taken = np.bincount(ahead[ahead >= 0], weights=self.amount[strangers][ahead >= 0], minlength=places.size)
            net = net - taken
        return who, time, net

    def split(self, end: date) -> tuple["Purchases", Array, Array | None]:
        """Return what moved up to a day, and of these customers the purchases and the net spend after it.

        Raises:
            OrdersUnusable: the day is not before the last one, or nobody had bought by it.
        """
        if not end < self.as_of:
            raise OrdersUnusable(problem=f"{end} is not before the last day, {self.as_of}")
        last = (end - _EPOCH).days + 1
        before = self.time < last
        who, time, _ = self.netted()
        everybody = len(self.customer_id)
        later = np.bincount(who[time >= last], minlength=everybody).astype(np.float64)
        spend = None
        if self.amount is not None:
            spend = np.bincount(self.who[~before], self.amount[~before], everybody).astype(np.float64)
        known, kept = _of_buyers(
            replace(
                self,
                who=self.who[before],
                time=self.time[before],
                amount=None if self.amount is None else self.amount[before],
                bought=self.bought[before],
                as_of=end,
            )
        )
        if not kept.any():
            raise OrdersUnusable(problem=f"nobody had bought by {end}")
        return known, later[kept], None if spend is None else spend[kept]

    def _refunds_before_anything(self) -> NDArray[np.bool_]:
        """Return which rows are refunds of customers who had not bought yet."""
        begins = np.diff(self.who, prepend=-1) != 0
        so_far = np.cumsum(self.bought)
        before = np.where(begins, so_far - self.bought, 0)
        return np.asarray(so_far == np.maximum.accumulate(before), dtype=bool)


def purchases(orders: "Table | Path | str", *, as_of: date | None, rules: Rules, engine: Engine | None) -> Purchases:
    """Return the purchases of a log up to a day, which is the last one in it if none is given.

    Raises:
        OrdersUnusable: a column is missing or cannot be read, or there is no order at all.
    """
    if isinstance(as_of, datetime) or not (as_of is None or isinstance(as_of, date)):
        raise OrdersUnusable(problem=f"as_of is {as_of!r} and no day; give a datetime.date")
    with _holding(orders, engine) as (worker, table):
        columns = worker.columns(table)
        missing = [name for name in ("customer_id", "ordered_at") if name not in columns]
        if missing:
            raise OrdersUnusable(problem=f"there is no column {missing[0]}; there are {', '.join(columns) or 'none'}")
        moved = _moved(table, columns)
        (unread,) = worker.fetch(_UNREAD.format(moved=moved)).to_pylist()
        if unread["no_time"]:
            raise OrdersUnusable(problem=f"ordered_at is no date in {unread['no_time']} rows; write it as 2024-05-01")
        if unread["no_amount"]:
            raise OrdersUnusable(problem=f"amount is no number in {unread['no_amount']} rows; write it as 1234.56")
        buyers = worker.fetch(_IDS.format(moved=moved)).sort_by("customer_id")["customer_id"].combine_chunks()
        worker.load(_BUYERS, pa.table({"customer_id": buyers, "who": np.arange(len(buyers))}))
        query = (_BY_DAY if rules.granularity == "day" else _BY_EVENT).format(
            moved=moved, buyers=quoted(_BUYERS), and_rules="AND NOT is_refund" if rules.refunds == "drop" else ""
        )
        try:
            rows = worker.fetch(query, as_of=as_of or date.max)
        finally:
            worker.drop(_BUYERS)
    found, _ = _of_buyers(_arrays(rows, buyers, as_of=as_of, rules=rules, has_money="amount" in columns))
    if not len(found.customer_id):
        raise OrdersUnusable(problem="there is no order" + (f" up to {as_of}" if as_of else ""))
    return found


@contextmanager
def _holding(orders: "Table | Path | str", engine: Engine | None) -> Iterator[tuple[Engine, str]]:
    """Give an engine and the name of the table of orders in it."""
    if engine is not None and isinstance(orders, str):
        yield engine, orders
        return
    source = _parquet(Path(orders)) if isinstance(orders, str | Path) else _arrow(orders)
    if engine is not None:
        engine.load(_TABLE, source)
        try:
            yield engine, _TABLE
        finally:
            engine.drop(_TABLE)
        return
    with open_engine() as opened:
        opened.load(_TABLE, source)
        yield opened, _TABLE


def _arrow(orders: Table) -> pa.Table:
    """Return what hands over its rows as an Arrow table.

    Raises:
        OrdersUnusable: it does not.
    """
    if not (isinstance(orders, pa.Table | pa.RecordBatch) or hasattr(orders, "__arrow_c_stream__")):
        kind = type(orders).__name__
        raise OrdersUnusable(problem=f"a {kind} is no table; give an Arrow table, a data frame, or a path to Parquet")
    return pa.table(orders)


def _parquet(path: Path) -> Path:
    """Return the path of a Parquet file.

    Raises:
        OrdersUnusable: there is none.
    """
    if not path.is_file():
        raise OrdersUnusable(problem=f"there is no file {path}; a table of an engine needs engine=")
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise OrdersUnusable(problem=f"{path} is no Parquet file; read other files with regulars.analyze")
    return path


def _moved(table: str, columns: tuple[str, ...]) -> str:
    read = "TRY_CAST(amount AS DECIMAL(18, 4))" if "amount" in columns else "NULL"
    below = f"coalesce({read} < 0, FALSE)" if "amount" in columns else "FALSE"
    amount = read
    if "amount" in columns and "is_refund" in columns:
        amount = f"CASE WHEN coalesce(is_refund, FALSE) THEN -abs({amount}) ELSE {amount} END"
    refund = f"(coalesce(is_refund, FALSE) OR {below})" if "is_refund" in columns else below
    return _MOVED.format(
        orders=quoted(table),
        time="TRY_CAST(ordered_at AS TIMESTAMP)",
        amount=f"coalesce({amount}, 0)",
        is_refund=refund,
        no_amount=f"(amount IS NOT NULL AND {read} IS NULL)" if "amount" in columns else "FALSE",
    )


def _arrays(rows: pa.Table, customer_id: pa.Array, *, as_of: date | None, rules: Rules, has_money: bool) -> Purchases:
    """Return what the engine found, in order of customer and time; rows of days come in any order."""
    who = np.asarray(rows["who"].to_numpy(), dtype=np.int64)
    time: NDArray[Any] = rows["time"].to_numpy()
    moments = time.astype("datetime64[us]").astype(np.int64)
    newest = _EPOCH + timedelta(days=int(moments.max() // _MICROSECONDS_A_DAY)) if moments.size else _EPOCH
    days = moments / _MICROSECONDS_A_DAY
    amount = np.asarray(rows["amount"].to_numpy(), dtype=np.float64) if has_money else None
    bought = np.asarray(rows["bought"].to_numpy(), dtype=bool)
    if rules.granularity == "day" and who.size:
        order = _by_day(who, days)
        who, days, bought = who[order], days[order], bought[order]
        amount = None if amount is None else amount[order]
    return Purchases(
        customer_id=customer_id,
        who=who,
        time=days,
        amount=amount,
        bought=bought,
        as_of=as_of or newest,
        zero_amounts=rules.zero_amounts,
    )


def _by_day(who: NDArray[np.int64], days: Array) -> NDArray[np.int64]:
    """Return the order of rows by customer and whole day."""
    since = (days - days.min()).astype(np.int64)
    width = int(since.max()) + 1
    return order_of(who * width + since, (int(who.max()) + 1) * width)


def _of_buyers(moved: Purchases) -> tuple[Purchases, NDArray[np.bool_]]:
    """Return the movements of customers with a purchase that counts, numbered anew, and which customers these are."""
    who, _, _ = moved.netted()
    kept = np.zeros(len(moved.customer_id), dtype=bool)
    kept[who] = True
    if kept.all():
        return moved, kept
    rows = kept[moved.who]
    number = np.cumsum(kept) - 1
    return replace(
        moved,
        customer_id=moved.customer_id.filter(pa.array(kept)),
        who=number[moved.who[rows]],
        time=moved.time[rows],
        amount=None if moved.amount is None else moved.amount[rows],
        bought=moved.bought[rows],
    ), kept
