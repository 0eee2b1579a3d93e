"""Who hangs together: the connected components of pairs, by an iterated SQL loop that any engine can run.

Every id takes the smallest label of its neighbours, hands it to the one it took its own label from, and then takes
the label of its label (Y. Zhang, A. Azad, Z. Hu (2020), "FastSV", SIAM PP20). The rounds grow with the logarithm of
the longest chain, not with the chain.
"""

from regulars.engines import Engine, quoted

_BOTH_WAYS = """
SELECT left_id AS customer_id, right_id AS other_id FROM {pairs}
UNION
SELECT right_id AS customer_id, left_id AS other_id FROM {pairs}
"""

_ALONE = "SELECT DISTINCT customer_id, customer_id AS person_id FROM match_ways"

_TOLD = """
WITH met AS (
    SELECT w.customer_id, l.person_id FROM match_ways AS w JOIN match_labels AS l ON l.customer_id = w.other_id
), told AS (
    SELECT customer_id, person_id FROM match_labels
    UNION ALL SELECT customer_id, person_id FROM met
    UNION ALL
    SELECT l.person_id AS customer_id, m.person_id FROM met AS m JOIN match_labels AS l ON l.customer_id = m.customer_id
)
SELECT customer_id, min(person_id) AS person_id FROM told GROUP BY customer_id
"""

_JUMPED = """
SELECT a.customer_id, b.person_id FROM match_told AS a JOIN match_told AS b ON b.customer_id = a.person_id
"""

_CHANGED = """
SELECT CAST(count(*) AS BIGINT) AS n
FROM match_labels AS a JOIN match_jumped AS b ON b.customer_id = a.customer_id
WHERE a.person_id <> b.person_id
"""


def write_components(engine: Engine, pairs: str, *, into: str) -> None:
    """Write `into` (customer_id, person_id): each id of the pairs with the smallest id it hangs together with.

    Args:
        engine: holds the table `pairs`.
        pairs: the name of a table with the columns left_id, right_id (text, never empty).
        into: the name of the table to write.
    """
    engine.run(_BOTH_WAYS.format(pairs=quoted(pairs)), into="match_ways")
    engine.run(_ALONE, into="match_labels")
    changed = engine.fetch("SELECT CAST(count(*) AS BIGINT) AS n FROM match_labels").column("n")[0].as_py()
    while changed:
        engine.run(_TOLD, into="match_told")
        engine.run(_JUMPED, into="match_jumped")
        changed = engine.fetch(_CHANGED).column("n")[0].as_py()
        engine.run("SELECT customer_id, person_id FROM match_jumped", into="match_labels")
    engine.run("SELECT customer_id, person_id FROM match_labels", into=into)
    engine.drop("match_ways", "match_labels", "match_told", "match_jumped")
