"""Would the models have been right? They earn their place on the business's own later period, or the plain rule stands.

Both are asked at a day that is past what each customer will spend in the days after it, knowing only what was known
then. What came is net spend and not margin, so both are asked for spend. The score is the root mean squared error: it
is least for expected values, which is what a lifetime value is, and adds up to a base's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.backtest import Cutoffs, Observations, Resampling, Verdict, judge, metrics
from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._add import Learned, Rule
from regulars.lifetime._learn import learn
from regulars.lifetime._plain import add_plain
from regulars.lifetime._revenue import Revenue, revenue
from regulars.lifetime.histories import PurchaseSummary

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

    `reason` is the verdict's, or what speaks against the fit at the test's cut-off.
    """

    rule: Rule
    reason: str
    verdict: Verdict | None = None
    learned: Learned | None = None
    tested: Tested | None = None


def trial(
    engine: Engine, *, cutoffs: Cutoffs, test: Observations | None, settings: Settings, seed: int
) -> LifetimeTrial:
    """Return the rule for lifetime values, by the interval rule on the days after the test's cut-off.

    Args:
        engine: holds the table of `test`.
        cutoffs: what was planned; its reason is given where there is no test.
        test: customers at the cut-off, with the columns `READS` and may_profile, and what they spent after it.
        settings: section `lifetime`.
        seed: of the bootstrap and of the draws behind the range of the base's revenue.
    """
    if test is None:
        return LifetimeTrial(rule="plain", reason=cutoffs.reason or "too_short_history")
    spenders, plain = f"{test.table}_spenders", f"{test.table}_plain"
    engine.run(_SPENDERS.format(observed=quoted(test.table)), into=spenders)
    whole = settings.model_copy(update={"strategy": settings.strategy.model_copy(update={"margin_share": 1.0})})
    add_plain(engine, settings=whole, features=spenders, into=plain)
    purchases, spends = learn(engine, margin_share=1.0, features=spenders)
    learned = Learned(purchases=purchases.fit_, margins=spends.fit_)
    rows = engine.fetch(_ROWS.format(spenders=quoted(spenders), plain=quoted(plain)))
    came = _numbers(rows["spend_after"])
    share_of_year = test.horizon_days / _DAYS_A_YEAR
    models = {}
    if learned.is_usable:
        names = ("repeat_count", "age_at_last_days", "tenure_days", "spend_of_a_day")
        x, t_x, age, mean = (_numbers(rows[name]) for name in names)
        known = PurchaseSummary.from_columns(x, t_x, age, mean, time_unit="day", first_order="included")
        models["bg_nbd"] = purchases.expected_purchases(known, test.horizon_days) * spends.expected_spend(known)
    verdict = judge(
        came,
        models=models,
        rules={"plain": _numbers(rows["yearly_spend"]) * share_of_year},
        customers=rows["customer_id"].to_numpy(zero_copy_only=False),
        metrics=METRICS,
        resampling=Resampling(seed=seed),
    )
    rule: Rule = "bg_nbd" if verdict.winner == "bg_nbd" else "plain"
    expected = revenue(engine, rule=rule, settings=whole, seed=seed, features=spenders, days=(test.horizon_days,))
    engine.drop(spenders, plain)
    return LifetimeTrial(
        rule=rule,
        reason=verdict.reason if learned.is_usable else str(learned.reason),
        verdict=verdict,
        learned=learned,
        tested=Tested(forecast=expected[0], came=float(came.sum())) if expected else None,
    )


def _numbers(column: object) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(), dtype=np.float64)  # type: ignore[attr-defined]
