"""Which files carry keys that must be hashed, and the table that leads from their keys to customer ids."""

import pyarrow as pa

from regulars.customers._identity import IDENTITY_SCHEMA, HashedIdentities, Resolve, read_identities
from regulars.engines import Engine, quoted
from regulars.records import FileReport, RecordSet, looks_like_person

CROSSWALK_SCHEMA = pa.schema([("file_id", pa.int32()), ("customer_key", pa.string()), ("customer_id", pa.string())])

_IDENTIFIERS = ("name", "email", "phone", "address")


def build_crosswalk(engine: Engine, records: RecordSet, resolve: Resolve) -> bool:
    """Write the table `crosswalk` (file_id, customer_key, customer_id); return whether any key was hashed.

    A column mapped as customer_id passes unchanged (it is not in the crosswalk), unless at least 1 % of its
    values in any file look like an e-mail address or a mobile number: then every file's is hashed, so that
    the same person keeps the same id in all of them. Where fewer do, only those values are.
    Keys that were all hashed on their way into a batch pass as the ids they are.
    """
    ids_are_personal = any(file.looks_personal for file in records.files)
    parts = [CROSSWALK_SCHEMA.empty_table()]
    for file_id, file in enumerate(records.files):
        passes = file.key_role == "customer_id" and not ids_are_personal
        if file.key_role == "hashed" or (passes and not file.has_personal_keys):
            continue
        keys = _keys(engine, file, file_id)
        if passes:
            keys = keys.filter(looks_like_person(keys))
        if not len(keys):
            continue
        ids = resolve(keys, file.key_role)
        files = pa.array([file_id] * len(keys), pa.int32())
        parts.append(pa.table([files, keys, ids], schema=CROSSWALK_SCHEMA))
    engine.load("crosswalk", pa.concat_tables(parts))
    return len(parts) > 1


def remember_profiles(engine: Engine, identities: HashedIdentities) -> None:
    """Hand the direct identifiers of the profiles to the crosswalk of the workspace; nothing else may read them."""
    for field in _IDENTIFIERS:
        facts = engine.fetch(
            f"SELECT DISTINCT coalesce(w.customer_id, r.customer_key) AS customer_id, $field AS field,"
            f" r.{quoted(field)} AS value FROM raw_profiles AS r"
            f" LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key"
            f" WHERE r.{quoted(field)} IS NOT NULL",
            field=field,
        )
        if facts.num_rows:
            identities.remember(facts.cast(IDENTITY_SCHEMA))


def remember_known(engine: Engine, identities: HashedIdentities) -> None:
    """Hand what batches know of people to the crosswalk again, under the ids that this run hashed their plain ids to.

    Only where a later batch had every customer_id taken for an address; elsewhere people keep the ids of the batches.
    """
    if identities.folder is None or not identities.has_hashed:
        return
    engine.load("known", read_identities(identities.folder))
    facts = engine.fetch(
        "SELECT DISTINCT w.customer_id, k.field, k.value FROM crosswalk AS w"
        " JOIN known AS k ON k.customer_id = w.customer_key AND w.customer_id <> w.customer_key"
    )
    engine.drop("known")
    identities.remember(facts.cast(IDENTITY_SCHEMA))


def _keys(engine: Engine, file: FileReport, file_id: int) -> pa.Array:
    columns = ("referrer_key", "referred_key") if file.kind == "referrals" else ("customer_key",)
    query = " UNION ".join(
        f"SELECT {column} AS customer_key FROM {quoted('raw_' + file.kind)} WHERE file_id = $file_id"
        for column in columns
    )
    found = engine.fetch(f"SELECT DISTINCT customer_key FROM ({query}) AS keys ORDER BY customer_key", file_id=file_id)
    return found.column("customer_key").cast(pa.string()).combine_chunks()
