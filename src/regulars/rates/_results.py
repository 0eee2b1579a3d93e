"""What this room hands over."""

from dataclasses import dataclass
from decimal import Decimal

from regulars.core import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A figure now, in the period before, and in the same period a year before.

    Each is what one would have read at the end of its own period: nothing learnt later is in it.
    """

    now: Figure
    previous: Figure
    year_before: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How the whole does.

    `eight` holds the six of the eight headline numbers that need no model, in their order: active customers,
    revenue, retention, repeat purchase, satisfaction, new customers. `rates` holds every rate as of now.
    """

    eight: tuple[Comparison, ...]
    rates: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesEfficiency:
    """What the contacts of one channel took and what followed; a ratio over nothing is None."""

    channel: str
    touches: int
    hours: float | None
    cost: Decimal | None
    orders: int
    revenue: Decimal
    revenue_per_touch: float | None
    revenue_per_hour: float | None
    revenue_per_cost: float | None
    orders_per_touch: float | None
    orders_per_hour: float | None
    orders_per_cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationPoint:
    """The best `share_of_customers` of the buyers bring `share_of_spend` of the net spend."""

    share_of_customers: float
    share_of_spend: float
    customers: int
