"""Orders that another file speaks for leave `raw_orders`, and every file learns how many of its rows went."""

from regulars.engines import Engine, quoted

_COUNTED = """
SELECT r.file_id, CAST(count(*) AS BIGINT) AS n
FROM raw_orders AS r JOIN {orders} AS o ON o.file_id = r.file_id AND o.order_id = r.order_id
GROUP BY r.file_id
"""

_OTHERS = """
SELECT r.* FROM raw_orders AS r
ANTI JOIN {orders} AS o ON o.file_id = r.file_id AND o.order_id = r.order_id
"""


def take_out(engine: Engine, orders: str) -> dict[int, int]:
    """Take the rows that a table (file_id, order_id, each pair once) names out; return how many of each file."""
    counts = {row["file_id"]: row["n"] for row in engine.fetch(_COUNTED.format(orders=quoted(orders))).to_pylist()}
    if counts:
        engine.run(_OTHERS.format(orders=quoted(orders)), into="raw_orders")
    return counts
