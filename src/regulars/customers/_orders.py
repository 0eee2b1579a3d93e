"""Lines become orders, and refunds find the order they take back.

Rows that share order_id and day are one order; without an order_id a row is an order. (The day is part of it
because some shops start their numbers anew, and because an order must not change after its day has passed.)
A refund with the order_id of an order counts on that order's day, else on its own; it is known from its own day.
"""

from regulars.customers._clean_tables import CLEAN_TABLES
from regulars.customers._known_rows import known_rows
from regulars.engines import Engine

_SIGNED = """
SELECT
    customer_id, order_id, ordered_at, local_day, coalesce(is_refund, FALSE) OR amount < 0 AS is_refund,
    CAST(CASE WHEN is_refund OR amount < 0 THEN -abs(amount) ELSE amount END AS DECIMAL(18, 4)) AS amount,
    cost, discount, channel, category
FROM known
"""

_ROWS_ARE_ORDERS = """
WITH known AS ({known}), signed AS ({signed})
SELECT
    customer_id, ordered_at, local_day, local_day AS known_day, is_refund, amount,
    CASE WHEN NOT is_refund THEN cost END AS cost, discount, channel,
    CASE WHEN NOT is_refund THEN category END AS category
FROM signed
"""

# Most exports have one line an order: only the orders that have more are grouped.
_ORDERS_WITH_LINES = "SELECT order_id FROM raw_orders WHERE order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1"

# A table, because three branches read it: were they to read a common WITH instead, an engine would keep all rows.
_ROWS_WITH_LINES = """
WITH known AS ({known}), signed AS ({signed})
SELECT * FROM signed WHERE order_id IN (SELECT order_id FROM orders_with_lines)
"""

_LINES_BECOME_ORDERS = """
WITH known AS ({known}), signed AS ({signed}), grouped AS (
    SELECT
        customer_id, order_id, local_day, min(ordered_at) AS ordered_at,
        CAST(sum(amount) AS DECIMAL(18, 4)) AS amount,
        CAST(CASE WHEN count(cost) = count(*) THEN sum(cost) END AS DECIMAL(18, 4)) AS cost,
        CAST(sum(discount) AS DECIMAL(18, 4)) AS discount, min(channel) AS channel
    FROM rows_with_lines
    WHERE NOT is_refund
    GROUP BY customer_id, order_id, local_day
), refunded AS (
    SELECT customer_id, order_id, min(local_day) AS order_day FROM grouped GROUP BY customer_id, order_id
)
SELECT
    s.customer_id, s.ordered_at, coalesce(f.order_day, s.local_day) AS local_day,
    greatest(s.local_day, coalesce(f.order_day, s.local_day)) AS known_day, TRUE AS is_refund, s.amount,
    CAST(NULL AS DECIMAL(18, 4)) AS cost, s.discount, s.channel, CAST(NULL AS VARCHAR) AS category
FROM rows_with_lines AS s LEFT JOIN refunded AS f ON f.customer_id = s.customer_id AND f.order_id = s.order_id
WHERE s.is_refund
UNION ALL
SELECT
    customer_id, ordered_at, local_day, local_day AS known_day, FALSE AS is_refund, amount, cost, discount, channel,
    CAST(NULL AS VARCHAR) AS category
FROM grouped
UNION ALL
SELECT
    s.customer_id, s.ordered_at, s.local_day, s.local_day AS known_day, s.is_refund, s.amount,
    CASE WHEN NOT s.is_refund THEN s.cost END AS cost, s.discount, s.channel,
    CASE WHEN NOT s.is_refund THEN s.category END AS category
FROM signed AS s ANTI JOIN orders_with_lines AS o ON o.order_id = s.order_id
"""

_ORDER_LINES = """
SELECT customer_id, local_day, category, amount FROM rows_with_lines WHERE NOT is_refund AND category IS NOT NULL
"""

_IN_ORDER = """
WITH order_rows AS ({rows}), charged AS (
    SELECT customer_id, ordered_at, local_day, known_day, is_refund, amount, cost, discount, channel, category
    FROM order_rows
    UNION ALL
    SELECT
        customer_id, CAST(local_day AS TIMESTAMP) AS ordered_at, local_day, local_day AS known_day,
        FALSE AS is_refund, amount, CAST(NULL AS DECIMAL(18, 4)) AS cost, CAST(NULL AS DECIMAL(18, 4)) AS discount,
        'subscription' AS channel, CAST(NULL AS VARCHAR) AS category
    FROM charges
)
SELECT
    customer_id, ordered_at, local_day, known_day, is_refund, amount, cost, discount, channel, category,
    CASE WHEN NOT is_refund THEN lag(local_day) OVER (
        PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount
    ) END AS previous_day,
    CASE WHEN NOT is_refund THEN CAST(row_number() OVER (
        PARTITION BY customer_id, is_refund ORDER BY local_day, ordered_at, amount
    ) AS BIGINT) END AS order_number
FROM charged
"""


def order_rows(engine: Engine) -> str:
    """Write `order_lines`; return the SELECT of orders and refunds, before any charges join them.

    It is no table: ten million rows need not be stored twice. It may read `orders_with_lines` and `rows_with_lines`.
    """
    parts = {"known": known_rows("orders"), "signed": _SIGNED}
    has_ids = engine.fetch("SELECT count(order_id) > 0 AS yes FROM raw_orders").column("yes")[0].as_py()
    if not has_ids:
        engine.load("order_lines", CLEAN_TABLES["order_lines"].empty_table())
        return _ROWS_ARE_ORDERS.format(**parts)
    engine.run(_ORDERS_WITH_LINES, into="orders_with_lines")
    engine.run(_ROWS_WITH_LINES.format(**parts), into="rows_with_lines")
    engine.run(_ORDER_LINES, into="order_lines")
    return _LINES_BECOME_ORDERS.format(**parts)


def write_orders(engine: Engine, rows: str) -> None:
    """Write `orders`: order rows and `charges`, each with its place among the customer's."""
    engine.run(_IN_ORDER.format(rows=rows), into="orders")
    engine.drop("orders_with_lines", "rows_with_lines", "charges")
