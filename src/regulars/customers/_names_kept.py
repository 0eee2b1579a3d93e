"""What a batch keeps of the names beside its phones and addresses: no name, and yet whom it would tell apart.

Only all imports together say how many names a phone has. So each row keeps whose it is if that comes to be too many,
and the batch the pieces of each name, hashed together with the phone: names are compared under one phone only.
"""

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._identity import HashedIdentities, canonical_key
from regulars.customers._key_names import form_of, pieces_of
from regulars.engines import Engine
from regulars.records import RecordSet, contacts, masked

_HIDDEN_NAMES = pa.schema(
    [("file_id", pa.int32()), ("customer_key", pa.string()), ("key_id", pa.string()), ("key_name", pa.string())]
)

# Who only cancelled has no row, so that the name tells nobody apart; yet it says whose the cancelled order was.
_KEYS = """
SELECT file_id, customer_key, max(counts) AS counts FROM (
    SELECT file_id, customer_key, 1 AS counts FROM crosswalk
    UNION ALL SELECT file_id, customer_key, 0 FROM withdrawn WHERE customer_key IS NOT NULL
) AS keys
GROUP BY file_id, customer_key ORDER BY file_id, customer_key
"""


def hide_names(engine: Engine, records: RecordSet, identities: HashedIdentities) -> None:
    """Write `hidden_names`, the ids of each key without and with its name, and `key_names`."""
    keys = engine.fetch(_KEYS)
    keys = keys.filter(pc.match_substring(keys["customer_key"], contacts.NAMED))
    forms: dict[str, str | None] = {}
    rows: list[tuple[int, str, str, str]] = []
    names: dict[tuple[int, str, str], str] = {}
    for key in keys.to_pylist():
        bare, _, name = key["customer_key"].partition(contacts.NAMED)
        if name not in forms:
            forms[name] = form_of(name)
        form = forms[name]
        if form is not None:
            canonical = canonical_key(bare, records.files[key["file_id"]].key_role)
            rows.append((key["file_id"], key["customer_key"], canonical, f"{canonical} {form}"))
            if key["counts"]:
                names.setdefault((key["file_id"], canonical, form), bare)
    files, held, bare_keys, named_keys = zip(*rows, strict=True) if rows else ((), (), (), ())
    texts = list({*bare_keys, *named_keys})
    ids = dict(zip(texts, identities.hashed(pa.array(texts, pa.string())).to_pylist(), strict=True))
    found = [files, held, map(ids.__getitem__, bare_keys), map(ids.__getitem__, named_keys)]
    hidden = [pa.array(column, field.type) for column, field in zip(found, _HIDDEN_NAMES, strict=True)]
    engine.load("hidden_names", pa.table(hidden, schema=_HIDDEN_NAMES))
    engine.load("key_names", _kept(names, ids, identities))


def _kept(names: dict[tuple[int, str, str], str], ids: dict[str, str], identities: HashedIdentities) -> pa.Table:
    """Return the rows of `key_names`, with the columns that `records.read` gave it: of each file, key and name once."""
    pieces = [identities.pieces(key, pieces_of(form)) for _, key, form in names]
    return pa.table(
        {
            "file_id": pa.array([file_id for file_id, _, _ in names], pa.int32()),
            "key_id": pa.array([ids[key] for _, key, _ in names], pa.string()),
            "key_name": pa.array([ids[f"{key} {form}"] for _, key, form in names], pa.string()),
            "pieces": pa.array(pieces, pa.list_(pa.int32())),
            "shape": pa.array([masked(bare) for bare in names.values()], pa.string()),
        }
    )
