"""What clustering found, and how sure it may be: codes and numbers, from which `reports` makes sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from regulars.core import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a column becomes a coordinate: (log(clip(x, low, high)) − centre) / spread.

    `low` and `high` are in the column's own unit; the logarithm is ln(x) of money and ln(1 + x) of counts and days.
    """

    column: str
    low: float
    high: float
    centre: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One number of clusters that was tried.

    `stability` is the mean adjusted Rand index (1: the same clusters, 0: no more alike than by chance) of pairs of
    resamples, with the interval of that mean; `silhouette` runs from −1 to 1 (0: clusters that touch).
    """

    k: int
    stability: float
    stability_interval: Interval
    silhouette: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """In what a cluster differs from the whole: a code of `TRAITS`, and by how many standard deviations."""

    code: str
    column: str
    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One cluster of customers. Its traits come from the sample that was fitted, all else from everybody in it.

    `means` goes by column: the mean of a count or of days over its customers; of spend_mean, spend over orders.
    """

    number: int
    customers: int
    share_of_customers: float
    spend_total: Decimal
    share_of_spend: float | None
    means: Mapping[str, float]
    traits: tuple[Trait, ...]
    centre: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """The clusters, or the reason why there are none.

    `reason` is None, `too_few_customers`, `no_spread` (everybody is alike) or `no_stable_groups` (other customers
    like these would have been split otherwise: use RFM). `customers` may be profiled and have ordered;
    `fitted_on` and `chosen_on` of them were looked at for the centres and for the choice of k.
    """

    reason: str | None
    customers: int
    k: int | None = None
    fitted_on: int = 0
    chosen_on: int = 0
    resample_pairs: int = 0
    least_customers: int
    least_stability: float
    candidates: tuple[Candidate, ...] = ()
    scales: tuple[Scale, ...] = ()
    without_spread: tuple[str, ...] = ()
    clusters: tuple[Cluster, ...] = ()
