"""The tables of a result folder: each one SELECT over what the rooms below have written, in a fixed order."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from regulars.engines import Engine

# Facts stay for everyone; figures about a person are empty for who withdrew consent to profiling.
_CUSTOMERS = """
SELECT
    f.* EXCLUDE (gap_log_sum),
    l.* EXCLUDE (customer_id), s.* EXCLUDE (customer_id), k.* EXCLUDE (customer_id), n.* EXCLUDE (customer_id),
    p.* EXCLUDE (customer_id), c.* EXCLUDE (customer_id),
    a.action AS next_action, a.expected_gain, a.rank AS priority
FROM features AS f
LEFT JOIN lifetime AS l ON l.customer_id = f.customer_id
LEFT JOIN segments AS s ON s.customer_id = f.customer_id
LEFT JOIN clusters AS k ON k.customer_id = f.customer_id
LEFT JOIN network AS n ON n.customer_id = f.customer_id
LEFT JOIN prediction AS p ON p.customer_id = f.customer_id
LEFT JOIN scores AS c ON c.customer_id = f.customer_id
LEFT JOIN actions AS a ON a.customer_id = f.customer_id
ORDER BY f.customer_id
"""

_REASONS = """
SELECT customer_id, figure, code, value, contribution FROM score_reasons
UNION ALL
SELECT customer_id, figure, code, value, contribution FROM action_reasons
ORDER BY customer_id, figure, code
"""

_ACTIONS = "SELECT * FROM actions ORDER BY rank NULLS LAST, customer_id"

# For a person with a spreadsheet: money to the cent (the 0 added makes 0 of -0), and a cell that would be taken for a
# formula led by an apostrophe.
_CONTACTS = """
SELECT
    * EXCLUDE (customer_id, held_out, within_budget, expected_gain, expected_gain_low, expected_gain_high),
    round(expected_gain, 2) + 0 AS expected_gain,
    round(expected_gain_low, 2) + 0 AS expected_gain_low,
    round(expected_gain_high, 2) + 0 AS expected_gain_high,
    CASE WHEN substr(customer_id, 1, 1) IN ('=', '+', '-', '@', chr(9), chr(13)) THEN concat('''', customer_id)
        ELSE customer_id END AS customer_id
FROM actions
WHERE action <> 'leave_alone' AND within_budget AND NOT held_out
ORDER BY rank
"""

_COHORTS = "SELECT * FROM cohorts ORDER BY cohort, month_number"

_SEGMENTS = "SELECT * FROM segment_summary ORDER BY segmentation, segment, recency_score, frequency_score"

_QUALITY = "SELECT * FROM quality ORDER BY kind, file, issue, column_name, rule"

PARQUET_TABLES = {
    "reasons": _REASONS,
    "customers": _CUSTOMERS,
    "actions": _ACTIONS,
    "cohorts": _COHORTS,
    "segments": _SEGMENTS,
    "quality": _QUALITY,
}


# The rows of a million customers' reasons are as much as all else that is known of them.
_DONE_WITH = {"reasons": ("score_reasons", "action_reasons")}


def write_tables(engine: Engine, folder: Path, *, written: Callable[[str, Path], object]) -> dict[str, int]:
    """Write every Parquet table and the contact list into the folder; return the number of rows of each.

    `written` is told the name and the path of each table as soon as it is there.
    """
    rows = {}
    for name, query in PARQUET_TABLES.items():
        path = folder / f"{name}.parquet"
        rows[name] = engine.write_parquet(query, path)
        written(name, path)
        engine.drop(*_DONE_WITH.get(name, ()))
    columns = engine.columns("actions")
    contacts = engine.stream(_CONTACTS)
    first = ("rank", "customer_id")
    given = set(contacts.schema.names).difference(first)
    order = [*first, *(name for name in columns if name in given)]
    with (folder / "actions.csv").open("wb") as file:
        file.write(b"\xef\xbb\xbf")  # without it a spreadsheet reads Chinese as something else
        schema = pa.schema([contacts.schema.field(name) for name in order])
        with pa_csv.CSVWriter(file, schema) as writer:
            for batch in contacts:
                writer.write_batch(batch.select(order))
    return rows
