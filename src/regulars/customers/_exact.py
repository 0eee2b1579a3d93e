"""Pairs of ids that share a key. What too many share joins nobody; a phone two people share joins only its own names.

Nor does one under which names tell people apart, however few of them are left.

Keys come hashed, so no address or number stands in a table of the engine.
"""

from dataclasses import dataclass

import pyarrow as pa

from regulars.engines import Engine

_CROWDED = """
SELECT k.field, k.value, CAST(count(*) AS BIGINT) AS ids
FROM match_keys AS k LEFT JOIN match_withheld AS w ON w.field = k.field AND w.value = k.value
GROUP BY k.field, k.value HAVING count(*) > CASE WHEN count(w.value) > 0 THEN 1 ELSE $most END
ORDER BY ids DESC, k.field, k.value
"""

_SHARED = """
WITH shared AS (
    SELECT k.field, k.value
    FROM match_keys AS k ANTI JOIN match_withheld AS w ON w.field = k.field AND w.value = k.value
    GROUP BY k.field, k.value HAVING count(*) > 1 AND count(*) <= $most
), kept AS (
    SELECT k.customer_id, k.field, k.value
    FROM match_keys AS k JOIN shared AS s ON s.field = k.field AND s.value = k.value
)
SELECT a.customer_id AS left_id, b.customer_id AS right_id, a.field AS how, a.value
FROM kept AS a JOIN kept AS b ON b.field = a.field AND b.value = a.value
WHERE a.customer_id < b.customer_id
"""

# Who shares an e-mail or an open id as well needs no names to be one person.
_BY_PHONE_ONLY = """
SELECT p.left_id, p.right_id, p.value
FROM match_shared AS p
ANTI JOIN (SELECT left_id, right_id FROM match_shared WHERE how <> 'phone') AS o
    ON o.left_id = p.left_id AND o.right_id = p.right_id
WHERE p.how = 'phone'
"""

_PAIRS_TO_JUDGE = "SELECT DISTINCT left_id, right_id FROM match_by_phone ORDER BY left_id, right_id"

# A phone under which two people are known says nothing of those whose name it does not tell.
_HELD = """
WITH contested AS (
    SELECT DISTINCT p.value
    FROM match_by_phone AS p JOIN match_judged AS j ON j.left_id = p.left_id AND j.right_id = p.right_id
    WHERE j.names = 'apart'
)
SELECT p.left_id, p.right_id, min(j.names) AS names, CAST(count(*) AS BIGINT) AS phones
FROM match_by_phone AS p
JOIN contested AS c ON c.value = p.value
JOIN match_judged AS j ON j.left_id = p.left_id AND j.right_id = p.right_id
WHERE j.names <> 'alike'
GROUP BY p.left_id, p.right_id
"""

_STRENGTH = "CASE how WHEN 'open_id' THEN 1 WHEN 'email' THEN 2 ELSE 3 END"

# Held for one phone and joined by another that nobody contests: joined.
_JOINED = f"""
WITH pairs AS (
    SELECT left_id, right_id, min({_STRENGTH}) AS strength, CAST(count(*) AS BIGINT) AS keys
    FROM match_shared GROUP BY left_id, right_id
)
SELECT p.left_id, p.right_id, p.strength
FROM pairs AS p LEFT JOIN match_held AS h ON h.left_id = p.left_id AND h.right_id = p.right_id
WHERE h.left_id IS NULL OR p.keys > h.phones AND h.names <> 'apart'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """A key that ids share and that joins none of them: its field, its hash, and how many they are."""

    field: str
    value: str
    ids: int


def find_shared(engine: Engine, keys: pa.Table, *, withheld: pa.Table, most: int) -> tuple[Crowded, ...]:
    """Write `match_shared` (left_id, right_id, how, value) and `match_by_phone`; return the keys that join nobody.

    Args:
        engine: takes the tables.
        keys: customer_id, field, value (hashed), each once.
        withheld: field, value (hashed), each once: what joins nobody, however few share it.
        most: how many ids may share a key.
    """
    engine.load("match_keys", keys)
    engine.load("match_withheld", withheld)
    crowded = tuple(Crowded(**row) for row in engine.fetch(_CROWDED, most=most).to_pylist())
    engine.run(_SHARED, into="match_shared", most=most)
    engine.run(_BY_PHONE_ONLY, into="match_by_phone")
    engine.drop("match_keys", "match_withheld")
    return crowded


def pairs_to_judge(engine: Engine) -> pa.Table:
    """Return the pairs (left_id, right_id) that nothing but a phone joins."""
    return engine.fetch(_PAIRS_TO_JUDGE)


def join_and_hold(engine: Engine, judged: pa.Table) -> None:
    """Write `match_joined` (left_id, right_id, strength: 1 open id, 2 e-mail, 3 phone) and `match_held` (…, names).

    Args:
        engine: holds what `find_shared` wrote.
        judged: left_id, right_id, names (alike, apart, unknown), of every pair that only phones join.
    """
    engine.load("match_judged", judged)
    engine.run(_HELD, into="match_held")
    engine.run(_JOINED, into="match_joined")
    engine.drop("match_shared", "match_by_phone", "match_judged")
