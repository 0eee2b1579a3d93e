"""How much of the spend comes from how few."""

from datetime import date

from regulars.engines import Engine
from regulars.rates._results import ConcentrationPoint

SHARES = (0.01, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 1.00)

# Buyers who spent the same are alike here, so they are counted and not ranked: no order among them is needed.
_STEPS = """
WITH people AS (
    SELECT CAST(sum(amount) AS DECIMAL(18, 4)) AS spend
    FROM orders
    WHERE known_day <= $as_of
    GROUP BY customer_id
    HAVING count(*) FILTER (WHERE NOT is_refund) > 0
)
SELECT spend, count(*) AS customers FROM people GROUP BY spend ORDER BY spend DESC
"""


def concentration(engine: Engine, *, as_of: date) -> list[ConcentrationPoint]:
    """Return the share of net spend that the best 1, 5, 10, 20, … 100 % of the buyers bring.

    A share of customers is rounded up to whole customers. With customers whose refunds exceed their orders the
    curve may pass 1 before its end. Empty where there is no net spend to share out.
    """
    steps = engine.fetch(_STEPS, as_of=as_of)
    spends, counts = steps["spend"].to_pylist(), steps["customers"].to_pylist()
    people = sum(counts)
    total = sum(spend * count for spend, count in zip(spends, counts, strict=True))
    if total <= 0:
        return []
    points, seen, spent, at = [], 0, 0 * total, 0
    for share in SHARES:
        wanted = _rounded_up(share, people)
        while seen + counts[at] < wanted:
            seen, spent, at = seen + counts[at], spent + spends[at] * counts[at], at + 1
        reached = spent + spends[at] * (wanted - seen)
        points.append(
            ConcentrationPoint(share_of_customers=share, share_of_spend=float(reached / total), customers=wanted)
        )
    return points


def _rounded_up(share: float, people: int) -> int:
    return -(-round(100 * share) * people // 100)
