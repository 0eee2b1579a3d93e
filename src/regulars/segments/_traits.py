"""What a cluster is like, in codes: the columns in which its centre is far from everybody's mean."""

from collections.abc import Sequence

from regulars.segments._results import Scale, Trait
from regulars.segments._scales import Points

# By column: below the mean, above it.
_CODES = {
    "days_since_last": ("bought_lately", "long_silent"),
    "order_day_count": ("comes_less_often", "comes_more_often"),
    "spend_mean": ("smaller_orders", "larger_orders"),
    "tenure_days": ("new", "known_long"),
    "usage_count": ("uses_less", "uses_more"),
}

TRAITS: tuple[str, ...] = tuple(code for pair in _CODES.values() for code in pair)
"""Every code. A cluster without any is near the mean in everything."""

# A fifth of a standard deviation is what the social sciences call a small difference (J. Cohen, 1988).
_LEAST = 0.2
_MOST_TRAITS = 3


def traits_of(centre: Points, scales: Sequence[Scale]) -> tuple[Trait, ...]:
    """Return at most three traits of a centre, the strongest first; the sample's mean is 0 and its spread 1."""
    told = [
        Trait(
            code=_CODES[scale.column][int(difference > 0)],
            column=scale.column,
            difference=float(difference),
        )
        for scale, difference in zip(scales, centre, strict=True)
        if abs(difference) >= _LEAST
    ]
    return tuple(sorted(told, key=lambda trait: -abs(trait.difference))[:_MOST_TRAITS])
