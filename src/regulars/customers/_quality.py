"""What was left out, and what is missing: one row an issue, with the rule behind it and what it comes to.

Every issue is one of five things: a lack of completeness, validity, uniqueness, timeliness or consistency. Nothing is
deleted here.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import pyarrow as pa

from regulars.core import MONEY
from regulars.customers._duplicates import count_in_two_files, duplicated_amounts, repeated_amounts
from regulars.customers._matching import Matching
from regulars.customers._soundness import UNCLEAR_TIMES
from regulars.engines import Engine, quoted
from regulars.records import FileReport, RecordSet

Dimension: TypeAlias = Literal["completeness", "validity", "uniqueness", "timeliness", "consistency"]

_DIMENSIONS: Mapping[Dimension, frozenset[str]] = {
    "completeness": frozenset({"customer_missing", "value_missing", "missing", "row_too_short"}),
    "uniqueness": frozenset({"duplicate", "repeated", "key_shared", "perhaps_one_person"}),
    "timeliness": frozenset({"after_today", "too_early"}),
    "consistency": frozenset(
        {"order_in_two_files", "off_scale", "outlier", "granted_unclear_as_refusal", "purpose_unknown_as_marketing"}
    )
    | UNCLEAR_TIMES,
}

QUALITY_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("kind", pa.string()),
        ("column_name", pa.string()),
        ("issue", pa.string()),
        ("rule", pa.string()),
        ("row_count", pa.int64()),
        ("share", pa.float64()),
        ("dimension", pa.string()),
        ("first_line", pa.int64()),
        ("masked_value", pa.string()),
        ("amount", MONEY),
        ("amount_unknown", pa.int64()),
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
    doubled, again = duplicated_amounts(engine), repeated_amounts(engine)
    for file_id, file in enumerate(records.files):
        rows += _set_aside(file)
        for issue, counts, amounts in (("duplicate", duplicates, doubled), ("repeated", repeated, again)):
            if counts.get(file_id):
                place = {"file": file.file, "kind": file.kind}
                amount = amounts.get(file_id) if file.kind == "orders" else None
                rows.append(_row(issue, counts[file_id], file.read, rule=issue, **place) | {"amount": amount})
        rows += [
            _row(issue, count, file.read, file=file.file, kind=file.kind, rule=_taken_by(issue))
            for issue, count in sorted(file.taken_as.items())
        ]
        rows += [
            _row(code, count, file.read, file=file.file, kind=file.kind, rule="left_out") | {"dimension": None}
            for code, count in sorted(file.left_out.items())
        ]
    for kind in sorted({file.kind for file in records.files}):
        rows += _missing(engine, records, kind)
    if sum(file.kind == "orders" and "order_id" in file.mapping for file in records.files) > 1:
        rows += _in_two_files(engine)
    rows += _off_scale(engine)
    if matching is not None:
        rows += _matched(matching)
    return pa.Table.from_pylist(rows, schema=QUALITY_SCHEMA)


def contradicting(quality: pa.Table) -> dict[str, float]:
    """Return the share of each kind's rows that contradict another file or a scale."""
    found = [row for row in quality.to_pylist() if row["issue"] in {"order_in_two_files", "off_scale"}]
    return {row["kind"]: row["share"] for row in found}


def dimension_of(issue: str) -> Dimension:
    """Return what an issue is a lack of; a value that cannot be read lacks validity.

    >>> dimension_of("after_today"), dimension_of("money_unreadable")
    ('timeliness', 'validity')
    """
    return next((dimension for dimension, issues in _DIMENSIONS.items() if issue in issues), "validity")


def _taken_by(issue: str) -> str:
    """Return the rule by which something unclear was taken for something."""
    return "clock_before_change" if issue in UNCLEAR_TIMES else "refusal_kept"


def _set_aside(file: FileReport) -> list[Row]:
    """Return a row for every reason for which rows were set aside, with where the first stands."""
    rows = []
    for issue in sorted(file.quarantined):
        row = _row(issue, file.quarantined[issue], file.read, file=file.file, kind=file.kind, rule="quarantine")
        if refused := file.refused.get(issue):
            row |= {
                "column_name": refused.column or None,
                "first_line": refused.line,
                "masked_value": refused.example or None,
                "amount": refused.amount,
                "amount_unknown": refused.amount_unknown if refused.amount is not None else None,
            }
        rows.append(row)
    return rows


def _missing(engine: Engine, records: RecordSet, kind: str) -> list[Row]:
    """Return one row for every mapped column with empty cells."""
    held = set(engine.columns(f"raw_{kind}"))
    mapped = sorted({name for file in records.files if file.kind == kind for name in file.mapping} & held)
    if not mapped:
        return []
    counts = ", ".join(f"count({quoted(name)}) AS {quoted(name)}" for name in mapped)
    (found,) = engine.fetch(f"SELECT count(*) AS all_rows, {counts} FROM {quoted('raw_' + kind)}").to_pylist()
    total = found["all_rows"]
    for file in records.files:  # what a batch keeps apart is not missing
        for name, rows in file.hidden.items() if file.kind == kind else ():
            found[name] = min(total, found[name] + rows)
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
    share = count / base if base else None
    return {"issue": issue, "row_count": count, "share": share, "rule": rule, "dimension": dimension_of(issue), **place}
