"""What do the orders that are set aside come to? So that a person knows whether mending them is worth the while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.records._cells.cells import REASONS, Cells, Faults, mask_of

_NOTHING = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Lost:
    """Orders set aside for one reason: the sum of the amounts that could be read, and of how many rows they are."""

    amount: Decimal | None = None
    known: int = 0


def lose(
    lost: dict[str, Lost],
    cells: Mapping[str, Cells],
    rows: NDArray[np.int64],
    faults: Faults | None,
    broken: Sequence[str],
) -> None:
    """Add what the orders in these rows come to, by reason; refunds are known, and come to nothing.

    `broken` are the reasons of rows that could not even be cut into cells.
    """
    for reason in broken:
        _of(lost, reason)
    if faults is None or not len(rows):
        return
    amounts, is_sale = _readable(cells, rows)
    for fault in np.unique(faults[rows]):
        here = faults[rows] == fault
        total = pc.sum(amounts.filter(pa.array(here & is_sale))).as_py()
        one = _of(lost, REASONS[int(fault)])
        one.amount = (one.amount or _NOTHING) + (total or _NOTHING)
        one.known += int(np.count_nonzero(here & mask_of(amounts.is_valid())))


def _of(lost: dict[str, Lost], reason: str) -> Lost:
    one = lost.setdefault(reason, Lost())
    one.amount = one.amount if one.amount is not None else _NOTHING
    return one


def _readable(cells: Mapping[str, Cells], rows: NDArray[np.int64]) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return the amounts of these rows, empty where they have a fault, and which are no refunds."""
    amount, places = cells["amount"], pa.array(rows)
    values = amount.values.take(places)
    if amount.faults is not None:
        values = pc.if_else(pa.array(amount.faults[rows] == 0), values, pa.scalar(None, values.type))
    is_sale = mask_of(pc.greater(values, pa.scalar(_NOTHING, values.type)))
    if "is_refund" in cells:
        is_sale &= ~mask_of(cells["is_refund"].values.take(places))
    return values, is_sale
