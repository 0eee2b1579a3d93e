"""One order number, and two things said of it: in two files, or of two customers. Marked with its money, never deleted.

What a file says of a number is compared after the rows that only repeat another file are gone, refunds apart: a refund
may well come in a later file. An order that stands again in another file, for the same customer or on the same day,
counts twice. Where neither is the same, and within one file, the number may be another's: shops start them anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from regulars.engines import Engine
from regulars.records import masked

IN_TWO_FILES, OF_TWO_CUSTOMERS = "order_in_two_files", "order_number_shared"

_SOLD = "r.order_id IS NOT NULL AND r.amount >= 0 AND NOT coalesce(r.is_refund, FALSE)"

_NUMBERS = """
SELECT
    CAST(count(r.order_id) AS BIGINT) AS numbered, CAST(count(o.order_id) AS BIGINT) AS with_lines,
    CAST(count(DISTINCT o.order_id) AS BIGINT) AS orders
FROM raw_orders AS r LEFT JOIN orders_with_lines AS o ON o.order_id = r.order_id
"""

# Before the people are looked up: most numbers with several rows are an order of several lines.
_SUSPECTS = f"""
SELECT r.order_id FROM raw_orders AS r JOIN orders_with_lines AS o ON o.order_id = r.order_id WHERE {_SOLD}
GROUP BY r.order_id HAVING min(r.file_id) < max(r.file_id) OR min(r.customer_key) < max(r.customer_key)
"""

_USES = f"""
SELECT
    r.order_id, r.file_id, coalesce(w.customer_id, r.customer_key) AS customer_id, min(r.local_day) AS local_day,
    min(r.line) AS line, CAST(sum(r.amount) AS DECIMAL(18, 4)) AS amount
FROM raw_orders AS r
JOIN suspect_numbers AS s ON s.order_id = r.order_id
ANTI JOIN duplicate_orders AS d ON d.file_id = r.file_id AND d.line = r.line
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
WHERE {_SOLD}
GROUP BY r.order_id, r.file_id, coalesce(w.customer_id, r.customer_key)
"""

_MARKED = f"""
WITH uses AS ({_USES}), placed AS (
    SELECT
        *,
        least(
            min(file_id) OVER (PARTITION BY order_id, customer_id), min(file_id) OVER (PARTITION BY order_id, local_day)
        ) AS first_file,
        row_number() OVER (PARTITION BY order_id ORDER BY file_id, line) AS use_number,
        row_number() OVER (PARTITION BY order_id, customer_id ORDER BY file_id, line) AS customers_use
    FROM uses
), marked AS (
    SELECT *, CASE
        WHEN first_file < file_id THEN '{IN_TWO_FILES}'
        WHEN use_number > 1 AND customers_use = 1 THEN '{OF_TWO_CUSTOMERS}'
    END AS issue
    FROM placed
)
SELECT
    file_id, issue, CAST(count(*) AS BIGINT) AS n, min(line) AS line, arg_min(order_id, line) AS order_id,
    CAST(sum(amount) AS DECIMAL(18, 4)) AS amount
FROM marked WHERE issue IS NOT NULL GROUP BY file_id, issue ORDER BY file_id, issue
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """The order numbers of a file of which another file, or another customer's row, says something else.

    `line` and `example` (masked) are those of the first; `amount` is what this file says they come to; `share` is
    that of all order numbers.
    """

    file_id: int
    issue: str
    orders: int
    share: float
    line: int
    example: str
    amount: Decimal


def find_conflicts(engine: Engine) -> tuple[Conflict, ...]:
    """Return the conflicts of every file; it needs `orders_with_lines`, `duplicate_orders` and `crosswalk`."""
    if not engine.fetch("SELECT count(order_id) > 0 AS yes FROM raw_orders").column("yes")[0].as_py():
        return ()
    engine.run(_SUSPECTS, into="suspect_numbers")
    found = engine.fetch(_MARKED).to_pylist()
    engine.drop("suspect_numbers")
    if not found:
        return ()
    (counted,) = engine.fetch(_NUMBERS).to_pylist()
    orders = counted["numbered"] - counted["with_lines"] + counted["orders"]
    return tuple(_conflict(row, orders) for row in found)


def _conflict(row: Mapping[str, Any], orders: int) -> Conflict:
    return Conflict(
        file_id=row["file_id"],
        issue=row["issue"],
        orders=row["n"],
        share=row["n"] / orders,
        line=row["line"],
        example=masked(row["order_id"]),
        amount=row["amount"],
    )
