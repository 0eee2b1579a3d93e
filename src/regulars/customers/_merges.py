"""What the workspace remembers of who is one person: the state, the log that led there, and what people decided.

`persons.parquet` (the state), `review.parquet` (pairs to look at), `merges.parquet` (the log; rows are only added),
`told_apart.parquet` (who is a customer by name under a phone) and `match_model.json`: ids and figures, never a name. A
person's newest word on a pair holds against every automatic match, and an un-merge is remembered like any other.

What was found in batches lies with the newest of them (`Batches.found`), so that it goes with each, and the undo of the
newest brings back what was found before. A person's word lies in the workspace itself and outlives them all.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.core import RegularsError
from regulars.customers._identity import HashedIdentities, WorkspaceForeign, WorkspaceUnreadable, write_private
from regulars.customers._learning import Model
from regulars.customers._matching import DECISIONS, PERSONS, REVIEW, Matching
from regulars.records import Batches

MERGES = pa.schema(
    [
        ("decided_at", pa.date32()),
        ("what", pa.string()),
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("how", pa.string()),
        ("weight", pa.float64()),
        ("by", pa.string()),
    ]
)
"""`what` is merge or unmerge, `by` regulars or owner; of a merge by regulars, left_id is the person."""

AUTOMATIC, OWNER = "regulars", "owner"

TOLD_APART = pa.schema([("customer_id", pa.string()), ("key_id", pa.string())])
"""Who is a customer by name, for the phone or address of that id is several people's."""

_FILES = {"persons": PERSONS, "review": REVIEW, "merges": MERGES, "told_apart": TOLD_APART}
_MODEL = "match_model.json"
_NAMING = {"customer_id", "person_id", "left_id", "right_id"}
_IDENTITIES = "identities.parquet"


class MergeWithItself(RegularsError):
    """A merge, or its undoing, of an id with itself."""

    code = "merge_with_itself"
    template = "'{customer_id}' is one id already. Name two different ones, as `regulars merges list` shows them."


def decide(folder: Path, *, what: str, left: str, right: str, decided_at: date) -> None:
    """Add a person's word on two ids to the log: `merge` or `unmerge`. It holds from the next analysis on.

    Raises:
        MergeWithItself: the two are one id.
        WorkspaceUnreadable: the folder is no workspace, or its log cannot be read.
    """
    if left == right:
        raise MergeWithItself(customer_id=left)
    one, other = sorted((left, right))
    row = {"decided_at": decided_at, "what": what, "left_id": one, "right_id": other, "how": "decision", "by": OWNER}
    _store(folder, "merges", _longer(_stored(folder, folder, "merges"), [row]))


def read_merges(folder: Path) -> pa.Table:
    """Return the log (MERGES), the oldest day first; of one day, a person's word before what followed from it."""
    found = _found(folder)
    logs = [_stored(folder, folder, "merges"), *([_stored(folder, found, "merges")] if found != folder else [])]
    return pa.Table.from_pylist(
        sorted((row for log in logs for row in log.to_pylist()), key=lambda row: row["decided_at"]), schema=MERGES
    )


def read_persons(folder: Path) -> pa.Table:
    """Return the ids that are one of several of a person (PERSONS), as of the last analysis."""
    return _stored(folder, _found(folder), "persons")


def read_told_apart(folder: Path) -> dict[str, str]:
    """Return who is a customer by name, as of the last analysis, each with the id of the phone or address they share.

    Rows that no name stands beside are a customer too, under that id itself.
    """
    rows = _stored(folder, _found(folder), "told_apart").to_pylist()
    return {row["customer_id"]: row["key_id"] for row in rows}


def read_review(folder: Path) -> pa.Table:
    """Return the pairs of the last analysis that may be one person (REVIEW) and on which nobody has decided since."""
    decided = {(row["left_id"], row["right_id"]) for row in decisions(folder).to_pylist()}
    review = _stored(folder, _found(folder), "review")
    is_open = [(row["left_id"], row["right_id"]) not in decided for row in review.to_pylist()]
    return review.filter(pa.array(is_open, pa.bool_()))


def decisions(folder: Path | None) -> pa.Table:
    """Return the newest word of a person on each pair (DECISIONS), by pair."""
    log = [] if folder is None else _stored(folder, folder, "merges").to_pylist()
    newest = {(row["left_id"], row["right_id"]): row["what"] for row in log if row["by"] != AUTOMATIC}
    rows = [{"left_id": left, "right_id": right, "what": what} for (left, right), what in sorted(newest.items())]
    return pa.Table.from_pylist(rows, schema=DECISIONS)


def learned_model(folder: Path | None) -> Model | None:
    """Return the model of likeness that the workspace keeps, if it does.

    Raises:
        WorkspaceUnreadable: the file is something else.
    """
    path = None if folder is None else _found(folder) / _MODEL
    if folder is None or path is None or not path.exists():
        return None
    try:
        model: Model = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(folder, path) from error
    if not isinstance(model, dict) or set(model) != {"traits", "settings"}:
        raise _unreadable(folder, path)
    return model


def remember_matching(
    identities: HashedIdentities,
    matching: Matching,
    *,
    told_apart: pa.Table,
    decided_at: date,
    batches: Iterable[str] = (),
) -> None:
    """Write what was found into the workspace of these identities, and log what has changed since the last time.

    Args:
        identities: those that the matching was made of.
        matching: what was found.
        told_apart: who is a customer by name (customer_id, key_id).
        decided_at: the day of the log.
        batches: those whose records were analysed; what had to be hashed for them is kept with what was found.
    """
    folder, analysed = identities.folder, set(batches)
    if folder is None:
        return
    told = analysed | set(identities.batches)

    def write(place: Path) -> None:
        if analysed:
            identities.save_to(place)
        elif (_found(folder) / _IDENTITIES).exists():  # of an analysis of batches, before this one of files
            shutil.copyfile(_found(folder) / _IDENTITIES, place / _IDENTITIES)
        if told_apart.num_rows:
            _store(place, "told_apart", told_apart.cast(TOLD_APART).sort_by("customer_id"))
        _write(folder, place, matching, decided_at)

    if told:
        Batches(folder).keep_found(told, write)
    else:
        _write(folder, folder, matching, decided_at)


def _write(folder: Path, place: Path, matching: Matching, decided_at: date) -> None:
    """Write everything into `place`; the log goes on from what is remembered in the workspace now."""
    found = _found(folder)
    before = {row["customer_id"]: row for row in _stored(folder, found, "persons").to_pylist()}
    now = {row["customer_id"]: row for row in matching.persons.to_pylist()}
    changes = [*_rows("unmerge", before, now, decided_at), *_rows("merge", now, before, decided_at)]
    # The log of the workspace itself, with what people decided, stays there: no batch takes that along.
    earlier = _stored(folder, found, "merges") if place == folder or found != folder else MERGES.empty_table()
    if changes or found != place:
        _store(place, "merges", _longer(earlier, changes))
    _store(place, "review", matching.review)
    model = matching.model or learned_model(folder)
    if model is not None:
        text = json.dumps(model, ensure_ascii=False, indent=1, sort_keys=True)
        write_private(place / _MODEL, lambda target: target.write_text(text + "\n", encoding="utf-8"))
    _store(place, "persons", matching.persons)


def forget_people(folder: Path, choose: Callable[[set[str]], set[str]]) -> None:
    """Remove every row that names somebody from all that is remembered of who is one person.

    That is also what only an undo would bring to light again.

    Args:
        folder: the workspace.
        choose: is handed all ids that are named in a place, and returns those to forget.
    """
    for place in (folder, *Batches(folder).every_found()):
        tables = {name: _stored(folder, place, name) for name in _FILES}
        columns = {name: [each for each in table.column_names if each in _NAMING] for name, table in tables.items()}
        gone = choose({who for name, table in tables.items() for each in columns[name]
                       for who in table.column(each).to_pylist() if who is not None})  # fmt: skip
        for name, table in tables.items():
            speaks = pa.array([False] * table.num_rows, pa.bool_())
            for each in columns[name]:
                ids = table.column(each).combine_chunks()
                speaks = pc.or_(speaks, pc.is_in(ids, value_set=pa.array(sorted(gone), pa.string())))
            if pc.any(speaks).as_py():
                _store(place, name, table.filter(pc.invert(speaks)))


def _rows(
    what: str, those: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]], decided_at: date
) -> list[dict[str, Any]]:
    """Return a row of the log for each id that has another person in `those` than in `others`."""
    return [
        {
            "decided_at": decided_at, "what": what, "left_id": row["person_id"], "right_id": customer_id,
            "how": row["how"], "weight": row["weight"], "by": AUTOMATIC,
        }
        for customer_id, row in sorted(those.items())
        if row["person_id"] not in {customer_id, others.get(customer_id, row | {"person_id": None})["person_id"]}
    ]  # fmt: skip


def _found(folder: Path) -> Path:
    """Return where the workspace keeps what was found last: with the newest batch of it, or in the workspace itself."""
    return Batches(folder).found or folder


def _longer(log: pa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.concat_tables([log, pa.Table.from_pylist(rows, schema=MERGES)])


def _stored(folder: Path, place: Path, name: str) -> pa.Table:
    """Return a table of the workspace, empty if it is not there yet."""
    if not ((folder / "key").is_file() or (folder / "batches").is_dir()):
        raise WorkspaceForeign(folder=folder)
    path = place / f"{name}.parquet"
    try:
        told = path.stat()
        return _read(path, name, (told.st_ino, told.st_mtime_ns, told.st_size))
    except FileNotFoundError:
        return _FILES[name].empty_table()
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(folder, path) from error


@lru_cache(maxsize=6)
def _read(path: Path, name: str, state: tuple[int, ...]) -> pa.Table:
    """Read a table once for each state of its file: every page of a customer asks it, and analyses alone write it."""
    return pq.read_table(path, schema=_FILES[name])


def _store(place: Path, name: str, table: pa.Table) -> None:
    write_private(place / f"{name}.parquet", lambda target: pq.write_table(table, target))


def _unreadable(folder: Path, path: Path) -> WorkspaceUnreadable:
    problem = f"its file '{path.relative_to(folder)}' is damaged or something else"
    return WorkspaceUnreadable(folder=folder, problem=problem)
