"""How far ahead it makes sense to ask of this business: a baker's customers return within days, a tailor's do not."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from regulars.engines import Engine

DEFAULT_DAYS = 90
"""Where nobody has bought on two days yet."""

_SHARE = 0.75
_LEAST_DAYS, _MOST_DAYS = 14, 365

_GAPS = """
SELECT date_diff('day', previous_day, local_day) AS gap, count(*) AS gaps
FROM orders
WHERE NOT is_refund AND previous_day < local_day AND known_day <= $as_of
    AND customer_id NOT IN (SELECT customer_id FROM customers WHERE NOT may_profile)
GROUP BY gap
ORDER BY gap
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How many days ahead to ask, and what they were taken from.

    `gaps` is how many gaps between order days were seen, `gap_days` the gap that three quarters of them do not
    exceed. Without gaps `days` is the default and `reason` says `no_repeat_orders`.
    """

    days: int
    gaps: int
    gap_days: int | None = None
    reason: str | None = None


def horizon_days(engine: Engine, *, as_of: date) -> Horizon:
    """Return the business's own horizon H: the 75th percentile of its customers' gaps between order days.

    H = min(max(7 · ceil(g / 7), 14), 365) days, g the nearest-rank percentile (the smallest gap that at least 75 %
    of the gaps do not exceed) over all gaps that were known by `as_of`, of all customers but those who refused
    profiling.
    """
    found = engine.fetch(_GAPS, as_of=as_of)
    gaps, counts = found["gap"].to_numpy(), found["gaps"].to_numpy()
    total = int(counts.sum())
    if not total:
        return Horizon(days=DEFAULT_DAYS, gaps=0, reason="no_repeat_orders")
    gap = int(gaps[np.searchsorted(np.cumsum(counts), np.ceil(_SHARE * total))])
    whole_weeks = 7 * -(-gap // 7)
    return Horizon(days=min(max(whole_weeks, _LEAST_DAYS), _MOST_DAYS), gaps=total, gap_days=gap)
