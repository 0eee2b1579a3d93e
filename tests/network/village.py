"""Villages where people bring each other: drawn at random, put into an engine, and counted again by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from cast import AS_OF
from regulars.core import Settings
from regulars.customers import CLEAN_TABLES
from regulars.engines import Engine
from regulars.network import NetworkSummary, add

Row = dict[str, Any]
PEOPLE = [f"p{number}" for number in range(8)]

_FEATURES = pa.schema([("customer_id", pa.string()), ("may_profile", pa.bool_()), ("last_order_day", pa.date32())])
_LIFETIME = pa.schema([("customer_id", pa.string()), ("lifetime_value", pa.float64())])

_days_ago = st.none() | st.integers(-3, 5)
_referral = st.tuples(st.sampled_from([*PEOPLE, "nobody"]), st.sampled_from(PEOPLE), _days_ago)
referrals = st.lists(_referral.map(lambda told: referral(*told)), max_size=16)
_value = st.none() | st.integers(-500, 5_000).map(float)
_person = st.fixed_dictionaries({"value": _value, "may_profile": st.sampled_from([True, True, True, False])})
villages = st.fixed_dictionaries(dict.fromkeys(PEOPLE, _person))


def referral(referrer: str, referred: str, days_ago: int | None = 1) -> Row:
    """Return one referral; None: without a day."""
    day = None if days_ago is None else AS_OF - timedelta(days=days_ago)
    return {"referrer_id": referrer, "referred_id": referred, "referred_day": day}


def person(value: float | None, *, may_profile: bool = True, ordered_days_ago: int | None = 0) -> Row:
    """Return somebody with a lifetime value, who last ordered so many days ago (None: never)."""
    return {"value": value, "may_profile": may_profile, "ordered_days_ago": ordered_days_ago}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the room wrote and said."""

    rows: dict[str, Row]
    summary: NetworkSummary

    def column(self, name: str) -> Row:
        return {who: row[name] for who, row in self.rows.items()}


def network_of(engine: Engine, people: dict[str, Row], rows: list[Row], *, share: float = 0.5) -> Found:
    """Put a village into the engine and ask who brings whom."""
    told = [{"customer_id": who, **one} for who, one in people.items()]
    for one in told:
        ago = one.get("ordered_days_ago", 0)
        one["last_order_day"] = None if ago is None else AS_OF - timedelta(days=ago)
        one["lifetime_value"] = one["value"]
    engine.load("features", pa.Table.from_pylist(told, schema=_FEATURES))
    engine.load("lifetime", pa.Table.from_pylist(told, schema=_LIFETIME))
    engine.load("referrals", pa.Table.from_pylist(rows, schema=CLEAN_TABLES["referrals"]))
    summary = add(engine, as_of=AS_OF, settings=Settings.model_validate({"network": {"share": share}}))
    found = {row["customer_id"]: row for row in engine.fetch("SELECT * FROM network").to_pylist()}
    assert engine.fetch("SELECT customer_id FROM network").num_rows == len(people)
    return Found(rows=found, summary=summary)


def referrers_by_hand(people: dict[str, Row], rows: list[Row]) -> dict[str, str]:
    """Return everybody's referrer: the earliest, and of every circle all but the latest referral."""
    chosen: dict[str, tuple[date, str]] = {}
    for row in rows:
        day = row["referred_day"] or date.max
        who, by = row["referred_id"], row["referrer_id"]
        if who != by and who in people and by in people and (row["referred_day"] is None or day <= AS_OF):
            chosen[who] = min(chosen.get(who, (day, by)), (day, by))
    for start in people:
        walked = [start]
        while walked[-1] in chosen and chosen[walked[-1]][1] not in walked:
            walked.append(chosen[walked[-1]][1])
        if walked[-1] in chosen:
            circle = walked[walked.index(chosen[walked[-1]][1]) :]
            del chosen[max(circle, key=lambda who: (*chosen[who], who))]
    return {who: by for who, (_, by) in chosen.items()}


def ancestors(referrers: dict[str, str], who: str) -> list[str]:
    """Return who brought somebody, who brought that one, and so on."""
    above = []
    while who in referrers:
        who = referrers[who]
        above.append(who)
    return above
