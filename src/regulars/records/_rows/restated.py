"""The same orders exported again: of each, the latest export says what counts.

Shops are exported every week, and every time from the first day of the month. An order that was changed or refunded in
between is another row then, and both would count. Where an export states whole orders (`states_whole_orders` of its
recipe), what it said earlier of an order that it states again is left out: orders and refunds alike, by order number.

Two shops may use one number. It is the same order if the person or the moment of the purchase is the same: an order
may get another e-mail address, and keeps its moment. Where both differ, both stay, and the quality table says so.
"""

from collections.abc import Sequence

import pyarrow as pa

from regulars.engines import Engine
from regulars.records._exports.recipes import exports
from regulars.records._rows.taking_out import take_out

RESTATED = "stated_again"
"""The code that such rows are counted under."""

_FILES = pa.schema([("file_id", pa.int32()), ("export", pa.string()), ("turn", pa.int32())])

_MET_AGAIN = """
SELECT f.export, r.order_id
FROM raw_orders AS r JOIN stating_files AS f ON f.file_id = r.file_id
WHERE r.order_id IS NOT NULL
GROUP BY f.export, r.order_id HAVING min(f.turn) < max(f.turn)
"""

# A table, because it is read twice: once for what is earlier, once for what is later.
_STATEMENTS = """
SELECT DISTINCT f.export, f.turn, r.order_id, r.customer_key, r.ordered_at
FROM raw_orders AS r
JOIN stating_files AS f ON f.file_id = r.file_id
JOIN orders_met_again AS m ON m.export = f.export AND m.order_id = r.order_id
"""

_RESTATED = """
WITH earlier AS (
    SELECT DISTINCT e.turn, e.order_id
    FROM order_statements AS e
    JOIN order_statements AS l ON l.export = e.export AND l.order_id = e.order_id
    WHERE l.turn > e.turn AND (l.customer_key = e.customer_key OR l.ordered_at = e.ordered_at)
)
SELECT f.file_id, e.order_id FROM earlier AS e JOIN stating_files AS f ON f.turn = e.turn
"""


def leave_out_restated(engine: Engine, files: Sequence[tuple[str, str | None]]) -> dict[int, int]:
    """Take what earlier files said of orders that a later one states again out of `raw_orders`; return how many rows.

    `files` are the name of each one and of its export, if it is one, in the order of `file_id`.
    """
    stating = _stating(files)
    if len({each["turn"] for each in stating}) == len({each["export"] for each in stating}):
        return {}
    engine.load("stating_files", pa.Table.from_pylist(stating, schema=_FILES))
    engine.run(_MET_AGAIN, into="orders_met_again")
    engine.run(_STATEMENTS, into="order_statements")
    engine.run(_RESTATED, into="restated_orders")
    counts = take_out(engine, "restated_orders")
    engine.drop("stating_files", "orders_met_again", "order_statements", "restated_orders")
    return counts


def _stating(files: Sequence[tuple[str, str | None]]) -> list[dict[str, object]]:
    """Return the files of exports that state whole orders; the tables of one export, named after it, are one turn."""
    known, found = exports(), []
    turn, first = -1, ""
    for place, (file, export) in enumerate(files):
        if place == 0 or not file.startswith(f"{first}/"):
            turn, first = turn + 1, file
        if export is not None and export in known and known[export].states_whole_orders:
            found.append({"file_id": place, "export": export, "turn": turn})
    return found
