"""The first screen: one sentence and the eight numbers."""

from dataclasses import dataclass
from typing import Any

from regulars.core import Figure
from regulars.reports._folder import ResultFolder, figure
from regulars.reports._sentences import base, change, interval, meaning_of, name_of, said, why_missing
from regulars.reports._voice import Voice

# More of these is worse.
_BETTER_LOW = frozenset({"value_at_risk", "churn_rate"})

# Sums of what customers are each worth: who may not be profiled has no such figure.
_OF_PROFILES = frozenset({"base_value", "value_at_risk"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A change, since when, and whether it is surely welcome or surely not; `sign` is None with nothing to compare."""

    since: str
    text: str
    sign: int | None
    is_welcome: bool
    is_alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of the eight numbers, as it is shown; `name` is its code, `amount` the number itself in its `unit`."""

    name: str
    unit: str
    amount: float | None
    label: str
    value: str
    is_known: bool
    meaning: str
    doubt: str
    movements: list[Movement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The eight numbers over one length of period."""

    days: int
    cards: list[Card]


def cards(folder: ResultFolder, *, voice: Voice) -> list[Card]:
    """Return the eight numbers as cards."""
    return _cards(folder, folder.rates["eight"], voice=voice)


def periods(folder: ResultFolder, *, voice: Voice) -> list[Period]:
    """Return the eight numbers over every length of period that was asked for, the shortest first."""
    own = Period(days=folder.setting("windows", "period_days", 90), cards=cards(folder, voice=voice))
    others = [
        Period(days=each["days"], cards=_cards(folder, each["eight"], voice=voice))
        for each in folder.rates.get("periods", ())
    ]
    return sorted([own, *others], key=lambda period: period.days)


def summary(folder: ResultFolder, *, voice: Voice) -> str:
    """Return what the report comes to, in one or two sentences."""
    counts, plan = folder.manifest["counts"], folder.rates.get("plan") or {}
    figures = {entry["now"]["name"]: figure(entry["now"]) for entry in folder.rates["eight"]}
    parts = []
    active = figures.get("active_customers")
    if active and active.value is not None:
        parts.append(
            voice.nt(
                "{active} of {n} known customer was active in the {days} days up to {day}.",
                "{active} of {n} known customers were active in the {days} days up to {day}.",
                counts["customers"],
                active=voice.count(active.value),
                days=voice.count(folder.setting("windows", "period_days", 90)),
                day=voice.day(folder.as_of),
            )
        )
    if plan.get("contacts"):
        parts.append(
            voice.nt(
                "{n} is worth contacting now; expected gain {gain}, assumed until measured.",
                "{n} are worth contacting now; expected gain {gain}, assumed until measured.",
                plan["contacts"],
                gain=voice.money(plan["expected_gain"]),
            )
        )
    else:
        parts.append(voice.t("Nobody needs to be contacted now."))
    return parts[0] if len(parts) == 1 else voice.t("{first} {second}", first=parts[0], second=parts[1])


def _cards(folder: ResultFolder, entries: list[dict[str, Any]], *, voice: Voice) -> list[Card]:
    refused = int(folder.manifest["counts"].get("buyers_without_profiling", 0))
    return [card for card in (_card(entry, refused=refused, voice=voice) for entry in entries) if card]


def _card(entry: dict[str, Any], *, refused: int, voice: Voice) -> Card | None:
    now = figure(entry["now"])
    if now is None:
        return None
    label, meaning = name_of(now, voice=voice), meaning_of(now, voice=voice)
    if now.value is None:
        why = why_missing(now, voice=voice)
        return Card(
            name=now.name, unit=now.unit, amount=None, label=label, value=voice.t("not known"), is_known=False,
            meaning=meaning, doubt=why, movements=[],
        )  # fmt: skip
    doubt = [text for text in (base(now, voice=voice), interval(now, voice=voice)) if text]
    if refused and now.name in _OF_PROFILES:
        left_out = voice.nt("without {n} who withdrew consent", "without {n} who withdrew consent", refused)
        doubt.append(left_out)
    return Card(
        name=now.name,
        unit=now.unit,
        amount=now.value,
        label=label,
        value=said(now.value, now, voice=voice),
        is_known=True,
        meaning=meaning,
        doubt=voice.t("; ").join(doubt),
        movements=[
            _movement(now, figure(entry.get("previous")), voice.t("Against the period before"), voice=voice),
            _movement(now, figure(entry.get("year_before")), voice.t("Against a year ago"), voice=voice),
        ],
    )


def _movement(now: Figure, then: Figure | None, since: str, *, voice: Voice) -> Movement:
    moved = change(now, then, voice=voice)
    if moved is None:
        why = why_missing(then, voice=voice) if then is not None and then.reason else voice.t("nothing to compare with")
        return Movement(since=since, text=why, sign=None, is_welcome=False)
    way = 0 if moved.may_be_chance else moved.sign * (-1 if now.name in _BETTER_LOW else 1)
    return Movement(since=since, text=moved.text, sign=moved.sign, is_welcome=way > 0, is_alarming=way < 0)
