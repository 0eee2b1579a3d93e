"""Names, e-mails, phones and open ids never reach an analysis table: each becomes a keyed hash here.

The key and the table that leads back (the crosswalk) live in the workspace folder, readable by its owner only. The
crosswalk is one file for what analyses of files came to know, and one for each batch, which goes when that is undone.
Without a workspace the key lives for one run.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.core import RegularsError
from regulars.customers._key_names import form_of
from regulars.customers._spellings import canonical_key, canonical_keys
from regulars.records import Batches, contacts

Resolve = Callable[[pa.Array, str], pa.Array]
"""Takes distinct keys (text) and the role of their column (customer_id, open_id, email, phone, nickname, name);
returns the customer ids, in the same order."""

IDENTITY_SCHEMA = pa.schema([("customer_id", pa.string()), ("field", pa.string()), ("value", pa.string())])

_KEY_BYTES = 32
_BLOCK_BYTES = 64
_ID_HEX_DIGITS = 32
_FILE = "identities.parquet"
_AT_ONCE = 65_536
"""So many texts are objects of Python at a time."""

_HASH = f"^[0-9a-f]{{{_ID_HEX_DIGITS}}}$"


class Crosswalk(Protocol):
    """Where the way back from customer ids to people is kept if not in the files of a workspace: an app's vault."""

    @property
    def key(self) -> bytes:
        """The 32 bytes that make customer ids of keys; the same for ever."""

    def facts(self) -> pa.Table:
        """Return all that is known of people (IDENTITY_SCHEMA)."""

    def keep(self, facts: pa.Table, *, batch: str) -> None:
        """Keep facts (IDENTITY_SCHEMA) before anything that refers to them is written; `batch` may be empty."""

    def erased(self, facts: pa.Table) -> set[str]:
        """Return the ids among those of some facts whose people were erased: nothing of them is taken in again."""


class WorkspaceUnreadable(RegularsError):
    """A workspace folder whose key cannot be used."""

    code = "workspace_unreadable"
    template = "The workspace {folder} cannot be used: {problem}. Name another folder with --workspace."


class WorkspaceForeign(WorkspaceUnreadable):
    """A folder that is named as a workspace and is none."""

    code = "workspace_foreign"
    template = (
        "The workspace {folder} cannot be used: there is no file 'key' in it, so no analysis was made with it. "
        "Name another folder with --workspace."
    )


class HashedIdentities:
    """Turns keys into customer ids by HMAC-SHA256 and remembers the way back until it is saved.

    Args:
        folder: the workspace; created with its key if it does not exist. None: a key for this run only.
        crosswalk: takes the place of the key and of every file of identities in the workspace.
        key: where there is neither, the one to use instead of one for this run only.

    Raises:
        WorkspaceUnreadable: the folder, its key or its identities cannot be read, or are something else.
    """

    def __init__(self, folder: Path | None, *, crosswalk: Crosswalk | None = None, key: bytes | None = None) -> None:
        self.folder = folder
        self._crosswalk = crosswalk
        if crosswalk is not None:
            self._key = crosswalk.key
        else:
            own = key or secrets.token_bytes(_KEY_BYTES)
            self._key = own if folder is None else _key_of(folder)
        block = self._key.ljust(_BLOCK_BYTES, b"\0")
        self._begun = [sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C)]
        self._seen: dict[str, list[pa.Table]] = {}
        self.has_hashed = False
        """Whether any key was turned into a hash."""
        self.batches: tuple[str, ...] = ()
        """The batches that the workspace had when `facts` were asked for: all that is made of them goes with these."""
        if folder is not None and crosswalk is None:
            _check_identities(folder)  # what only `save` found would be found after all the work

    def resolve(self, keys: pa.Array, role: str) -> pa.Array:
        """Return the customer id of each key: 128 bits of the HMAC of its canonical form, as hexadecimal text.

        A customer_id that is such a hash of this workspace already stays what it is: a batch holds it, or somebody
        wrote down whom a result listed.
        """
        keys = keys.cast(pa.string())
        canonical = canonical_keys(keys, role)
        ids = self.hashed(canonical)
        known = self._are_hashes(keys) if role == "customer_id" else pa.array([False] * len(keys))
        fields = pc.list_element(pc.split_pattern(canonical, ":", max_splits=1), 0) if len(keys) else keys
        facts = pa.table([ids, fields, keys], schema=IDENTITY_SCHEMA)
        facts = pa.concat_tables([facts.filter(pc.invert(known)), _names_told(ids, keys)])
        self.has_hashed = self.has_hashed or facts.num_rows > 0
        self.remember(facts)
        return pc.if_else(known, keys, ids)

    def remember(self, facts: pa.Table, *, batch: str = "") -> None:
        """Keep facts (customer_id, field, value) for the crosswalk; they leave memory only through `save`.

        `batch`: the one that says so, where that is not the one in the making.
        """
        self._seen.setdefault(batch, []).append(facts)

    def hashed(self, texts: pa.Array) -> pa.Array:
        """Return 128 bits of the HMAC of each text, as hexadecimal text; equal texts have equal hashes."""
        cut = (texts.slice(start, _AT_ONCE) for start in range(0, len(texts), _AT_ONCE))
        found = [pa.array([self.hash_of(text) for text in some.to_pylist()], pa.string()) for some in cut]
        return pa.concat_arrays([pa.array([], pa.string()), *found])

    def hash_of(self, text: str) -> str:
        """Return the hash of one text, as `hashed` does of many."""
        return self._mac(text).hex()[:_ID_HEX_DIGITS]

    @property
    def without_facts(self) -> Callable[[], "HashedIdentities"]:
        """What makes one that hashes alike and knows nobody, wherever it is called."""
        return partial(HashedIdentities, None, key=self._key)

    def _mac(self, text: str) -> bytes:
        """Return the HMAC-SHA256 (RFC 2104) of a text, in a third of the time that `hmac` takes to key each anew."""
        inner, outer = self._begun[0].copy(), self._begun[1].copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.digest()

    def ids_by_name(self, customer_id: str, facts: Iterable[tuple[str, str]]) -> set[str]:
        """Return the ids that somebody has, or would have, under phones and addresses whose people names tell apart.

        `facts` (field, value) are what is known of this customer; of a phone's own customer there is no such id.
        """
        known = list(facts)
        names = (value for field, value in known if field in {"name", "nickname"})
        forms = {form for name in names if (form := form_of(name)) is not None}
        readers = {"phone": contacts.phones, "email": contacts.emails}
        shared = [(field, value) for field, value in known if field in readers and forms]
        cells = {(field, cell) for field, value in shared for cell in (value, *readers[field](value))}
        keys = {key for field, cell in cells if self.hash_of(key := canonical_key(cell, field)) != customer_id}
        return {self.hash_of(f"{key} {form}") for key in keys for form in forms}

    def hash_pieces(self, key: str, pieces: Iterable[bytes], into: list[bytes]) -> None:
        """Add four bytes to `into` for each piece of a name under a key: its keyed hash.

        The HMAC of the key itself keys the hashes of its pieces, so that equal pieces under two keys share nothing.
        """
        begun = blake2b(digest_size=4, key=self._mac(f"{key}{contacts.NAMED}"))
        for piece in pieces:
            keyed = begun.copy()  # half the time of one begun anew
            keyed.update(piece)
            into.append(keyed.digest())

    def facts(self) -> pa.Table:
        """Return what is known of everybody (customer_id, field, value): of the workspace, and seen in this run."""
        self.batches = () if self.folder is None else Batches(self.folder).ids()
        return each_once(pa.concat_tables([self.stored(), *self._everything_seen]))

    def stored(self) -> pa.Table:
        """Return what was known of people before this run (IDENTITY_SCHEMA)."""
        if self._crosswalk is not None:
            return self._crosswalk.facts()
        return IDENTITY_SCHEMA.empty_table() if self.folder is None else _identities(self.folder)

    @property
    def knows_of_erasures(self) -> bool:
        """Whether anybody can have been erased: only a crosswalk of its own remembers that."""
        return self._crosswalk is not None

    def forget(self, customer_ids: set[str]) -> None:
        """Keep nothing of what was seen here of some ids."""
        gone = pa.array(sorted(customer_ids), pa.string())
        for batch, seen in self._seen.items():
            self._seen[batch] = [each.filter(pc.invert(pc.is_in(each["customer_id"], value_set=gone))) for each in seen]

    def erased(self, customer_ids: pa.Array, facts: pa.Table) -> set[str]:
        """Return those of some ids whose people were erased: by the id, or by an address or phone seen here or told."""
        if self._crosswalk is None:
            return set()
        fields = pa.array(["customer_id"] * len(customer_ids), pa.string())
        plain = pa.table([customer_ids, fields, customer_ids], schema=IDENTITY_SCHEMA)
        return self._crosswalk.erased(pa.concat_tables([plain, facts, *self._everything_seen]))

    def save(self) -> None:
        """Add what was seen to `identities.parquet` in the workspace; without a workspace, forget it."""
        if self.folder is None or not self._has_seen:
            return
        if self._crosswalk is not None:
            self._keep("")
            return
        path = self.folder / _FILE
        earlier = pq.read_table(path, schema=IDENTITY_SCHEMA) if path.exists() else IDENTITY_SCHEMA.empty_table()
        self._write([earlier, *self._everything_seen], path)

    def save_to(self, folder: Path, *, batch: str = "") -> None:
        """Write what was seen, and nothing else, into a folder of batches: it comes and goes with them."""
        if self._crosswalk is not None:
            self._keep(batch)
        elif self._has_seen:
            self._write(self._everything_seen, folder / _FILE)

    def _keep(self, batch: str) -> None:
        if self._crosswalk is not None:
            for named, seen in self._seen.items():
                self._crosswalk.keep(pa.concat_tables(seen), batch=named or batch)

    @property
    def _has_seen(self) -> bool:
        return any(facts.num_rows for facts in self._everything_seen)

    @property
    def _everything_seen(self) -> list[pa.Table]:
        return [facts for seen in self._seen.values() for facts in seen]

    def _write(self, facts: list[pa.Table], path: Path) -> None:
        ordered = each_once(pa.concat_tables(facts))
        write_private(path, lambda target: pq.write_table(ordered, target))

    def _are_hashes(self, keys: pa.Array) -> pa.Array:
        """Whether each key is the hash of a key that the workspace knows; a name may be known of plain ids too."""
        shaped = keys.filter(pc.match_substring_regex(keys, _HASH))
        if not len(shaped):
            return pa.array([False] * len(keys))
        known = self.stored()
        known = known.filter(pc.is_in(known["customer_id"], value_set=shaped)).to_pylist()
        hashes = [row["customer_id"] for row in known if self.hash_of(_canonical(row)) == row["customer_id"]]
        return pc.is_in(keys, value_set=pa.array(hashes, pa.string()))


def _names_told(ids: pa.Array, keys: pa.Array) -> pa.Table:
    """Return the facts of accounts that a name tells from others with the same phone or address."""
    facts = []
    named = pc.match_substring(keys, contacts.NAMED)
    for own, key in zip(ids.filter(named).to_pylist(), keys.filter(named).to_pylist(), strict=True):
        bare, _, name = key.partition(contacts.NAMED)
        if name:
            field = canonical_key(bare, "name").partition(":")[0]
            facts += [(own, field if field == "email" else "phone", bare), (own, "name", name)]
    return facts_table(facts)


def facts_table(facts: Sequence[tuple[str, str, str]]) -> pa.Table:
    """Return customer ids, fields and values as a table (IDENTITY_SCHEMA)."""
    columns = list(zip(*facts, strict=True)) or [(), (), ()]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=IDENTITY_SCHEMA)


def _canonical(fact: dict[str, str]) -> str:
    return canonical_key(fact["value"], fact["field"])


def read_identities(folder: Path) -> pa.Table:
    """Return the crosswalk of a workspace (customer_id, field, value), that of its batches with it.

    It is empty if nothing was hashed there yet.

    Raises:
        WorkspaceUnreadable: the folder is no workspace, or its identities are something else.
    """
    if not (folder / "key").is_file():
        raise WorkspaceForeign(folder=folder)
    return _identities(folder)


def each_once(facts: pa.Table) -> pa.Table:
    """Return facts (IDENTITY_SCHEMA) in order, without repetitions."""
    names = IDENTITY_SCHEMA.names
    return facts.group_by(names).aggregate([]).select(names).sort_by([(name, "ascending") for name in names])


def _identities(folder: Path) -> pa.Table:
    _check_identities(folder)
    found = [pq.read_table(path, schema=IDENTITY_SCHEMA) for path in _files(folder)]
    return each_once(pa.concat_tables([IDENTITY_SCHEMA.empty_table(), *found]))


def _files(folder: Path) -> list[Path]:
    """Return the files of the crosswalk: what analyses of files came to know, and what each batch brought."""
    return [*([folder / _FILE] if (folder / _FILE).exists() else []), *Batches(folder).identities()]


def _check_identities(folder: Path) -> None:
    for path in _files(folder):
        try:
            is_ours = pq.read_schema(path).names == IDENTITY_SCHEMA.names
        except (OSError, pa.ArrowInvalid) as error:
            raise WorkspaceUnreadable(folder=folder, problem=_no_identities(folder, path)) from error
        if not is_ours:
            raise WorkspaceUnreadable(folder=folder, problem=_no_identities(folder, path))


def _no_identities(folder: Path, path: Path) -> str:
    return f"its file '{path.relative_to(folder)}' does not hold identities"


def _key_of(folder: Path) -> bytes:
    path = folder / "key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_private(path, lambda target: Path(target).write_text(secrets.token_hex(_KEY_BYTES)))
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise WorkspaceUnreadable(folder=folder, problem=error.strerror or "it cannot be read") from error
    except ValueError as error:
        raise WorkspaceUnreadable(folder=folder, problem="its file 'key' does not hold a key") from error
    if len(key) != _KEY_BYTES:
        raise WorkspaceUnreadable(folder=folder, problem="its file 'key' does not hold a key")
    return key


def write_private(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the path, readable by the owner only, then take its place: never half a file."""
    beside = path.with_name(path.name + ".new")
    beside.touch(mode=0o600)
    write(beside)
    os.chmod(beside, 0o600)
    os.replace(beside, path)
