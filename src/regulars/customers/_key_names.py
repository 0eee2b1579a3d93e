"""Whose is a phone or an address with several names beside it? One account's and marked, or as many as there are names.

A family shares a phone, and a shop enters info@ for everybody: only the names in the same rows tell.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._traits import TITLES, name_parts, without_titles
from regulars.engines import Engine, quoted
from regulars.records import KINDS, RecordSet, contacts, masked

# Han, kana, Hangul: names in them are written without blanks as often as with.
_NO_BLANKS = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힣]")
# Of these no other spelling is the same character.
_HAN_ALONE = re.compile(r"[㐀-鿿]+")
_PARTS = re.compile(r"\d+|\D")

SEVERAL, MANY = "key_of_several_names", "key_of_many_names"
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
SALES = "CAST(sum(CASE WHEN r.amount > 0 AND NOT coalesce(r.is_refund, FALSE) THEN r.amount END) AS DECIMAL(18, 4))"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNames:
    """The phones and addresses with several names, by what becomes of them; and the one form of each name."""

    issues: Mapping[str, str]
    forms: Mapping[str, str]

    def accounts(self, keys: pa.Array) -> pa.Array:
        """Return whose each key is: without the name, but where names tell people apart."""
        bare = _without_names(keys)
        told_apart = pc.is_in(bare, value_set=self._keys_of(MANY))
        named = [self._account(key) for key in keys.filter(told_apart).to_pylist()]
        return pc.replace_with_mask(bare, told_apart, pa.array(named, pa.string()))

    def told_apart(self, accounts: pa.Array, ids: pa.Array) -> Iterator[tuple[str, str]]:
        """Yield accounts under a phone or address that is several people's, each with its id."""
        is_one = pc.is_in(_without_names(accounts), value_set=self._keys_of(MANY))
        yield from zip(accounts.filter(is_one).to_pylist(), ids.filter(is_one).to_pylist(), strict=True)

    def told(self, keys: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return those of the keys of which anything is to be told, and what."""
        bare = _without_names(keys)
        codes, of_codes = (pa.array(list(each), pa.string()) for each in (self.issues, self.issues.values()))
        what = of_codes.take(pc.index_in(bare, value_set=codes))
        return keys.filter(what.is_valid()), what.drop_null()

    def _keys_of(self, issue: str) -> pa.Array:
        return pa.array([key for key, found in self.issues.items() if found == issue], pa.string())

    def _account(self, key: str) -> str:
        bare, _, name = key.partition(contacts.NAMED)
        form = self.forms.get(name)
        return bare if form is None else f"{bare}{contacts.NAMED}{form}"


def names_of_keys(keys: Iterable[pa.Array], *, most: int) -> KeyNames:
    """Return which phones and addresses have several names in all files together.

    Names of which one holds the other ("Ana", "Ana Smith") are one.
    """
    named = [column.filter(pc.match_substring(column, contacts.NAMED)) for column in keys]
    distinct = pc.unique(pa.concat_arrays([pa.array([], pa.string()), *named]))
    bare_keys = _without_names(distinct)
    counted = pc.value_counts(bare_keys)
    met_again = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    several: dict[str, set[str]] = {}
    for key in distinct.filter(pc.is_in(bare_keys, value_set=met_again)).to_pylist():
        bare, _, name = key.partition(contacts.NAMED)
        several.setdefault(bare, set()).add(name)
    forms = {name: form for name in set().union(*several.values()) if (form := form_of(name)) is not None}
    issues = {}
    for bare, names in several.items():
        issue = issue_of({pieces_of(forms[name]) for name in names if name in forms}, most=most)
        if issue is not None:
            issues[bare] = issue
    return KeyNames(issues=issues, forms=forms)


def _without_names(keys: pa.Array) -> pa.Array:
    return pc.list_element(pc.split_pattern(keys, contacts.NAMED, max_splits=1), 0) if len(keys) else keys


def with_shared_keys(engine: Engine, records: RecordSet, names: KeyNames, keys: Mapping[int, pa.Array]) -> RecordSet:
    """Return the records, each file with what is told of its rows whose key has several names."""
    if not names.issues:
        return records
    parts = [_MARKED.empty_table()]
    for file_id, column in keys.items():
        marked, issues = names.told(column)
        parts.append(pa.table([pa.array([file_id] * len(marked), pa.int32()), marked, issues], schema=_MARKED))
    engine.load("keys_with_names", pa.concat_tables(parts))
    files = list(records.files)
    for kind in sorted({files[file_id].kind for file_id, part in zip(keys, parts[1:], strict=True) if part.num_rows}):
        if "customer_id" not in KINDS[kind].keys:
            continue
        raw = quoted(f"raw_{kind}")
        amount = SALES if kind == "orders" else "CAST(NULL AS DECIMAL(18, 4))"
        for row in engine.fetch(_ROWS.format(raw=raw, amount=amount)).to_pylist():
            place = {"file_id": row["file_id"], "line": row["line"], "issue": row["issue"]}
            first = engine.fetch(_FIRST.format(raw=raw), **place).column(0)[0].as_py()
            shape = masked(first.partition(contacts.NAMED)[0])
            files[row["file_id"]] = files[row["file_id"]].telling(
                row["issue"], rows=row["n"], line=row["line"], example=shape, amount=row["amount"]
            )
    engine.drop("keys_with_names")
    return replace(records, files=tuple(files))


def form_of(name: str) -> str | None:
    """Return the one form of a name in all its spellings; None of what is no name.

    Most names are of plain letters, or of Chinese characters alone: those need no taking apart.
    """
    if _HAN_ALONE.fullmatch(name):
        return without_titles(name) or None
    if name.isascii() and name.replace(" ", "").isalpha():
        words = name.lower().split()
        if TITLES.isdisjoint(words):
            return " ".join(sorted(words))
    parts = name_parts(name)
    return None if parts is None else str(parts["full_name"])


def issue_of(names: Collection[frozenset[Any]], *, most: int) -> str | None:
    """Return what is to be told of a key with these names, each by its pieces; None where they are one person's."""
    people = _people(names, most=max(most, 1))
    if people < 2:
        return None
    return MANY if people > most else SEVERAL


def _people(names: Collection[frozenset[Any]], *, most: int) -> int:
    """Return how many names there are, by the pieces of each, that no other one holds; above `most` counting ends.

    An address that a shop enters for everybody has as many names as the shop has customers, so that not each of them
    is compared with all: only a longer one can hold it.
    """
    found = 0
    longer: list[frozenset[Any]] = []
    by_length = sorted(names, key=len, reverse=True)
    for _, some in groupby(by_length, key=len):
        alike_long = list(some)
        for pieces in alike_long:
            found += not any(pieces <= other for other in longer)
            if found > most:
                return found
        longer += alike_long
    return found


def pieces_of(name: str) -> frozenset[str]:
    """Return what a name consists of: one name holds another if it has all of its pieces.

    Words, for Ann is not Anna. Without blanks between them, as in Chinese, the characters and every two neighbours; a
    number in a name is one of them, for the twelfth guest is not the first.
    """
    if name.isascii():
        return frozenset(name.split())
    if _HAN_ALONE.fullmatch(name):
        return frozenset((*name, *map("".join, pairwise(name))))
    pieces: set[str] = set()
    for word in unicodedata.normalize("NFC", name).split():  # the form has Hangul taken apart
        parts = _PARTS.findall(word) if _NO_BLANKS.search(word) else [word]
        pieces.update(parts, map("".join, pairwise(parts)))
    return frozenset(pieces)
