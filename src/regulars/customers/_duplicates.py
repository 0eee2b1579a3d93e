"""The same row met again in another file is a duplicate; the same row twice in one file is two rows.

A row's identity is its content (its person by id, not by the key's spelling) and its occurrence number within its
file. Only days that more than one file
speaks of can hold duplicates, so only their rows are compared. An export made again with another column is still the
same, so only columns that every file has are compared, and the row of the file with the most columns is kept.

Under a phone or address whose people only names tell apart, a row without a name is the same as one that has one in
another file, which is kept; and the row of one order number is the same whatever its name. Without such a number two
names are two people who may well have bought the same.
"""

from collections.abc import Mapping
from decimal import Decimal

from regulars.customers._known_rows import rows_by_id
from regulars.engines import Engine, quoted
from regulars.records import KINDS, FileReport, Kind, RecordSet

_PLACE = {"file_id", "line", "key_name"}  # two spellings of one name are still the same row

# What is said twice of a person's profile or consent is not added up.
_ADDED_UP = {kind.name for kind in KINDS.values() if kind.takes_identities} - {"profiles", "consents"}

_NONE = "SELECT CAST(0 AS INTEGER) AS file_id, CAST(0 AS BIGINT) AS line WHERE 1 = 0"

_FOUND = """
WITH candidates AS (
    {rows}
    WHERE {day} IN (SELECT {day} FROM {raw} AS r GROUP BY {day} HAVING count(DISTINCT file_id) > 1)
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY file_id, {content} ORDER BY line) AS occurrence FROM candidates
), met AS (
    SELECT
        file_id, line,
        row_number() OVER (PARTITION BY {content}, occurrence ORDER BY {richest_first}, file_id, line) AS meeting
    FROM numbered
)
SELECT file_id, line FROM met WHERE meeting > 1
"""

_APART = """
WITH kept AS (
    SELECT r.*, a.key_id, CASE WHEN a.is_named THEN 1 ELSE 0 END AS named, {numbered} AS numbered
    FROM ({rows}) AS r JOIN shared_accounts AS a ON a.customer_id = r.customer_key
    ANTI JOIN {duplicates} AS d ON d.file_id = r.file_id AND d.line = r.line
), counted AS (
    SELECT *,
        row_number() OVER (PARTITION BY key_id, named, {content} ORDER BY file_id, line) AS place,
        sum(named) OVER (PARTITION BY key_id, {content})
            - sum(named) OVER (PARTITION BY key_id, file_id, {content}) AS named_elsewhere,
        row_number() OVER (PARTITION BY key_id, file_id, {content} ORDER BY line) AS occurrence
    FROM kept
), met AS (
    SELECT file_id, line, named, numbered, place, named_elsewhere,
        row_number() OVER (
            PARTITION BY key_id, {content}, occurrence ORDER BY named DESC, {richest_first}, file_id, line
        ) AS meeting
    FROM counted
)
SELECT file_id, line FROM {duplicates}
UNION ALL
SELECT file_id, line FROM met
WHERE CASE WHEN numbered THEN meeting > 1 ELSE named = 0 AND place <= named_elsewhere END
"""

_COUNTED = "SELECT file_id, CAST(count(*) AS BIGINT) AS n FROM {duplicates} GROUP BY file_id"

_REPEATED = """
WITH same AS (
    SELECT file_id, count(*) AS n FROM ({rows} WHERE r.order_id IS NULL) AS rows
    GROUP BY file_id, {content} HAVING count(*) > 1
)
SELECT file_id, CAST(sum(n - 1) AS BIGINT) AS n FROM same GROUP BY file_id
"""

_AMOUNT_OF_DUPLICATES = """
SELECT r.file_id, CAST(sum(r.amount) AS DECIMAL(18, 4)) AS amount
FROM raw_orders AS r JOIN duplicate_orders AS d ON d.file_id = r.file_id AND d.line = r.line
GROUP BY r.file_id
"""

_AMOUNT_OF_REPEATED = """
WITH same AS (
    SELECT file_id, amount, count(*) AS n FROM ({rows} WHERE r.order_id IS NULL) AS rows
    GROUP BY file_id, {content} HAVING count(*) > 1
)
SELECT file_id, CAST(sum(CAST((n - 1) * amount AS DECIMAL(18, 4))) AS DECIMAL(18, 4)) AS amount
FROM same GROUP BY file_id
"""


def find_duplicates(engine: Engine, records: RecordSet) -> dict[int, int]:
    """Write `duplicate_<kind>` (file_id, line) for every kind; return how many each file has."""
    counts: dict[int, int] = {}
    told_apart = engine.fetch("SELECT count(*) > 0 AS some FROM shared_accounts")["some"][0].as_py()
    for kind in KINDS:
        duplicates = f"duplicate_{kind}"
        files = {place: file for place, file in enumerate(records.files) if file.kind == kind and file.accepted}
        if len(files) < 2:
            engine.run(_NONE, into=duplicates)
            continue
        columns = engine.columns(f"raw_{kind}")
        compared = _compared(KINDS[kind], list(files.values()))
        query = _FOUND.format(
            raw=quoted(f"raw_{kind}"),
            rows=rows_by_id(KINDS[kind]),
            day="coalesce(r.local_day, DATE '1970-01-01')" if "local_day" in columns else "DATE '1970-01-01'",
            content=_content(compared),
            richest_first=_richest_first(files),
        )
        engine.run(query, into=duplicates)
        if told_apart and kind in _ADDED_UP:
            query = _APART.format(
                rows=rows_by_id(KINDS[kind], as_told=True),
                duplicates=quoted(duplicates),
                numbered="r.order_id IS NOT NULL" if "order_id" in compared else "FALSE",
                content=_content(tuple(name for name in compared if name != "customer_key")),
                richest_first=_richest_first(files),
            )
            engine.run(query, into=duplicates)
        counts |= _per_file(engine, _COUNTED.format(duplicates=quoted(duplicates)))
    return counts


def count_repeated(engine: Engine) -> dict[int, int]:
    """Return how many orders without an id repeat an earlier row of their file, for those files that have some."""
    query = _REPEATED.format(
        rows=rows_by_id(KINDS["orders"], as_told=True), content=_content(engine.columns("raw_orders"))
    )
    return _per_file(engine, query)


def duplicated_amounts(engine: Engine) -> dict[int, Decimal]:
    """Return what the orders met again come to, by the file they were dropped from."""
    return {row["file_id"]: row["amount"] for row in engine.fetch(_AMOUNT_OF_DUPLICATES).to_pylist()}


def repeated_amounts(engine: Engine) -> dict[int, Decimal]:
    """Return what the orders that repeat an earlier row of their file come to, by file."""
    content = _content(engine.columns("raw_orders"))
    query = _AMOUNT_OF_REPEATED.format(rows=rows_by_id(KINDS["orders"], as_told=True), content=content)
    return {row["file_id"]: row["amount"] for row in engine.fetch(query).to_pylist()}


def _compared(kind: Kind, files: list[FileReport]) -> tuple[str, ...]:
    """Return the raw columns that tell whether rows of these files are the same.

    All of them where the common columns say no more than who and when, and for profiles: they are not added up,
    and a row may differ only in what it adds to a person. Direct identifiers do not tell rows apart: no clean table
    has them, and a batch does not either.
    """
    common = [
        column for column in kind.columns if column.required or all(column.name in file.mapping for file in files)
    ]
    if kind.name == "profiles" or all(column.role in {"key", "time"} for column in common):
        common = [column for column in kind.columns if column.role != "identifier"]
    names = [(column.key_name, *([column.day_name] if column.role == "time" else [])) for column in common]
    return tuple(name for both in names for name in both)


def _richest_first(files: Mapping[int, FileReport]) -> str:
    whens = " ".join(f"WHEN {place} THEN {-len(file.mapping)}" for place, file in files.items())
    return f"CASE file_id {whens} END"


def _content(columns: tuple[str, ...]) -> str:
    return ", ".join(quoted(column) for column in columns if column not in _PLACE)


def _per_file(engine: Engine, query: str) -> dict[int, int]:
    return {row["file_id"]: row["n"] for row in engine.fetch(query).to_pylist()}
