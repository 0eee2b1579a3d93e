"""Figures in sentences: the number, what it was counted over, how sure it is, and how it moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from regulars.core import Figure, Interval
from regulars.reports._voice import N_, Language, Voice
from regulars.reports._words import readable

FIGURES: Mapping[str, str] = {
    "active_customers": N_("Active customers"),
    "revenue": N_("Revenue"),
    "retention_rate": N_("Retention rate"),
    "repeat_rate": N_("Repeat rate"),
    "satisfaction": N_("Satisfaction"),
    "nps": N_("Net promoter score"),
    "csat": N_("Satisfied answers"),
    "ces": N_("Ease of doing business"),
    "base_value": N_("Value of all customers"),
    "value_at_risk": N_("Value at risk"),
    "new_customers": N_("New customers"),
    "referral_rate": N_("Referral rate"),
    "churn_rate": N_("Churn rate"),
    "value_score": N_("Value score"),
    "satisfaction_score": N_("Satisfaction score"),
    "loyalty_score": N_("Loyalty score"),
    "lifetime_value": N_("Lifetime value"),
    "next_action": N_("Next action"),
    "p_purchase": N_("Chance to buy"),
    "value_rate": N_("Value a year"),
    "brought_share": N_("Share brought by others"),
}

MEANINGS: Mapping[str, str] = {
    "active_customers": N_("ordered, used or subscribed in the period"),
    "revenue": N_("amounts of orders less refunds in the period"),
    "retention_rate": N_("of those active in the period before, active again in this one"),
    "repeat_rate": N_("of all who ever bought, those who bought at least twice"),
    "nps": N_("share scoring 9 or 10 less share scoring 0 to 6"),
    "csat": N_("the two best of five answers"),
    "ces": N_("mean answer, 7 is easiest"),
    "base_value": N_("expected margin of the next 12 months, all customers together"),
    "value_at_risk": N_(
        "the part of that value that may go: by the chance that its customers stay away,"
        " or held by those who are slipping away"
    ),
    "new_customers": N_("first order in the period"),
    "referral_rate": N_("customers who brought at least one other"),
    "churn_rate": N_("of those active in the period before, not active in this one"),
    "brought_share": N_("of all customers, those whom another customer brought"),
}

# `{value}` is the number as it is said; the base and the interval follow in brackets.
_SAID: Mapping[str, str] = {
    "active_customers": N_("{value} active customers"),
    "revenue": N_("{value} of revenue"),
    "retention_rate": N_("{value} stayed"),
    "repeat_rate": N_("{value} bought more than once"),
    "referral_rate": N_("{value} brought somebody"),
    "churn_rate": N_("{value} left"),
    "brought_share": N_("{value} were brought by another customer"),
    "nps": N_("Net promoter score {value}"),
    "csat": N_("{value} satisfied"),
    "ces": N_("Ease {value} of 7"),
    "base_value": N_("{value} expected from all customers"),
    "value_at_risk": N_("{value} at risk"),
    "new_customers": N_("{value} new customers"),
}

WHY_MISSING: Mapping[str, str] = {
    "no_answers": N_("nobody has answered yet"),
    "no_customers": N_("there were no customers to count"),
    "no_customers_before": N_("nobody was active in the period before"),
    "before_first_record": N_("the records do not reach back so far"),
    "no_orders": N_("there are no orders"),
    "no_feedback": N_("there is no feedback yet"),
    "no_referrals": N_("no referrals were recorded"),
    "referrals_left_out": N_("none of the referrals recorded counts"),
    "no_touches": N_("no contacts with customers were recorded"),
    "no_consent": N_("withdrew consent to being profiled"),
    "silent_a_year": N_("has not ordered for a year"),
    "short_history": N_("known for too short a time"),
    "no_history": N_("nobody has been known for long enough"),
    "no_records": N_("nothing is recorded for it"),
    # why there is no group, no forecast, no value through others
    "too_few_customers": N_("there are too few customers"),
    "too_few_repeaters": N_("too few customers have bought again"),
    "no_stable_groups": N_("no groups would come out again"),
    "too_short_history": N_("the records are too short"),
    "one_class_only": N_("all customers did the same"),
    "no_repeat_orders": N_("nobody has ordered on two days"),
    "no_time_observed": N_("all first orders are of the last day"),
    "parameter_at_boundary": N_("the customers are too alike for a model of their differences"),
    "not_identified": N_("the records fit many models equally well"),
    "not_converged": N_("the search for the best model did not come to an end"),
    "mean_undefined": N_("amounts are so far apart that they have no mean to count on"),
    "margins_not_positive": N_("too many customers bring no margin, or a loss"),
    "no_regularity": N_("purchases come no more regularly than by chance, so that it says what BG/NBD says"),
    "asked_for": N_("the settings ask for it (lifetime.model), whatever the test says"),
    "rule_not_beaten": N_("no model did better beyond doubt"),
    "model_better": N_("the model did better"),
    "no_forecast_then": N_("there was no forecast then"),
    "no_model_then": N_("the model could not have been fitted then"),
    "no_own_value": N_("has no value of their own"),
    "brought_only": N_("only the people they brought are counted"),
}

# Of one person, where the words above speak of the whole business.
_WHY_NOT_IN_IT: Mapping[str, str] = {
    "no_orders": N_("never ordered"),
    "no_history": N_("known for too short a time"),
}

_OF_ANSWERS = frozenset({"nps", "csat", "ces"})
_OWN_COUNT = frozenset({"active_customers", "new_customers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a figure moved against an earlier one: `sign` is -1, 0 or 1, `text` says it."""

    sign: int
    text: str
    may_be_chance: bool = False


def sentence(figure: Figure, *, language: Language, currency: str = "") -> str:
    """Return a figure as a sentence with its base and its interval.

    >>> from regulars.core import wilson
    >>> left = Figure(name="churn_rate", unit="share", value=0.12, base=75, count=9, interval=wilson(9, 75))
    >>> sentence(left, language="en")
    '12% left (9 of 75 customers; 95% interval 6% to 21%)'
    """
    voice = Voice(language=language, currency=currency)
    name = name_of(figure, voice=voice)
    if figure.value is None:
        return voice.t("{name}: not known ({reason})", name=name, reason=why_missing(figure, voice=voice))
    value = said(figure.value, figure, voice=voice)
    if figure.name in _SAID:
        main = voice.t(_SAID[figure.name], value=value)
    else:
        main = voice.t("{name}: {value}", name=name, value=value)
    doubt = [part for part in (base(figure, voice=voice), interval(figure, voice=voice)) if part]
    return voice.t("{main} ({doubt})", main=main, doubt=voice.t("; ").join(doubt)) if doubt else main


def name_of(figure: Figure, *, voice: Voice) -> str:
    """Return the name of a figure in words."""
    return voice.t(FIGURES[figure.name]) if figure.name in FIGURES else readable(figure.name)


def meaning_of(figure: Figure, *, voice: Voice) -> str:
    """Return what a figure means, in small print; empty where its name says it."""
    return voice.t(MEANINGS[figure.name]) if figure.name in MEANINGS else ""


def said(value: float, figure: Figure, *, voice: Voice) -> str:
    """Return a value in the unit of a figure."""
    units: Mapping[str, Callable[[float], str]] = {
        "count": voice.short_count,
        "money": voice.money,
        "share": voice.share,
        "score": voice.score,
        "days": voice.number,
    }
    return units[figure.unit](value)


def base(figure: Figure, *, voice: Voice) -> str:
    """Return what the figure was counted over."""
    if figure.name in _OWN_COUNT:
        return ""
    if figure.name in _OF_ANSWERS:
        if figure.count is None:
            return voice.nt("{n} answer", "{n} answers", figure.base)
        return voice.t("{count} of {base} answers", count=voice.count(figure.count), base=voice.count(figure.base))
    if figure.count is None or figure.count == figure.base:
        return voice.nt("{n} customer", "{n} customers", figure.base)
    return voice.t("{count} of {base} customers", count=voice.count(figure.count), base=voice.count(figure.base))


def interval(figure: Figure, *, voice: Voice) -> str:
    """Return how sure the figure is."""
    if figure.interval is None:
        return ""
    return voice.t(
        "{level} interval {low} to {high}",
        level=voice.share(figure.interval.level),
        low=said(figure.interval.low, figure, voice=voice),
        high=said(figure.interval.high, figure, voice=voice),
    )


def why_missing(figure: Figure, *, voice: Voice) -> str:
    """Return why a figure has no value."""
    return why_text(figure.reason or "no_records", voice=voice)


def why_text(code: str, *, voice: Voice) -> str:
    """Return in words why something is not known."""
    return voice.t(WHY_MISSING[code]) if code in WHY_MISSING else readable(code)


def people_without(counts: Mapping[str, int], *, voice: Voice) -> str:
    """Return how many have no figure and why, from the number by reason; empty where everybody has one."""
    if not counts:
        return ""
    reasons = [
        voice.t("{name}: {value}", name=why_not_in_it(code, voice=voice), value=voice.count(count))
        for code, count in counts.items()
    ]
    total = sum(counts.values())
    return voice.nt(
        "{n} customer is not in it ({reasons}).",
        "{n} customers are not in it ({reasons}).",
        total,
        reasons=voice.t("; ").join(reasons),
    )


def why_not_in_it(code: str, *, voice: Voice) -> str:
    """Return why there is no figure of one person."""
    return voice.t(_WHY_NOT_IN_IT[code]) if code in _WHY_NOT_IN_IT else why_text(code, voice=voice)


def change(now: Figure, then: Figure | None, *, voice: Voice) -> Change | None:
    """Return how a figure moved; None where there is nothing to compare with.

    Shares and scores move by points, counts and sums by a share of what they were.
    """
    if then is None or now.value is None or then.value is None:
        return None
    before = said(then.value, then, voice=voice)
    difference = now.value - then.value
    if said(now.value, now, voice=voice) == before:
        return Change(sign=0, text=voice.t("as before ({before})", before=before))
    by = _moved_by(difference, now, then, voice=voice)
    up = difference > 0
    text = voice.t("up {by} from {before}", by=by, before=before)
    if not up:
        text = voice.t("down {by} from {before}", by=by, before=before)
    may_be_chance = _overlap(now.interval, then.interval)
    if may_be_chance:
        text = voice.t("{change}; may be chance", change=text)
    return Change(sign=1 if up else -1, text=text, may_be_chance=may_be_chance)


def _moved_by(difference: float, now: Figure, then: Figure, *, voice: Voice) -> str:
    if now.unit == "share":
        return voice.t("{points} points", points=voice.number(abs(100 * difference)))
    if now.unit == "score":
        return voice.t("{points} points", points=voice.number(abs(difference)))
    if not then.value:
        return said(abs(difference), now, voice=voice)
    return voice.share(abs(difference / then.value))


def _overlap(one: Interval | None, other: Interval | None) -> bool:
    return one is not None and other is not None and one.low <= other.high and other.low <= one.high
