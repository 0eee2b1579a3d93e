"""A row without a name under a phone or address whose people only names tell apart: what does it say of which of them?

A refusal holds for each, for nobody knows who said it. A refund, or another line of an order, is of whoever gave that
order under a name. All else is of a customer without a name.
"""

from regulars.engines import Engine, quoted
from regulars.records import RAW_TABLES

_SHARED = """
SELECT DISTINCT key_id, customer_id, customer_id <> key_id AS is_named FROM told_apart
UNION
SELECT key_id, customer_id, is_named FROM shared_accounts
"""

# One number under one phone with two names is perhaps two orders: shops start their numbers anew.
_BY_ORDER_NUMBER = """
WITH numbered AS (
    SELECT r.file_id, r.line, r.order_id, a.key_id, a.customer_id, a.is_named
    FROM raw_orders AS r
    LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
    JOIN shared_accounts AS a ON a.customer_id = coalesce(w.own_id, r.customer_key)
    WHERE r.order_id IS NOT NULL
), whose AS (
    SELECT key_id, order_id, min(customer_id) AS customer_id FROM numbered WHERE is_named
    GROUP BY key_id, order_id HAVING count(DISTINCT customer_id) = 1
)
SELECT n.file_id, n.line, o.customer_id
FROM numbered AS n JOIN whose AS o ON o.key_id = n.key_id AND o.order_id = n.order_id
WHERE NOT n.is_named
"""

_ORDERS = """
SELECT {columns} FROM raw_orders AS r LEFT JOIN found_orders AS f ON f.file_id = r.file_id AND f.line = r.line
"""

_REFUSED_BY_ALL = """
SELECT {columns} FROM raw_consents AS r
UNION ALL
SELECT {copied} FROM raw_consents AS r
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
JOIN shared_accounts AS said ON said.customer_id = coalesce(w.own_id, r.customer_key) AND NOT said.is_named
JOIN shared_accounts AS each_name ON each_name.key_id = said.key_id AND each_name.is_named
WHERE NOT coalesce(r.granted, FALSE)
"""


def settle_rows_without_name(engine: Engine) -> None:
    """Complete `shared_accounts` (key_id, customer_id, is_named); give rows without a name to whom they speak of.

    It needs `told_apart`, `crosswalk`, and `shared_accounts` as the latter left it.
    """
    engine.run(_SHARED, into="shared_accounts")
    if not engine.fetch("SELECT count(*) AS n FROM shared_accounts")["n"][0].as_py():
        return
    engine.run(_BY_ORDER_NUMBER, into="found_orders")
    if engine.fetch("SELECT count(*) AS n FROM found_orders")["n"][0].as_py():
        engine.run(
            _ORDERS.format(columns=_columns("raw_orders", "coalesce(f.customer_id, r.customer_key)")), into="raw_orders"
        )
    engine.drop("found_orders")
    copied = _columns("raw_consents", "each_name.customer_id")
    engine.run(
        _REFUSED_BY_ALL.format(columns=_columns("raw_consents", "r.customer_key"), copied=copied), into="raw_consents"
    )


def _columns(table: str, whose: str) -> str:
    names = RAW_TABLES[table].names
    return ", ".join(f"{whose} AS {name}" if name == "customer_key" else f"r.{quoted(name)}" for name in names)
