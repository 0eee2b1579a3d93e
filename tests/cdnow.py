"""Fader and Hardie's log of 23,570 CDNOW customers, which comes with the package `lifetimes`; skipped without it."""

from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

import cast
from regulars.engines import Engine

_SPEC = find_spec("lifetimes")
_LOG = Path(next(iter(_SPEC.submodule_search_locations or ()))) / "datasets" / "CDNOW_master.txt" if _SPEC else None

needs_the_log = pytest.mark.skipif(_LOG is None, reason="the package lifetimes, which holds the log, is not installed")


def load(engine: Engine) -> date:
    """Put the log into an engine as clean tables, and return the day of its first order."""
    assert _LOG is not None
    orders: list[dict[str, object]] = []
    first: dict[str, date] = {}
    for line in _LOG.read_text(encoding="ascii").splitlines()[1:]:
        who, day_text, _, amount = line.split()
        time = datetime.strptime(day_text, "%Y%m%d")  # noqa: DTZ007  (the log has days and no zone)
        orders.append({"customer_id": who, "ordered_at": time, "local_day": time.date(), "known_day": time.date(),
                       "is_refund": False, "amount": Decimal(amount)})  # fmt: skip
        first[who] = min(first.get(who, time.date()), time.date())
    people = [{"customer_id": who, "first_day": day, "may_profile": True} for who, day in first.items()]
    cast.load(engine, {"orders": orders, "customers": people})
    return min(first.values())
