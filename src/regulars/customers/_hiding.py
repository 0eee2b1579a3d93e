"""Rows that are to stay in a workspace must not say who they are of: their keys are hashed before they are stored.

What a batch keeps of a person is the customer id; the way back goes into the identities of the batch.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._crosswalk import build_crosswalk, profile_facts, remember_profiles
from regulars.customers._identity import HashedIdentities
from regulars.customers._known_rows import rows_by_id
from regulars.customers._names_kept import hide_names, keep_names
from regulars.customers._spellings import canonical_key
from regulars.engines import Engine, quoted
from regulars.records import KINDS, FileReport, RecordSet, contacts

_KEYS_WITHDRAWN = "SELECT DISTINCT file_id, customer_key FROM withdrawn WHERE customer_key IS NOT NULL"

_WITHDRAWN_HIDDEN = """
SELECT w.file_id, coalesce(n.key_id, c.own_id, i.customer_id) AS customer_key, w.ordered_at, w.order_id, w.line_id,
    w.why, n.key_name
FROM withdrawn AS w
LEFT JOIN hidden_names AS n ON n.file_id = w.file_id AND n.customer_key = w.customer_key
LEFT JOIN withdrawn_ids AS i ON i.file_id = w.file_id AND i.customer_key = w.customer_key
LEFT JOIN crosswalk AS c ON c.file_id = w.file_id AND c.customer_key = w.customer_key
"""


# The ids that a row may be found by: its keys, that of its phone with the name beside it, or that no name is there;
# nor is one ever beside who brought whom.
_NO_NAME = contacts.unnamed("")
_UNNAMED = f"CASE WHEN r.key_name IS NULL THEN concat(r.customer_key, '{_NO_NAME}') END"
_WHOSE = [
    *((f"raw_{kind.name}", f"r.{kind.column(name).key_name}") for kind in KINDS.values() for name in kind.keys),
    *((f"raw_{kind.name}", f"concat(r.{kind.column(name).key_name}, '{_NO_NAME}')")
      for kind in KINDS.values() if not kind.takes_identities for name in kind.keys),
    ("withdrawn", "r.customer_key"),
    *((table, who)
      for table in (*(f"raw_{kind.name}" for kind in KINDS.values() if kind.takes_identities), "withdrawn")
      for who in ("r.key_name", _UNNAMED)),
]  # fmt: skip


# Nobody says whether a phone was the erased person's alone: beside several names it is perhaps the shop's own.
_OF_SEVERAL = """
SELECT r.file_id, CAST(count(*) AS BIGINT) AS n FROM {raw} AS r
JOIN erased AS e ON e.id = r.customer_key
JOIN (
    SELECT key_id FROM key_names GROUP BY key_id HAVING count(DISTINCT key_name) > 1
) AS several ON several.key_id = r.customer_key
GROUP BY r.file_id
"""


def hide_identities(engine: Engine, records: RecordSet, identities: HashedIdentities, *, most: int) -> RecordSet:
    """Put customer ids in the place of keys in the raw tables, and nothing in that of direct identifiers.

    A phone or address is one id whatever stands beside it, and `key_name` says whose each row is if names tell people
    apart: only all batches together say whether they do. `identities` remembers the way back, by name where these
    records alone have more than `most` names of a phone or address. Returns the reports; where all keys of a file were
    hashed, they say so.
    """
    records = build_crosswalk(engine, records, identities.resolve, most=most)
    hide_names(engine, records, identities)
    hashed = set(engine.fetch("SELECT DISTINCT file_id FROM crosswalk")["file_id"].to_pylist())
    for kind in KINDS.values():
        if {place for place, file in enumerate(records.files) if file.kind == kind.name} & hashed:
            engine.run(rows_by_id(kind, with_names=True), into=f"raw_{kind.name}")
    _hide_withdrawn(engine, records, identities)
    keep_names(engine)
    files = _without_erased(engine, records.files, identities)
    remember_profiles(engine, identities)  # of whoever is left
    hidden = _held_identifiers(engine)
    if any(file.kind == "profiles" for file in files):
        engine.run(rows_by_id(KINDS["profiles"], without_identifiers=True), into="raw_profiles")
    engine.drop("crosswalk", "shared_accounts")
    personal = any(file.looks_personal for file in files)
    files = tuple(
        replace(
            file,
            hidden=hidden.get(place, {}),
            key_role="hashed" if file.key_role != "customer_id" or personal else file.key_role,
        )
        for place, file in enumerate(files)
    )
    return replace(records, files=files)


def _without_erased(
    engine: Engine, files: tuple[FileReport, ...], identities: HashedIdentities
) -> tuple[FileReport, ...]:
    """Leave out every row of somebody who was erased: an old export must not bring them back. Return the reports."""
    if not identities.knows_of_erasures:
        return files
    ids = _ids_in_rows(engine)
    gone = identities.erased(ids, profile_facts(engine))
    if not gone:
        return files
    engine.load("erased", pa.table({"id": sorted(gone)}))
    before, of_several = _rows_of_files(engine), _erased_of_several_names(engine)
    for table, who in [*_WHOSE, ("key_names", "r.key_id"), ("key_names", "r.key_name")]:
        engine.run(f"SELECT r.* FROM {quoted(table)} AS r ANTI JOIN erased AS e ON e.id = {who}", into=table)
    engine.drop("erased")
    after = _rows_of_files(engine)
    identities.forget(set(ids.to_pylist()) - set(_ids_in_rows(engine).to_pylist()))
    return tuple(
        _leaving_out(file, before.get(place, 0) - after.get(place, 0), of_several.get(place, 0))
        for place, file in enumerate(files)
    )


def _leaving_out(file: FileReport, rows: int, of_several: int) -> FileReport:
    told = {"erased": rows - of_several, "erased_with_others": of_several}
    left_out = {**file.left_out, **{code: n for code, n in told.items() if n}}
    return replace(file, accepted=file.accepted - rows, left_out=dict(sorted(left_out.items()))) if rows else file


def _erased_of_several_names(engine: Engine) -> dict[int, int]:
    """Return how many rows of each file stand under an erased person's phone or address that has several names here."""
    found: dict[int, int] = {}
    for kind in (kind.name for kind in KINDS.values() if kind.takes_identities):
        for row in engine.fetch(_OF_SEVERAL.format(raw=quoted(f"raw_{kind}"))).to_pylist():
            found[row["file_id"]] = found.get(row["file_id"], 0) + row["n"]
    return found


def _ids_in_rows(engine: Engine) -> pa.Array:
    every = " UNION ".join(f"SELECT {who} AS id FROM {quoted(table)} AS r" for table, who in _WHOSE)
    ids = engine.fetch(f"SELECT DISTINCT id FROM ({every}) AS every WHERE id IS NOT NULL")["id"]
    return ids.cast(pa.string()).combine_chunks()


def _rows_of_files(engine: Engine) -> dict[int, int]:
    """Return how many rows each file has in the raw tables; a file has rows of one kind."""
    every = " UNION ALL ".join(f"SELECT file_id FROM {quoted(f'raw_{kind}')}" for kind in KINDS)
    rows = engine.fetch(f"SELECT file_id, CAST(count(*) AS BIGINT) AS n FROM ({every}) AS every GROUP BY file_id")
    return {row["file_id"]: row["n"] for row in rows.to_pylist()}


def _hide_withdrawn(engine: Engine, records: RecordSet, identities: HashedIdentities) -> None:
    """Put ids in the place of the keys of orders that do not count; no way back is kept of who has no other row."""
    keys = engine.fetch(_KEYS_WITHDRAWN)
    personal = any(file.looks_personal for file in records.files)
    roles = [records.files[place].key_role for place in keys["file_id"].to_pylist()]
    texts = [key.partition(contacts.NAMED)[0] for key in keys["customer_key"].to_pylist()]
    may_pass = pc.and_(
        pa.array([role in {"customer_id", "hashed"} and not personal for role in roles], pa.bool_()),
        pc.invert(contacts.looks_like_person(pa.array(texts, pa.string()))),
    )
    hashed = identities.hashed(
        pa.array([canonical_key(text, role) for text, role in zip(texts, roles, strict=True)], pa.string())
    )
    ids = pc.if_else(may_pass, pa.array(texts, pa.string()), hashed)
    engine.load("withdrawn_ids", keys.append_column("customer_id", ids))
    engine.run(_WITHDRAWN_HIDDEN, into="withdrawn")
    engine.drop("withdrawn_ids")


def _held_identifiers(engine: Engine) -> dict[int, dict[str, int]]:
    """Return how many rows of each file of profiles have a value, by direct identifier."""
    names = [column.name for column in KINDS["profiles"].columns if column.role == "identifier"]
    counts = ", ".join(f"CAST(count({quoted(name)}) AS BIGINT) AS {quoted(name)}" for name in names)
    rows = engine.fetch(f"SELECT file_id, {counts} FROM raw_profiles GROUP BY file_id").to_pylist()
    return {row["file_id"]: {name: row[name] for name in names if row[name]} for row in rows}
