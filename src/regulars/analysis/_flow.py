"""Who was in which stage of life a period ago and is in which now: for pages, where they are asked for.

Both stages follow the rules of today. The earlier one is that of the features as they were known on that day, so an
order that was told late counts now and did not count then.
"""

from dataclasses import dataclass
from datetime import date

from regulars import features, segments
from regulars.core import Settings, Window
from regulars.engines import Engine

STAGE_PARTS = ("purchase", "usage", "subscription")
"""The parts of the features that the rules of the stages read."""

# Who does not allow a profile has no stage, then or now.
_MOVES = """
SELECT t.lifecycle_stage AS was, s.lifecycle_stage AS is_now, CAST(count(*) AS BIGINT) AS customers
FROM segments AS s LEFT JOIN stages_then AS t ON t.customer_id = s.customer_id
WHERE s.lifecycle_stage IS NOT NULL
GROUP BY t.lifecycle_stage, s.lifecycle_stage
ORDER BY was NULLS LAST, is_now
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How many customers were in a stage and are in another, or still are; `was` is None for who was not known yet."""

    was: str | None
    is_now: str
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What became of everybody since the last day of the period before."""

    since: date
    days: int
    moves: tuple[Move, ...]


def flow_of_stages(engine: Engine, *, as_of: date, settings: Settings, first_day: date) -> Flow | None:
    """Return who went from which stage to which within a period; None where no record is older than that.

    Args:
        engine: holds the clean tables and segments.
        as_of: the last day seen.
        settings: sections `segments` and `windows`.
        first_day: the first day of any record.
    """
    then = Window(end=as_of, days=settings.windows.period_days).before()
    if then.end < first_day:
        return None
    into = "features_then"
    features.build(
        engine, as_of=then.end, period_days=then.days, into=into, parts=STAGE_PARTS, columns=segments.STAGE_READS
    )
    segments.add_stages(engine, settings=settings, period_days=then.days, features=into, into="stages_then")
    moves = engine.fetch(_MOVES).to_pylist()
    engine.drop(into, "stages_then")
    return Flow(since=then.end, days=then.days, moves=tuple(Move(**row) for row in moves))
