"""What moves the value of the base, how long subscribers stay, and what winning them was worth."""

from dataclasses import dataclass
from datetime import date

from regulars import lifetime, rates
from regulars.analysis._valued import Valued
from regulars.core import Settings
from regulars.engines import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What a tenth of each lever adds, the subscriptions by plan, and what was paid for customers."""

    levers: lifetime.economics.Levers
    plans: tuple[lifetime.economics.Plan, ...]
    acquisition: lifetime.economics.Acquisition


def economics(
    engine: Engine, values: list[rates.Comparison], valued: Valued, *, settings: Settings, as_of: date
) -> Economics:
    """Return all three; `values` begins with the value of the base, `valued` says by which rule it is."""
    return Economics(
        levers=lifetime.economics.levers(
            engine, base=values[0].now, rule=valued.rule, learned=valued.learned, settings=settings, as_of=as_of
        ),
        plans=lifetime.economics.subscriptions(engine, settings=settings, as_of=as_of),
        acquisition=lifetime.economics.acquisition(engine, settings=settings, as_of=as_of),
    )
