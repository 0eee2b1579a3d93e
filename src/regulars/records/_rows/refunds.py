"""A refund told twice: by the word beside the order, and by a row of its own below zero.

Some exports set an order that was given back to "refunded" and may also hold the refund as a row; which of the two a
file has depends on the days it was made for. The rows speak: what the word says is counted only as far as no row of
the same order number does, whichever file that row stands in.
"""

from collections.abc import Sequence

import pyarrow as pa

from regulars.engines import Engine, quoted
from regulars.records._exports.recipes import exports
from regulars.records._kinds import RAW_TABLES

TOLD_BY_ROW = "refund_told_by_row"
"""The code that refunds are counted under which a row of their own tells."""

_FILES = pa.schema([("file_id", pa.int32()), ("export", pa.string())])

# The same row may stand in two files that overlap.
_TOLD = """
SELECT export, order_id, CAST(sum(amount) AS DECIMAL(18, 4)) AS amount FROM (
    SELECT DISTINCT f.export, r.order_id, r.ordered_at, r.amount
    FROM raw_orders AS r JOIN refund_files AS f ON f.file_id = r.file_id
    WHERE r.order_id IS NOT NULL AND r.amount < 0 AND NOT coalesce(r.is_refund, FALSE)
) AS rows
GROUP BY export, order_id
"""

_BESIDE_TOLD = """
FROM raw_orders AS r
LEFT JOIN refund_files AS f ON f.file_id = r.file_id
LEFT JOIN told_refunds AS t ON t.export = f.export AND t.order_id = r.order_id AND coalesce(r.is_refund, FALSE)
"""

_COUNTED = f"""
SELECT r.file_id, CAST(count(*) AS BIGINT) AS n {_BESIDE_TOLD} WHERE r.amount >= t.amount GROUP BY r.file_id
"""

_SETTLED = f"""
SELECT {{columns}} {_BESIDE_TOLD} WHERE t.amount IS NULL OR r.amount < t.amount
"""


def settle_refunds(engine: Engine, files: Sequence[tuple[str | None, str]]) -> dict[int, int]:
    """Take from `raw_orders` what is told of a refund twice; return how many rows of each file went.

    `files` are the name of each one's export, if it is one, and its kind, in the order of `file_id`.
    """
    known = exports()
    concerned = [
        {"file_id": place, "export": name}
        for place, (name, kind) in enumerate(files)
        if name is not None and name in known and kind == "orders" and known[name].refunds_if_not_told
    ]
    if not concerned:
        return {}
    engine.load("refund_files", pa.Table.from_pylist(concerned, schema=_FILES))
    engine.run(_TOLD, into="told_refunds")
    counts: dict[int, int] = {}
    if engine.fetch("SELECT count(*) AS n FROM told_refunds").column("n")[0].as_py():
        counts = {row["file_id"]: row["n"] for row in engine.fetch(_COUNTED).to_pylist()}
        engine.run(_SETTLED.format(columns=", ".join(map(_column, RAW_TABLES["raw_orders"].names))), into="raw_orders")
    engine.drop("refund_files", "told_refunds")
    return counts


def _column(name: str) -> str:
    if name == "amount":
        return "CAST(r.amount - coalesce(t.amount, 0) AS DECIMAL(18, 4)) AS amount"
    return f"r.{quoted(name)}"
