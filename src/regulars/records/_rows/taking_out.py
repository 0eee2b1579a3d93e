"""Orders that another file speaks for leave `raw_orders`, and every file learns how many of its rows went."""

from regulars.engines import Engine, quoted

_COUNTED = """
SELECT r.file_id, CAST(count(*) AS BIGINT) AS n
FROM raw_orders AS r JOIN {orders} AS o ON {is_named}
GROUP BY r.file_id
"""

_OTHERS = "SELECT r.* FROM raw_orders AS r ANTI JOIN {orders} AS o ON {is_named}"

_ORDER = "o.file_id = r.file_id AND o.order_id = r.order_id"
_LINE = f"{_ORDER} AND o.line_id = coalesce(r.line_id, '')"


def take_out(engine: Engine, orders: str, *, by_line: bool = False) -> dict[int, int]:
    """Take the rows that a table (file_id, order_id, each pair once) names out; return how many of each file.

    `by_line`: the table has a line_id too (empty where lines have none), and names lines of orders.
    """
    parts = {"orders": quoted(orders), "is_named": _LINE if by_line else _ORDER}
    counts = {row["file_id"]: row["n"] for row in engine.fetch(_COUNTED.format(**parts)).to_pylist()}
    if counts:
        engine.run(_OTHERS.format(**parts), into="raw_orders")
    return counts
