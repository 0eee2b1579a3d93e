"""Every code a result holds, in words. A reader never meets a code; the tests list any that has no words here."""

from collections.abc import Mapping
from typing import Literal

from regulars.reports._model_words import (
    CANDIDATES,
    FEATURES,
    FORECAST_RULES,
    LEVERS,
    NO_RESIDUAL,
    PAID_AT,
    PARAMETERS,
    REFERRAL_FAULTS,
    TRAITS,
)
from regulars.reports._quality_words import DIMENSIONS
from regulars.reports._record_words import (
    CONFIDENCE,
    ISSUES,
    KINDS,
    LEFT_OUT,
    QUARANTINE,
    RECORD_COLUMNS,
    RULES,
    TABLES_LEFT_OUT,
    WHY_MAPPED,
)
from regulars.reports._voice import N_, Voice

Vocabulary = Literal[
    "action", "advice", "candidate", "channel", "column", "confidence", "dimension", "engine", "feature",
    "forecast_rule", "grade", "group", "issue", "key_role", "kind", "language", "left_out", "lever", "method",
    "no_residual", "normaliser", "paid_at", "parameter", "part", "quarantine", "referral_fault", "rule", "segmentation",
    "stage", "stage_meaning", "tables_left_out", "trait", "weighting", "why_mapped",
]  # fmt: skip

WORDS: Mapping[Vocabulary, Mapping[str, str]] = {
    "action": {
        "win_back": N_("Win back"),
        "rescue_call": N_("Get in touch personally"),
        "reminder": N_("Remind"),
        "second_order": N_("Invite to a second order"),
        "make_good": N_("Make good"),
        "thank_champions": N_("Say thank you"),
        "ask_referral": N_("Ask for a referral"),
        "cross_sell": N_("Suggest something else"),
        "leave_alone": N_("Leave alone"),
    },
    "advice": {
        "win_back": N_("Say what is new since they last bought."),
        "rescue_call": N_("Ask what went wrong and what would help."),
        "reminder": N_("A short note that it may be time again."),
        "second_order": N_("Ask how the first order went; suggest what goes with it."),
        "make_good": N_("Answer their complaint and put it right."),
        "thank_champions": N_("Thank them; show them first what is new."),
        "ask_referral": N_("Ask whether they know somebody who would like it."),
        "cross_sell": N_("Show what others like them also buy."),
    },
    "stage": {
        "prospect": N_("Prospect"),
        "acquisition": N_("New"),
        "growth": N_("Growing"),
        "retention": N_("Steady"),
        "at_risk": N_("At risk"),
        "lapsed": N_("Lapsed"),
    },
    "stage_meaning": {
        "prospect": N_("known, but has not bought, used or subscribed"),
        "acquisition": N_("first order in the last period"),
        "growth": N_("buys more than the period before"),
        "retention": N_("buys as before"),
        "at_risk": N_("silent for longer than usual"),
        "lapsed": N_("silent for so long that they have probably left"),
    },
    "group": {
        "champions": N_("Champions"),
        "loyal": N_("Loyal"),
        "potential_loyalists": N_("Potential loyalists"),
        "new": N_("New"),
        "promising": N_("Promising"),
        "need_attention": N_("Need attention"),
        "about_to_sleep": N_("About to sleep"),
        "at_risk": N_("At risk"),
        "cant_lose": N_("Can't lose"),
        "hibernating": N_("Hibernating"),
    },
    "channel": {
        "email": N_("E-mail"),
        "message": N_("Message"),
        "phone": N_("Phone"),
        "in_parcel": N_("Card in the parcel"),
        "call": N_("Call"),
        "visit": N_("Visit"),
        "ad": N_("Advertisement"),
        "service": N_("Service"),
        "web": N_("Website"),
        "store": N_("Shop"),
        "shop": N_("Shop"),
        "app": N_("App"),
        "all": N_("All together"),
        "unknown": N_("Not recorded"),
    },
    "grade": {"low": N_("Low"), "medium": N_("Medium"), "high": N_("High")},
    "kind": KINDS,
    "confidence": CONFIDENCE,
    "why_mapped": WHY_MAPPED,
    "dimension": DIMENSIONS,
    "key_role": {**RECORD_COLUMNS, "hashed": N_("number made from a name, e-mail or phone")},
    "part": {
        "purchase": N_("Buying"),
        "usage": N_("Using"),
        "feedback": N_("Giving feedback"),
        "referral": N_("Referring others"),
        "rating": N_("Ratings given"),
        "service": N_("Service received"),
    },
    "issue": ISSUES,
    "rule": RULES,
    "column": RECORD_COLUMNS,
    "quarantine": QUARANTINE,
    "left_out": LEFT_OUT,
    "tables_left_out": TABLES_LEFT_OUT,
    "method": {
        "wilson": N_("Wilson's score interval"),
        "bootstrap": N_("bootstrap"),
        "normal": N_("normal approximation"),
        "poisson": N_("Poisson interval"),
        "student": N_("Student's interval of a mean"),
        "paired_bootstrap": N_("bootstrap of both on the same customers"),
    },
    "segmentation": {
        "rfm_group": N_("Group"),
        "lifecycle_stage": N_("Stage of life"),
        "rf_grid": N_("Recency by frequency"),
        "cluster": N_("Groups found in the records"),
    },
    "candidate": CANDIDATES,
    "feature": FEATURES,
    "forecast_rule": FORECAST_RULES,
    "lever": LEVERS,
    "no_residual": NO_RESIDUAL,
    "language": {"zh": N_("Chinese"), "en": N_("English"), "other": N_("another language")},
    "paid_at": PAID_AT,
    "parameter": PARAMETERS,
    "referral_fault": REFERRAL_FAULTS,
    "trait": TRAITS,
    "weighting": {
        "manual": N_("set by hand"),
        "equal": N_("all equal"),
        "entropy": N_("entropy weights, from the data"),
    },
    "normaliser": {
        "minmax": N_("lowest to highest, extremes pulled in"),
        "percentile": N_("rank among all customers"),
        "zscore": N_("distance from the mean"),
    },
    "engine": {"duckdb": N_("DuckDB on one machine"), "spark": N_("Apache Spark")},
}


def word(vocabulary: Vocabulary, code: str | None, *, voice: Voice) -> str:
    """Return a code in words; an unknown one in a form that can be read.

    >>> english = Voice(language="en")
    >>> word("group", "cant_lose", voice=english), word("channel", "garden_fair", voice=english)
    ("Can't lose", 'Garden fair')
    """
    if code is None:
        return ""
    known = WORDS[vocabulary].get(code)
    return voice.t(known) if known else readable(code)


def readable(code: str) -> str:
    """Return a code that has no words as something that can be read."""
    text = code.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
