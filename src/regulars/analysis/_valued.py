"""What everybody is worth and what the base will bring: by the rule that was right before."""

from dataclasses import dataclass

from regulars import lifetime
from regulars.analysis._past import Past
from regulars.core import Settings
from regulars.engines import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """How the rule was chosen, what the models learned of today's histories, and what the base is to bring."""

    trial: lifetime.LifetimeTrial
    learned: lifetime.Learned | None
    revenue: tuple[lifetime.Revenue, ...]

    @property
    def rule(self) -> lifetime.Rule:
        """The rule behind every value: the winner, unless it could not be fitted to today's histories."""
        return self.trial.rule if self.learned is None or self.learned.is_usable else "plain"


def value_everybody(engine: Engine, past: Past, *, settings: Settings, seed: int) -> Valued:
    """Write `lifetime` by the rule that won at the test's cut-off, and say what the base will bring by it."""
    orders = f"{past.sample.prefix}orders"
    trial = lifetime.trial(engine, cutoffs=past.cutoffs, test=past.test, settings=settings, seed=seed, orders=orders)
    tested = None if trial.learned is None else trial.learned.purchases
    stages = tested.k if tested is not None and tested.model == trial.rule else None
    learned = lifetime.add(engine, settings=settings, rule=trial.rule, stages=stages)
    rule = trial.rule if learned is None or learned.is_usable else "plain"
    was_tested = trial.tested is not None and trial.tested.forecast.rule == rule
    miss = trial.tested.miss if trial.tested is not None and was_tested else None
    purchases = None if learned is None else learned.purchases
    revenue = lifetime.revenue(engine, rule=rule, settings=settings, seed=seed, purchases=purchases, miss=miss)
    return Valued(trial=trial, learned=learned, revenue=revenue)
