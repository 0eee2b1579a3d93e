"""Whose is a phone or an address with several names beside it? One account's and marked, or as many as there are names.

A family shares a phone, and a shop enters info@ for everybody: only the names in the same rows tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._traits import name_parts
from regulars.engines import Engine, quoted
from regulars.records import KINDS, RecordSet, contacts, masked

_SEVERAL, _MANY = "key_of_several_names", "key_of_many_names"
_MARKED = pa.schema([("file_id", pa.int32()), ("customer_key", pa.string()), ("issue", pa.string())])

_ROWS = """
SELECT r.file_id, m.issue, CAST(count(*) AS BIGINT) AS n, min(r.line) AS line, {amount} AS amount
FROM {raw} AS r JOIN keys_with_names AS m ON m.file_id = r.file_id AND m.customer_key = r.customer_key
GROUP BY r.file_id, m.issue
"""
_FIRST = """
SELECT r.customer_key FROM {raw} AS r
JOIN keys_with_names AS m ON m.file_id = r.file_id AND m.customer_key = r.customer_key
WHERE r.file_id = $file_id AND r.line = $line AND m.issue = $issue
"""
_SALES = "CAST(sum(CASE WHEN r.amount > 0 AND NOT coalesce(r.is_refund, FALSE) THEN r.amount END) AS DECIMAL(18, 4))"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNames:
    """The phones and addresses with several names, by what becomes of them; and the one form of each name."""

    issues: Mapping[str, str]
    forms: Mapping[str, str]

    def accounts(self, keys: pa.Array) -> pa.Array:
        """Return whose each key is: without the name, but where names tell people apart."""
        if not pc.any(pc.match_substring(keys, contacts.NAMED), min_count=0).as_py():
            return keys
        return pa.array([self._account(key) for key in keys.to_pylist()], pa.string())

    def issue(self, key: str) -> str | None:
        """Return what is to be told of a key, if anything."""
        return self.issues.get(key.partition(contacts.NAMED)[0])

    def _account(self, key: str) -> str:
        bare, _, name = key.partition(contacts.NAMED)
        form = self.forms.get(name) if self.issues.get(bare) == _MANY else None
        return bare if form is None else f"{bare}{contacts.NAMED}{form}"


def names_of_keys(keys: Iterable[pa.Array], *, most: int) -> KeyNames:
    """Return which phones and addresses have several names in all files together.

    Names of which one holds the other ("Ana", "Ana Smith") are one.
    """
    found: dict[str, set[str]] = {}
    for column in keys:
        for key in column.filter(pc.match_substring(column, contacts.NAMED)).to_pylist():
            bare, _, name = key.partition(contacts.NAMED)
            found.setdefault(bare, set()).add(name)
    several = {bare: names for bare, names in found.items() if len(names) > 1}
    forms = {name: form for name in set().union(*several.values()) if (form := _form(name)) is not None}
    issues = {}
    for bare, names in several.items():
        people = _people({forms[name] for name in names if name in forms})
        if people > 1:
            issues[bare] = _MANY if people > most else _SEVERAL
    return KeyNames(issues=issues, forms=forms)


def with_shared_keys(engine: Engine, records: RecordSet, names: KeyNames, keys: Mapping[int, pa.Array]) -> RecordSet:
    """Return the records, each file with what is told of its rows whose key has several names."""
    if not names.issues:
        return records
    marked = [
        {"file_id": file_id, "customer_key": key, "issue": issue}
        for file_id, column in keys.items()
        for key in column.to_pylist()
        if (issue := names.issue(key)) is not None
    ]
    engine.load("keys_with_names", pa.Table.from_pylist(marked, schema=_MARKED))
    files = list(records.files)
    for kind in sorted({files[row["file_id"]].kind for row in marked}):
        if "customer_id" not in KINDS[kind].keys:
            continue
        raw = quoted(f"raw_{kind}")
        amount = _SALES if kind == "orders" else "CAST(NULL AS DECIMAL(18, 4))"
        for row in engine.fetch(_ROWS.format(raw=raw, amount=amount)).to_pylist():
            place = {"file_id": row["file_id"], "line": row["line"], "issue": row["issue"]}
            first = engine.fetch(_FIRST.format(raw=raw), **place).column(0)[0].as_py()
            shape = masked(first.partition(contacts.NAMED)[0])
            files[row["file_id"]] = files[row["file_id"]].telling(
                row["issue"], rows=row["n"], line=row["line"], example=shape, amount=row["amount"]
            )
    engine.drop("keys_with_names")
    return replace(records, files=tuple(files))


def _form(name: str) -> str | None:
    parts = name_parts(name)
    return None if parts is None else str(parts["full_name"])


def _people(names: set[str]) -> int:
    """Return how many names there are that no other one holds."""
    return sum(not any(other != name and _holds(other, name) for other in names) for name in names)


def _holds(whole: str, part: str) -> bool:
    # Without blanks between them, as in Chinese, characters are what a name consists of; Ann is not Anna.
    is_spaced = whole.isascii() or part.isascii()
    return set(part.split()) <= set(whole.split()) if is_spaced else part in whole
