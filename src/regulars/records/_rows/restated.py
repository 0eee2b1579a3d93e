"""The same orders exported again: of each, one of the exports says what counts.

Shops are exported every week, and every time from the first day of the month. An order that was changed or refunded in
between is another row then, and both would count. Where an export states whole orders (`states_whole_orders` of its
recipe), one statement of each order counts, orders and refunds alike, by order number; line by line where the lines
have numbers, for the lines of an order may stand in two files of one export. That an order was cancelled
(`withdrawn`) takes it back in every export.

Which one counts does not hang on the order of the files where the matter itself tells: an order is unpaid before it is
paid and never after, so that no export takes an order back for want of payment; and of the same amount more is given
back with time, never less. Else, cancelled against paid or with another amount, the one read last holds; if it looks
older than the one that it overrules, that is told.

Two shops may use one number. It is the same order if the minute of the purchase is the same. Where the recipe reads a
moment that changes while an order goes its way (`moment_may_change`), so it is for the same person within 30 days.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from regulars.engines import Engine
from regulars.records._cells import contacts
from regulars.records._cells.masking import masked
from regulars.records._exports.recipes import exports
from regulars.records._results import Refused
from regulars.records._rows.taking_out import take_out

RESTATED = "stated_again"
"""The code that such rows are counted under."""

_NOT_YET = "('not_paid', 'not_shipped', 'not_won', 'refund_failed')"

_FILES = pa.schema(
    [
        ("file_id", pa.int32()),
        ("export", pa.string()),
        ("turn", pa.int32()),
        ("states_whole", pa.bool_()),
        ("may_change", pa.bool_()),
        ("by_line", pa.bool_()),
    ]
)

_IS_SALE = "(r.amount >= 0 AND NOT coalesce(r.is_refund, FALSE))"

# The phone or address is the same person's whatever stands beside it: a nickname may be another by the next export.
_WHO = f"split_part({{key}}, '{contacts.NAMED}', 1) AS customer_key"

_STATED = f"""
SELECT f.export, f.may_change, f.turn, f.states_whole AS decides, FALSE AS cancelled, r.order_id,
    CASE WHEN f.by_line AND r.line_id IS NOT NULL THEN r.line_id ELSE r.order_id END AS number,
    coalesce(r.line_id, '') AS line_id, {_WHO.format(key="r.customer_key")},
    CASE WHEN {_IS_SALE} THEN r.ordered_at END AS ordered_at,
    CASE WHEN {_IS_SALE} THEN r.amount ELSE 0 END AS gross,
    CASE WHEN {_IS_SALE} THEN 0 ELSE abs(r.amount) END AS back
FROM raw_orders AS r JOIN stating_files AS f ON f.file_id = r.file_id
WHERE r.order_id IS NOT NULL
UNION ALL
SELECT f.export, f.may_change, f.turn, TRUE AS decides, TRUE AS cancelled, w.order_id,
    CASE WHEN f.by_line AND w.line_id IS NOT NULL THEN w.line_id ELSE w.order_id END AS number,
    coalesce(w.line_id, '') AS line_id, {_WHO.format(key="w.customer_key")},
    w.ordered_at, 0 AS gross, 0 AS back
FROM withdrawn AS w JOIN stating_files AS f ON f.file_id = w.file_id
WHERE w.order_id IS NOT NULL AND coalesce(w.why, '') NOT IN {_NOT_YET}
"""

# Most orders are stated once: only the others are looked at closely.
_MET_AGAIN = f"""
WITH stated AS ({_STATED})
SELECT export, number FROM stated
GROUP BY export, number HAVING min(turn) < max(CASE WHEN decides THEN turn END)
"""

_STATEMENTS = f"""
WITH stated AS ({_STATED})
SELECT s.export, s.may_change, s.turn, s.decides, s.cancelled, s.order_id, s.number, s.line_id,
    min(s.customer_key) AS customer_key, min(s.ordered_at) AS ordered_at,
    CAST(sum(s.gross) AS DECIMAL(18, 4)) AS gross, CAST(sum(s.back) AS DECIMAL(18, 4)) AS back
FROM stated AS s JOIN orders_met_again AS m ON m.export = s.export AND m.number = s.number
GROUP BY s.export, s.may_change, s.turn, s.decides, s.cancelled, s.order_id, s.number, s.line_id
"""

_LINE = "PARTITION BY export, number, line_id"
_PERSON = f"{_LINE}, customer_key"

# A spreadsheet that saves the file anew leaves the seconds out.
# Of the several moments of one order the first names it: person by person, moment by moment, and once more.
_SAME_ORDER = f"""
WITH timed AS (
    SELECT *, CASE WHEN ordered_at IS NULL AND customer_key IS NOT NULL
        THEN max(ordered_at) OVER ({_PERSON}) ELSE ordered_at END AS moment
    FROM order_statements
), whole_minutes AS (
    SELECT *, min(moment) OVER (
        {_LINE}, substring(CAST(moment AS VARCHAR), 1, 16)
    ) AS at_minute
    FROM timed WHERE moment IS NOT NULL
), apart AS (
    SELECT *, CASE WHEN may_change AND customer_key IS NOT NULL
        AND date_diff('day', lag(at_minute) OVER ({_PERSON} ORDER BY at_minute), at_minute) <= 30
        THEN 0 ELSE 1 END AS begins
    FROM whole_minutes
), spells AS (
    SELECT *, sum(begins) OVER ({_PERSON} ORDER BY at_minute RANGE UNBOUNDED PRECEDING) AS spell FROM apart
), by_person AS (
    SELECT *, min(at_minute) OVER ({_PERSON}, spell) AS first_of_person FROM spells
), by_moment AS (
    SELECT *, min(first_of_person) OVER ({_LINE}, at_minute) AS first_of_minute FROM by_person
)
SELECT *, min(first_of_minute) OVER ({_PERSON}, spell) AS same_order FROM by_moment
"""

_ORDER = f"{_LINE}, same_order"

_RESTATED = f"""
WITH statements AS ({_SAME_ORDER}), last_turns AS (
    SELECT *,
        max(CASE WHEN cancelled THEN turn END) OVER ({_ORDER}) AS last_cancelled,
        max(CASE WHEN decides AND NOT cancelled THEN turn END) OVER ({_ORDER}) AS last_paid
    FROM statements
), amounts AS (
    SELECT *, coalesce(last_cancelled, -1) > coalesce(last_paid, -1) AS is_cancelled,
        max(CASE WHEN turn = last_paid AND NOT cancelled THEN gross END) OVER ({_ORDER}) AS last_gross
    FROM last_turns
), given_back AS (
    SELECT *, max(CASE WHEN NOT cancelled AND gross = last_gross THEN back END) OVER ({_ORDER}) AS most_back
    FROM amounts
), holding AS (
    SELECT *, CASE WHEN is_cancelled THEN last_cancelled ELSE
        max(CASE WHEN NOT cancelled AND gross = last_gross AND back = most_back THEN turn END) OVER ({_ORDER})
        END AS holds
    FROM given_back
)
SELECT DISTINCT export, turn, order_id, line_id,
    CASE
        WHEN is_cancelled THEN last_cancelled WHEN turn < last_paid AND gross <> last_gross THEN last_paid
    END AS by_turn
FROM holding
WHERE NOT cancelled AND CASE WHEN is_cancelled THEN turn < holds ELSE turn <> holds END
"""

_OF_FILES = """
SELECT f.file_id, e.order_id, e.line_id
FROM overruled_orders AS e JOIN stating_files AS f ON f.export = e.export AND f.turn = e.turn
"""

_BY_OLDER = f"""
WITH stated AS ({_STATED}), newest AS (
    SELECT turn, CAST(max(ordered_at) AS DATE) AS day FROM stated GROUP BY turn
)
SELECT r.file_id, CAST(count(DISTINCT r.order_id) AS BIGINT) AS n, min(r.line) AS line,
    arg_min(r.order_id, r.line) AS order_id, CAST(sum(r.amount) AS DECIMAL(18, 4)) AS amount
FROM raw_orders AS r
JOIN stating_files AS f ON f.file_id = r.file_id
JOIN overruled_orders AS e
    ON e.export = f.export AND e.turn = f.turn AND e.order_id = r.order_id AND e.line_id = coalesce(r.line_id, '')
JOIN newest AS own ON own.turn = e.turn
JOIN newest AS other ON other.turn = e.by_turn
WHERE other.day < own.day AND {_IS_SALE}
GROUP BY r.file_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """How many rows of each file were left out, and which of them a file overruled that looks older."""

    rows: Mapping[int, int] = field(default_factory=dict)
    by_older: Mapping[int, Refused] = field(default_factory=dict)


def leave_out_restated(engine: Engine, files: Sequence[tuple[str, str | None]]) -> Restated:
    """Take out of `raw_orders` what files say of orders for which another one speaks; return what went.

    `files` are the name of each one and of its export, if it is one, in the order of `file_id`.
    """
    stating = _stating(files, set(engine.fetch("SELECT DISTINCT file_id FROM withdrawn")["file_id"].to_pylist()))
    if len({each["turn"] for each in stating}) == len({each["export"] for each in stating}):
        return Restated()
    engine.load("stating_files", pa.Table.from_pylist(stating, schema=_FILES))
    engine.run(_MET_AGAIN, into="orders_met_again")
    engine.run(_STATEMENTS, into="order_statements")
    engine.run(_RESTATED, into="overruled_orders")
    by_older = {
        row["file_id"]: Refused(
            rows=row["n"], line=row["line"], column="order_id", example=masked(row["order_id"]), amount=row["amount"]
        )
        for row in engine.fetch(_BY_OLDER).to_pylist()
    }
    engine.run(_OF_FILES, into="restated_orders")
    counts = take_out(engine, "restated_orders", by_line=True)
    engine.drop("stating_files", "orders_met_again", "order_statements", "overruled_orders", "restated_orders")
    return Restated(rows=counts, by_older=by_older)


def _stating(files: Sequence[tuple[str, str | None]], withdrawing: Collection[int]) -> list[dict[str, object]]:
    """Return the files of exports that decide; the tables of one export, named after it, are one turn."""
    known = exports()
    whole = {name for name, export in known.items() if export.states_whole_orders}
    deciding = whole | {files[place][1] for place in withdrawing}
    found: list[dict[str, object]] = []
    turn, first = -1, ""
    for place, (file, export) in enumerate(files):
        if place == 0 or not file.startswith(f"{first}/"):
            turn, first = turn + 1, file
        if export in deciding and export is not None:
            recipe = known.get(export)
            found.append(
                {
                    "file_id": place,
                    "export": export,
                    "turn": turn,
                    "states_whole": export in whole,
                    "may_change": recipe is not None and recipe.moment_may_change,
                    "by_line": recipe is not None and recipe.line_says_which,
                }
            )
    return found
