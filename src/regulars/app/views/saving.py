"""Saving settings from a page; and what is wrong with one, by the words of its field, not by its place in the file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from regulars.app.jobs import queue
from regulars.app.middleware import Request
from regulars.app.privacy import audit
from regulars.app.shop_settings import Sections, change
from regulars.core import SettingsError
from regulars.reports import N_, Voice

_FIELDS: Mapping[str, str] = {
    "business.name": N_("Name of the business"),
    "business.currency": N_("Currency"),
    "business.country": N_("Country"),
    "business.time_zone": N_("Time zone"),
    "business.rates": N_("What other currencies are worth"),
    "windows.period_days": N_("Days that make a period"),
    "prediction.horizon_days": N_("Days ahead to forecast"),
    "segments.at_risk_gaps": N_("At risk after so many of the usual gaps"),
    "segments.lapsed_windows": N_("Lapsed after so many periods"),
    "segments.recency_cuts": N_("Recency: cut at days"),
    "segments.frequency_cuts": N_("Frequency: cut at days with orders"),
    "segments.monetary_cuts": N_("Monetary value: cut at amounts"),
    "scoring.grade_medium": N_("“Medium” from"),
    "scoring.grade_high": N_("“High” from"),
    "strategy.budget": N_("Budget"),
    "strategy.max_contacts": N_("Most contacts"),
    "strategy.holdout_share": N_("Held out, to measure by"),
    "strategy.margin_share": N_("Margin in the spend"),
    "strategy.channel_costs": N_("What a contact costs"),
    "strategy.plays": N_("Playbook"),
}
_RULES: Mapping[str, str] = {
    "setting_too_small": N_("{field}: it must be {limit} or more."),
    "setting_too_large": N_("{field}: it must be {limit} or less."),
    "setting_not_above": N_("{field}: it must be above {limit}."),
    "setting_not_below": N_("{field}: it must be below {limit}."),
    "setting_not_number": N_("{field}: it must be a number."),
    "setting_not_whole": N_("{field}: it must be a whole number."),
    "setting_miswritten": N_("{field}: it must look like {limit}."),
    "setting_too_fine": N_("{field}: at most {limit} digits may stand behind the point."),
    "setting_too_long": N_("{field}: it is too long."),
}
_CUTS = N_("{field}: give four numbers, each above the one before, or none.")
_ELSE = N_("{field}: this cannot be used.")
_ELSEWHERE = N_("The file of settings holds something that cannot be used: {place}. Mend it in the file regulars.toml.")


def fault_text(error: SettingsError, *, voice: Voice) -> str:
    """Return a fault of the settings as a sentence for a page."""
    place = str(error.params.get("place", ""))
    known = [known for known in _FIELDS if place == known or place.startswith(known + ".")]
    if not known:
        return voice.t(_ELSEWHERE, place=place)
    rule = _CUTS if known[0].endswith("_cuts") else _RULES.get(error.code, _ELSE)
    return voice.t(rule, field=voice.t(_FIELDS[known[0]]), limit=error.params.get("limit", ""))


def save(request: Request, sections: Sections) -> str:
    """Write settings and ask for an analysis by them; return what is wrong with them, if anything."""
    try:
        change(request.asked.shop, sections)
    except SettingsError as error:
        return fault_text(error, voice=request.asked.voice)
    audit.write("settings", by=request.user.username, sections=sorted(sections))
    if request.asked.result is not None:
        queue.ask_after_all("analyse", by=request.user)
    return ""


def form_fault(form: forms.Form, voice: Voice) -> str:
    """Return what to say of a form that does not hold what it should; nothing of one that does."""
    if form.is_valid():
        return ""
    return voice.t("Something is missing or no number: look at what is marked.")


def decimal(text: str) -> Any:
    """Return a number; what is none is handed on, so that the settings say what is wrong with it."""
    try:
        found = Decimal(text.strip())
    except ArithmeticError:
        return text.strip()
    return found if found.is_finite() else text.strip()
