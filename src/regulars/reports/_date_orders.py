"""Why days with two readings were read in one: the column proves its order, and the row that does is named."""

from collections.abc import Mapping
from typing import Any

from regulars.reports._voice import N_, Voice

_ORDERS = {"dmy": N_("day first"), "mdy": N_("month first"), "ymd": N_("year first")}


def date_order_text(header: str, taken: Mapping[str, Any], *, voice: Voice) -> str:
    """Return in which order the days of a column are read, and why; `taken` is a `records.DateOrder` as a mapping.

    >>> english = Voice(language="en")
    >>> date_order_text("Datum", {"order": "dmy", "line": 7, "example": "14.02.2024"}, voice=english)
    "days in 'Datum' are read day first, for no other order fits 14.02.2024 on line 7"
    """
    said = {"column": header, "order": voice.t(_ORDERS[taken["order"]]), "line": taken["line"]}
    if not taken["example"]:
        return voice.t("days in '{column}' are read {order}, for no other order fits the one on line {line}", **said)
    return voice.t(
        "days in '{column}' are read {order}, for no other order fits {example} on line {line}",
        example=taken["example"],
        **said,
    )
