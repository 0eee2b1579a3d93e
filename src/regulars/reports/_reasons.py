"""Why, in words: the codes behind a score or a next action, each with the value that stands behind it."""

from collections.abc import Mapping
from typing import Literal

from regulars.reports._sentences import WHY_MISSING
from regulars.reports._voice import N_, Language, Voice
from regulars.reports._words import WORDS, readable

Said = Literal["count", "days", "money", "number", "score", "share"]

# Code -> how its value is said, the sentence with a value, and the words without one.
REASONS: Mapping[str, tuple[Said, str, str]] = {
    # why somebody is on the list
    "days_since_last": ("days", N_("last order {value} ago"), N_("time since the last order")),
    "usual_gap_days": ("days", N_("usually orders every {value}"), N_("the usual time between orders")),
    "order_count": ("count", N_("orders so far: {value}"), N_("number of orders")),
    "satisfaction_low": ("score", N_("satisfaction only {value} of 100"), N_("low satisfaction")),
    "satisfaction_high": ("score", N_("satisfaction {value} of 100"), N_("high satisfaction")),
    "effect_assumed": (
        "share",
        N_("assumed to bring one more order from {value} of those contacted"),
        N_("the effect is assumed, not measured"),
    ),
    "effect_measured": (
        "share",
        N_("measured to bring one more order from {value} of those contacted"),
        N_("the effect was measured"),
    ),
    "order_margin": ("money", N_("an order of theirs earns {value}"), N_("what an order earns")),
    "order_spend": ("money", N_("an order of theirs is worth {value}"), N_("what an order is worth")),
    "channel_cost": ("money", N_("contacting costs {value}"), N_("the cost of contacting")),
    "offer_cost": ("money", N_("the offer costs {value}"), N_("the cost of the offer")),
    # why somebody is left alone
    "no_marketing_consent": (
        "money",
        N_("has not agreed to be contacted ({value} forgone)"),
        N_("has not agreed to be contacted"),
    ),
    "not_worth_it": ("money", N_("contacting would cost more than it brings"), N_("not worth the cost of contacting")),
    "no_trigger": ("count", N_("no play applies now"), N_("no play applies now")),
    # what a score is made of: behaviours, each with the indicator a person would name, and indicators
    "purchase": ("money", N_("buying (net spend {value})"), N_("buying")),
    "usage": ("count", N_("using (uses so far: {value})"), N_("using")),
    "feedback": ("count", N_("giving feedback (so far: {value})"), N_("giving feedback")),
    "referral": ("count", N_("referring others (people brought: {value})"), N_("referring others")),
    "rating": ("score", N_("ratings given (mean {value} of 100)"), N_("ratings given")),
    "service": ("number", N_("service received (first reply after {value} minutes)"), N_("service received")),
    "spend_total": ("money", N_("net spend {value}"), N_("net spend")),
    "order_frequency": ("number", N_("{value} orders a year"), N_("orders a year")),
    "usage_count": ("count", N_("uses so far: {value}"), N_("number of uses")),
    "usage_frequency": ("number", N_("{value} uses a year"), N_("uses a year")),
    "usage_minutes": ("number", N_("{value} minutes of use"), N_("minutes of use")),
    "feedback_count": ("count", N_("feedbacks so far: {value}"), N_("number of feedbacks")),
    "rating_mean": ("score", N_("mean rating {value} of 100"), N_("mean rating")),
    "rating_recent_mean": (
        "score",
        N_("mean rating {value} of 100, the last year counted twice"),
        N_("mean rating, the last year counted twice"),
    ),
    "days_since_feedback": ("days", N_("last feedback {value} ago"), N_("time since the last feedback")),
    "referral_count": ("count", N_("people brought: {value}"), N_("people brought")),
    "first_reply_minutes_mean": ("number", N_("first reply after {value} minutes"), N_("time to the first reply")),
    "resolution_minutes_mean": ("number", N_("solved after {value} minutes"), N_("time to a solution")),
    "no_spread": (
        "count",
        N_("what is the same for all customers counts nothing here"),
        N_("what is the same for all customers counts nothing here"),
    ),
    # what makes a purchase likely: ranks, silence, and where the reckoning begins
    "base": ("number", N_("where the reckoning begins"), N_("where the reckoning begins")),
    "recency_rank": ("days", N_("last order {value} ago"), N_("time since the last order")),
    "frequency_rank": ("count", N_("days with an order after the first: {value}"), N_("days with an order")),
    "monetary_rank": ("money", N_("net spend {value}"), N_("net spend")),
    "hiatus": ("number", N_("silent for {value} usual gaps"), N_("silence against the usual gap")),
    # why there is no lifetime value, or a smaller one
    "plain": ("number", N_("margin of the last 365 days, carried on for a year"), N_("the plain rule")),
}


def reason_text(code: str, value: float | None = None, *, language: Language, currency: str = "") -> str:
    """Return a reason in words, with the value behind it where there is one.

    >>> reason_text("days_since_last", 41, language="en")
    'last order 41 days ago'
    >>> reason_text("stage_at_risk", language="en")
    'stage: At risk'
    """
    voice = Voice(language=language, currency=currency)
    if code in REASONS:
        kind, with_value, without = REASONS[code]
        return voice.t(without) if value is None else voice.t(with_value, value=_said(kind, value, voice=voice))
    if code in WHY_MISSING:
        return voice.t(WHY_MISSING[code])
    if code in WORDS["feature"]:
        return _of_feature(code, value, voice=voice)
    return _of_group(code, voice=voice) or readable(code)


def has_words(code: str) -> bool:
    """Tell whether a reason code is known, for the test that lists those that are not."""
    return any(code in words for words in (REASONS, WHY_MISSING, WORDS["feature"])) or bool(
        _of_group(code, voice=Voice(language="en"))
    )


def _of_feature(code: str, value: float | None, *, voice: Voice) -> str:
    """Return a figure of a customer that a model looks at, and what it is for this one."""
    said = voice.t("not known") if value is None else voice.number(value)
    return voice.t("{name}: {value}", name=voice.t(WORDS["feature"][code]), value=said)


def _of_group(code: str, *, voice: Voice) -> str:
    """Return the words of stage_<stage> and group_<group>."""
    prefix, _, rest = code.partition("_")
    if prefix == "stage" and rest in WORDS["stage"]:
        return voice.t("stage: {stage}", stage=voice.t(WORDS["stage"][rest]))
    if prefix == "group" and rest in WORDS["group"]:
        return voice.t("group: {group}", group=voice.t(WORDS["group"][rest]))
    return ""


def _said(kind: Said, value: float, *, voice: Voice) -> str:
    if kind == "days":
        return voice.nt("{n} day", "{n} days", round(value))
    return {
        "count": voice.count,
        "money": voice.money,
        "number": voice.number,
        "score": voice.score,
        "share": voice.share,
    }[kind](value)
