"""One row a customer: by whom brought, whom they brought, and what that is worth; and an account of the referrals.

An advocate is a customer who brought, by himself, at least one other who went on to order: on the day of the referral
or after it; on any day, if the referral has none. Purchases of a person who refused profiling say nothing of others.
"""

from collections.abc import Mapping
from datetime import date

from regulars.core import Figure, Settings, wilson
from regulars.engines import Engine, quoted
from regulars.network._forest import count, write_links
from regulars.network._results import NetworkSummary
from regulars.network._tally import write_tally

# Who has no value of his own (never ordered, no history) is still worth those he brought, if he brought anybody.
_NETWORK = """
WITH direct AS (
    SELECT
        k.referred_by AS customer_id,
        CAST(count(*) AS BIGINT) AS people,
        CAST(count(*) FILTER (
            WHERE f.may_profile AND f.last_order_day >= coalesce(k.referred_day, f.last_order_day)
        ) AS BIGINT) AS who_ordered
    FROM {links} AS k JOIN {features} AS f ON f.customer_id = k.customer_id
    GROUP BY k.referred_by
), told AS (
    SELECT
        f.customer_id,
        k.referred_by,
        coalesce(t.depth, 0) AS referral_depth,
        coalesce(d.people, 0) AS referred_directly,
        coalesce(t.people, 0) AS referred_in_all,
        coalesce(d.who_ordered, 0) > 0 AS has_brought,
        l.lifetime_value AS own,
        coalesce(t.brought, 0.0) AS brought,
        coalesce(f.may_profile, FALSE) AS may_profile
    FROM {features} AS f
    LEFT JOIN {lifetime} AS l ON l.customer_id = f.customer_id
    LEFT JOIN {links} AS k ON k.customer_id = f.customer_id
    LEFT JOIN {tally} AS t ON t.customer_id = f.customer_id
    LEFT JOIN direct AS d ON d.customer_id = f.customer_id
)
SELECT
    customer_id,
    referred_by,
    referral_depth,
    referred_directly,
    referred_in_all,
    CASE WHEN may_profile AND $is_any THEN has_brought END AS is_advocate,
    CASE WHEN may_profile AND $is_any THEN brought END AS referral_value,
    CASE WHEN may_profile AND (own IS NOT NULL OR referred_in_all > 0) THEN coalesce(own, 0) + brought END
        AS total_value,
    CASE
        WHEN NOT may_profile THEN 'no_consent'
        WHEN NOT $is_recorded THEN 'no_referrals'
        WHEN NOT $is_any THEN 'referrals_left_out'
        WHEN own IS NULL AND referred_in_all > 0 THEN 'brought_only'
        WHEN own IS NULL THEN 'no_own_value'
    END AS network_reason
FROM told
"""

_REFERRALS = """
WITH placed AS (
    SELECT
        r.referrer_id,
        r.referred_id,
        CASE
            WHEN r.referrer_id = r.referred_id THEN 'self_referral'
            WHEN a.customer_id IS NULL OR b.customer_id IS NULL THEN 'unknown_person'
        END AS fault
    FROM referrals AS r
    LEFT JOIN {features} AS a ON a.customer_id = r.referrer_id
    LEFT JOIN {features} AS b ON b.customer_id = r.referred_id
    WHERE r.referred_day <= $as_of OR r.referred_day IS NULL
), counted AS (
    SELECT referrer_id, referred_id, fault, count(*) AS n FROM placed GROUP BY referrer_id, referred_id, fault
)
SELECT
    CAST(coalesce(sum(n), 0) AS BIGINT) AS referrals,
    CAST(coalesce(sum(n) FILTER (WHERE fault = 'self_referral'), 0) AS BIGINT) AS self_referral,
    CAST(coalesce(sum(n) FILTER (WHERE fault = 'unknown_person'), 0) AS BIGINT) AS unknown_person,
    CAST(coalesce(sum(n - 1) FILTER (WHERE fault IS NULL), 0) AS BIGINT) AS repeated,
    CAST(count(*) FILTER (WHERE fault IS NULL) AS BIGINT) AS pairs
FROM counted
"""

_PEOPLE = """
SELECT
    CAST(count(*) AS BIGINT) AS customers,
    CAST(coalesce(max(referral_depth), 0) AS BIGINT) AS deepest,
    CAST(count(*) FILTER (WHERE is_advocate) AS BIGINT) AS advocates
FROM {network}
"""


def add(
    engine: Engine,
    *,
    as_of: date,
    settings: Settings,
    features: str = "features",
    lifetime: str = "lifetime",
    into: str = "network",
) -> NetworkSummary:
    """Write every customer's place in the forest of referrals and the value they brought; say what became of the rows.

    referral_value(c) = Σ s^k · LTV(d) over all d below c, k steps away: s · LTV of those whom c brought, s² · LTV of
    those whom these brought, ... with s = `network.share` (0.5). total_value = lifetime_value + referral_value.
    Somebody below c with no value (NULL) adds 0; somebody sold to at a loss takes away.

    Args:
        engine: holds `referrals`, and the two tables named below.
        as_of: the last day seen; a referral without a day is taken as known all along.
        settings: section `network`.
        features: everybody known on that day: customer_id, may_profile, last_order_day.
        lifetime: customer_id and lifetime_value, in money.
        into: the table to write, one row a customer. `referred_by` is NULL for whom nobody brought, `referral_depth`
            counts the referrals from the root of the tree down to the customer, `referred_in_all` everybody below.
            `network_reason` says why a value is NULL or what it lacks: `no_consent` (is_advocate and both values are
            NULL; where this person stands is a fact and remains, and so do the people below), `no_referrals` (the
            business records none: referral_value is NULL and not 0, total_value is the own one), `referrals_left_out`
            (it records some and none of them counts: the same), `no_own_value` (total_value is NULL), `brought_only`
            (no own value: total_value is that of the people brought).
    """
    links, tally = f"{into}_links", f"{into}_tally"
    circles = write_links(engine, as_of=as_of, people=features, into=links)
    write_tally(engine, links=links, features=features, lifetime=lifetime, share=settings.network.share, into=tally)
    names = {"features": features, "lifetime": lifetime, "links": links, "tally": tally}
    brought = count(engine, links)
    (rows,) = engine.fetch(_REFERRALS.format(features=quoted(features)), as_of=as_of).to_pylist()
    engine.run(
        _NETWORK.format(**{name: quoted(table) for name, table in names.items()}),
        into=into,
        is_recorded=rows["referrals"] > 0,
        is_any=brought > 0,
    )
    engine.drop(links, tally)
    return _account(engine, rows, network=into, brought=brought, circles=circles)


def _account(engine: Engine, rows: Mapping[str, int], *, network: str, brought: int, circles: int) -> NetworkSummary:
    """Say what became of every referral that is known, of which `brought` are in the forest."""
    (people,) = engine.fetch(_PEOPLE.format(network=quoted(network))).to_pylist()
    return NetworkSummary(
        referral_count=rows["referrals"],
        left_out={
            **{reason: int(rows[reason]) for reason in ("self_referral", "unknown_person", "repeated")},
            "other_referrer": int(rows["pairs"]) - brought - circles,
            "cycle": circles,
        },
        brought=_share_brought(brought, people["customers"], recorded=int(rows["referrals"])),
        deepest_chain=people["deepest"],
        advocate_count=people["advocates"],
    )


def _share_brought(brought: int, customers: int, *, recorded: int) -> Figure:
    if not brought:
        reason = "no_customers"
        if customers:
            reason = "referrals_left_out" if recorded else "no_referrals"
        return Figure(name="brought_share", unit="share", value=None, base=customers, reason=reason)
    return Figure(
        name="brought_share",
        unit="share",
        value=brought / customers,
        base=customers,
        count=brought,
        interval=wilson(brought, customers),
    )
