"""What a batch keeps of the names beside its phones and addresses: no name, and yet whom it would tell apart.

Only all imports together say how many names a phone has. So each row keeps whose it is if that comes to be too many,
and the batch the pieces of each name, hashed together with the phone: names are compared under one phone only.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._identity import HashedIdentities, canonical_key
from regulars.customers._key_names import form_of, pieces_of
from regulars.engines import Engine
from regulars.records import RecordSet, contacts, masked

_HIDDEN_NAMES = pa.schema(
    [
        ("file_id", pa.int32()),
        ("customer_key", pa.string()),
        ("key_id", pa.string()),
        ("key_name", pa.string()),
        ("pieces", pa.list_(pa.int32())),
        ("shape", pa.string()),
        ("counts", pa.int32()),
    ]
)
_ROWS = 4_096
_REMEMBERED = 4_096
"""Names that stand beside many phones are taken apart once, as long as that keeps memory small."""

# Who only cancelled has no row, so that the name tells nobody apart; yet it says whose the cancelled order was.
_KEYS = """
SELECT file_id, customer_key, max(counts) AS counts FROM (
    SELECT file_id, customer_key, 1 AS counts FROM crosswalk
    UNION ALL SELECT file_id, customer_key, 0 FROM withdrawn WHERE customer_key IS NOT NULL
) AS keys
GROUP BY file_id, customer_key ORDER BY file_id, customer_key
"""

_ONCE = """
SELECT file_id, key_id, key_name, pieces, shape FROM hidden_names WHERE counts = 1
QUALIFY row_number() OVER (PARTITION BY file_id, key_name ORDER BY customer_key) = 1
"""


def hide_names(engine: Engine, records: RecordSet, identities: HashedIdentities) -> None:
    """Write `hidden_names`, the ids of each key without and with its name, and `key_names`.

    The latter has the columns that `records.read` gave it: of each file, key and name once.
    """
    hidden = partial(_hidden, identities.without_facts, [file.key_role for file in records.files])
    engine.map_batches(_KEYS, hidden, _HIDDEN_NAMES, into="hidden_names")
    engine.run(_ONCE, into="key_names")


def _hidden(
    hashing: Callable[[], HashedIdentities], roles: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    identities = hashing()
    name_of = lru_cache(maxsize=_REMEMBERED)(_name)
    key_of = lru_cache(maxsize=_REMEMBERED)(partial(_key, identities))
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            piece = batch.slice(start, _ROWS)
            named = piece.filter(pc.match_substring(piece.column("customer_key"), contacts.NAMED))
            rows = []
            columns = (named.column(name).to_pylist() for name in ("file_id", "customer_key", "counts"))
            for file_id, key, counts in zip(*columns, strict=True):
                bare, _, cell = key.partition(contacts.NAMED)
                if (name := name_of(cell)) is not None:
                    canonical, key_id, shape = key_of(bare, roles[file_id])
                    key_name = identities.hash_of(f"{canonical} {name[0]}")
                    pieces = identities.pieces(canonical, name[1]) if counts else None
                    rows.append((file_id, key, key_id, key_name, pieces, shape, counts))
            found = zip(*rows, strict=True) if rows else ((),) * len(_HIDDEN_NAMES)
            arrays = [pa.array(column, field.type) for column, field in zip(found, _HIDDEN_NAMES, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=_HIDDEN_NAMES)


def _name(cell: str) -> tuple[str, frozenset[str]] | None:
    form = form_of(cell)
    return None if form is None else (form, pieces_of(form))


def _key(identities: HashedIdentities, bare: str, role: str) -> tuple[str, str, str]:
    """Return a phone or address in its one spelling, its id and its shape."""
    canonical = canonical_key(bare, role)
    return canonical, identities.hash_of(canonical), masked(bare)
