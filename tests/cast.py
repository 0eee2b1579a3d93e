"""The cast: five people every test may speak of, as clean tables. The last day of their shop is 30 June 2024.

Ana is loyal, Bo lapsed, Cy is new, Di refers friends, Ed withdrew consent.
"""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from regulars.customers import CLEAN_TABLES
from regulars.engines import Engine

AS_OF = date(2024, 6, 30)
ANA, BO, CY, DI, ED = "ana", "bo", "cy", "di", "ed"

_PURCHASES = {
    ANA: [(day, "40.00") for day in (700, 610, 520, 430, 340, 250, 160, 100, 70, 40, 10)],
    BO: [(690, "120.00"), (660, "80.00"), (640, "100.00")],
    CY: [(6, "25.00")],
    DI: [(200, "60.00"), (80, "60.00"), (20, "90.00")],
    ED: [(300, "30.00"), (60, "30.00")],
}


_IN_ORDER = """
SELECT * EXCLUDE (previous_day, order_number), CASE WHEN NOT is_refund THEN lag(local_day) OVER (
        PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount
    ) END AS previous_day, CASE WHEN NOT is_refund THEN CAST(row_number() OVER (
        PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount
    ) AS BIGINT) END AS order_number
FROM orders
"""


def _day(days_ago: int) -> date:
    return AS_OF - timedelta(days=days_ago)


def rows() -> dict[str, list[dict[str, object]]]:
    """Return the rows of every clean table, as plain dictionaries that a test may change before loading."""
    orders = [
        order(who, days_ago, amount, channel="web" if who in {ANA, BO} else "store")
        for who, purchases in _PURCHASES.items()
        for days_ago, amount in purchases
    ]
    orders.append(order(DI, 80, "-15.00", known_days_ago=75, channel="store"))
    return {
        "orders": orders,
        "order_lines": [
            {"customer_id": ANA, "local_day": _day(10), "category": category, "amount": Decimal("20.00")}
            for category in ("tea", "cups")
        ],
        "usage": [
            {"customer_id": ANA, "local_day": _day(days), "event": "login", "duration_minutes": 12.0}
            for days in range(0, 90, 10)
        ],
        "feedback": [
            feedback(ANA, 9, 10, kind="nps"),
            feedback(BO, 650, 3, kind="nps"),
            feedback(DI, 15, 9, kind="nps"),
        ],
        "touches": [
            {
                "customer_id": BO,
                "local_day": _day(30),
                "kind": "call",
                "cost": Decimal("5.00"),
                "minutes": 10.0,
            }
        ],
        "subscriptions": [],
        "assignments": [],
        "referrals": [{"referrer_id": DI, "referred_id": CY, "referred_day": _day(6)}],
        "customers": [person(who) for who in (ANA, BO, CY, DI)] + [person(ED, may_profile=False)],
    }


def order(
    who: str, days_ago: int, amount: str, *, known_days_ago: int | None = None, **more: object
) -> dict[str, object]:
    """Return one order, or a refund if the amount is below zero."""
    day = _day(days_ago)
    return {
        "customer_id": who,
        "ordered_at": pa.scalar(day, pa.date32()).cast(pa.timestamp("us")).as_py(),
        "local_day": day,
        "known_day": _day(days_ago if known_days_ago is None else known_days_ago),
        "is_refund": Decimal(amount) < 0,
        "amount": Decimal(amount),
        **more,
    }


def feedback(who: str, days_ago: int, score: float, *, kind: str) -> dict[str, object]:
    """Return one answer on the usual scale of its kind."""
    low, high = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}[kind]
    rating = 100 * (score - low) / (high - low)
    return {"customer_id": who, "local_day": _day(days_ago), "kind": kind, "score": float(score),
            "scale_min": float(low), "scale_max": float(high), "rating": rating}  # fmt: skip


def person(who: str, **more: object) -> dict[str, object]:
    """Return one customer who consents to everything unless said."""
    first = min((_day(days) for days, _ in _PURCHASES.get(who, [])), default=AS_OF)
    yes = dict.fromkeys(("may_profile", "may_email", "may_message", "may_phone", "may_share"), True)
    return {"customer_id": who, "first_day": first, **yes, **more}


def load(engine: Engine, tables: dict[str, list[dict[str, object]]] | None = None) -> None:
    """Put clean tables into an engine: the cast's, or the given ones (what is absent is empty)."""
    given = rows() if tables is None else tables
    for name, schema in CLEAN_TABLES.items():
        engine.load(name, pa.Table.from_pylist(given.get(name, []), schema=schema))
    engine.run(_IN_ORDER, into="orders")
