"""Would the models have been right? They earn their place on the business's own later period, or the plain rule stands.

Both are asked at a day that is past what each customer will spend in the days after it, knowing only what was known
then. What came is net spend and not margin, so both are asked for spend. The score is the root mean squared error: it
is least for expected values, which is what a lifetime value is, and adds up to a base's.

Models come the simplest first, and each must beat who is in place beyond doubt: the plain rule, or the model that took
its place. All are learned from the customers of the test, of whom there are at most `prediction.sample_customers`; who
wins is fitted to everybody later, alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from regulars.backtest import Cutoffs, Observations, Resampling, Verdict, judge, metrics
from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._add import Learned
from regulars.lifetime._learn import fitted, histories_of, learn_spends
from regulars.lifetime._plain import add_plain
from regulars.lifetime._revenue import Revenue, revenue
from regulars.lifetime._rules import MODELS, Rule
from regulars.lifetime._tracking import Tracked, track
from regulars.lifetime.histories import PurchaseSummary
from regulars.lifetime.models import ContinuousModel, ModelFit

Array = NDArray[np.float64]

_DAYS_A_YEAR = 365

METRICS = (metrics.rmse, metrics.mae, metrics.bias, metrics.gini, metrics.pearson)

# A cost would make a margin of it, and no margin came to compare with.
_SPENDERS = """
SELECT
    * EXCLUDE (margin_total, margin_365d),
    CAST(NULL AS DECIMAL(18, 4)) AS margin_total, CAST(NULL AS DECIMAL(18, 4)) AS margin_365d
FROM {observed}
"""

_ROWS = """
SELECT
    s.customer_id, s.repeat_count, s.age_at_last_days, s.tenure_days,
    CAST(s.spend_total AS DOUBLE) / nullif(s.repeat_count + 1, 0) AS spend_of_a_day,
    coalesce(p.yearly_margin, 0) AS yearly_spend,
    CAST(s.spend_after AS DOUBLE) AS spend_after
FROM {spenders} AS s JOIN {plain} AS p ON p.customer_id = s.customer_id
WHERE s.order_count > 0
ORDER BY s.customer_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What the base was expected to bring in the window of the test, by the rule that won, and what it brought."""

    forecast: Revenue
    came: float

    @property
    def miss(self) -> float | None:
        """How far off it was, as a share of what was expected; None where nothing was expected."""
        return abs(self.came / self.forecast.value - 1) if self.forecast.value > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeTrial:
    """Which rule is to be used and why: the verdict of the test, or why there was none.

    `reason` is the verdict's, or what speaks against every fit at the test's cut-off, or `asked_for` where the settings
    say which. `learned` is the model in use as it was learned then, or the simplest where the plain rule is. `left_out`
    are the models that were not tried, and why. `tracking` is of the model in use, where orders were given.
    """

    rule: Rule
    reason: str
    verdict: Verdict | None = None
    learned: Learned | None = None
    tested: Tested | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    tracking: tuple[Tracked, ...] = ()


def trial(
    engine: Engine, *, cutoffs: Cutoffs, test: Observations | None, settings: Settings, seed: int,
    orders: str | None = None,
) -> LifetimeTrial:  # fmt: skip
    """Return the rule for lifetime values, by the interval rule on the days after the test's cut-off.

    Args:
        engine: holds the table of `test`.
        cutoffs: what was planned; its reason is given where there is no test.
        test: customers at the cut-off, with the columns `READS` and may_profile, and what they spent after it.
        settings: section `lifetime`; its `model`, unless it is "auto", is the rule whatever the test says.
        seed: of the bootstrap and of the draws behind the range of the base's revenue.
        orders: the clean orders that the test's customers are followed in; without them nothing is tracked.
    """
    asked: Rule | None = None if settings.lifetime.model == "auto" else settings.lifetime.model
    if test is None:
        reason = cutoffs.reason or "too_short_history"
        return LifetimeTrial(rule=asked or "plain", reason="asked_for" if asked else reason)
    spenders = f"{test.table}_spenders"
    engine.run(_SPENDERS.format(observed=quoted(test.table)), into=spenders)
    whole = settings.model_copy(update={"strategy": settings.strategy.model_copy(update={"margin_share": 1.0})})
    found = _contest(engine, spenders, horizon_days=test.horizon_days, settings=whole, seed=seed)
    rule = asked or cast("Rule", found.verdict.winner)
    learned = found.learned(rule)
    expected = revenue(
        engine, rule=rule, settings=whole, seed=seed, purchases=learned.purchases, features=spenders,
        days=(test.horizon_days,),
    )  # fmt: skip
    engine.drop(spenders)
    tracking: tuple[Tracked, ...] = ()
    if orders is not None and rule in found.said:
        tracking = track(engine, found.models[rule], found.known, test=test, orders=orders)
    reason = found.verdict.reason if found.said else str(learned.reason)
    return LifetimeTrial(
        rule=rule,
        reason="asked_for" if asked else reason,
        verdict=found.verdict,
        learned=learned,
        tested=Tested(forecast=expected[0], came=found.came) if expected else None,
        left_out=found.left_out,
        tracking=tracking,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contest:
    """What was learned, who was tried and who was not, what came, and the verdict."""

    known: PurchaseSummary
    models: Mapping[Rule, ContinuousModel]
    spends: ModelFit
    said: Mapping[str, Array]
    left_out: Mapping[str, str]
    came: float
    verdict: Verdict

    def learned(self, rule: Rule) -> Learned:
        """Return what the model of a rule learned, or by the plain rule the first, which is the simplest."""
        shown = rule if rule in self.models else next(iter(self.models))
        return Learned(purchases=self.models[shown].fit_, margins=self.spends)


def _contest(engine: Engine, spenders: str, *, horizon_days: int, settings: Settings, seed: int) -> _Contest:
    plain = f"{spenders}_plain"
    add_plain(engine, settings=settings, features=spenders, into=plain)
    rows = engine.fetch(_ROWS.format(spenders=quoted(spenders), plain=quoted(plain)))
    engine.drop(plain)
    spends = learn_spends(engine, margin_share=1.0, features=spenders)
    histories = histories_of(engine, features=spenders, with_gaps=True)
    names = ("repeat_count", "age_at_last_days", "tenure_days", "spend_of_a_day")
    x, t_x, age, mean = (_numbers(rows[name]) for name in names)
    known = PurchaseSummary.from_columns(x, t_x, age, mean, time_unit="day", first_order="included")
    models = {rule: fitted(rule, histories) for rule in MODELS}
    left_out = {str(rule): reason for rule, model in models.items() if (reason := _against(model)) is not None}
    said = {}
    if spends.fit_.is_usable:
        each = spends.expected_spend(known)
        tried = {rule: model for rule, model in models.items() if rule not in left_out}
        said = {str(rule): model.expected_purchases(known, horizon_days) * each for rule, model in tried.items()}
    came = _numbers(rows["spend_after"])
    verdict = judge(
        came,
        models=said,
        rules={"plain": _numbers(rows["yearly_spend"]) * (horizon_days / _DAYS_A_YEAR)},
        customers=rows["customer_id"].to_numpy(zero_copy_only=False),
        metrics=METRICS,
        resampling=Resampling(seed=seed),
        simplest_first=True,
    )
    return _Contest(
        known=known,
        models=models,
        spends=spends.fit_,
        said=said,
        left_out=left_out,
        came=float(came.sum()),
        verdict=verdict,
    )


def _against(model: ContinuousModel) -> str | None:
    """Return what speaks against trying a model: its fit, or that it is the same as a simpler one."""
    if model.fit_.reason is None and model.fit_.k == 1:
        return "no_regularity"
    return model.fit_.reason


def _numbers(column: object) -> Array:
    return np.asarray(column.to_numpy(), dtype=np.float64)  # type: ignore[attr-defined]
