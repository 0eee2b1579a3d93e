"""The whole shop's truth in one file: what was asked for, what was written, and what should be found in it."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulation._campaign import CAMPAIGN_ID, TREATED_PROBABILITY, Response
from regulars.simulation._dirt import OrderRows
from regulars.simulation._order_lines import OrderLines
from regulars.simulation._plan import (
    DROPOUT_SCALE_DAYS,
    DROPOUT_SHAPE,
    MEAN_SPEND,
    PURCHASE_SHAPE,
    SPEND_SHAPE,
    SPEND_SPREAD,
)
from regulars.simulation._purchases import Purchases
from regulars.simulation._world import World


@dataclass(slots=True, kw_only=True)
class Tally:
    """Sums over blocks, on the way to truth.json."""

    counts: Counter[str] = field(default_factory=Counter)
    cents: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    unreadable: dict[str, Counter[str]] = field(default_factory=dict)
    duplicates: int = 0
    effect: float = 0.0
    p_alive: float = 0.0
    expected_orders_365: float = 0.0

    def add_people(self, truth: pa.Table, response: Response) -> None:
        """Count a block's customers and what is true of them."""
        self.counts["customers"] += truth.num_rows
        self.counts["alive"] += int(pc.sum(truth["is_alive"]).as_py())
        self.counts["eligible"] += int(response.is_eligible.sum())
        self.counts["treated"] += int(response.is_treated.sum())
        self.effect += float(np.nansum(response.true_effect))
        self.p_alive += float(pc.sum(truth["p_alive"]).as_py())
        self.expected_orders_365 += float(pc.sum(truth["expected_orders_365"]).as_py())

    def add_orders(self, purchases: Purchases, lines: OrderLines, rows: OrderRows) -> None:
        """Count a block's orders, and what is odd but readable among their rows."""
        self.counts["orders"] += len(purchases)
        self.counts["extra_orders"] += int(purchases.is_extra.sum())
        self.counts["order_lines"] += int((~lines.is_refund).sum())
        self.counts["refunds"] += int(lines.is_refund.sum())
        self.cents["gross"] += int(purchases.cents.sum())
        self.cents["refunded"] -= int(lines.cents[lines.is_refund].sum())
        self.odd["stray_blanks"] += rows.stray_blanks
        self.odd["missing_words"] += rows.missing_words

    def add_unreadable(self, file: str, counts: dict[str, int]) -> None:
        """Count what cannot be read in the rows just written to a file."""
        self.unreadable.setdefault(file, Counter()).update(counts)

    def write(self, path: Path, world: World, rows: dict[str, int]) -> None:
        """Write the truth of the whole shop."""
        told = {
            "plan": _plain(asdict(world.plan)) | {"first_day": str(world.plan.first_day)},
            "currency": world.plan.currency,
            "process": _process(world),
            "counts": dict(self.counts),
            "money": {name: str(Decimal(cents).scaleb(-2)) for name, cents in self._money().items()},
            "expected": {
                "orders_before_the_campaign": world.plan.orders_per_customer * world.plan.customers,
                "alive": self.p_alive,
                "orders_in_the_next_365_days": self.expected_orders_365,
            },
            "campaign": self._campaign(world),
            "files": {file: self._file(file, count) for file, count in rows.items()},
            "odd_but_readable": dict(self.odd),
        }
        path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")

    def _money(self) -> dict[str, int]:
        return dict(self.cents) | {"net": self.cents["gross"] - self.cents["refunded"]}

    def _campaign(self, world: World) -> dict[str, Any]:
        eligible, treated = self.counts["eligible"], self.counts["treated"]
        return {
            "campaign_id": CAMPAIGN_ID,
            "first_day": str(world.campaign.first_day),
            "last_day": str(world.campaign.last_day),
            "treated_probability": TREATED_PROBABILITY,
            "eligible": eligible,
            "treated": treated,
            "held_out": eligible - treated,
            "true_effect": self.effect / eligible if eligible else None,
        }

    def _file(self, file: str, rows: int) -> dict[str, Any]:
        name = file.partition(".")[0]
        return {
            "kind": name.partition("_")[0],
            "rows": rows,
            "unreadable": {flaw: count for flaw, count in self.unreadable.get(file, {}).items() if count},
            "duplicates": self.duplicates if "_" in name else 0,
        }


def _process(world: World) -> dict[str, Any]:
    return {
        "purchases": "Pareto/NBD in shop time",
        "purchase_shape": PURCHASE_SHAPE,
        "mean_purchase_rate": world.plan.mean_purchase_rate,
        "dropout_shape": DROPOUT_SHAPE,
        "dropout_scale_days": DROPOUT_SCALE_DAYS,
        "spend": "gamma-gamma",
        "spend_shape": SPEND_SHAPE,
        "spend_spread": SPEND_SPREAD,
        "mean_spend": MEAN_SPEND[world.plan.language],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float | str) else str(value) for name, value in values.items()}
