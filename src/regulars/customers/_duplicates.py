"""The same row met again in another file is a duplicate; the same row twice in one file is two rows.

A row's identity is its content and its occurrence number within its file. Only days that more than one file
speaks of can hold duplicates, so only their rows are compared.
"""

from regulars.engines import Engine, quoted
from regulars.records import KINDS, RecordSet

_PLACE = {"file_id", "line"}

_NONE = "SELECT CAST(0 AS INTEGER) AS file_id, CAST(0 AS BIGINT) AS line WHERE 1 = 0"

_FOUND = """
WITH candidates AS (
    SELECT r.* FROM {raw} AS r
    WHERE {day} IN (SELECT {day} FROM {raw} AS r GROUP BY {day} HAVING count(DISTINCT file_id) > 1)
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY file_id, {content} ORDER BY line) AS occurrence FROM candidates
), met AS (
    SELECT file_id, line, row_number() OVER (PARTITION BY {content}, occurrence ORDER BY file_id, line) AS meeting
    FROM numbered
)
SELECT file_id, line FROM met WHERE meeting > 1
"""

_COUNTED = "SELECT file_id, CAST(count(*) AS BIGINT) AS n FROM {duplicates} GROUP BY file_id"

_REPEATED = """
WITH same AS (
    SELECT file_id, count(*) AS n FROM raw_orders WHERE order_id IS NULL GROUP BY file_id, {content} HAVING count(*) > 1
)
SELECT file_id, CAST(sum(n - 1) AS BIGINT) AS n FROM same GROUP BY file_id
"""


def find_duplicates(engine: Engine, records: RecordSet) -> dict[int, int]:
    """Write `duplicate_<kind>` (file_id, line) for every kind; return how many each file has."""
    counts: dict[int, int] = {}
    for kind in KINDS:
        duplicates = f"duplicate_{kind}"
        files = [file for file in records.files if file.kind == kind]
        if len(files) < 2:
            engine.run(_NONE, into=duplicates)
            continue
        columns = engine.columns(f"raw_{kind}")
        query = _FOUND.format(
            raw=quoted(f"raw_{kind}"),
            day="coalesce(r.local_day, DATE '1970-01-01')" if "local_day" in columns else "DATE '1970-01-01'",
            content=_content(columns),
        )
        engine.run(query, into=duplicates)
        counts |= _per_file(engine, _COUNTED.format(duplicates=quoted(duplicates)))
    return counts


def count_repeated(engine: Engine) -> dict[int, int]:
    """Return how many orders without an id repeat an earlier row of their file, for those files that have some."""
    return _per_file(engine, _REPEATED.format(content=_content(engine.columns("raw_orders"))))


def _content(columns: tuple[str, ...]) -> str:
    return ", ".join(quoted(column) for column in columns if column not in _PLACE)


def _per_file(engine: Engine, query: str) -> dict[int, int]:
    return {row["file_id"]: row["n"] for row in engine.fetch(query).to_pylist()}
