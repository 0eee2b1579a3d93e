"""The past asked what it would have forecast: the same days are cut for every model that is put to the test."""

from dataclasses import dataclass
from datetime import date

from regulars import lifetime, prediction
from regulars.backtest import Cutoffs, Horizon, Observations, Sample, horizon_days, observe, plan_cutoffs, sample
from regulars.core import Settings
from regulars.engines import Engine

_COLUMNS = tuple(dict.fromkeys((*lifetime.READS, *prediction.READS)))

_FIRST_ORDER = """
SELECT min(o.local_day) AS day
FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id
WHERE c.may_profile AND o.order_number = 1 AND o.known_day <= $as_of
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How far ahead is asked, where the history is cut, who is looked at, and what was seen there."""

    horizon: Horizon
    cutoffs: Cutoffs
    sample: Sample
    training: tuple[Observations, ...] = ()
    test: Observations | None = None

    def forget(self, engine: Engine) -> None:
        """Drop the tables."""
        seen = [*self.training, *([] if self.test is None else [self.test])]
        engine.drop(*self.sample.tables, *(each.table for each in seen))


def look_back(engine: Engine, *, as_of: date, settings: Settings, seed: int) -> Past:
    """Write the tables of customers at each cut-off, with what they did after it, and say where they are.

    The history begins with the first order of those who allow profiling: a profile may know of days long before.

    The horizon is the one of the settings, else the business's own. At most `prediction.sample_customers` customers
    are looked at.
    """
    asked = settings.prediction.horizon_days
    horizon = horizon_days(engine, as_of=as_of) if asked is None else Horizon(days=asked, gaps=0, reason="asked")
    first = engine.fetch(_FIRST_ORDER, as_of=as_of)["day"][0].as_py()
    cutoffs = plan_cutoffs(first_day=first or as_of, as_of=as_of, horizon_days=horizon.days)
    drawn = sample(engine, as_of=as_of, customers=settings.prediction.sample_customers, seed=seed)

    def seen(cutoff: date) -> Observations:
        return observe(
            engine,
            cutoff=cutoff,
            horizon_days=horizon.days,
            into=f"seen_{cutoff:%Y%m%d}",
            columns=_COLUMNS,
            prefix=drawn.prefix,
            period_days=settings.windows.period_days,
        )

    return Past(
        horizon=horizon,
        cutoffs=cutoffs,
        sample=drawn,
        training=tuple(seen(cutoff) for cutoff in cutoffs.training),
        test=None if cutoffs.test is None else seen(cutoffs.test),
    )
