"""Rows that are to stay in a workspace must not say who they are of: their keys are hashed before they are stored.

What a batch keeps of a person is the customer id; the way back goes into the identities of the batch.
"""

from dataclasses import replace

import pyarrow as pa

from regulars.customers._crosswalk import build_crosswalk, remember_profiles
from regulars.customers._identity import HashedIdentities
from regulars.customers._known_rows import rows_by_id
from regulars.engines import Engine, quoted
from regulars.records import KINDS, RecordSet


def hide_identities(engine: Engine, records: RecordSet, identities: HashedIdentities) -> RecordSet:
    """Put customer ids in the place of keys in the raw tables, and nothing in that of direct identifiers.

    The rule is that of an analysis of these records alone. `identities` remembers the way back. Returns the reports;
    where all keys of a file were hashed, they say so.
    """
    build_crosswalk(engine, records, identities.resolve)
    remember_profiles(engine, identities)
    hidden = _held_identifiers(engine)
    hashed = set(engine.fetch("SELECT DISTINCT file_id FROM crosswalk")["file_id"].to_pylist())
    for kind in KINDS.values():
        places = {place for place, file in enumerate(records.files) if file.kind == kind.name}
        if places & hashed or (places and kind.name == "profiles"):
            engine.run(rows_by_id(kind, without_identifiers=True), into=f"raw_{kind.name}")
    engine.drop("crosswalk")
    _leave_out_erased(engine, identities)
    personal = any(file.looks_personal for file in records.files)
    files = [replace(file, hidden=hidden.get(place, {})) for place, file in enumerate(records.files)]
    return replace(
        records,
        files=tuple(
            replace(file, key_role="hashed") if file.key_role != "customer_id" or personal else file for file in files
        ),
    )


def _leave_out_erased(engine: Engine, identities: HashedIdentities) -> None:
    """Remove every row of somebody who was erased: an old export must not bring them back."""
    for kind in KINDS.values():
        raw = quoted(f"raw_{kind.name}")
        for column in (column.key_name for column in kind.columns if column.role == "key"):
            ids = engine.fetch(f"SELECT DISTINCT {quoted(column)} AS id FROM {raw} WHERE {quoted(column)} IS NOT NULL")
            gone = identities.erased(ids["id"].cast(pa.string()).combine_chunks())
            if gone:
                engine.load("erased", pa.table({"id": sorted(gone)}))
                engine.run(f"SELECT r.* FROM {raw} AS r ANTI JOIN erased AS e ON e.id = r.{quoted(column)}",
                           into=f"raw_{kind.name}")  # fmt: skip
                engine.drop("erased")


def _held_identifiers(engine: Engine) -> dict[int, dict[str, int]]:
    """Return how many rows of each file of profiles have a value, by direct identifier."""
    names = [column.name for column in KINDS["profiles"].columns if column.role == "identifier"]
    counts = ", ".join(f"CAST(count({quoted(name)}) AS BIGINT) AS {quoted(name)}" for name in names)
    rows = engine.fetch(f"SELECT file_id, {counts} FROM raw_profiles GROUP BY file_id").to_pylist()
    return {row["file_id"]: {name: row[name] for name in names if row[name]} for row in rows}
