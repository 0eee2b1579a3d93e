"""Dirty rows, as real exports have them, each kind counted so that a reader's counts can be checked exactly.

Rows that cannot be read are added, never made from good ones: what is readable still adds up to the truth.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulation._clock import Bools, Ints, Times
from regulars.simulation._order_lines import OrderLines
from regulars.simulation._plan import ShopPlan
from regulars.simulation._words import picked, words

CLEAN, AMOUNT_UNREADABLE, CUSTOMER_MISSING, DAY_IN_FUTURE = range(4)
UNREADABLE = {
    AMOUNT_UNREADABLE: "amount_unreadable",
    CUSTOMER_MISSING: "customer_missing",
    DAY_IN_FUTURE: "day_in_future",
}
FUTURE = np.datetime64("2090-01-01T12:00:00", "s")
_AMOUNT_SHARE = 0.002
_CUSTOMER_SHARE = 0.001
_BLANKS_SHARE = 0.003
_MISSING_WORD_SHARE = 0.004
_ROWS_WORTH_A_FUTURE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """Rows of the orders file by time, each with its flaw (0: none), and how many good ones only look odd."""

    table: pa.Table
    moment: Times
    flaw: npt.NDArray[np.int8]
    stray_blanks: int = 0
    missing_words: int = 0


def clean_rows(lines: OrderLines) -> OrderRows:
    """Return the rows as they are."""
    return OrderRows(table=lines.table, moment=lines.moment, flaw=np.zeros(len(lines.moment), np.int8))


def soiled_rows(plan: ShopPlan, lines: OrderLines, rng: np.random.Generator, *, has_future: bool) -> OrderRows:
    """Return the rows with unreadable ones among them; typed Parquet columns hold only the flaws they can."""
    count, is_text = len(lines.moment), plan.format == "csv"
    table, odd = lines.table, lines.table
    blanks = rng.random(count) < (_BLANKS_SHARE if is_text else 0)
    missing = rng.random(count) < (_MISSING_WORD_SHARE if is_text else 0)
    if is_text:
        table = _replaced(table, "amount", table["amount"].cast(pa.string()))
        odd = _with_missing_words(plan, _with_stray_blanks(plan, table, blanks), missing, rng)
    sizes = {
        AMOUNT_UNREADABLE: round(_AMOUNT_SHARE * count) if is_text else 0,
        CUSTOMER_MISSING: round(_CUSTOMER_SHARE * count),
        DAY_IN_FUTURE: int(has_future and count >= _ROWS_WORTH_A_FUTURE),
    }
    flaw = np.repeat(np.array(list(sizes), np.int8), list(sizes.values()))
    models = rng.integers(0, count, len(flaw))
    moment = np.where(flaw == DAY_IN_FUTURE, FUTURE, lines.moment[models])
    added = _unreadable(plan, table.take(pa.array(models)), moment, flaw, rng)
    moment = np.concatenate([lines.moment, moment])
    by_time = np.argsort(moment, kind="stable")
    return OrderRows(
        table=pa.concat_tables([odd, added]).take(pa.array(by_time)),
        moment=moment[by_time],
        flaw=np.concatenate([np.zeros(count, np.int8), flaw])[by_time],
        stray_blanks=int(blanks.sum()),
        missing_words=int(missing.sum()),
    )


def _with_stray_blanks(plan: ShopPlan, table: pa.Table, chosen: Bools) -> pa.Table:
    """Put blanks around the customer and the amount; a Chinese keyboard's blank is the ideographic one."""
    blank = "\u3000" if plan.language == "zh" else "  "
    customer = pc.binary_join_element_wise(blank, table["customer_id"], " ", "")
    amount = pc.binary_join_element_wise(" ", table["amount"], "")
    mask = pa.array(chosen)
    table = _replaced(table, "customer_id", pc.if_else(mask, customer, table["customer_id"]))
    return _replaced(table, "amount", pc.if_else(mask, amount, table["amount"]))


def _with_missing_words(plan: ShopPlan, table: pa.Table, chosen: Bools, rng: np.random.Generator) -> pa.Table:
    """Say in one of several ways that the channel is not known."""
    ways = words(plan.language).missing
    said = picked(ways, rng.integers(0, len(ways), len(chosen)))
    return _replaced(table, "channel", pc.if_else(pa.array(chosen), said, table["channel"]))


def _unreadable(
    plan: ShopPlan, rows: pa.Table, moment: Times, flaw: npt.NDArray[np.int8], rng: np.random.Generator
) -> pa.Table:
    said = picked(words(plan.language).unreadable, rng.integers(0, 4, len(flaw)))
    rows = _replaced(rows, "ordered_at", pa.array(moment))
    if plan.format == "csv":
        rows = _replaced(rows, "amount", pc.if_else(pa.array(flaw == AMOUNT_UNREADABLE), said, rows["amount"]))
    nobody = pa.scalar(None, pa.string())
    return _replaced(rows, "customer_id", pc.if_else(pa.array(flaw == CUSTOMER_MISSING), nobody, rows["customer_id"]))


def _replaced(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def counted(flaw: Ints | npt.NDArray[np.int8]) -> dict[str, int]:
    """Return how many rows have each flaw, by name."""
    return {name: int(np.count_nonzero(flaw == code)) for code, name in UNREADABLE.items()}
