"""From a list of referrals to a forest: everybody is brought by at most one other, and nobody by way of himself.

Of several referrers the earliest counts (the one whose id sorts first on the same day; a referral without a day comes
after those that have one). What is left can still go round in a circle; of each circle the latest referral is left out,
and whoever it had brought becomes the root of a tree.

Circles are found by doubling: a step of 1 is everybody's referrer, a step of 2k is a step of k twice. After more steps
than there are links only those are left who lead into a circle, and where they stand is on it. So a chain of a million
referrals takes twenty joins, and no circle can hang.
"""

from datetime import date

from regulars.engines import Engine, quoted

# A referral without a day is taken as known all along, as everywhere in the house.
_LINKS = """
WITH pairs AS (
    SELECT r.referrer_id, r.referred_id, min(r.referred_day) AS referred_day
    FROM referrals AS r
    JOIN {people} AS a ON a.customer_id = r.referrer_id
    JOIN {people} AS b ON b.customer_id = r.referred_id
    WHERE r.referrer_id <> r.referred_id AND (r.referred_day <= $as_of OR r.referred_day IS NULL)
    GROUP BY r.referrer_id, r.referred_id
)
SELECT referred_id AS customer_id, referrer_id AS referred_by, referred_day
FROM pairs
QUALIFY row_number() OVER (PARTITION BY referred_id ORDER BY referred_day NULLS LAST, referrer_id) = 1
"""

# `latest` is the highest number of a link on the way from a customer to the one `ahead`.
_FIRST_STEP = "SELECT customer_id, referred_by AS ahead, CAST(0 AS BIGINT) AS latest FROM {links}"

_NUMBERED_STEP = """
SELECT
    k.customer_id, k.referred_by AS ahead,
    CAST(row_number() OVER (ORDER BY k.referred_day NULLS LAST, k.referred_by, k.customer_id) AS BIGINT) AS latest
FROM {links} AS k
JOIN (SELECT DISTINCT ahead AS customer_id FROM {steps}) AS circling ON circling.customer_id = k.customer_id
"""

_TWICE_THE_STEP = """
SELECT one.customer_id, two.ahead, greatest(one.latest, two.latest) AS latest
FROM {steps} AS one JOIN {steps} AS two ON two.customer_id = one.ahead
"""

# Once around, everybody in a circle knows its latest link; it is the one that has just this number.
_WITHOUT_THE_LATEST = """
SELECT k.customer_id, k.referred_by, k.referred_day
FROM {links} AS k
ANTI JOIN (
    SELECT n.customer_id FROM {numbered} AS n JOIN {steps} AS s ON s.customer_id = n.customer_id
    WHERE n.latest = s.latest
) AS closing ON closing.customer_id = k.customer_id
"""


def write_links(engine: Engine, *, as_of: date, people: str, into: str) -> int:
    """Write the forest: one row (customer_id, referred_by, referred_day) for everybody who was brought by another.

    Args:
        engine: holds `referrals`.
        as_of: the last day seen; a referral without a day counts.
        people: the table of everybody known on that day.
        into: the table to write.

    Returns:
        How many referrals were left out because they closed a circle.
    """
    engine.run(_LINKS.format(people=quoted(people)), into=into, as_of=as_of)
    steps, numbered = f"{into}_steps", f"{into}_numbered"
    names = {"links": quoted(into), "steps": quoted(steps), "numbered": quoted(numbered)}
    before = count(engine, into)
    engine.run(_FIRST_STEP.format(**names), into=steps)
    if _walk(engine, steps, at_least=before + 1):
        engine.run(_NUMBERED_STEP.format(**names), into=numbered)
        engine.run(f"SELECT * FROM {names['numbered']}", into=steps)
        _walk(engine, steps, at_least=count(engine, numbered))
        engine.run(_WITHOUT_THE_LATEST.format(**names), into=into)
    engine.drop(steps, numbered)
    return before - count(engine, into)


def count(engine: Engine, table: str) -> int:
    """Return the number of rows of a table."""
    rows: int = engine.fetch(f"SELECT CAST(count(*) AS BIGINT) AS n FROM {quoted(table)}").column("n")[0].as_py()
    return rows


def _walk(engine: Engine, steps: str, *, at_least: int) -> bool:
    """Double the steps until they are as long as said; return whether anybody can go that far."""
    length, left = 1, count(engine, steps)
    while left and length < at_least:
        engine.run(_TWICE_THE_STEP.format(steps=quoted(steps)), into=steps)
        length, left = 2 * length, count(engine, steps)
    return left > 0
