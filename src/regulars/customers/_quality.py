"""What was left out, and what is missing: one row an issue, with the rule behind it and what it comes to.

Every issue is one of five things: a lack of completeness, validity, uniqueness, timeliness or consistency. Nothing is
deleted here.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import pyarrow as pa

from regulars.core import MONEY
from regulars.customers._conflicts import IN_TWO_FILES, OF_TWO_CUSTOMERS, Conflict
from regulars.customers._duplicates import duplicated_amounts, repeated_amounts
from regulars.customers._matching import Matching
from regulars.customers._soundness import UNCLEAR_TIMES, Filled
from regulars.engines import Engine
from regulars.records import KINDS, FileReport, RecordSet

Dimension: TypeAlias = Literal["completeness", "validity", "uniqueness", "timeliness", "consistency"]

_DIMENSIONS: Mapping[Dimension, frozenset[str]] = {
    "completeness": frozenset({"customer_missing", "value_missing", "missing", "row_too_short"}),
    "uniqueness": frozenset(
        {"duplicate", "repeated", "key_shared", "perhaps_one_person", "key_of_several_names", "key_of_many_names"}
    ),
    "timeliness": frozenset({"after_today", "too_early"}),
    "consistency": frozenset(
        {
            "order_in_two_files", "order_number_shared", "overruled_by_older", "off_scale", "outlier",
            "granted_unclear_as_refusal", "purpose_unknown_as_marketing", "first_of_several_phones",
            "first_of_several_emails", *UNCLEAR_TIMES,
        }
    ),
}  # fmt: skip

_TAKEN: Mapping[str, str] = {
    "first_of_several_phones": "first_kept",
    "first_of_several_emails": "first_kept",
    "answer_in_words": "left_empty",
    **dict.fromkeys(UNCLEAR_TIMES, "clock_before_change"),
}
"""The rule by which something unclear was taken; of all else a refusal is kept."""

_SHARED: Mapping[str, str] = {"key_of_several_names": "one_account", "key_of_many_names": "told_apart_by_name"}

BY_OLDER = "overruled_by_older"

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
    filled: Filled,
    copies: Mapping[str, Mapping[int, int]],
    conflicts: Sequence[Conflict],
    matching: Matching | None,
) -> pa.Table:
    """Return every issue found, in a fixed order: file by file, then kind by kind.

    `copies` are the rows that are duplicates of another file's, or repeated in their own, by issue and file.
    """
    rows: list[Row] = []
    amounts_of = {"duplicate": duplicated_amounts(engine), "repeated": repeated_amounts(engine)}
    for file_id, file in enumerate(records.files):
        rows += _set_aside(file)
        for issue, counts in copies.items():
            if counts.get(file_id):
                place = {"file": file.file, "kind": file.kind}
                amount = amounts_of[issue].get(file_id) if file.kind == "orders" else None
                rows.append(_row(issue, counts[file_id], file.read, rule=issue, **place) | {"amount": amount})
        rows += [
            _row(issue, count, file.read, file=file.file, kind=file.kind, rule=_TAKEN.get(issue, "refusal_kept"))
            for issue, count in sorted(file.taken_as.items())
        ]
        rows += _shared_keys(file) + _unusable(file) + _by_older(file)
        rows += [
            _row(code, count, file.read, file=file.file, kind=file.kind, rule="left_out") | {"dimension": None}
            for code, count in sorted(file.left_out.items())
        ]
    for kind in sorted({file.kind for file in records.files}):
        rows += _missing(records, kind, filled)
    rows += [_in_conflict(each, records.files[each.file_id]) for each in conflicts]
    rows += _off_scale(engine)
    if matching is not None:
        rows += _matched(matching)
    return pa.Table.from_pylist(rows, schema=QUALITY_SCHEMA)


def contradicting(quality: pa.Table) -> dict[str, float]:
    """Return the share of each kind's rows that contradict another file or a scale."""
    shares: dict[str, float] = {}
    for row in quality.to_pylist():
        if row["issue"] in {IN_TWO_FILES, OF_TWO_CUSTOMERS, "off_scale"}:
            shares[row["kind"]] = min(1.0, shares.get(row["kind"], 0.0) + row["share"])
    return shares


def dimension_of(issue: str) -> Dimension:
    """Return what an issue is a lack of; a value that cannot be read lacks validity.

    >>> dimension_of("after_today"), dimension_of("money_unreadable")
    ('timeliness', 'validity')
    """
    return next((dimension for dimension, issues in _DIMENSIONS.items() if issue in issues), "validity")


def _shared_keys(file: FileReport) -> list[Row]:
    """Return a row for the phones and addresses of a file that have several names, with what their orders come to."""
    return [
        _row(issue, shared.rows, file.read, file=file.file, kind=file.kind, rule=_SHARED[issue])
        | {
            "column_name": shared.column,
            "first_line": shared.line,
            "masked_value": shared.example,
            "amount": shared.amount,
        }
        for issue, shared in sorted(file.shared_keys.items())
    ]


def _by_older(file: FileReport) -> list[Row]:
    """Return a row for the orders of a file of which one that looks older says something else, and holds."""
    if (found := file.by_older) is None:
        return []
    row = _row(BY_OLDER, found.rows, file.read, file=file.file, kind=file.kind, rule="read_last")
    place = {"first_line": found.line, "masked_value": found.example, "amount": found.amount}
    return [row | {"column_name": found.column, **place}]


def _unusable(file: FileReport) -> list[Row]:
    """Return a row for every column of a file with values that nobody can be known or reached by."""
    return [
        _row(issue, each.rows, file.read, file=file.file, kind=file.kind, rule="value_unused")
        | {"column_name": each.column, "first_line": each.line, "masked_value": each.example or None}
        for issue, each in sorted(file.unusable.items())
    ]


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


def _missing(records: RecordSet, kind: str, filled: Filled) -> list[Row]:
    """Return one row for every mapped column with empty cells."""
    counted = [filled[file_id] for file_id, file in enumerate(records.files) if file.kind == kind and file_id in filled]
    total = _sum_of(counted, "all_rows")
    held = {column.key_name for column in KINDS[kind].columns}
    mapped = sorted({name for file in records.files if file.kind == kind for name in file.mapping} & held)
    if not mapped:
        return []
    found = {name: _sum_of(counted, name) for name in mapped}
    for file in records.files:  # what a batch keeps apart is not missing
        for name, rows in file.hidden.items() if file.kind == kind else ():
            found[name] = min(total, found[name] + rows)
    return [
        _row("missing", total - found[name], total, kind=kind, column_name=name, rule="empty_cell")
        for name in mapped
        if found[name] < total
    ]


def _sum_of(counted: list[Mapping[str, object]], name: str) -> int:
    return sum(int(str(each[name])) for each in counted)


def _in_conflict(found: Conflict, file: FileReport) -> Row:
    return {
        "file": file.file,
        "kind": "orders",
        "column_name": "order_id",
        "issue": found.issue,
        "rule": found.issue,
        "row_count": found.orders,
        "share": found.share,
        "dimension": dimension_of(found.issue),
        "first_line": found.line,
        "masked_value": found.example,
        "amount": found.amount,
    }


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
