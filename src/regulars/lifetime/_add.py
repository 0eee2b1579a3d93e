"""The lifetime value of everybody, by the rule that is in use: the plain one, or the models where they earned it."""

from dataclasses import dataclass

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._forecast import forecast, forecast_batches
from regulars.lifetime._learn import learn
from regulars.lifetime._plain import READS as PLAIN_READS
from regulars.lifetime._plain import add_plain
from regulars.lifetime._rules import Rule
from regulars.lifetime.models import ModelFit

READS = (*PLAIN_READS, "repeat_count", "age_at_last_days", "gap_log_sum")
"""The columns of the features that are read, by any rule."""

# Whom the models cannot value (no consent, no order) keeps the plain rule's row and its reason.
_COMBINED = """
SELECT
    p.customer_id,
    coalesce(f.value, p.lifetime_value) AS lifetime_value,
    CASE WHEN f.value IS NOT NULL THEN f.value_low ELSE p.lifetime_value_low END AS lifetime_value_low,
    CASE WHEN f.value IS NOT NULL THEN f.value_high ELSE p.lifetime_value_high END AS lifetime_value_high,
    CASE WHEN f.value IS NOT NULL THEN $rule ELSE p.lifetime_rule END AS lifetime_rule,
    p.yearly_margin,
    CASE WHEN f.value IS NULL THEN p.lifetime_reason END AS lifetime_reason,
    f.expected_orders,
    f.p_alive
FROM {plain} AS p LEFT JOIN {forecast} AS f ON f.customer_id = p.customer_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The two models as they were fitted, and whether both are to be trusted."""

    purchases: ModelFit
    margins: ModelFit

    @property
    def is_usable(self) -> bool:
        """True where nothing speaks against either fit."""
        return self.purchases.is_usable and self.margins.is_usable

    @property
    def reason(self) -> str | None:
        """Why not, if not."""
        return self.purchases.reason or self.margins.reason


def add(
    engine: Engine,
    *,
    settings: Settings,
    rule: Rule = "plain",
    stages: int | None = None,
    features: str = "features",
    into: str = "lifetime",
) -> Learned | None:
    """Write every customer's lifetime value into `into`, with its interval, the rule it is by and its reason.

    `plain`: next year as the last one, discounted (see `_plain`). Any other: that model of purchases and gamma-gamma
    fitted to everybody's history, expected purchases times the margin of one, month by month, discounted alike; where a
    fit is not to be trusted the plain rule stands in for everybody, and what is returned says why.

    Args:
        engine: holds the table of features.
        settings: section `lifetime`, and `strategy.margin_share` for orders without a cost.
        rule: which one.
        stages: of a purchase, for a model of regular buyers; if not told, it is learned.
        features: the name of the customers' features; of them the columns `READS`.
        into: the table to write: customer_id, lifetime_value with _low and _high (of the expected value),
            lifetime_rule, yearly_margin (by the plain rule), lifetime_reason (NULL for a customer's own figure, else
            `no_consent`, `no_orders`, `silent_a_year`, `short_history`, `no_history`: see `_plain`) and, by the models
            only, expected_orders (order days in the same months) and p_alive (see `forecast_batches`).

    Returns:
        The fits, or None by the plain rule.
    """
    if rule == "plain":
        add_plain(engine, settings=settings, features=features, into=into)
        return None
    share = float(settings.strategy.margin_share)
    purchases, margins = learn(engine, margin_share=share, rule=rule, stages=stages, features=features)
    learned = Learned(purchases=purchases.fit_, margins=margins.fit_)
    if not learned.is_usable:
        add_plain(engine, settings=settings, features=features, into=into)
        return learned
    plain, forecasts = f"{into}_plain", f"{into}_forecast"
    add_plain(engine, settings=settings, features=features, into=plain)
    function = forecast_batches(purchases, margins, discounting=Discounting.of(settings))
    forecast(engine, function, margin_share=share, features=features, into=forecasts)
    engine.run(_COMBINED.format(plain=quoted(plain), forecast=quoted(forecasts)), into=into, rule=rule)
    engine.drop(plain, forecasts)
    return learned
