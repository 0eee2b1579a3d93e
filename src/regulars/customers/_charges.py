"""Until a subscriber's first order, the charges are the revenue: one order row a charge.

From that order on the orders speak. Nothing before it changes, so no day knows what came after it.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from regulars.core import MONEY
from regulars.engines import Engine

_MONTHS = {"month": 1, "monthly": 1, "quarter": 3, "quarterly": 3, "year": 12, "yearly": 12, "annual": 12,
           "月": 1, "月付": 1, "季": 3, "季付": 3, "年": 12, "年付": 12}  # fmt: skip
_DAYS = {"day": 1, "daily": 1, "week": 7, "weekly": 7, "日": 1, "周": 7}

CHARGES_SCHEMA = pa.schema([("customer_id", pa.string()), ("local_day", pa.date32()), ("amount", MONEY)])

_CHARGED = """
WITH order_rows AS ({rows}), subscribers AS (
    SELECT DISTINCT customer_id FROM subscriptions WHERE price > 0
), bought AS (
    SELECT r.customer_id, min(r.local_day) AS first_order_day
    FROM order_rows AS r JOIN subscribers AS s ON s.customer_id = r.customer_id
    WHERE NOT r.is_refund
    GROUP BY r.customer_id
)
SELECT s.*, o.first_order_day
FROM subscriptions AS s
LEFT JOIN bought AS o ON o.customer_id = s.customer_id
WHERE s.price > 0 AND (o.first_order_day IS NULL OR s.started_day < o.first_order_day)
"""


def write_charges(engine: Engine, rows: str, *, today: date) -> None:
    """Write `charges`: those up to `today` before a subscriber's first order; of a period unknown only the first.

    `rows` is the SELECT of the orders.
    """

    def charged(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            made = [charge for row in batch.to_pylist() for charge in _charges_of(row, today)]
            yield pa.RecordBatch.from_pylist(made, schema=CHARGES_SCHEMA)

    if not engine.fetch("SELECT count(*) AS n FROM subscriptions WHERE price > 0").column("n")[0].as_py():
        engine.load("charges", CHARGES_SCHEMA.empty_table())
        return
    engine.map_batches(_CHARGED.format(rows=rows), charged, CHARGES_SCHEMA, into="charges")


def charge_days(first: date, last: date, period: str | None) -> Iterator[date]:
    """Yield the days a subscription is charged on, from its first day to the last day inclusive.

    >>> [str(day) for day in charge_days(date(2024, 1, 31), date(2024, 3, 31), "month")]
    ['2024-01-31', '2024-02-29', '2024-03-31']
    """
    word = (period or "").strip().lower()
    months, days = _MONTHS.get(word), _DAYS.get(word)
    number = 0
    day = first
    while day <= last:
        yield day
        number += 1
        if months:
            day = _months_later(first, months * number)
        elif days:
            day = first + timedelta(days=days * number)
        else:
            return


def _charges_of(row: dict[str, Any], today: date) -> Iterator[dict[str, date | str | Decimal]]:
    ends = [day - timedelta(days=1) for day in (row["ended_day"], row["first_order_day"]) if day is not None]
    last = min([today, *ends])
    for day in charge_days(row["started_day"], last, row["period"]):
        yield {"customer_id": row["customer_id"], "local_day": day, "amount": row["price"]}


def _months_later(first: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month if it is shorter."""
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
