"""Rows that are to stay in a workspace must not say who they are of: their keys are hashed before they are stored.

What a batch keeps of a person is the customer id; the way back goes into the identities of the batch.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._crosswalk import build_crosswalk, remember_profiles
from regulars.customers._identity import HashedIdentities, canonical_key
from regulars.customers._known_rows import rows_by_id
from regulars.engines import Engine, quoted
from regulars.records import KINDS, RecordSet, contacts, looks_like_person

_KEYS_WITHDRAWN = "SELECT DISTINCT file_id, customer_key FROM withdrawn WHERE customer_key IS NOT NULL"

_WITHDRAWN_HIDDEN = """
SELECT w.file_id, coalesce(c.own_id, i.customer_id) AS customer_key, w.ordered_at, w.order_id, w.line_id, w.why
FROM withdrawn AS w
LEFT JOIN withdrawn_ids AS i ON i.file_id = w.file_id AND i.customer_key = w.customer_key
LEFT JOIN crosswalk AS c ON c.file_id = w.file_id AND c.customer_key = w.customer_key
"""


def hide_identities(engine: Engine, records: RecordSet, identities: HashedIdentities, *, most: int) -> RecordSet:
    """Put customer ids in the place of keys in the raw tables, and nothing in that of direct identifiers.

    The rule is that of an analysis of these records alone. `identities` remembers the way back; `most` is how many
    names a phone or address may have and still be one account's. Returns the reports; where all keys of a file were
    hashed, they say so.
    """
    records = build_crosswalk(engine, records, identities.resolve, most=most)
    remember_profiles(engine, identities)
    hidden = _held_identifiers(engine)
    hashed = set(engine.fetch("SELECT DISTINCT file_id FROM crosswalk")["file_id"].to_pylist())
    for kind in KINDS.values():
        places = {place for place, file in enumerate(records.files) if file.kind == kind.name}
        if places & hashed or (places and kind.name == "profiles"):
            engine.run(rows_by_id(kind, without_identifiers=True), into=f"raw_{kind.name}")
    _hide_withdrawn(engine, records, identities)
    engine.drop("crosswalk")
    personal = any(file.looks_personal for file in records.files)
    files = [replace(file, hidden=hidden.get(place, {})) for place, file in enumerate(records.files)]
    return replace(
        records,
        files=tuple(
            replace(file, key_role="hashed") if file.key_role != "customer_id" or personal else file for file in files
        ),
    )


def _hide_withdrawn(engine: Engine, records: RecordSet, identities: HashedIdentities) -> None:
    """Put ids in the place of the keys of orders that do not count; no way back is kept of who has no other row."""
    keys = engine.fetch(_KEYS_WITHDRAWN)
    personal = any(file.looks_personal for file in records.files)
    roles = [records.files[place].key_role for place in keys["file_id"].to_pylist()]
    texts = [key.partition(contacts.NAMED)[0] for key in keys["customer_key"].to_pylist()]
    may_pass = pc.and_(
        pa.array([role in {"customer_id", "hashed"} and not personal for role in roles], pa.bool_()),
        pc.invert(looks_like_person(pa.array(texts, pa.string()))),
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
