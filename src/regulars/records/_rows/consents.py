"""Consents are read on the safe side: a refusal is kept in whatever words it comes, and only a clear yes is one."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.cells import FAULT, Cells, Faults, Mask, mask_of
from regulars.records._cells.times import Clock

GRANTED_UNCLEAR = "granted_unclear_as_refusal"
PURPOSE_UNKNOWN = "purpose_unknown_as_marketing"
UNDATED = "consent_undated"


def on_the_safe_side(
    cells: Mapping[str, Cells], *, undated_on: Clock | None = None
) -> tuple[dict[str, Cells], dict[str, Mask]]:
    """Return the columns of consents with what is unclear taken as a refusal, and which rows were taken as what.

    `undated_on`: rows without a date are taken too, for many shops export only what holds: a refusal as of today, a
    yes as of 1970, so that any refusal with a date, or without one, is stronger.

    An answer that is missing or no known word is a no. A refusal for a purpose that is missing or unknown is one of
    all marketing; an agreement to such a purpose keeps its fault, for nobody knows what it allows.
    """
    granted, purpose = cells["granted"], cells["purpose"]
    unclear = _is_unclear(granted)
    refused = unclear | ~mask_of(granted.values)
    pointless = _is_unclear(purpose) & refused
    marketing = pc.if_else(pa.array(pointless), pa.scalar("marketing"), purpose.values)
    safe = {
        **cells,
        "granted": Cells(values=pa.array(~refused)),
        "purpose": Cells(values=marketing, faults=_without(purpose.faults, pointless)),
    }
    taken = {GRANTED_UNCLEAR: unclear, PURPOSE_UNKNOWN: pointless}
    if undated_on is not None:
        safe["recorded_at"], taken[UNDATED] = _dated(cells.get("recorded_at"), refused, undated_on.last_day)
    return safe, taken


def _dated(recorded: Cells | None, refused: Mask, today: int) -> tuple[Cells, Mask]:
    """Return when each consent counts, and which ones had no date."""
    days = pa.array(np.where(refused, today, 0).astype(np.int32)).view(pa.date32())
    times = days.cast(pa.timestamp("us"))
    if recorded is None or recorded.days is None:
        return Cells(values=times, days=days), np.ones(len(refused), dtype=bool)
    is_missing = recorded.values.is_null()
    undated = mask_of(is_missing)
    if recorded.faults is not None:
        undated &= recorded.faults == FAULT["value_missing"]
    gap = pa.array(undated)
    return (
        Cells(
            values=pc.if_else(gap, times, recorded.values),
            days=pc.if_else(gap, days, recorded.days),
            faults=_without(recorded.faults, undated),
        ),
        undated,
    )


def _is_unclear(cells: Cells) -> Mask:
    missing = ~mask_of(cells.values.is_valid())
    return missing if cells.faults is None else missing | (cells.faults != 0)


def _without(faults: Faults | None, mask: Mask) -> Faults | None:
    return None if faults is None else np.where(mask, 0, faults).astype(np.uint8)
