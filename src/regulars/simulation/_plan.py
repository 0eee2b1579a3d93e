"""What was asked for, and the process behind it: Pareto/NBD purchases and gamma-gamma spend.

Purchases follow D. C. Schmittlein, D. G. Morrison, R. Colombo (1987), "Counting Your Customers: Who Are They and
What Will They Do Next?", Management Science 33(1), 1-24: while a customer is alive, purchases are Poisson with a
rate that is gamma distributed over customers; the customer leaves after an exponential time whose rate is gamma
distributed too. Both run on the shop's own time (see `_clock`), so seasons and sales days do not disturb the
closed forms. Spend follows P. S. Fader, B. G. S. Hardie (2013), "The Gamma-Gamma Model of Monetary Value":
a customer's order values are gamma distributed around a mean whose inverse scale is gamma over customers.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from regulars.core import RegularsError

Language = Literal["en", "zh"]
Format = Literal["csv", "parquet"]

PURCHASE_SHAPE = 0.8
DROPOUT_SHAPE = 0.7
DROPOUT_SCALE_DAYS = 150.0
SPEND_SHAPE = 4.0
SPEND_SPREAD = 4.0
MEAN_SPEND: dict[Language, float] = {"en": 38.0, "zh": 168.0}
OPENING_RUSH = 1.4
"""Above 1, more customers come soon after the opening than later: their time of coming is the end · u^rush."""


class SimulationImpossible(RegularsError):
    """A shop was asked for that cannot be simulated."""

    code = "simulation_impossible"
    template = "A shop with {name} = {value} cannot be simulated: {name} must be {rule}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPlan:
    """Everything that decides what is written: equal plans give equal bytes."""

    customers: int
    seed: int
    last_day: date
    days: int
    language: Language
    format: Format
    dirty: bool
    orders_per_customer: float

    def __post_init__(self) -> None:
        earliest, latest = date(1990, 1, 1), date(2080, 12, 31)
        checks: list[tuple[str, object, bool, str]] = [
            ("customers", self.customers, 1 <= self.customers <= 9_999_999, "from 1 to 9,999,999"),
            ("seed", self.seed, self.seed >= 0, "0 or more"),
            ("days", self.days, 60 <= self.days <= 3650, "from 60 to 3650"),
            ("last_day", self.last_day, earliest <= self.last_day <= latest, f"from {earliest} to {latest}"),
            ("language", self.language, self.language in MEAN_SPEND, "'en' or 'zh'"),
            ("format", self.format, self.format in {"csv", "parquet"}, "'csv' or 'parquet'"),
            (
                "orders_per_customer",
                self.orders_per_customer,
                1 < self.orders_per_customer <= 1000,
                "above 1 and at most 1000",
            ),
        ]
        for name, value, is_possible, rule in checks:
            if not is_possible:
                raise SimulationImpossible(name=name, value=value, rule=rule)

    @property
    def first_day(self) -> date:
        """The day the shop opens."""
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def currency(self) -> str:
        """The currency of every amount: the language's."""
        return "CNY" if self.language == "zh" else "USD"

    @property
    def price_level(self) -> float:
        """How many units of this currency buy what a dollar buys in the English shop."""
        return MEAN_SPEND[self.language] / MEAN_SPEND["en"]

    @property
    def mean_purchase_rate(self) -> float:
        """Repeat orders a day of the mean customer, such that a customer has `orders_per_customer` orders in all.

        A customer who has been known for w days was alive for ∫₀ʷ (β/(β+u))ˢ du of them on average.
        """
        midpoints = (np.arange(10_000) + 0.5) / 10_000
        known_days = self.days * (1 - midpoints**OPENING_RUSH)
        scale, power = DROPOUT_SCALE_DAYS, 1 - DROPOUT_SHAPE
        alive_days = scale / power * ((1 + known_days / scale) ** power - 1)
        return (self.orders_per_customer - 1) / float(alive_days.mean())
