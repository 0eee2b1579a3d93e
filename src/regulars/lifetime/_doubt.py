"""How far a sum of values may be off because the models' parameters are not known: they move everybody at once.

Customers' own intervals cannot be added up: one parameter too high makes all of them too valuable together. So the sum
is taken as what it is, a function of the parameters. With S = Σ wᵢ vᵢ and g its slope in their logarithms, ln S has the
variance g' C g, where g = Σ wᵢ vᵢ (d ln vᵢ) / S and C is the covariance of the log-parameters (the delta method, as in
`_forecast`). g is a mean over customers, so a sample of them tells it.
"""

from collections.abc import Sequence

import numpy as np

from regulars.core import Settings
from regulars.engines import Engine, quoted
from regulars.lifetime._add import Learned
from regulars.lifetime._discounting import Discounting
from regulars.lifetime._forecast import HISTORIES, Forecaster
from regulars.lifetime._rules import model_of
from regulars.lifetime.models import GammaGamma

SAMPLE = 20_000
"""From so many customers at most the slopes are taken."""

_DRAWN = """
SELECT known.*, {columns}
FROM ({histories}) AS known JOIN {parts} AS parts ON parts.customer_id = known.customer_id
WHERE known.reason IS NULL
ORDER BY md5(known.customer_id), known.customer_id
LIMIT $most
"""


def doubt_of_sums(
    engine: Engine,
    learned: Learned,
    *,
    parts: str,
    columns: Sequence[str],
    settings: Settings,
    features: str = "features",
) -> tuple[float, ...]:
    """Return for each column the standard deviation of its sum for doubt about the parameters, as a share of the sum.

    It is 0 for a sum of nothing, and where a model has no standard errors.

    Args:
        engine: holds the table of features and the parts.
        learned: the models behind the values, to be trusted.
        parts: the table of what is summed: customer_id, and columns of values or of shares of values, in money.
        columns: their names.
        settings: section `lifetime`, and `strategy.margin_share`; those the values were made with.
        features: the name of the customers' features.
    """
    fits = learned.purchases, learned.margins
    if not all(fit.log_covariance for fit in fits):
        return (0.0,) * len(columns)
    query = _DRAWN.format(
        histories=HISTORIES.format(features=quoted(features)),
        parts=quoted(parts),
        columns=", ".join(f"CAST(parts.{quoted(name)} AS DOUBLE) AS {quoted(name)}" for name in columns),
    )
    rows = engine.fetch(query, margin_share=float(settings.strategy.margin_share), most=SAMPLE)
    models = model_of(learned.purchases), GammaGamma.with_parameters(**learned.margins.parameters)
    slopes = Forecaster.of(*models, discounting=Discounting.of(settings)).log_slopes(rows)
    of_purchases, of_margins = (np.array(fit.log_covariance) for fit in fits)
    k = len(of_purchases)
    covariance = np.zeros((k + len(of_margins),) * 2)
    covariance[:k, :k], covariance[k:, k:] = of_purchases, of_margins
    found = []
    for name in columns:
        # Sums by numpy alone: a product of matrices may be shared out to threads, and differ in its last bits.
        part = np.nan_to_num(np.asarray(rows[name].to_numpy(), dtype=np.float64))
        total = float(part.sum())
        slope = (part[:, np.newaxis] * slopes).sum(axis=0) / total if total else np.zeros(len(covariance))
        found.append(float(np.sqrt(max(0.0, (slope[:, np.newaxis] * covariance * slope).sum()))))
    return tuple(found)
