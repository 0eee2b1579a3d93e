"""Where a customer stands, by rules a person can check: the first that matches.

    prospect     no order, no use, no subscription yet
    acquisition  came within the window (by the first order; without one by the first day they were known)
    lapsed       silent for longer than max(4 windows, 2 gaps)
    at_risk      silent for longer than max(1 window, 2 gaps)
    growth       spend or orders of the last window above those of the window before
    retention    all the others

Silent: days since the last order or use, 0 while a subscription runs; for somebody whose subscription ended and who
never ordered nor used, the days known. Gap: the customer's mean days between order days, or the business's median
(nearest rank) of those means where the customer has none. The window is `period_days`; both multiples are settings.
"""

from typing import get_args

from regulars.core import Settings, Stage
from regulars.engines import Engine, quoted

STAGES: tuple[str, ...] = get_args(Stage)
"""Every stage, in the order of a life."""

STAGE_READS = (
    "may_profile", "order_count", "usage_count", "subscription_count", "is_subscribed", "tenure_days",
    "days_since_last", "days_since_usage", "gap_mean_days", "spend_last_period", "spend_prior_period",
    "orders_last_period", "orders_prior_period",
)  # fmt: skip
"""The columns of the features that the rules read."""

STAGE = """
CASE
    WHEN order_count = 0 AND usage_count = 0 AND subscription_count = 0 THEN 'prospect'
    WHEN tenure_days < $period_days THEN 'acquisition'
    WHEN silent_days > greatest($lapsed_windows * $period_days, $at_risk_gaps * gap_days) THEN 'lapsed'
    WHEN silent_days > greatest($period_days, $at_risk_gaps * gap_days) THEN 'at_risk'
    WHEN spend_last_period > spend_prior_period OR orders_last_period > orders_prior_period THEN 'growth'
    ELSE 'retention'
END
"""
"""The rules over silent_days and gap_days (NULL where nobody ever bought twice: the windows alone decide)."""

SILENT_DAYS = """
CASE WHEN is_subscribed THEN 0 ELSE coalesce(least(days_since_last, days_since_usage), tenure_days) END
"""

_MEDIAN_GAP = """
WITH counted AS (
    SELECT gap_mean_days, count(*) AS equal
    FROM {features}
    WHERE may_profile AND gap_mean_days IS NOT NULL
    GROUP BY gap_mean_days
), ranked AS (
    SELECT
        gap_mean_days,
        sum(equal) OVER (ORDER BY gap_mean_days ROWS UNBOUNDED PRECEDING) AS up_to,
        sum(equal) OVER () AS n
    FROM counted
)
SELECT min(gap_mean_days) AS gap_days FROM ranked WHERE 2 * up_to >= n
"""


_STAGES = """
SELECT customer_id, CASE WHEN may_profile THEN {stage} END AS lifecycle_stage
FROM (
    SELECT *, {silent_days} AS silent_days, coalesce(gap_mean_days, $median_gap) AS gap_days FROM {features}
) AS told
"""


def add_stages(engine: Engine, *, settings: Settings, period_days: int, features: str, into: str) -> None:
    """Write every customer's lifecycle stage alone into `into`: customer_id and lifecycle_stage.

    The arguments are those of `add`; `features` needs the columns of `STAGE_READS` only.
    """
    engine.run(
        _STAGES.format(stage=STAGE, silent_days=SILENT_DAYS, features=quoted(features)),
        into=into,
        **stage_values(engine, settings=settings, period_days=period_days, features=features),
    )


def stage_values(engine: Engine, *, settings: Settings, period_days: int, features: str) -> dict[str, object]:
    """Return what the rules of `STAGE` are bound to."""
    return {
        "median_gap": median_gap(engine, quoted(features)),
        "period_days": period_days,
        "lapsed_windows": settings.segments.lapsed_windows,
        "at_risk_gaps": settings.segments.at_risk_gaps,
    }


def median_gap(engine: Engine, features: str) -> float | None:
    """Return the median of the customers' mean gaps, in days; None where nobody has bought on two days.

    `features` is the table's name as it stands in SQL, quoted.
    """
    found: float | None = engine.fetch(_MEDIAN_GAP.format(features=features)).column("gap_days")[0].as_py()
    return found
