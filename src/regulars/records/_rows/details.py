"""The same money told twice: order by order, and item by item in another export of the same shop.

Where both are read, the orders speak, and of each order that they hold the item rows are left out: by order number,
so that items of months without an orders file still count. They speak too of what was cancelled or is not paid.
"""

from collections.abc import Sequence

import pyarrow as pa

from regulars.engines import Engine
from regulars.records._exports.recipes import exports
from regulars.records._rows.taking_out import take_out

TOLD = "told_order_by_order"
"""The code that such rows are counted under."""

_FILES = pa.schema([("file_id", pa.int32()), ("orders_id", pa.int32())])

_TOLD = """
SELECT f.file_id, o.order_id
FROM detail_files AS f JOIN raw_orders AS o ON o.file_id = f.orders_id
WHERE o.order_id IS NOT NULL
UNION
SELECT f.file_id, w.order_id
FROM detail_files AS f JOIN withdrawn AS w ON w.file_id = f.orders_id
WHERE w.order_id IS NOT NULL
"""


def leave_out_details(engine: Engine, files: Sequence[tuple[str | None, str]]) -> dict[int, int]:
    """Take the item rows of orders told elsewhere out of `raw_orders`; return how many of each file.

    `files` are the name of each one's export, if it is one, and its kind, in the order of `file_id`.
    """
    known = exports()
    detail_of = {name: known[name].detail_of for name, _ in files if name is not None and name in known}
    pairs = [
        {"file_id": place, "orders_id": other}
        for place, (export, _) in enumerate(files)
        for other, (candidate, kind) in enumerate(files)
        if export in detail_of and detail_of[export] and detail_of[export] == candidate and kind == "orders"
    ]
    if not pairs:
        return {}
    engine.load("detail_files", pa.Table.from_pylist(pairs, schema=_FILES))
    engine.run(_TOLD, into="told_orders")
    counts = take_out(engine, "told_orders")
    engine.drop("detail_files", "told_orders")
    return counts
