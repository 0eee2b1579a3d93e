"""How deep everybody stands, how many each one brought in all, and what these are worth to him.

With L(d) the expected value of a customer d, and s the share of one step, the value brought by c is
    referral_value(c) = sum over all d below c of s^(steps from c to d) · L(d),
so s · L for those whom c brought, s² · L for those whom they brought, and so on down the whole tree.

Sums are taken of decimals, twelve of them behind the point: sums of doubles differ with the order of their rows, and
people are ranked by these.

The sum is taken by doubling and not level by level. If M moves a value from a customer to the referrer and V_n holds
the first n levels below a customer, then V_2n+1 = V_n + (s M)^(n+1) (L + V_n): who is n + 1
levels ahead gets what is here.
"""

from regulars.engines import Engine, quoted
from regulars.network._forest import count

# Who refused profiling stands in the tree and is counted, but has no value to hand on.
_START = """
SELECT
    m.customer_id,
    coalesce(CASE WHEN f.may_profile THEN l.lifetime_value END, 0.0) AS own,
    CAST(0 AS DOUBLE) AS brought,
    CAST(0 AS BIGINT) AS people,
    CAST(CASE WHEN k.customer_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS depth
FROM (SELECT customer_id FROM {links} UNION SELECT referred_by FROM {links}) AS m
LEFT JOIN {links} AS k ON k.customer_id = m.customer_id
LEFT JOIN {features} AS f ON f.customer_id = m.customer_id
LEFT JOIN {lifetime} AS l ON l.customer_id = m.customer_id
"""

_FIRST_STEP = "SELECT customer_id, referred_by AS ahead FROM {links}"

_TWICE_AS_DEEP = """
SELECT
    t.customer_id,
    t.own,
    t.brought + $share * coalesce(behind.brought, 0) AS brought,
    CAST(t.people + coalesce(behind.people, 0) AS BIGINT) AS people,
    CAST(t.depth + coalesce(ahead.depth, 0) AS BIGINT) AS depth
FROM {tally} AS t
LEFT JOIN (
    SELECT
        s.ahead AS customer_id,
        CAST(sum(CAST(d.own + d.brought AS DECIMAL(30, 12))) AS DOUBLE) AS brought,
        sum(1 + d.people) AS people
    FROM {steps} AS s JOIN {tally} AS d ON d.customer_id = s.customer_id
    GROUP BY s.ahead
) AS behind ON behind.customer_id = t.customer_id
LEFT JOIN {steps} AS s ON s.customer_id = t.customer_id
LEFT JOIN {tally} AS ahead ON ahead.customer_id = s.ahead
"""

_TWICE_THE_STEP = """
SELECT one.customer_id, two.ahead FROM {steps} AS one JOIN {steps} AS two ON two.customer_id = one.ahead
"""


def write_tally(engine: Engine, *, links: str, features: str, lifetime: str, share: float, into: str) -> None:
    """Write one row for everybody in the forest `links`: own, brought (both money), people (below), depth.

    `share` is what part of a value goes one step up, 0 to 1. It takes as many rounds as the depth has binary digits.
    """
    steps = f"{into}_steps"
    names = {"links": quoted(links), "features": quoted(features), "lifetime": quoted(lifetime)}
    engine.run(_START.format(**names), into=into)
    engine.run(_FIRST_STEP.format(**names), into=steps)
    doubling = {"tally": quoted(into), "steps": quoted(steps)}
    while count(engine, steps):
        engine.run(_TWICE_AS_DEEP.format(**doubling), into=into, share=share)
        engine.run(_TWICE_THE_STEP.format(**doubling), into=steps)
        share *= share
    engine.drop(steps)
