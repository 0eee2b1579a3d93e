"""The same sale told by the shop and by the service that took the money: counted twice, and nobody sees it.

Nothing is dropped: no number joins the two, and equal amounts on one day may be two sales. It is said, where most of
the smaller side's sales have their like on the other: the same amount, on the same day or of the same person.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from regulars.engines import Engine
from regulars.records import RecordSet, exports

_MOST = 0.5

_SIDES = pa.schema([("file_id", pa.int32()), ("side", pa.int32()), ("is_payments", pa.bool_())])

_SALES = """
SELECT s.side, s.is_payments, coalesce(w.customer_id, r.customer_key) AS who, r.local_day,
    CAST(sum(r.amount) AS DECIMAL(18, 4)) AS amount
FROM raw_orders AS r
JOIN sale_sides AS s ON s.file_id = r.file_id
ANTI JOIN duplicate_orders AS d ON d.file_id = r.file_id AND d.line = r.line
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
WHERE r.amount > 0 AND NOT coalesce(r.is_refund, FALSE)
GROUP BY s.side, s.is_payments, coalesce(w.customer_id, r.customer_key), r.local_day, r.order_id,
    CASE WHEN r.order_id IS NULL THEN r.file_id END, CASE WHEN r.order_id IS NULL THEN r.line END
"""

_COUNTED = "SELECT side, CAST(count(*) AS BIGINT) AS n FROM sides_of_sales GROUP BY side"

_ALIKE = """
WITH counted AS (
    SELECT side, is_payments, {by}, amount, count(*) AS n FROM sides_of_sales GROUP BY side, is_payments, {by}, amount
)
SELECT p.side AS payments, o.side AS orders, CAST(sum(least(p.n, o.n)) AS BIGINT) AS alike
FROM counted AS p JOIN counted AS o ON o.{by} = p.{by} AND o.amount = p.amount
WHERE p.is_payments AND NOT o.is_payments
GROUP BY p.side, o.side
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidTwice:
    """Files of payments, those of the orders that they seem to pay, and how many of the fewer sales are alike."""

    payments: tuple[str, ...]
    orders: tuple[str, ...]
    alike: int
    sales: int


def paid_twice(engine: Engine, records: RecordSet) -> tuple[PaidTwice, ...]:
    """Return the payments that orders beside them tell too; it needs `crosswalk` and `duplicate_orders`."""
    sides = _sides(records)
    if {is_payments for _, is_payments in sides} != {True, False}:
        return ()
    rows = [
        {"file_id": file_id, "side": number, "is_payments": is_payments}
        for number, ((_, is_payments), places) in enumerate(sides.items())
        for file_id in places
    ]
    engine.load("sale_sides", pa.Table.from_pylist(rows, schema=_SIDES))
    engine.run(_SALES, into="sides_of_sales")
    sales = {row["side"]: row["n"] for row in engine.fetch(_COUNTED).to_pylist()}
    alike: dict[tuple[int, int], int] = {}
    for by in ("local_day", "who"):
        for row in engine.fetch(_ALIKE.format(by=by)).to_pylist():
            pair = row["payments"], row["orders"]
            alike[pair] = max(alike.get(pair, 0), row["alike"])
    engine.drop("sale_sides", "sides_of_sales")
    names = [tuple(records.files[place].file for place in places) for places in sides.values()]
    return tuple(_found(alike, sales, names))


def _sides(records: RecordSet) -> Mapping[tuple[str, bool], Sequence[int]]:
    """Return the files of orders by who tells them: an export, with its items, or a file by itself."""
    known, sides = exports(), defaultdict(list)
    for place, file in enumerate(records.files):
        if file.kind != "orders" or not file.accepted or file.file.endswith("/refunds"):
            continue
        export = known.get(file.export or "")
        teller = known.get(export.detail_of, export) if export is not None else None
        name = f"file {place}" if teller is None else teller.name
        sides[name, teller is not None and teller.payments_of_orders].append(place)
    return sides


def _found(
    alike: Mapping[tuple[int, int], int], sales: Mapping[int, int], names: Sequence[tuple[str, ...]]
) -> list[PaidTwice]:
    found = []
    for payments in sorted({payments for payments, _ in alike}):
        pairs = {
            orders: (count, min(sales[payments], sales[orders]))
            for (other, orders), count in sorted(alike.items())
            if other == payments and count > _MOST * min(sales[payments], sales[orders])
        }
        if pairs:
            count, of = (sum(numbers) for numbers in zip(*pairs.values(), strict=True))
            orders = tuple(name for side in pairs for name in names[side])
            found.append(PaidTwice(payments=names[payments], orders=orders, alike=count, sales=of))
    return found
