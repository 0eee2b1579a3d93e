"""What no owner ever knows: each customer's rates, day of leaving, chance of being alive, and expected orders."""

import numpy as np
import pyarrow as pa

from regulars.simulation._campaign import Campaign, Response
from regulars.simulation._clock import Floats, ShopClock
from regulars.simulation._columns import days, money, numbered, where
from regulars.simulation._order_lines import OrderLines
from regulars.simulation._people import People
from regulars.simulation._profiles import may_profile
from regulars.simulation._purchases import Purchases
from regulars.simulation._words import picked, words
from regulars.simulation._world import World


def truth_table(world: World, people: People, response: Response, purchases: Purchases, lines: OrderLines) -> pa.Table:
    """Return one row a customer; rates are a day of shop time, money is in the shop's currency."""
    clock, count = world.clock, len(people)
    last = np.zeros(count)
    np.maximum.at(last, purchases.who, purchases.moment)
    alive = p_alive(people, response, world.campaign, last=last, end=clock.end)
    told = words(world.plan.language)
    return pa.table(
        {
            "customer_id": numbered("C", people.number),
            "came_day": days(clock.dates(people.came)),
            "left_day": days(clock.dates(np.minimum(people.left, clock.end)), known=people.left < clock.end),
            "is_alive": pa.array(people.left >= clock.end),
            "p_alive": pa.array(alive),
            "purchase_rate": pa.array(people.purchase_rate),
            "dropout_rate": pa.array(people.dropout_rate),
            "mean_spend": pa.array(people.mean_spend),
            "satisfaction": pa.array(people.satisfaction),
            "expected_orders_365": pa.array(alive * _expected_orders_if_alive(people, clock)),
            "order_count": pa.array(np.bincount(purchases.who, minlength=count)),
            "extra_order_count": pa.array((~np.isnan(response.extra)).astype(np.int64)),
            "line_count": pa.array(np.bincount(lines.who[~lines.is_refund], minlength=count)),
            "refund_count": pa.array(np.bincount(lines.who[lines.is_refund], minlength=count)),
            "spend_gross": _sum_of_cents(lines, ~lines.is_refund, count),
            "spend_refunded": _sum_of_cents(lines, lines.is_refund, count),
            "main_channel": picked(told.channels, people.channel),
            "favourite_category": picked(told.categories, people.favourite),
            "acquisition_channel": picked(told.acquisition_channels, people.acquisition_channel),
            "referrer_id": where(people.referrer >= 0, numbered("C", people.number[people.referrer])),
            "may_profile": pa.array(may_profile(people)),
            "arm": where(
                response.is_eligible, picked(pa.array(["held_out", "treated"]), response.is_treated.astype(np.int64))
            ),
            "true_effect": pa.array(response.true_effect, mask=~response.is_eligible),
        }
    )


def p_alive(people: People, response: Response, campaign: Campaign, *, last: Floats, end: float) -> Floats:
    """Return P(alive at the end), given each customer's own rates and everything they ordered.

    Without a campaign: 1 / (1 + μ/(λ+μ) · (e^{(λ+μ)(end − last)} − 1)), as in Schmittlein, Morrison and Colombo
    (1987), equation 7. A treated customer who did not respond is a little less likely to be alive: who left at u
    could respond only before, so the silence has probability g(u) = 1 − p · (share of the window before u), and
    the integral of μ e^{−(λ+μ)(u − last)} g(u) is taken by parts.

    Args:
        people: the customers.
        response: who was treated, and who ordered because of it.
        campaign: its window.
        last: the moment of each customer's last order, in shop time.
        end: the end of the last day, in shop time.
    """
    leave, both = people.dropout_rate, people.purchase_rate + people.dropout_rate
    is_silent = response.is_treated & np.isnan(response.extra)
    probability = np.where(is_silent, response.probability, 0.0)

    def silence(moment: Floats | float) -> Floats:
        share = np.clip((moment - campaign.start) / campaign.length, 0, 1)
        return np.asarray(1 - probability * share)

    window_from, window_to = np.clip(campaign.start, last, end), np.clip(campaign.end, last, end)
    falling = (np.exp(-both * (window_from - last)) - np.exp(-both * (window_to - last))) / both
    stayed = silence(end) * np.exp(-both * (end - last))
    left = leave / both * (silence(last) - stayed - probability / campaign.length * falling)
    return np.asarray(stayed / (stayed + left))


def _expected_orders_if_alive(people: People, clock: ShopClock) -> Floats:
    """Return λ/μ · (1 − e^{−μ·t}) over the 365 days after the last one."""
    leave = people.dropout_rate
    return np.asarray(people.purchase_rate * -np.expm1(-leave * clock.forecast_time) / leave)


def _sum_of_cents(lines: OrderLines, chosen: np.ndarray, count: int) -> pa.Array:
    """Return each customer's sum; whole cents stay exact in doubles up to 2^53."""
    sums = np.bincount(lines.who[chosen], weights=np.abs(lines.cents[chosen]), minlength=count)
    return money(sums.astype(np.int64))
