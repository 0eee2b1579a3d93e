"""What was left out, and what is missing: one row an issue, with the rule behind it. Nothing is deleted here."""

import pyarrow as pa

from regulars.customers._duplicates import count_in_two_files
from regulars.customers._matching import Matching
from regulars.engines import Engine, quoted
from regulars.records import RecordSet

QUALITY_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("kind", pa.string()),
        ("column_name", pa.string()),
        ("issue", pa.string()),
        ("rule", pa.string()),
        ("row_count", pa.int64()),
        ("share", pa.float64()),
    ]
)

Row = dict[str, object]


def quality_table(
    engine: Engine,
    records: RecordSet,
    *,
    duplicates: dict[int, int],
    repeated: dict[int, int],
    matching: Matching | None,
) -> pa.Table:
    """Return every issue found, in a fixed order: file by file, then kind by kind."""
    rows: list[Row] = []
    for file_id, file in enumerate(records.files):
        found = [(issue, file.quarantined[issue]) for issue in sorted(file.quarantined)]
        found += [("duplicate", duplicates.get(file_id, 0)), ("repeated", repeated.get(file_id, 0))]
        rows += [
            _row(issue, count, file.read, file=file.file, kind=file.kind, rule=_rule_of(issue))
            for issue, count in found
            if count
        ]
        rows += [
            _row(issue, count, file.read, file=file.file, kind=file.kind, rule="refusal_kept")
            for issue, count in sorted(file.taken_as.items())
        ]
    for kind in sorted({file.kind for file in records.files}):
        rows += _missing(engine, records, kind)
    if sum(file.kind == "orders" and "order_id" in file.mapping for file in records.files) > 1:
        rows += _in_two_files(engine)
    rows += _off_scale(engine)
    if matching is not None:
        rows += _matched(matching)
    return pa.Table.from_pylist(rows, schema=QUALITY_SCHEMA)


def _rule_of(issue: str) -> str:
    return issue if issue in {"duplicate", "repeated"} else "quarantine"


def _missing(engine: Engine, records: RecordSet, kind: str) -> list[Row]:
    """Return one row for every mapped column with empty cells."""
    held = set(engine.columns(f"raw_{kind}"))
    mapped = sorted({name for file in records.files if file.kind == kind for name in file.mapping} & held)
    if not mapped:
        return []
    counts = ", ".join(f"count({quoted(name)}) AS {quoted(name)}" for name in mapped)
    (found,) = engine.fetch(f"SELECT count(*) AS all_rows, {counts} FROM {quoted('raw_' + kind)}").to_pylist()
    total = found["all_rows"]
    return [
        _row("missing", total - found[name], total, kind=kind, column_name=name, rule="empty_cell")
        for name in mapped
        if found[name] < total
    ]


def _in_two_files(engine: Engine) -> list[Row]:
    doubled, orders = count_in_two_files(engine)
    if not doubled:
        return []
    rule = "order_in_two_files"
    return [_row(rule, doubled, orders, kind="orders", column_name="order_id", rule=rule)]


def _off_scale(engine: Engine) -> list[Row]:
    query = "SELECT count(*) FILTER (WHERE rating IS NULL) AS lost, count(*) AS n FROM feedback WHERE score IS NOT NULL"
    (found,) = engine.fetch(query).to_pylist()
    if not found["lost"]:
        return []
    return [
        _row("off_scale", found["lost"], found["n"], kind="feedback", column_name="score", rule="scale_unknown_or_left")
    ]


def _matched(matching: Matching) -> list[Row]:
    """Return, of all accounts: those whose key too many share, by its column, and those a person should look at."""
    crowded = {
        field: sum(key.ids for key in matching.shared_keys if key.field == field)
        for field in sorted({key.field for key in matching.shared_keys})
    }
    rows = [
        _row("key_shared", ids, matching.accounts, kind="profiles", column_name=field, rule="key_shared_by_too_many")
        for field, ids in crowded.items()
    ]
    unsure = matching.review.num_rows
    if unsure:
        rows.append(_row("perhaps_one_person", unsure, matching.accounts, kind="profiles", rule="on_review_list"))
    return rows


def _row(issue: str, count: int, base: int, *, rule: str, **place: str) -> Row:
    return {"issue": issue, "row_count": count, "share": count / base if base else None, "rule": rule, **place}
