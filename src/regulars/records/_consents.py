"""Consents are read on the safe side: a refusal is kept in whatever words it comes, and only a clear yes is one."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells import Cells, Faults, Mask, mask_of

GRANTED_UNCLEAR = "granted_unclear_as_refusal"
PURPOSE_UNKNOWN = "purpose_unknown_as_marketing"


def on_the_safe_side(cells: Mapping[str, Cells]) -> tuple[dict[str, Cells], dict[str, Mask]]:
    """Return the columns of consents with what is unclear taken as a refusal, and which rows were taken as what.

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
    return safe, {GRANTED_UNCLEAR: unclear, PURPOSE_UNKNOWN: pointless}


def _is_unclear(cells: Cells) -> Mask:
    missing = ~mask_of(cells.values.is_valid())
    return missing if cells.faults is None else missing | (cells.faults != 0)


def _without(faults: Faults | None, mask: Mask) -> Faults | None:
    return None if faults is None else np.where(mask, 0, faults).astype(np.uint8)
