"""Which files carry keys that must be hashed, and the table that leads from their keys to customer ids.

An id that is another account of the same person leads to that person; `own_id` keeps what it was.
"""

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._identity import IDENTITY_SCHEMA, HashedIdentities, Resolve
from regulars.customers._key_names import names_of_keys, with_shared_keys
from regulars.customers._spellings import canonical_key
from regulars.engines import Engine, quoted
from regulars.records import KINDS, FileReport, RecordSet, contacts

_IDENTIFIERS = tuple(column.name for column in KINDS["profiles"].columns if column.role == "identifier")

CROSSWALK_SCHEMA = pa.schema(
    [("file_id", pa.int32()), ("customer_key", pa.string()), ("customer_id", pa.string()), ("own_id", pa.string())]
)

_SHARED = pa.schema([("key_id", pa.string()), ("customer_id", pa.string()), ("is_named", pa.bool_())])

_TO_PERSONS = """
SELECT w.file_id, w.customer_key, coalesce(p.person_id, w.customer_id) AS customer_id, w.own_id
FROM crosswalk AS w LEFT JOIN persons AS p ON p.customer_id = w.own_id
"""

# Keys that pass unchanged are in no crosswalk: those of them that are another's other account come in here.
_PASSING = """
SELECT DISTINCT r.file_id, r.{key} AS customer_key, p.person_id AS customer_id, r.{key} AS own_id
FROM {raw} AS r JOIN persons AS p ON p.customer_id = r.{key}
ANTI JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.{key}
WHERE p.person_id <> r.{key}
"""

_HELD = f"SELECT {', '.join(f'count({quoted(field)}) AS {quoted(field)}' for field in _IDENTIFIERS)} FROM raw_profiles"

# Where a row has an id already, it is that of its phone; names that tell people apart here lead to ids of their own.
_FACTS = """
SELECT DISTINCT coalesce(w.own_id, a.own_id, r.customer_key) AS customer_id, $field AS field, r.{value} AS value
FROM raw_profiles AS r
LEFT JOIN crosswalk AS w ON w.file_id = r.file_id AND w.customer_key = r.customer_key
LEFT JOIN (SELECT DISTINCT own_id FROM crosswalk) AS a ON a.own_id = r.key_name
WHERE r.{value} IS NOT NULL
"""


def build_crosswalk(engine: Engine, records: RecordSet, resolve: Resolve, *, most: int) -> RecordSet:
    """Write the table `crosswalk` (see CROSSWALK_SCHEMA); return the records with what is told of keys shared.

    And `shared_accounts`: the accounts under a phone or address whose names tell people apart.

    A phone or address with more than `most` names beside it is as many accounts; with fewer it stays one.

    A column mapped as customer_id passes unchanged (it is not in the crosswalk), unless at least 1 % of its
    values in any file look like an e-mail address or a mobile number: then every file's is hashed, so that
    the same person keeps the same id in all of them. Where fewer do, only those values are.
    Keys that were all hashed on their way into a batch pass as the ids they are.
    """
    ids_are_personal = any(file.looks_personal for file in records.files)
    to_hash: dict[int, pa.Array] = {}
    for file_id, file in enumerate(records.files):
        passes = file.key_role == "customer_id" and not ids_are_personal
        if file.key_role == "hashed" or (passes and not file.has_personal_keys):
            continue
        keys = _keys(engine, file, file_id)
        if passes:
            keys = keys.filter(contacts.looks_like_person(keys))
        if not len(keys):
            continue
        to_hash[file_id] = keys
    names = names_of_keys(to_hash.values(), most=most)
    parts = [CROSSWALK_SCHEMA.empty_table()]
    shared: dict[str, dict[str, bool]] = {}
    for file_id, keys in to_hash.items():
        whose = names.accounts(keys)
        distinct = pc.unique(whose)
        role = records.files[file_id].key_role
        of_distinct = resolve(distinct, role)
        for key, who in names.told_apart(distinct, of_distinct):
            bare, _, name = key.partition(contacts.NAMED)
            shared.setdefault(canonical_key(bare, role), {})[who] = bool(name)
        ids = of_distinct.take(pc.index_in(whose, distinct))
        files = pa.array([file_id] * len(keys), pa.int32())
        parts.append(pa.table([files, keys, ids, ids], schema=CROSSWALK_SCHEMA))
    engine.load("crosswalk", pa.concat_tables(parts))
    rows = [
        {"key_id": min(accounts), "customer_id": who, "is_named": is_named}
        for accounts in shared.values()
        for who, is_named in accounts.items()
    ]
    engine.load("shared_accounts", pa.Table.from_pylist(rows, schema=_SHARED))
    return with_shared_keys(engine, records, names, to_hash)


def remember_profiles(engine: Engine, identities: HashedIdentities) -> None:
    """Hand the direct identifiers of the profiles to the crosswalk of the workspace; nothing else may read them."""
    facts = profile_facts(engine)
    if facts.num_rows:
        identities.remember(facts)


def profile_facts(engine: Engine) -> pa.Table:
    """Return the direct identifiers of the profiles (IDENTITY_SCHEMA), before keys gave way to ids or after it."""
    (held,) = engine.fetch(_HELD).to_pylist()  # most imports tell of nobody, and each question costs as a join does
    facts = [engine.fetch(_FACTS.format(value=quoted(field)), field=field) for field in _IDENTIFIERS if held[field]]
    return pa.concat_tables([IDENTITY_SCHEMA.empty_table(), *(each.cast(IDENTITY_SCHEMA) for each in facts)])


def remember_known(engine: Engine, identities: HashedIdentities) -> None:
    """Hand what batches know of people to the crosswalk again, under the ids that this run hashed their plain ids to.

    Only where a later batch had every customer_id taken for an address; elsewhere people keep the ids of the batches.
    """
    if identities.folder is None or not identities.has_hashed:
        return
    engine.load("known", identities.stored())
    facts = engine.fetch(
        "SELECT DISTINCT w.customer_id, k.field, k.value FROM crosswalk AS w"
        " JOIN known AS k ON k.customer_id = w.customer_key AND w.customer_id <> w.customer_key"
    )
    engine.drop("known")
    identities.remember(facts.cast(IDENTITY_SCHEMA))


def lead_to_persons(engine: Engine, records: RecordSet) -> None:
    """Rewrite the table `crosswalk` so that every account of one person leads to the id that `persons` names."""
    kinds = sorted({file.kind for file in records.files if file.accepted})
    passing = [
        _PASSING.format(key=quoted(key), raw=quoted(f"raw_{kind}")) for kind in kinds for key in _key_columns(kind)
    ]
    engine.run(" UNION ".join([_TO_PERSONS, *passing]), into="crosswalk")


def _key_columns(kind: str) -> tuple[str, ...]:
    return tuple(column.key_name for column in KINDS[kind].columns if column.role == "key")


def _keys(engine: Engine, file: FileReport, file_id: int) -> pa.Array:
    columns = _key_columns(file.kind)
    query = " UNION ".join(
        f"SELECT {column} AS customer_key FROM {quoted('raw_' + file.kind)} WHERE file_id = $file_id"
        for column in columns
    )
    found = engine.fetch(f"SELECT DISTINCT customer_key FROM ({query}) AS keys ORDER BY customer_key", file_id=file_id)
    return found.column("customer_key").cast(pa.string()).combine_chunks()
