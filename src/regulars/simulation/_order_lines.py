"""The orders file: each order as one to three lines of different categories, and the refunds among them.

Lines of an order never look alike (each has another category), so that a line met twice is a duplicate.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars.simulation._clock import Bools, Floats, Ints, ShopClock, Times
from regulars.simulation._columns import money, numbered, times
from regulars.simulation._people import CATEGORIES, CHANNELS, People
from regulars.simulation._plan import MEAN_SPEND, ShopPlan
from regulars.simulation._purchases import Purchases, draw_refunds
from regulars.simulation._words import Words, picked, words
from regulars.simulation._world import World

_LINE_COUNT_SHARES = (0.65, 0.27, 0.08)
_COST_SHARES = np.array([0.42, 0.40, 0.45, 0.52, 0.55])
_MAIN_CHANNEL_KEPT = 0.75
_FAVOURITE_KEPT = 0.6
# A product's size follows the price of a piece, as a share of the shop's mean order.
_PIECE_PRICE_CUTS = (0.35, 0.9)
_SALE_SPEED = 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLines:
    """The rows of the orders file of a block, by time, and what each says in numbers.

    `cents` is net (below zero for a refund, however the file says it), `who` the place in the block.
    """

    table: pa.Table
    moment: Times
    who: Ints
    cents: Ints
    is_refund: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """One entry a line of goods: which order, and what of it."""

    order: Ints
    cents: Ints
    category: Ints
    quantity: Ints
    discount: Ints
    cost: Ints


def order_lines(
    world: World, people: People, purchases: Purchases, rng: np.random.Generator, *, first_order: int
) -> OrderLines:
    """Return the orders file of a block; its orders are numbered from `first_order` by time."""
    plan, clock = world.plan, world.clock
    refunds = draw_refunds(purchases, people, clock, rng)
    lines = _draw_lines(world, people, purchases, rng)
    is_main = rng.random(len(purchases)) < _MAIN_CHANNEL_KEPT
    channel = np.where(is_main, people.channel[purchases.who], rng.integers(0, CHANNELS, len(purchases)))
    first_line = np.searchsorted(lines.order, refunds.order)
    line = np.concatenate([np.arange(len(lines.order)), first_line])
    order = lines.order[line]
    is_refund = np.arange(len(line)) >= len(lines.order)
    is_flagged = np.concatenate([np.zeros(len(lines.order), dtype=bool), refunds.is_flagged])
    moment = clock.at(np.concatenate([purchases.moment[lines.order], refunds.moment]))
    cents = np.where(is_refund, -lines.cents[line], lines.cents[line])
    quantity = pa.array(lines.quantity[line], mask=is_refund)
    told = words(plan.language)
    table = pa.table(
        {
            "customer_id": numbered("C", people.number).take(pa.array(purchases.who[order])),
            "order_id": numbered("O", first_order + np.arange(len(purchases))).take(pa.array(order)),
            "ordered_at": times(moment),
            "amount": money(np.where(is_flagged, -cents, cents)),
            "currency": pa.repeat(plan.currency, len(line)),
            "is_refund": pa.array(is_flagged, mask=~is_flagged),
            "channel": picked(told.channels, channel[order]),
            "category": picked(told.categories, lines.category[line]),
            "product_id": _products(plan, told, lines).take(pa.array(line)),
            "quantity": quantity,
            # What came back is food or may be chipped: it is written off, so a refund saves no cost.
            "cost": money(np.where(is_refund, 0, lines.cost[line])),
            "discount": money(np.where(is_refund, 0, lines.discount[line])),
        }
    )
    by_time = np.argsort(moment, kind="stable")
    return OrderLines(
        table=table.take(pa.array(by_time)),
        moment=moment[by_time],
        who=purchases.who[order][by_time],
        cents=cents[by_time],
        is_refund=is_refund[by_time],
    )


def _draw_lines(world: World, people: People, purchases: Purchases, rng: np.random.Generator) -> _Lines:
    counts = rng.choice(3, size=len(purchases), p=_LINE_COUNT_SHARES) + 1
    order = np.repeat(np.arange(len(purchases)), counts)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    favourite = people.favourite[purchases.who]
    is_favourite = rng.random(len(purchases)) < _FAVOURITE_KEPT
    first = np.where(is_favourite, favourite, rng.integers(0, CATEGORIES, len(purchases)))
    # Steps of one or two through five categories: three lines never meet the same one.
    step = rng.integers(1, 3, len(purchases))
    category = (first[order] + place * step[order]) % CATEGORIES
    cents = _split(purchases.cents, counts, order, rng)
    discount = _discounts(world.clock, purchases, rng)[order] * cents
    cost = (cents + discount) * _COST_SHARES[category] * rng.uniform(0.95, 1.05, len(order))
    return _Lines(
        order=order,
        cents=cents,
        category=category,
        quantity=np.minimum(1 + rng.poisson(0.35, len(order)), 6),
        discount=np.rint(discount).astype(np.int64),
        cost=np.rint(cost).astype(np.int64),
    )


def _split(total: Ints, counts: Ints, order: Ints, rng: np.random.Generator) -> Ints:
    """Return each line's cents: random shares of its order's total that add up to it to the cent."""
    weights = rng.uniform(0.3, 1.0, len(order))
    running = np.cumsum(weights)
    last = np.cumsum(counts) - 1
    before = np.concatenate([[0.0], running[last][:-1]])
    share = (running - before[order]) / (running[last] - before)[order]
    share[last] = 1.0
    upper = np.floor(total[order] * share).astype(np.int64)
    lower = np.concatenate([[0], upper[:-1]])
    lower[last - counts + 1] = 0
    return np.asarray(upper - lower)


def _discounts(clock: ShopClock, purchases: Purchases, rng: np.random.Generator) -> Floats:
    """Return each order's discount as a share of what was paid: on sales days, and for one order in twelve else."""
    speed = np.diff(clock.starts)[clock.day_number(purchases.moment)]
    is_discounted = (speed > _SALE_SPEED) | (rng.random(len(purchases)) < 1 / 12)
    return np.asarray(np.where(is_discounted, rng.choice([0.05, 0.10, 0.15, 0.20], len(purchases)), 0.0))


def _products(plan: ShopPlan, told: Words, lines: _Lines) -> pa.Array:
    piece = lines.cents / lines.quantity / 100 / MEAN_SPEND[plan.language]
    size = np.searchsorted(_PIECE_PRICE_CUTS, piece)
    return picked(told.products, lines.category * 3 + size)
