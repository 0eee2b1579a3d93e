"""Small shops made at random, as clean tables: the ground the laws of this room are tested on."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

import cast
from regulars.engines import Engine
from regulars.features import build

AS_OF = cast.AS_OF
PEOPLE = ("kim", "lee", "mia")
Row = dict[str, Any]
Tables = dict[str, list[Row]]

_CATEGORIES = ("tea", "cups", "pots")
_who = st.sampled_from(PEOPLE)
# Few different days, so that days repeat; some on the edges of windows, some after the last day.
_day = st.sampled_from([-40, -1, 0, 1, 29, 30, 31, 59, 60, 89, 90, 179, 180, 200, 364, 365, 366, 700]).map(
    lambda days_ago: AS_OF - timedelta(days=days_ago)
)
_money = st.integers(0, 50_000).map(lambda steps: Decimal(steps) / 100)
_minutes = st.none() | st.integers(0, 20_000).map(float)


@st.composite
def _orders(draw: st.DrawFn) -> Row:
    day, is_refund, amount = draw(_day), draw(st.booleans()), draw(_money)
    known = day + timedelta(days=draw(st.sampled_from([0, 0, 5, 50]))) if is_refund else day
    return {
        "customer_id": draw(_who),
        "local_day": day,
        "known_day": known,
        "is_refund": is_refund,
        "amount": -amount if is_refund else amount,
        "cost": draw(st.none() | _money),
        "discount": draw(st.none() | _money),
        "channel": draw(st.sampled_from([None, "web", "app", "store"])),
        "category": None if is_refund else draw(st.sampled_from([None, *_CATEGORIES])),
    }


@st.composite
def _feedback(draw: st.DrawFn) -> Row:
    day = draw(_day)
    resolved = draw(st.none() | st.integers(0, 60))
    return {
        "customer_id": draw(_who),
        "local_day": day,
        "kind": "csat",
        "rating": draw(st.none() | st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0])),
        "language": draw(st.sampled_from([None, "zh", "en", "other", "unknown"])),
        "first_reply_minutes": draw(_minutes),
        "resolution_minutes": None if resolved is None else 1440.0 * resolved,
        "resolved_day": None if resolved is None else day + timedelta(days=resolved),
    }


@st.composite
def _subscriptions(draw: st.DrawFn) -> Row:
    day = draw(_day)
    lasted = draw(st.none() | st.integers(0, 300))
    return {
        "customer_id": draw(_who),
        "started_day": day,
        "ended_day": None if lasted is None else day + timedelta(days=lasted),
        "price": draw(st.none() | _money),
        "period": draw(st.sampled_from([None, "day", "week", "month", "quarter", "year"])),
    }


def _rows_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.fixed_dictionaries(fields), max_size=12)


_lines = _rows_of(customer_id=_who, local_day=_day, category=st.sampled_from(_CATEGORIES), amount=_money)
_usage = _rows_of(customer_id=_who, local_day=_day, duration_minutes=_minutes)
_touches = _rows_of(customer_id=_who, local_day=_day, minutes=_minutes, cost=st.none() | _money)
_referrals = _rows_of(referrer_id=_who, referred_id=st.sampled_from([*PEOPLE, "zoe"]), referred_day=st.none() | _day)
_yes = st.booleans()
_acquired = {"acquired_day": st.none() | _day, "acquisition_cost": st.none() | _money}
_person = st.fixed_dictionaries(
    {**_acquired, "first_day": _day, "acquisition_channel": st.sampled_from([None, "ad"]), "may_profile": _yes}
)


@st.composite
def shops(draw: st.DrawFn) -> Tables:
    """Return the clean tables of a shop with three customers."""
    return {
        "orders": draw(st.lists(_orders(), max_size=25)),
        "order_lines": draw(_lines),
        "usage": draw(_usage),
        "feedback": draw(st.lists(_feedback(), max_size=12)),
        "touches": draw(_touches),
        "subscriptions": draw(st.lists(_subscriptions(), max_size=6)),
        "referrals": draw(_referrals),
        "customers": [{"customer_id": who, **draw(_person)} for who in PEOPLE],
    }


def features_of(engine: Engine, tables: Tables, *, as_of: date = AS_OF, **asked: Any) -> dict[str, Row]:
    """Return the feature rows of a shop by customer."""
    cast.load(engine, tables)
    build(engine, as_of=as_of, **asked)
    return {row["customer_id"]: row for row in engine.fetch("SELECT * FROM features").to_pylist()}


def assert_alike(one: Mapping[str, Row], other: Mapping[str, Row]) -> None:
    """Counts, money, days and words are equal; fractions agree to nine digits."""
    assert one.keys() == other.keys()
    for who, row in one.items():
        assert row.keys() == other[who].keys()
        for name, value in row.items():
            theirs = other[who][name]
            if isinstance(value, float) and isinstance(theirs, float):
                assert abs(value - theirs) <= 1e-9 * max(1.0, abs(value)), (who, name, value, theirs)
            else:
                assert value == theirs, (who, name, value, theirs)
