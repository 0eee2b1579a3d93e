"""What a batch keeps of the names beside its phones and addresses: no name, and yet whom it would tell apart.

Only all imports together say how many names a phone has. So each row keeps whose it is if that comes to be too many,
and the batch the pieces of each name, hashed together with the phone: names are compared under one phone only.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.customers._identity import HashedIdentities
from regulars.customers._key_names import form_of, pieces_of
from regulars.customers._spellings import canonical_keys
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
_Name: TypeAlias = tuple[str, tuple[bytes, ...]]
"""A name in its one form, and the pieces of it."""

_ROWS = 8_192
_REMEMBERED = 16_384
"""Names that stand beside many phones are taken apart once, as long as that keeps memory small."""

# Who only cancelled has no row, so that the name tells nobody apart; yet it says whose the cancelled order was.
_KEYS = """
SELECT file_id, customer_key, max(counts) AS counts FROM (
    SELECT file_id, customer_key, 1 AS counts FROM crosswalk
    UNION ALL SELECT file_id, customer_key, 0 FROM withdrawn WHERE customer_key IS NOT NULL
) AS keys
GROUP BY file_id, customer_key
"""

# One name in several spellings is rare, so that few rows are ever put in order.
_SPELT_AGAIN = """
WITH several AS (
    SELECT file_id, key_name FROM hidden_names WHERE counts = 1 GROUP BY file_id, key_name HAVING count(*) > 1
)
SELECT h.file_id, h.customer_key FROM hidden_names AS h
JOIN several AS s ON s.file_id = h.file_id AND s.key_name = h.key_name
WHERE h.counts = 1
QUALIFY row_number() OVER (PARTITION BY h.file_id, h.key_name ORDER BY h.customer_key) > 1
"""
_ONCE = """
SELECT h.file_id, h.key_id, h.key_name, h.pieces, h.shape FROM hidden_names AS h
ANTI JOIN spelt_again AS a ON a.file_id = h.file_id AND a.customer_key = h.customer_key
WHERE h.counts = 1
"""


def hide_names(engine: Engine, records: RecordSet, identities: HashedIdentities) -> None:
    """Write `hidden_names`, the ids of each key without and with its name."""
    hidden = partial(_hidden, identities.without_facts, [file.key_role for file in records.files])
    engine.map_batches(_KEYS, hidden, _HIDDEN_NAMES, into="hidden_names")


def keep_names(engine: Engine) -> None:
    """Write `key_names` out of `hidden_names`, in the columns that `records.read` gave it: of each file and name one.

    Apart from `hide_names`, for by then the raw rows hold no texts any more, and memory has room.
    """
    engine.run(_SPELT_AGAIN, into="spelt_again")
    engine.run(_ONCE, into="key_names")
    engine.drop("spelt_again", "hidden_names")


def _hidden(
    hashing: Callable[[], HashedIdentities], roles: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    identities = hashing()
    name_of = lru_cache(maxsize=_REMEMBERED)(_name)
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            piece = batch.slice(start, _ROWS)
            named = piece.filter(pc.match_substring(piece.column("customer_key"), contacts.NAMED))
            for file_id in pc.unique(named.column("file_id")).to_pylist():
                of_file = named.filter(pc.equal(named.column("file_id"), file_id))
                yield _of_file(of_file, roles[file_id], identities, name_of)


def _of_file(
    rows: pa.RecordBatch, role: str, identities: HashedIdentities, name_of: Callable[[str], _Name | None]
) -> pa.RecordBatch:
    """Return the rows of one file, hidden; of what is no name only the id of the key."""
    parts = pc.split_pattern(rows.column("customer_key"), contacts.NAMED, max_splits=1)
    names = [name_of(cell) for cell in pc.list_element(parts, 1).to_pylist()]
    is_name = pa.array([name is not None for name in names], pa.bool_())
    bare, counts = pc.list_element(parts, 0), pc.if_else(is_name, rows.column("counts"), 0).cast(pa.int32())
    keys = canonical_keys(bare, role)
    forms: list[str] = []
    pieces: list[bytes] = []
    lengths = np.zeros(len(names), dtype=np.int32)
    for place, (key, name, is_counted) in enumerate(zip(keys.to_pylist(), names, counts.to_pylist(), strict=True)):
        if name is None:
            continue
        form, of_name = name
        forms.append(f"{key} {form}")
        if is_counted:
            identities.hash_pieces(key, of_name, into=pieces)
            lengths[place] = len(of_name)
    named = identities.hashed(pa.array(forms, pa.string()))
    return pa.RecordBatch.from_arrays(
        [
            rows.column("file_id"),
            rows.column("customer_key"),
            identities.hashed(keys),
            pc.replace_with_mask(pa.nulls(len(names), pa.string()), is_name, named),
            _as_lists(pieces, lengths, is_missing=pc.equal(counts, 0)),
            _shapes(bare),
            counts,
        ],
        schema=_HIDDEN_NAMES,
    )


def _name(cell: str) -> _Name | None:
    form = form_of(cell)
    return None if form is None else (form, tuple(piece.encode() for piece in pieces_of(form)))


def _as_lists(pieces: list[bytes], lengths: NDArray[np.int32], *, is_missing: pa.Array) -> pa.Array:
    """Return 31 bits of each hash, those of one name in an order that tells nothing of the name."""
    bits = (np.frombuffer(b"".join(pieces), dtype=">u4") >> 1).astype(np.int32)
    ordered = bits[np.lexsort((bits, np.repeat(np.arange(len(lengths)), lengths)))]
    ends = np.concatenate((np.zeros(1, dtype=np.int32), np.cumsum(lengths, dtype=np.int32)))
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(ordered), mask=is_missing)


def _shapes(keys: pa.Array) -> pa.Array:
    """Return each key masked; without their digits most phones are alike."""
    encoded = pc.replace_substring_regex(keys, "[0-9]", "#").dictionary_encode()
    shapes = [masked(key) for key in encoded.dictionary.to_pylist()]
    return pa.array(shapes, pa.string()).take(encoded.indices)
