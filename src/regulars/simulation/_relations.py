"""What passes between shop and customer besides orders: usage, touches, assignments, referrals, subscriptions."""

from datetime import timedelta

import numpy as np
import pyarrow as pa

from regulars.simulation._campaign import CAMPAIGN_ID, TREATED_PROBABILITY, Response
from regulars.simulation._columns import days, money, numbered, times, where
from regulars.simulation._people import People
from regulars.simulation._purchases import while_alive
from regulars.simulation._words import picked, words
from regulars.simulation._world import World

USES_PER_ORDER = 1.4
_MEMBER_SHARE = 0.7
_TOUCHES_A_YEAR = 0.5
_TOUCH_KINDS = pa.array(["email", "message", "call", "service"])
_TOUCH_CENTS = np.array([5, 10, 500, 200])
_TOUCH_MINUTES = np.array([0, 1, 8, 12])
_SUBSCRIBER_SHARE = 0.08
_PRICE_CENTS = {"en": 1900, "zh": 6900}


def usage_table(world: World, people: People, rng: np.random.Generator) -> pa.Table:
    """Return visits to the shop's page by its members, at a rate that goes with how often they buy."""
    eagerness = rng.gamma(2, 0.5, len(people)) * (rng.random(len(people)) < _MEMBER_SHARE) / _MEMBER_SHARE
    visits = while_alive(people, people.purchase_rate * USES_PER_ORDER * eagerness, world.clock, rng)
    by_time = np.argsort(visits.moment, kind="stable")
    who, count = visits.who[by_time], len(by_time)
    event = rng.choice(4, size=count, p=(0.55, 0.25, 0.12, 0.08))
    # Tenths of a minute, written with one decimal.
    minutes = np.rint(rng.gamma(1.5, 40.0, count)) / 10
    told = words(world.plan.language)
    return pa.table(
        {
            "customer_id": numbered("C", people.number).take(pa.array(who)),
            "used_at": times(world.clock.at(visits.moment[by_time])),
            "event": picked(told.events, event),
            "duration_minutes": where(event != 1, pa.array(minutes)),
            "channel": picked(told.channels, np.where(rng.random(count) < 0.8, 0, 2)),
        }
    )


def touches_table(world: World, people: People, response: Response, rng: np.random.Generator) -> pa.Table:
    """Return the campaign's letters to the treated, and everyday contacts that belong to no campaign."""
    clock = world.clock
    known = clock.end - people.came
    counts = rng.poisson(_TOUCHES_A_YEAR * known / 365)
    who = np.repeat(np.arange(len(people)), counts)
    moment = people.came[who] + known[who] * rng.random(len(who))
    treated = np.flatnonzero(response.is_treated)
    kind = np.concatenate([rng.choice(4, size=len(who), p=(0.4, 0.3, 0.15, 0.15)), np.zeros(len(treated), np.int64)])
    is_incoming = (rng.random(len(kind)) < 0.5) & (kind == 3)
    is_campaign = np.arange(len(kind)) >= len(who)
    when = np.concatenate([clock.at(moment), np.full(len(treated), _opening(world))])
    table = pa.table(
        {
            "customer_id": numbered("C", people.number[np.concatenate([who, treated])]),
            "touched_at": times(when),
            "kind": picked(_TOUCH_KINDS, kind),
            "cost": money(np.rint(_TOUCH_CENTS * world.plan.price_level).astype(np.int64)[kind]),
            "minutes": pa.array(_TOUCH_MINUTES[kind]),
            "campaign_id": where(is_campaign, pa.repeat(CAMPAIGN_ID, len(kind))),
            "direction": picked(pa.array(["outbound", "inbound"]), is_incoming.astype(np.int64)),
        }
    )
    return table.take(pa.array(np.argsort(when, kind="stable")))


def assignments_table(world: World, people: People, response: Response) -> pa.Table:
    """Return who was to get the campaign: drawn at the opening of its first day."""
    eligible = np.flatnonzero(response.is_eligible)
    is_treated = response.is_treated[eligible]
    return pa.table(
        {
            "customer_id": numbered("C", people.number[eligible]),
            "campaign_id": pa.repeat(CAMPAIGN_ID, len(eligible)),
            "arm": picked(pa.array(["held_out", "treated"]), is_treated.astype(np.int64)),
            "assigned_at": times(np.full(len(eligible), _opening(world))),
            "probability": pa.array(np.where(is_treated, TREATED_PROBABILITY, round(1 - TREATED_PROBABILITY, 9))),
        }
    )


def referrals_table(world: World, people: People) -> pa.Table:
    """Return who brought whom, on the day the friend first bought."""
    referred = np.flatnonzero(people.referrer >= 0)
    return pa.table(
        {
            "referrer_id": numbered("C", people.number[people.referrer[referred]]),
            "referred_id": numbered("C", people.number[referred]),
            "referred_at": days(world.clock.dates(people.came[referred])),
        }
    )


def subscriptions_table(world: World, people: People, rng: np.random.Generator) -> pa.Table:
    """Return the monthly parcels of a few: from some days after the first order until the customer leaves."""
    clock = world.clock
    started = people.came + rng.uniform(5, 60, len(people))
    is_subscriber = (rng.random(len(people)) < _SUBSCRIBER_SHARE) & (started < np.minimum(people.left, clock.end))
    who = np.flatnonzero(is_subscriber)
    has_ended = people.left[who] < clock.end
    ended = clock.dates(np.minimum(people.left[who], clock.end))
    told = words(world.plan.language)
    return pa.table(
        {
            "customer_id": numbered("C", people.number[who]),
            "started_at": days(clock.dates(started[who])),
            "ended_at": days(ended, known=has_ended),
            "plan": pa.repeat(told.plan, len(who)),
            "price": money(np.full(len(who), _PRICE_CENTS[world.plan.language])),
            "period": pa.repeat(told.period, len(who)),
        }
    )


def _opening(world: World) -> np.datetime64:
    day = world.campaign.first_day
    return np.datetime64(day, "s") + np.timedelta64(timedelta(hours=8, minutes=30))
