"""How sure we are: intervals, with their method named so that nobody mistakes one kind for another."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A range that holds the true figure with probability `level`."""

    low: float
    high: float
    method: str
    level: float = 0.95

    def scaled(self, factor: float) -> "Interval":
        """Return the interval of the figure times `factor` (≥ 0)."""
        return Interval(low=self.low * factor, high=self.high * factor, method=self.method, level=self.level)

    def complement(self) -> "Interval":
        """Return the interval of 1 − figure."""
        return Interval(low=1 - self.high, high=1 - self.low, method=self.method, level=self.level)


def wilson(count: int, base: int, *, level: float = 0.95) -> Interval | None:
    """Return Wilson's score interval for a share of `count` among `base`; None for an empty base.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    >>> interval = wilson(9, 75)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0644, 0.2126)
    """
    if base == 0:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / base
    centre = share + z * z / (2 * base)
    spread = z * sqrt(share * (1 - share) / base + z * z / (4 * base * base))
    scale = 1 + z * z / base
    return Interval(
        low=max(0.0, (centre - spread) / scale),
        high=min(1.0, (centre + spread) / scale),
        method="wilson",
        level=level,
    )
