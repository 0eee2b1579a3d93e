"""What conditions can be about: the columns of customers.parquet, each with its type and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq

from regulars import analysis
from regulars.app.publication.current import Published
from regulars.reports import N_, Voice, word

Type = Literal["text", "number", "flag", "code", "day"]

_TYPES: Mapping[str, Type] = {
    "text": "text", "yes/no": "flag", "code": "code", "day": "day",
    "count": "number", "money": "number", "number": "number", "share": "number", "score": "number", "1-5": "number",
}  # fmt: skip
_CODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "rfm_group": ("group", ("champions", "loyal", "potential_loyalists", "new", "promising", "need_attention",
                            "about_to_sleep", "at_risk", "cant_lose", "hibernating")),
    "lifecycle_stage": ("stage", ("prospect", "acquisition", "growth", "retention", "at_risk", "lapsed")),
    "loyalty_grade": ("grade", ("low", "medium", "high")),
    "next_action": ("action", ("win_back", "rescue_call", "reminder", "second_order", "make_good", "thank_champions",
                               "ask_referral", "cross_sell", "leave_alone")),
    "feedback_language": ("language", ("zh", "en", "other")),
}  # fmt: skip
"""Of columns of codes: the vocabulary of their words, and the codes, in the order in which they are spoken of."""

_LEFT_OUT = {"customer_id", "lifetime_rule", "lifetime_reason", "cluster_reason", "network_reason",
             "prediction_reason"}  # fmt: skip
"""Columns about the computing, and the id, which is looked for elsewhere."""

_WORDS: Mapping[str, str] = {
    "first_order_day": N_("Day of the first order"),
    "last_order_day": N_("Day of the last order"),
    "outlier_count": N_("Unusually large orders"),
    "top_category": N_("Category of the most spend"),
    "main_channel": N_("Channel of the most orders"),
    "feedback_language": N_("Language of the feedback"),
    "acquired_day": N_("Customer since"),
    "acquisition_channel": N_("Where they came from"),
    "may_profile": N_("May be profiled"),
    "may_email": N_("May be written e-mails"),
    "may_message": N_("May be sent messages"),
    "may_phone": N_("May be called"),
    "may_share": N_("May be shared with others"),
    "lifetime_value": N_("Value of the next 12 months"),
    "lifetime_value_low": N_("Value of the next 12 months, at least"),
    "lifetime_value_high": N_("Value of the next 12 months, at most"),
    "yearly_margin": N_("Margin a year"),
    "expected_orders": N_("Orders expected in 12 months"),
    "p_alive": N_("Probability of still being a customer"),
    "recency_score": N_("Points for buying lately (1 to 5)"),
    "frequency_score": N_("Points for buying often (1 to 5)"),
    "monetary_score": N_("Points for spending much (1 to 5)"),
    "rfm_group": N_("Group"),
    "lifecycle_stage": N_("Stage of life"),
    "cluster": N_("Group found in the records"),
    "referred_by": N_("Brought by"),
    "referral_depth": N_("Steps down the chain of referrals"),
    "referred_directly": N_("People brought first"),
    "referred_in_all": N_("People brought, to the end of the chain"),
    "is_advocate": N_("Brought somebody who ordered"),
    "referral_value": N_("Value of those brought"),
    "total_value": N_("Value, with those brought"),
    "p_purchase": N_("Probability of buying again"),
    "p_lapse": N_("Probability of not buying again"),
    "value_score": N_("Value score"),
    "satisfaction_score": N_("Satisfaction score"),
    "loyalty_score": N_("Loyalty score"),
    "loyalty_grade": N_("Loyalty grade"),
    "purchase_behaviour": N_("Points for buying"),
    "usage_behaviour": N_("Points for using"),
    "feedback_behaviour": N_("Points for giving feedback"),
    "referral_behaviour": N_("Points for referring others"),
    "rating_behaviour": N_("Points for ratings given"),
    "service_behaviour": N_("Points for service received"),
    "value_coverage": N_("How much of the value score is known"),
    "satisfaction_coverage": N_("How much of the satisfaction score is known"),
    "loyalty_coverage": N_("How much of the loyalty score is known"),
    "value_rate": N_("Brings a year"),
    "next_action": N_("What to do"),
    "expected_gain": N_("Expected gain"),
    "priority": N_("Rank among all to contact"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a condition can be about. `codes` are what it may hold, if that is a list."""

    name: str
    type: Type
    vocabulary: str = ""
    codes: tuple[str, ...] = ()
    is_share: bool = False

    def called(self, voice: Voice) -> str:
        """Return its words."""
        own = _WORDS.get(self.name)
        return voice.t(own) if own else word("feature", self.name, voice=voice)

    def said(self, code: str, voice: Voice) -> str:
        """Return one of its codes in words."""
        return word(self.vocabulary, code, voice=voice)  # type: ignore[arg-type]  # from the table above


ALL: Mapping[str, Column] = {
    column.name: Column(
        column.name, _TYPES[column.type], *_CODES.get(column.name, ("", ())), is_share=column.type == "share"
    )
    for column in analysis.COLUMNS
    if column.file == "customers.parquet" and column.name not in _LEFT_OUT
}
"""Every column that a condition can be about, in the order of the file."""


def held(published: Published) -> frozenset[str]:
    """Return the columns that a result has: what the business has no records of may not be there."""
    return _held(published.folder)


@lru_cache(maxsize=8)
def _held(folder: Path) -> frozenset[str]:
    return frozenset(pq.read_schema(folder / "customers.parquet").names)
