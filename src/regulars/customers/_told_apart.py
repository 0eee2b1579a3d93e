"""Whose is a phone or an address that a shop gives out among new names, batch after batch? All of them together say.

A batch has one id for a phone whatever stands beside it, and `key_name` for whom its name would make of a row. So an
undo, which takes names away, gives back exactly what was one customer before.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from regulars.customers._identity import HashedIdentities, each_once, facts_table
from regulars.customers._key_names import MANY, SALES, issue_of
from regulars.customers._spellings import canonical_key
from regulars.engines import Engine, quoted
from regulars.records import KINDS, RAW_TABLES, RecordSet, contacts

_ISSUES = pa.schema([("key_id", pa.string()), ("issue", pa.string()), ("shape", pa.string())])

TOLD_APART = pa.schema([("batch", pa.string()), ("key_id", pa.string()), ("customer_id", pa.string())])
"""The table `told_apart`: the customers that each batch has under a phone or address that is several people's."""

_SEVERAL = """
SELECT key_id FROM key_names GROUP BY key_id
HAVING count(DISTINCT key_name) > 1 OR count(key_name) < count(*)
"""
_NAMES_WITH_ROWS = "SELECT r.key_name FROM {raw} AS r JOIN key_issues AS s ON s.key_id = r.customer_key"
# Whose rows are all of a later day, or said anew by another export, is nobody yet, or no more.
_NAMES = """
WITH held AS (SELECT DISTINCT key_name FROM ({held}) AS names WHERE key_name IS NOT NULL)
SELECT DISTINCT n.key_id, n.key_name, n.pieces, n.shape
FROM key_names AS n
JOIN key_issues AS s ON s.key_id = n.key_id
LEFT JOIN held AS h ON h.key_name = n.key_name
WHERE n.key_name IS NULL OR h.key_name IS NOT NULL
"""
_ROWS = """
SELECT r.file_id, k.issue, CAST(count(*) AS BIGINT) AS n, min(r.line) AS line, arg_min(k.shape, r.line) AS shape,
    {amount} AS amount
FROM {raw} AS r JOIN key_issues AS k ON k.key_id = r.customer_key
GROUP BY r.file_id, k.issue
"""
_CUSTOMERS = """
SELECT DISTINCT r.file_id, k.key_id, coalesce(r.key_name, k.key_id) AS customer_id
FROM {raw} AS r JOIN key_issues AS k ON k.key_id = r.customer_key
WHERE k.issue = $issue
"""
_NOBODY = """
SELECT DISTINCT n.key_name FROM key_names AS n ANTI JOIN told_apart AS t ON t.customer_id = n.key_name
WHERE n.key_name IS NOT NULL
"""
_BY_NAME = """
SELECT {columns} FROM {raw} AS r
LEFT JOIN (SELECT DISTINCT key_id FROM told_apart) AS t ON t.key_id = r.customer_key
"""


def tell_apart(engine: Engine, records: RecordSet, *, most: int) -> RecordSet:
    """Give each name a customer of its own where a phone or address has more than `most` in all batches together.

    Writes `told_apart`. Returns the records, each file of a batch with what is told of its rows whose key has several
    names.
    """
    engine.load("told_apart", TOLD_APART.empty_table())
    if not any(file.batch is not None for file in records.files):
        return records
    kinds = sorted({file.kind for file in records.files if file.accepted and KINDS[file.kind].takes_identities})
    engine.run(_SEVERAL, into="key_issues")
    engine.load("key_issues", _issues(engine, kinds, most=most))
    records = _told(engine, _told_anew(engine, records), kinds)
    if kinds:
        every = " UNION ".join(_CUSTOMERS.format(raw=quoted(f"raw_{kind}")) for kind in kinds)
        told = engine.fetch(every, issue=MANY).to_pylist()
        rows = [row | {"batch": records.files[row["file_id"]].batch or ""} for row in told]
        engine.load("told_apart", pa.Table.from_pylist(rows, schema=TOLD_APART))
        for kind in sorted({records.files[row["file_id"]].kind for row in told if row["customer_id"] != row["key_id"]}):
            engine.run(_by_name(kind), into=f"raw_{kind}")
    engine.drop("key_issues")
    return records


def _issues(engine: Engine, kinds: list[str], *, most: int) -> pa.Table:
    """Return the keys with several names, and what becomes of them; whom a name was erased of stays told apart."""
    shapes: dict[str, str] = {}
    names: dict[str, set[frozenset[int]]] = {}
    apart = set()
    held = " UNION ALL ".join(_NAMES_WITH_ROWS.format(raw=quoted(f"raw_{kind}")) for kind in kinds)
    for row in engine.fetch(_NAMES.format(held=held)).to_pylist() if kinds else ():
        shapes[row["key_id"]] = row["shape"]
        if row["key_name"] is None:
            apart.add(row["key_id"])
        else:
            names.setdefault(row["key_id"], set()).add(frozenset(row["pieces"]))
    found = {key: MANY if key in apart else issue_of(names[key], most=most) for key in shapes}
    rows = [{"key_id": key, "issue": issue, "shape": shapes[key]} for key, issue in found.items() if issue is not None]
    return pa.Table.from_pylist(rows, schema=_ISSUES)


def _told_anew(engine: Engine, records: RecordSet) -> RecordSet:
    """Return the records without what an import told of the names it met, where these are counted again.

    Files of earlier versions keep it, for their batches hold no names.
    """
    held = set(engine.fetch("SELECT DISTINCT file_id FROM key_names")["file_id"].to_pylist())
    files = [replace(file, shared_keys={}) if place in held else file for place, file in enumerate(records.files)]
    return replace(records, files=tuple(files))


def _told(engine: Engine, records: RecordSet, kinds: list[str]) -> RecordSet:
    files = list(records.files)
    for kind in kinds:
        amount = SALES if kind == "orders" else "CAST(NULL AS DECIMAL(18, 4))"
        for row in engine.fetch(_ROWS.format(raw=quoted(f"raw_{kind}"), amount=amount)).to_pylist():
            place = row["file_id"]
            if files[place].batch is not None and not records.files[place].shared_keys:
                files[place] = files[place].telling(
                    row["issue"], rows=row["n"], line=row["line"], example=row["shape"], amount=row["amount"]
                )
    return replace(records, files=tuple(files))


def _by_name(kind: str) -> str:
    """Return the SELECT of a kind's raw rows, those of a key that is several people's under the name beside it."""
    whose = "CASE WHEN t.key_id IS NULL THEN r.customer_key ELSE coalesce(r.key_name, r.customer_key) END"
    columns = [
        f"{whose} AS customer_key" if name == "customer_key" else f"r.{quoted(name)}"
        for name in RAW_TABLES[f"raw_{kind}"].names
    ]
    return _BY_NAME.format(columns=", ".join(columns), raw=quoted(f"raw_{kind}"))


def facts_told_apart(engine: Engine, identities: HashedIdentities) -> tuple[pa.Table, pa.Table]:
    """Return what is known of everybody (IDENTITY_SCHEMA), of who is told apart here that phone or address.

    And these phones and addresses alone: they join nobody, not even when few are left whom names tell apart.

    What else was known of a phone as a whole is of nobody in particular; and who was told apart in one import, but is
    not in all together, is nobody. `identities` remembers of each what the batches say that know them.
    """
    facts = identities.facts()
    told = engine.fetch("SELECT batch, key_id, customer_id FROM told_apart").to_pylist()
    keys = _own_facts(facts, {(row["key_id"], row["customer_id"]) for row in told}, identities)
    new: dict[str, set[tuple[str, str, str]]] = {}
    for row in told:
        new.setdefault(row["batch"], set()).update((row["customer_id"], *fact) for fact in keys[row["key_id"]])
    nobody = pa.array(sorted({*keys, *engine.fetch(_NOBODY)["key_name"].to_pylist()}), pa.string())
    facts = facts.filter(pc.invert(pc.is_in(facts["customer_id"], value_set=nobody)))
    parts = [facts]
    for batch, rows in sorted(new.items()):
        parts.append(facts_table(sorted(rows)))
        identities.remember(parts[-1], batch=batch)
    several = facts_table([(key, *fact) for key, known in sorted(keys.items()) for fact in sorted(known)])
    return each_once(pa.concat_tables(parts)), several


def _own_facts(
    facts: pa.Table, told: set[tuple[str, str]], identities: HashedIdentities
) -> dict[str, set[tuple[str, str]]]:
    """Return of each key what it is, in plain words, by its id: somebody under it is known by it."""
    found: dict[str, set[tuple[str, str]]] = {key: set() for key, _ in told}
    theirs = pc.is_in(
        facts["customer_id"], value_set=pa.array(sorted({who for pair in told for who in pair}), pa.string())
    )
    for fact in facts.filter(
        pc.and_(theirs, pc.is_in(facts["field"], value_set=pa.array(["email", "phone"])))
    ).to_pylist():
        bare = fact["value"].partition(contacts.NAMED)[0]
        (key,) = identities.hashed(pa.array([canonical_key(bare, fact["field"])])).to_pylist()
        if key in found:
            found[key].add((fact["field"], bare))
    return found
