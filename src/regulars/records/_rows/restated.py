"""The same orders exported again: of each, the latest export says what counts.

Shops are exported every week, and every time from the first day of the month. An order that was changed or refunded in
between is another row then, and both would count. Where an export states whole orders (`states_whole_orders` of its
recipe), what it said earlier of an order that it states again is left out: orders and refunds alike, by order number;
line by line where the lines have numbers, for the lines of an order may stand in two files of one export.
That an order was cancelled or is not paid (`withdrawn`) takes it back in every export.

Two shops may use one number. It is the same order if the person or the moment of the purchase is the same: an order
may get another e-mail address, and keeps its moment. Where both differ, both stay, and the quality table says so.
"""

from collections.abc import Collection, Sequence

import pyarrow as pa

from regulars.engines import Engine
from regulars.records._exports.recipes import exports
from regulars.records._rows.taking_out import take_out

RESTATED = "stated_again"
"""The code that such rows are counted under."""

_FILES = pa.schema(
    [("file_id", pa.int32()), ("export", pa.string()), ("turn", pa.int32()), ("states_whole", pa.bool_())]
)

_STATED = """
SELECT f.export, f.turn, f.states_whole AS decides, r.order_id, r.line_id, r.customer_key, r.ordered_at
FROM raw_orders AS r JOIN stating_files AS f ON f.file_id = r.file_id
WHERE r.order_id IS NOT NULL
UNION ALL
SELECT f.export, f.turn, TRUE AS decides, w.order_id, w.line_id, w.customer_key, w.ordered_at
FROM withdrawn AS w JOIN stating_files AS f ON f.file_id = w.file_id
WHERE w.order_id IS NOT NULL
"""

# Most orders are stated once: only the others are looked at closely.
_MET_AGAIN = f"""
WITH stated AS ({_STATED})
SELECT export, order_id FROM stated
GROUP BY export, order_id HAVING min(turn) < max(CASE WHEN decides THEN turn END)
"""

_RESTATED = f"""
WITH stated AS ({_STATED}), again AS (
    SELECT s.export, s.turn, s.order_id, coalesce(s.line_id, '') AS line_id,
        CASE WHEN s.customer_key IS NOT NULL THEN max(CASE WHEN s.decides THEN s.turn END) OVER (
            PARTITION BY s.export, s.order_id, s.line_id, s.customer_key
        ) END AS of_person,
        CASE WHEN s.ordered_at IS NOT NULL THEN max(CASE WHEN s.decides THEN s.turn END) OVER (
            PARTITION BY s.export, s.order_id, s.line_id, s.ordered_at
        ) END AS of_moment
    FROM stated AS s JOIN orders_met_again AS m ON m.export = s.export AND m.order_id = s.order_id
), earlier AS (
    SELECT DISTINCT export, turn, order_id, line_id FROM again WHERE turn < of_person OR turn < of_moment
)
SELECT f.file_id, e.order_id, e.line_id
FROM earlier AS e JOIN stating_files AS f ON f.export = e.export AND f.turn = e.turn
"""


def leave_out_restated(engine: Engine, files: Sequence[tuple[str, str | None]]) -> dict[int, int]:
    """Take what earlier files said of orders that a later one states again out of `raw_orders`; return how many rows.

    `files` are the name of each one and of its export, if it is one, in the order of `file_id`.
    """
    stating = _stating(files, set(engine.fetch("SELECT DISTINCT file_id FROM withdrawn")["file_id"].to_pylist()))
    if len({each["turn"] for each in stating}) == len({each["export"] for each in stating}):
        return {}
    engine.load("stating_files", pa.Table.from_pylist(stating, schema=_FILES))
    engine.run(_MET_AGAIN, into="orders_met_again")
    engine.run(_RESTATED, into="restated_orders")
    counts = take_out(engine, "restated_orders", by_line=True)
    engine.drop("stating_files", "orders_met_again", "restated_orders")
    return counts


def _stating(files: Sequence[tuple[str, str | None]], withdrawing: Collection[int]) -> list[dict[str, object]]:
    """Return the files of exports that decide; the tables of one export, named after it, are one turn."""
    whole = {name for name, export in exports().items() if export.states_whole_orders}
    deciding = whole | {files[place][1] for place in withdrawing}
    found: list[dict[str, object]] = []
    turn, first = -1, ""
    for place, (file, export) in enumerate(files):
        if place == 0 or not file.startswith(f"{first}/"):
            turn, first = turn + 1, file
        if export in deciding:
            found.append({"file_id": place, "export": export, "turn": turn, "states_whole": export in whole})
    return found
