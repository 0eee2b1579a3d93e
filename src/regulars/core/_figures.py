"""A number that carries its base, its doubt and its reason: what every rate and every headline is made of."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from regulars.core._intervals import Interval

Unit = Literal["count", "money", "share", "score", "days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days a figure speaks of, both ends inclusive."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of the whole business.

    `value` is None where it cannot be known, and then `reason` is a code that says why. For a share,
    `count` of `base` customers; for a mean or a sum, `base` is how many it was taken over.
    """

    name: str
    unit: Unit
    value: float | None
    base: int
    count: int | None = None
    interval: Interval | None = None
    reason: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a reader should know about a result: a code and its parameters; `reports` makes the sentence."""

    code: str
    params: dict[str, object] = field(default_factory=dict)
