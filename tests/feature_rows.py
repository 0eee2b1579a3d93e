"""Features written by hand: for the rooms above `features`, which need a row and not the records behind it."""

from collections.abc import Iterable
from decimal import Decimal

import pyarrow as pa

from regulars.core import MONEY
from regulars.engines import Engine

_COUNTS = [
    "order_count",
    "order_day_count",
    "repeat_count",
    "age_at_last_days",
    "days_since_last",
    "tenure_days",
    "orders_365d",
    "orders_last_period",
    "orders_prior_period",
    "usage_count",
    "days_since_usage",
    "feedback_count",
    "days_since_feedback",
    "subscription_count",
    "referral_count",
]
_MONEY = [
    "spend_total",
    "margin_total",
    "margin_365d",
    "spend_365d",
    "spend_last_period",
    "spend_prior_period",
    "cost_to_serve",
]
_NUMBERS = [
    "spend_mean",
    "gap_mean_days",
    "usage_frequency",
    "usage_minutes",
    "rating_mean",
    "rating_recent_mean",
    "first_reply_minutes_mean",
    "resolution_minutes_mean",
]

SCHEMA = pa.schema(
    [("customer_id", pa.string())]
    + [(name, pa.int64()) for name in _COUNTS]
    + [(name, MONEY) for name in _MONEY]
    + [(name, pa.float64()) for name in _NUMBERS]
    + [("is_subscribed", pa.bool_()), ("may_profile", pa.bool_())]
)

_NOTHING: dict[str, object] = {
    **dict.fromkeys([name for name in _COUNTS if not name.startswith("days_since")], 0),
    **dict.fromkeys([name for name in _MONEY if not name.startswith("margin_total")], Decimal(0)),
    "usage_frequency": 0.0,
    "usage_minutes": 0.0,
    "tenure_days": 400,
    "is_subscribed": False,
    "may_profile": True,
}


def someone(customer_id: str, **columns: object) -> dict[str, object]:
    """Return a person known for 400 days with no records at all, but for the columns given."""
    unknown = columns.keys() - set(SCHEMA.names)
    assert not unknown, f"features have no column {unknown}"
    return {**_NOTHING, "customer_id": customer_id, **{name: _money(name, value) for name, value in columns.items()}}


def buyer(
    customer_id: str, *, orders: int = 1, spend: object = 100, silent: int = 10, **more: object
) -> dict[str, object]:
    """Return somebody with one order a day, all of them either within the last year or before it."""
    within_a_year = silent < 365
    usual: dict[str, object] = {
        "order_count": orders,
        "order_day_count": orders,
        "repeat_count": max(orders - 1, 0),
        "age_at_last_days": max(silent, 400) - silent if orders > 1 else 0,
        "orders_365d": orders if within_a_year else 0,
        "days_since_last": silent,
        "tenure_days": max(silent, 400),
        "spend_total": spend,
        "spend_mean": float(Decimal(str(spend))) / orders if orders else None,
        "margin_total": spend,
        "margin_365d": spend if within_a_year else 0,
        "spend_365d": spend if within_a_year else 0,
    }
    return someone(customer_id, **(usual | more))


def load(engine: Engine, rows: Iterable[dict[str, object]], table: str = "features") -> None:
    """Put feature rows into an engine."""
    engine.load(table, pa.Table.from_pylist(list(rows), schema=SCHEMA))


def by_customer(engine: Engine, table: str) -> dict[str, dict[str, object]]:
    """Return the rows of a table by customer; fails if a customer has two."""
    rows = engine.fetch(f'SELECT * FROM "{table}"').to_pylist()
    found = {str(row["customer_id"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def _money(name: str, value: object) -> object:
    return Decimal(str(value)) if name in _MONEY and value is not None else value
