"""Do intervals hold what they promise? A thousand cohorts live by a model, are fitted, and then do what they do.

    python bench/totals.py [--simulations 1000] [--customers 1000] [--seed 0] [--model pareto_nbd]

Each cohort is simulated, fitted at an age of 26 to 52 weeks and asked for the next 39. Printed for each model: how
often the purchases of all fell within the 90 % interval of the total (chance and the doubt about the parameters), which
should be 87 to 93 in a hundred; and how many customers' purchases fell within their own range at 90 %, which cannot be
much below 90, and is above it since purchases are whole. Ends with 1 where one is outside.
"""

import argparse
import sys

import numpy as np

from regulars.lifetime.models import BetaGeometricNBD, FitFailed, ModifiedBetaGeometricNBD, ParetoNBD, PurchaseModel
from regulars.lifetime.valuing import total_purchases

TRUTHS: tuple[PurchaseModel, ...] = (
    BetaGeometricNBD.with_parameters(r=0.6, alpha=9.0, a=0.9, b=2.8),
    ModifiedBetaGeometricNBD.with_parameters(r=0.8, alpha=9.0, a=0.9, b=2.8),
    ParetoNBD.with_parameters(r=0.8, alpha=9.0, s=0.9, beta=20.0),
)
LEVEL, AHEAD = 0.9, 39.0
TOTALS, RANGES = (0.87, 0.93), 0.88


def main() -> int:
    """Print a line a model; return 1 where an interval does not hold what it promises."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--simulations", type=int, default=1000)
    asked.add_argument("--customers", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--model", choices=[truth.name for truth in TRUTHS], help="this one alone; default: each")
    given = asked.parse_args()
    kept = True
    for truth in (each for each in TRUTHS if given.model in (None, each.name)):
        within, ranges, failed = 0, [], 0
        for number in range(given.simulations):
            seed = given.seed + number
            age = np.random.default_rng(seed).uniform(26, 52, given.customers)
            lived = truth.simulate(given.customers, seed=seed, age=age, horizon=AHEAD)
            try:
                model = type(truth)().fit(lived.summary)
            except FitFailed:
                failed += 1
                continue
            total = total_purchases(model, lived.summary, AHEAD, level=LEVEL)
            within += total.low <= lived.purchases.sum() <= total.high
            told = model.predict(lived.summary, AHEAD, level=LEVEL)
            low, high = (told[name].to_numpy() for name in ("range_low", "range_high"))
            ranges.append(float(((low <= lived.purchases) & (lived.purchases <= high)).mean()))
        share, mean = within / max(given.simulations - failed, 1), float(np.mean(ranges))
        kept &= TOTALS[0] <= share <= TOTALS[1] and mean >= RANGES
        sys.stdout.write(
            f"{truth.name:12} totals within their interval {share:.1%}, customers within their range {mean:.1%}, "
            f"not fitted {failed} of {given.simulations}\n"
        )
        sys.stdout.flush()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
