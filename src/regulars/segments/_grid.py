"""The grid of recency by frequency: 25 cells, each in exactly one group, by the names the field uses."""

from typing import get_args

from regulars.core import Group, RegularsError


class ScoreOutsideGrid(RegularsError):
    """A recency or frequency score that is not 1, 2, 3, 4 or 5."""

    code = "score_outside_grid"
    template = "Recency {recency}, frequency {frequency}: no such cell. Give whole scores from 1 (worst) to 5 (best)."


GROUPS: tuple[str, ...] = get_args(Group)
"""Every group, the best first."""

# One row a recency score, the best first; in a row the frequency scores 1 to 5.
_CELLS = {
    5: ("new", "potential_loyalists", "potential_loyalists", "champions", "champions"),
    4: ("promising", "potential_loyalists", "potential_loyalists", "loyal", "loyal"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
}


def rfm_group(*, recency: int, frequency: int) -> str:
    """Return the group of a customer by the recency and frequency scores, 1 (worst) to 5 (best).

    Raises:
        ScoreOutsideGrid: a score is not 1, 2, 3, 4 or 5.

    >>> rfm_group(recency=1, frequency=5)
    'cant_lose'
    """
    if recency not in _CELLS or frequency not in _CELLS:
        raise ScoreOutsideGrid(recency=recency, frequency=frequency)
    return _CELLS[recency][int(frequency) - 1]
