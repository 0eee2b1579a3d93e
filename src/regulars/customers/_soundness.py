"""How good are the records of each source? Five shares, and the days they speak of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from regulars.engines import Engine, quoted
from regulars.records import KINDS, FileReport, RecordSet

UNCLEAR_TIMES = frozenset({"time_never", "time_twice"})
"""Codes of times that clocks never showed, or showed twice, which contradict nothing that was said."""

Filled = Mapping[int, Mapping[str, object]]
"""By file, if any row of it was accepted: how many rows there are (`all_rows`), how many cells of each column of its
kind hold something (by the column's name in the raw table), and the first and last day (`first_day`, `last_day`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """Shares of one source, each from 0 to 1, None where there is nothing to count.

    `completeness`: cells that hold something, of the accepted rows and the columns used. `validity`: rows accepted in
    which every phone, address and birth is one, of those accepted and those set aside; a row that is rightly left out
    is not invalid. `uniqueness`: accepted rows that no other one repeats. `consistency`: accepted rows in which nothing
    contradicts another file, a scale or a clear yes or no; of orders and feedback it is that of all files of the kind.
    `first_day` and `last_day` (timeliness) are those of its rows.
    """

    completeness: float | None
    validity: float | None
    uniqueness: float | None
    consistency: float | None
    first_day: date | None
    last_day: date | None


def count_filled(engine: Engine, records: RecordSet) -> Filled:
    """Return what the raw tables hold, in one pass over each: it takes as long as any other step on so many rows."""
    kinds = sorted({file.kind for file in records.files})
    return {row["file_id"]: row for kind in kinds for row in engine.fetch(_query(kind)).to_pylist()}


def soundness(
    records: RecordSet,
    *,
    filled: Filled,
    copies: Mapping[int, int],
    contradicting: Mapping[str, float],
) -> tuple[Soundness, ...]:
    """Return how good each source is, in the order of the sources.

    Args:
        records: what was read.
        filled: what its rows hold.
        copies: accepted rows that repeat another one, by file.
        contradicting: the share of the rows of a kind that contradict something, by kind.
    """
    return tuple(
        _of_file(file, filled.get(file_id, {}), copies.get(file_id, 0), contradicting.get(file.kind, 0.0))
        for file_id, file in enumerate(records.files)
    )


def _of_file(file: FileReport, counted: Mapping[str, object], copies: int, contradicting: float) -> Soundness:
    used = [column.key_name for column in KINDS[file.kind].columns if _is_used(column.name, file)]
    cells = file.accepted * len(used)
    filled = sum(int(str(counted[name])) for name in used if name in counted)
    filled += sum(rows for name, rows in file.hidden.items() if name in used)
    several = file.shared_keys.get("key_of_several_names")
    taken = sum(rows for code, rows in file.taken_as.items() if code not in UNCLEAR_TIMES)
    unclear = min(file.accepted, taken + (several.rows if several else 0))
    records = file.accepted + file.quarantined_total
    first, last = counted.get("first_day"), counted.get("last_day")
    return Soundness(
        completeness=filled / cells if cells else None,
        validity=max(0, file.accepted - file.unusable_rows) / records if records else None,
        uniqueness=1 - copies / file.accepted if file.accepted else None,
        consistency=(1 - unclear / file.accepted) * (1 - contradicting) if file.accepted else None,
        first_day=first if isinstance(first, date) else None,
        last_day=last if isinstance(last, date) else None,
    )


def _is_used(name: str, file: FileReport) -> bool:
    """Whether the file has a column for it; whatever names the person is read as `customer_id`."""
    return name in file.mapping or (
        name == "customer_id" and (file.key_role in file.mapping or file.key_role == "hashed")
    )


def _query(kind: str) -> str:
    """Return the SELECT that counts the rows and filled cells of every column of a kind, and its days, by file."""
    columns = KINDS[kind].columns
    counts = ["CAST(count(*) AS BIGINT) AS all_rows"]
    counts += [f"CAST(count({quoted(each.key_name)}) AS BIGINT) AS {quoted(each.key_name)}" for each in columns]
    days = [each.day_name for each in columns if each.role == "time" and not each.may_be_later]
    if days:
        counts += [f"min({quoted(days[0])}) AS first_day", f"max({quoted(days[0])}) AS last_day"]
    return f"SELECT file_id, {', '.join(counts)} FROM {quoted('raw_' + kind)} GROUP BY file_id"
