"""How many clusters there are, and where: k-means, believed only as far as resamples of the customers repeat it.

k-means always answers, in pure noise too. So each k is asked whether it would come out again: twenty times, two
bootstrap resamples are clustered each on its own, everybody is assigned by both, and the adjusted Rand index tells
how far the two agree. A mean of 0.6 or more
is stable. Among the stable ones the mean silhouette decides; silhouettes
that are equal to two digits are equal, and then the smaller k wins.

Stable means that another sample of such customers would be split the same way. It does not mean that there is a gap
between the clusters: one long cloud is cut in the middle time after time. The silhouette says that: by the usual
reading, one up to 0.25 shows no substantial structure.

Sources: Y. Fang and J. Wang, Selection of the number of clusters via the bootstrap method, Computational Statistics
& Data Analysis 56 (2012) 468-477; L. Hubert and P. Arabie, Comparing partitions, Journal of Classification 2 (1985)
193-218; L. Kaufman and P. Rousseeuw, Finding Groups in Data (1990), p. 88.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances, silhouette_score
from threadpoolctl import threadpool_limits

from regulars.core import Interval
from regulars.segments._nearest import nearest
from regulars.segments._results import Candidate
from regulars.segments._scales import Points

CANDIDATES = range(2, 9)
RESAMPLE_PAIRS = 20

_STARTS = 3
_FINAL_STARTS = 10
_LEVEL = 0.95


def candidates(points: Points, *, seed: int) -> tuple[Candidate, ...]:
    """Return stability and silhouette of every k from 2 to 8 for which there are that many different points.

    Args:
        points: shape (customers, coordinates), sorted by customer_id; every pair of them is compared, so a few
            thousand at most.
        seed: 0 or more.
    """
    distinct, counts = np.unique(points, axis=0, return_counts=True)
    found = []
    # One thread: sums over chunks of several threads differ in their last bits from machine to machine.
    with threadpool_limits(limits=1):
        distances = pairwise_distances(points)
        for k in (k for k in CANDIDATES if k <= len(distinct)):
            random = np.random.default_rng([seed, k])
            agreed = [_agreement(distinct, counts, k=k, random=random) for _ in range(RESAMPLE_PAIRS)]
            labels = nearest(points, _centres(distinct, counts, k=k, starts=_FINAL_STARTS, random=random))
            found.append(
                Candidate(
                    k=k,
                    stability=float(np.mean(agreed)),
                    stability_interval=_interval(agreed),
                    silhouette=float(silhouette_score(distances, labels, metric="precomputed")),
                )
            )
    return tuple(found)


def best(tried: Sequence[Candidate], *, least_stability: float) -> int | None:
    """Return the k that is stable and has the highest silhouette; None if none is stable."""
    stable = [one for one in tried if one.stability >= least_stability]
    return min(stable, key=lambda one: (-round(one.silhouette, 2), one.k)).k if stable else None


def centres(points: Points, *, k: int, seed: int) -> Points:
    """Return k centres, shape (k, coordinates), in ascending order of their coordinates: the same for every start."""
    distinct, counts = np.unique(points, axis=0, return_counts=True)
    with threadpool_limits(limits=1):
        found = _centres(distinct, counts, k=k, starts=_FINAL_STARTS, random=np.random.default_rng([seed, k]))
    return found[np.lexsort(found.T[::-1])]


def _agreement(distinct: Points, counts: NDArray[np.int64], *, k: int, random: np.random.Generator) -> float:
    """Return the adjusted Rand index, over everybody, of the clusters of two resamples."""
    n = int(counts.sum())
    one, other = (
        nearest(distinct, _centres(distinct, drawn, k=k, starts=_STARTS, random=random))
        for drawn in (random.multinomial(n, counts / n) for _ in range(2))
    )
    return adjusted_rand(one, other, counts)


def adjusted_rand(one: NDArray[np.int64], other: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index of two ways to cluster points that each stand for `counts` customers.

    scikit-learn's looks its labels over for longer than it counts, hundreds of times in a small shop.

    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]), np.array([1, 1, 1, 5]))
    1.0
    """
    wide = int(other.max()) + 1
    cells = np.zeros((int(one.max()) + 1, wide), dtype=np.int64)
    np.add.at(cells, (one, other), counts)
    n = int(cells.sum())
    both = int((cells**2).sum())
    apart_in_one, apart_in_other = (int((cells.sum(axis=axis) ** 2).sum()) - both for axis in (0, 1))
    if not apart_in_one and not apart_in_other:
        return 1.0
    together, apart = both - n, n * n - apart_in_one - apart_in_other - both
    chance = (together + apart_in_other) * (apart_in_other + apart) + (together + apart_in_one) * (apart_in_one + apart)
    return 2.0 * (together * apart - apart_in_other * apart_in_one) / chance


def _centres(
    distinct: Points, counts: NDArray[np.int64], *, k: int, starts: int, random: np.random.Generator
) -> Points:
    """Return at most k centres of points that each stand for `counts` customers: fewer if fewer points were drawn."""
    drawn = counts > 0
    if np.count_nonzero(drawn) <= k:
        return distinct[drawn]
    weight = counts[drawn].astype(np.float64)
    model = KMeans(n_clusters=k, n_init=starts, init=partial(_start, weight), random_state=int(random.integers(2**31)))
    fitted: Points = model.fit(distinct[drawn], sample_weight=weight).cluster_centers_
    return fitted


def _start(weight: Points, points: Points, k: int, random_state: np.random.RandomState) -> Points:
    """Return where k-means starts: greedy k-means++, drawn as scikit-learn draws it.

    Its own takes nearly half of the time of a small fit, for it looks the points over at every step.

    Source: D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful seeding, SODA 2007, 1027-1035.
    """
    chosen = [int(random_state.choice(len(points), p=weight / weight.sum()))]
    gap = _squared(points[chosen], points)[0]
    potential = gap @ weight
    for _ in range(1, k):
        drawn = random_state.uniform(size=2 + int(np.log(k))) * potential
        tried = np.minimum(np.searchsorted(np.cumsum(weight * gap), drawn), len(points) - 1)
        gaps = np.minimum(gap, _squared(points[tried], points))
        potentials = gaps @ weight
        least = int(np.argmin(potentials))
        gap, potential = gaps[least], potentials[least]
        chosen.append(int(tried[least]))
    return points[chosen]


def _squared(some: Points, points: Points) -> Points:
    """Return the squared distances of some points to all, shape (some, points)."""
    between = some[:, np.newaxis] - points
    squared: Points = np.einsum("spc,spc->sp", between, between)
    return squared


def _interval(agreed: Sequence[float]) -> Interval:
    """Return Student's interval of the mean; it covers the doubt of the resampling only."""
    mean, pairs = float(np.mean(agreed)), len(agreed)
    doubt = float(stdtrit(pairs - 1, 0.5 + _LEVEL / 2) * np.std(agreed, ddof=1) / np.sqrt(pairs))
    return Interval(low=mean - doubt, high=min(1.0, mean + doubt), method="student", level=_LEVEL)
