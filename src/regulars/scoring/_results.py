"""What scoring did, for the manifest: enough to check a score by hand, and to score another day on the same scale."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where an indicator's scale begins and ends.

    `low` and `high` are in the indicator's own unit, at the winsorising percentiles; `centre` and `spread` are the
    mean and standard deviation of log1p of the winsorised values, for the z-score only.
    """

    low: float
    high: float
    centre: float | None = None
    spread: float | None = None

    @property
    def is_flat(self) -> bool:
        """True where every value is the same, so that nobody can be said to have more or less."""
        return self.low == self.high or self.spread == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringSummary:
    """The scales, the weights as used (those of a figure add up to 1), and what was left out for want of records.

    `weights` and `dropped` go by figure, then behaviour; `bounds` goes by indicator; `no_spread` names the indicators
    that are the same for everybody who has them and so score 50.
    """

    weights: Mapping[str, Mapping[str, float]]
    bounds: Mapping[str, Bounds]
    dropped: Mapping[str, tuple[str, ...]]
    no_spread: tuple[str, ...]
