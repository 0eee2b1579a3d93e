"""Rows dated later than today: a batch keeps them, and each analysis sets aside those that its own today does not know.

So a booking for next week counts once the week has come, and yet one row of 2090 is never believed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from regulars.engines import Engine, quoted
from regulars.records._cells.masking import masked
from regulars.records._kinds import KINDS, QUARANTINE, Kind
from regulars.records._results import AFTER_TODAY, FileReport, RecordSet, Refused
from regulars.records._rows.refusals import all_later, too_many

_LATER = """
SELECT
    file_id, line, {column} AS column_name, CAST({day} AS VARCHAR) AS raw_value, {sale} AS sale
FROM {raw} WHERE {is_later}
"""

_FIRST = """
SELECT
    file_id, CAST(count(*) AS BIGINT) AS n, min(line) AS line,
    arg_min(column_name, line) AS column_name, arg_min(raw_value, line) AS raw_value,
    CAST(coalesce(sum(sale), 0) AS DECIMAL(18, 4)) AS amount
FROM ({later}) AS later GROUP BY file_id ORDER BY file_id
"""

# What is told of a lost order is what it sold; a refund is known to come to nothing.
_SALE = "CASE WHEN amount > 0 AND NOT coalesce(is_refund, FALSE) THEN amount END"

_KNOWN = "SELECT * FROM {raw} WHERE NOT coalesce({is_later}, FALSE)"


def tell_later(engine: Engine, records: RecordSet, *, today: date, share: float) -> tuple[FileReport, ...]:
    """Return the reports, each with those of its accepted rows that are dated later than today.

    Raises:
        TooManyRefused: in some file they are, with those that could not be read, more than this share.
    """
    later: dict[int, Refused] = {}
    for kind in _dated(records):
        for row in engine.fetch(_FIRST.format(later=_parts(kind, _LATER)), today=today).to_pylist():
            file = records.files[row["file_id"]]
            later[row["file_id"]] = _refused(file, row)
            refused, rows = file.quarantined_total + row["n"], file.accepted + file.quarantined_total
            if refused > share * rows or refused == rows:
                first = (row["line"], _header(file, row["column_name"]), masked(row["raw_value"]))
                if row["n"] == rows:
                    raise all_later(file=file.file, rows=rows, today=today, first=first, mapping=file.mapping)
                counts = (refused, rows, share)
                raise too_many(AFTER_TODAY, file=file.file, counts=counts, first=first, mapping=file.mapping)
    return tuple(replace(file, later=later.get(place)) for place, file in enumerate(records.files))


def set_aside_later(engine: Engine, records: RecordSet, *, today: date) -> tuple[RecordSet, pa.Table]:
    """Take the rows dated later than today out of the raw tables; return the reports without them, and the rows."""
    found = [QUARANTINE.empty_table()]
    refused: dict[int, Refused] = {}
    for kind in _dated(records):
        rows = engine.fetch(_parts(kind, _LATER), today=today)
        if not rows.num_rows:
            continue
        for row in engine.fetch(_FIRST.format(later=_parts(kind, _LATER)), today=today).to_pylist():
            refused[row["file_id"]] = _refused(records.files[row["file_id"]], row)
        engine.run(_parts(kind, _KNOWN), into=f"raw_{kind.name}", today=today)
        places, names = rows["file_id"].to_pylist(), rows["column_name"].to_pylist()
        headers = [_header(records.files[place], name) for place, name in zip(places, names, strict=True)]
        found.append(
            pa.table(
                [rows["file_id"], rows["line"], pa.array(headers, pa.string()),
                 pa.array([AFTER_TODAY] * len(headers), pa.string()), rows["raw_value"]],
                names=QUARANTINE.names,
            ).cast(QUARANTINE)
        )  # fmt: skip
    files = [replace(file, later=refused.get(place)).on_its_day() for place, file in enumerate(records.files)]
    return replace(records, files=tuple(files)), pa.concat_tables(found)


def _dated(records: RecordSet) -> list[Kind]:
    kinds = {file.kind for file in records.files}
    return [kind for kind in KINDS.values() if kind.name in kinds and _days(kind)]


def _days(kind: Kind) -> Mapping[str, str]:
    """Return the columns whose time may not lie after today, each with the column of its day."""
    columns = [column for column in kind.columns if column.role == "time" and not column.may_be_later]
    return {column.name: column.day_name for column in columns}


def _parts(kind: Kind, query: str) -> str:
    """Return a query over the kind's raw table; of several late days in a row the first column's is told."""
    days = {name: quoted(day) for name, day in _days(kind).items()}
    column = " ".join(f"WHEN {day} > $today THEN '{name}'" for name, day in days.items())
    value = " ".join(f"WHEN {day} > $today THEN {day}" for day in days.values())
    return query.format(
        raw=quoted(f"raw_{kind.name}"),
        column=f"CASE {column} END",
        day=f"CASE {value} END",
        sale=_SALE if kind.name == "orders" else "CAST(NULL AS DECIMAL(18, 4))",
        is_later="(" + " OR ".join(f"{day} > $today" for day in days.values()) + ")",
    )


def _header(file: FileReport, name: str) -> str:
    return file.mapping.get(name, name).strip()


def _refused(file: FileReport, row: Mapping[str, Any]) -> Refused:
    return Refused(
        rows=row["n"],
        line=row["line"],
        column=_header(file, row["column_name"]),
        example=masked(row["raw_value"]),
        amount=row["amount"] if file.kind == "orders" else None,
    )
