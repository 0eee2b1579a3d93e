"""Settings: the business, and how scores are weighed, with what other weights would do."""

import re
from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from regulars import records
from regulars.app import what_if, what_if_cut
from regulars.app.clock import shop_settings
from regulars.app.middleware import A_YEAR, LANGUAGE_COOKIE, Request
from regulars.app.shop_language import set_language, shop_language
from regulars.app.shop_settings import Sections, tried
from regulars.app.vault import tombstones
from regulars.app.views.saving import decimal, fault_text, form_fault, save
from regulars.app.views.screen import show
from regulars.app.views.today import names_of
from regulars.core import Settings, SettingsError
from regulars.reports import N_, Voice, word

_WEIGHINGS = ("manual", "equal", "entropy")
_HIGHEST = 100
_CUTS = ("recency_cuts", "frequency_cuts", "monetary_cuts")
_GROUPED = {
    "recency_score": (N_("Points for buying lately (1 to 5)"), N_("Points")),
    "frequency_score": (N_("Points for buying often (1 to 5)"), N_("Points")),
    "monetary_score": (N_("Points for spending much (1 to 5)"), N_("Points")),
    "rfm_group": (N_("Customers by group"), N_("Group")),
    "lifecycle_stage": (N_("Customers by stage of life"), N_("Stage")),
}
"""What the effect of other cut points is shown of: by column its caption, and what its places are called."""
_PLACES: Mapping[str, Literal["group", "stage"]] = {"rfm_group": "group", "lifecycle_stage": "stage"}
_BETWEEN = re.compile(r"[\s,，、;；]+")


class Business(forms.Form):
    """Whose records these are, and by what day and money they are read."""

    name = forms.CharField(max_length=120, strip=True, required=False)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", required=False)
    country = forms.RegexField(r"^[A-Za-z]{2}$", required=False)
    time_zone = forms.ChoiceField(choices=[(zone, zone) for zone in sorted(available_timezones())])
    rates = forms.CharField(max_length=400, required=False)
    period_days = forms.IntegerField(min_value=1, max_value=3650)
    horizon_days = forms.IntegerField(min_value=1, max_value=3650, required=False)
    marketing = forms.BooleanField(required=False)
    language = forms.ChoiceField(choices=[("", ""), ("en", "en"), ("zh", "zh")], required=False)
    at_risk_gaps = forms.FloatField(min_value=0.1, max_value=1000, required=False)
    lapsed_windows = forms.FloatField(min_value=0.1, max_value=1000, required=False)
    recency_cuts = forms.CharField(max_length=200, required=False)
    frequency_cuts = forms.CharField(max_length=200, required=False)
    monetary_cuts = forms.CharField(max_length=200, required=False)
    do = forms.ChoiceField(choices=[("look", "look"), ("save", "save")], required=False)


class Weights(forms.Form):
    """How scores are weighed, from sliders; and which ranking to look at."""

    do = forms.ChoiceField(choices=[("look", "look"), ("save", "save")])
    figure = forms.ChoiceField(choices=[(each, each) for each in what_if.PARTS], required=False)
    weighting = forms.ChoiceField(choices=[(each, each) for each in _WEIGHINGS])
    grade_medium = forms.FloatField(min_value=0, max_value=100)
    grade_high = forms.FloatField(min_value=0, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for figure, parts in what_if.PARTS.items():
            for part in parts:
                self.fields[f"{figure}-{part}"] = forms.IntegerField(min_value=0, max_value=_HIGHEST)

    def settings(self) -> dict[str, Any]:
        """Return the section `scoring` that they say."""
        said = self.cleaned_data
        weights = {
            figure.replace("_score", "_weights"): {part: said[f"{figure}-{part}"] / _HIGHEST for part in parts}
            for figure, parts in what_if.PARTS.items()
        }
        return {**weights, **{name: said[name] for name in ("weighting", "grade_medium", "grade_high")}}


def business(request: Request) -> HttpResponse:
    """Show or change whose records these are; or look at what other cut points would do, and change nothing."""
    now = shop_settings()
    fault, regrouped, is_look = "", list[dict[str, Any]](), False
    if request.method == "POST":
        form = Business(request.POST)
        is_look = form.is_valid() and form.cleaned_data["do"] == "look"
        if not form.is_valid():
            fault = form_fault(form, request.asked.voice)
        elif is_look:
            fault, regrouped = _regrouped(request, form.cleaned_data)
        else:
            fault = _keep_business(request, form.cleaned_data)
        if not fault and not is_look:
            set_language(form.cleaned_data["language"])
            return _spoken(redirect("settings"), form.cleaned_data["language"])
    shown = {
        "zones": sorted(available_timezones()), "now": now, "fault": fault, "regrouped": regrouped,
        "said": request.POST if request.method == "POST" else _business_of(now),
    }  # fmt: skip
    is_part = "HX-Request" in request.headers
    template = "settings/regrouped.html" if is_part else "settings/business.html"
    return show(request, template, shown, at="settings", status=422 if fault and not is_part else 200)


def _keep_business(request: Request, said: Mapping[str, Any]) -> str:
    """Keep what was said; return what is wrong with it, if anything."""
    zone = shop_settings().business.time_zone
    if said["time_zone"] != zone and records.Batches(request.asked.shop.workspace).live():
        return request.asked.voice.t("The imports so far were read in the time zone {zone}. Take them back first,"
                                     " change it, and import them again.", zone=zone)  # fmt: skip
    return save(request, _business_sections(said))


def _regrouped(request: Request, said: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Return what is wrong with cut points, if anything, and how many customers each place would hold with them."""
    voice, result = request.asked.voice, request.asked.result
    try:
        settings = tried(request.asked.shop, {"segments": _business_sections(said)["segments"]})
    except SettingsError as error:
        return fault_text(error, voice=voice), []
    moved = {} if result is None else what_if_cut.effect(result, settings)
    return "", [
        {"caption": voice.t(caption), "head": voice.t(head),
         "rows": [(word(_PLACES[column], each.place, voice=voice) if column in _PLACES else each.place,
                   voice.count(each.before), voice.count(each.after)) for each in moved[column]]}
        for column, (caption, head) in _GROUPED.items()
        if column in moved
    ]  # fmt: skip


def _spoken(answer: HttpResponse, language: str) -> HttpResponse:
    """Let whoever sets the shop's language read it too."""
    if language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


def scores(request: Request) -> HttpResponse:
    """Show how scores are weighed, what other weights would do, and keep those that please."""
    voice, result = request.asked.voice, request.asked.result
    now = shop_settings()
    chosen, figure, fault = now, "value_score", ""
    if request.method == "POST":
        form = Weights(request.POST)
        if not form.is_valid():
            fault = form_fault(form, voice)
        else:
            figure = form.cleaned_data["figure"] or figure
            try:
                chosen = Settings.model_validate({**now.model_dump(), "scoring": {**now.scoring.model_dump(),
                                                                                 **form.settings()}})  # fmt: skip
            except ValueError:
                fault = voice.t(
                    "At least one weight of each score has to be above 0, and “medium” begins below “high”."
                )
        if not fault and form.cleaned_data["do"] == "save":
            fault = save(request, {"scoring": form.settings()})
            if not fault:
                return redirect("scores")
    effect = None if result is None or fault else what_if.effect(result, chosen, figure=figure)
    shown = {
        "fault": fault, "figure": figure, "scoring": chosen.scoring,
        "figures": [
            {"name": name, "called": voice.t(_FIGURES[name]),
             "parts": [{"name": part, "called": word("part", part, voice=voice),
                        "weight": round(_HIGHEST * by_hand(chosen, name).get(part, 0)),
                        "used": "" if effect is None else voice.share(effect.weights[name].get(part, 0.0))}
                       for part in parts]}
            for name, parts in what_if.PARTS.items()
        ],
        "weighings": [(each, word("weighting", each, voice=voice)) for each in _WEIGHINGS],
        "effect": None if effect is None else _effect(effect, voice),
    }  # fmt: skip
    template = "settings/effect.html" if request.headers.get("HX-Request") else "settings/scores.html"
    return show(request, template, shown, at="settings")


_FIGURES = {
    "value_score": N_("Value score"), "satisfaction_score": N_("Satisfaction score"),
    "loyalty_score": N_("Loyalty score"),
}  # fmt: skip


def by_hand(settings: Settings, figure: str) -> Mapping[str, float]:
    """Return the weights of a score that are set by hand."""
    weights: Mapping[str, float] = getattr(settings.scoring, figure.replace("_score", "_weights"))
    return weights


def _business_of(now: Settings) -> dict[str, Any]:
    return {
        "name": now.business.name, "currency": now.business.currency, "country": now.business.country,
        "time_zone": now.business.time_zone,
        "rates": ", ".join(f"{code} = {rate.normalize():f}" for code, rate in now.business.rates.items()),
        "period_days": now.windows.period_days, "horizon_days": now.prediction.horizon_days or "",
        "marketing": now.consent.marketing,
        "language": shop_language() or "",
        **{name: ", ".join(f"{cut:.15g}" for cut in getattr(now.segments, name)) for name in _CUTS},
        "at_risk_gaps": f"{now.segments.at_risk_gaps:g}", "lapsed_windows": f"{now.segments.lapsed_windows:g}",
    }  # fmt: skip


def _business_sections(said: Mapping[str, Any]) -> Sections:
    rates: dict[str, Any] = {}
    for each in said["rates"].replace("，", ",").split(","):
        code, _, rate = each.partition("=")
        if each.strip():
            rates[code.strip().upper()] = decimal(rate)
    return {
        "business": {"name": said["name"], "currency": said["currency"].upper(), "country": said["country"].upper(),
                     "time_zone": said["time_zone"], "rates": rates},
        "windows": {"period_days": said["period_days"]},
        "prediction": {"horizon_days": said["horizon_days"]},
        "consent": {"marketing": said["marketing"]},
        "segments": {
            **{name: said[name] for name in ("at_risk_gaps", "lapsed_windows") if said[name] is not None},
            # None goes back to fifths.
            **{name: [decimal(cut) for cut in _BETWEEN.split(said[name].strip()) if cut] or None for name in _CUTS},
        },
    }  # fmt: skip


def _effect(effect: what_if.Effect, voice: Voice) -> dict[str, Any]:
    ids = [row.customer_id for row in (*effect.top_before, *effect.top_after)]
    names, gone = names_of(ids), tombstones.erased_ids(ids)

    def told(row: what_if.Ranked) -> dict[str, Any]:
        return {
            "id": row.customer_id, "name": names.get(row.customer_id, row.customer_id),
            "before": "" if row.before is None else voice.score(row.before),
            "after": "" if row.after is None else voice.score(row.after),
            "place_before": "" if row.place_before is None else voice.count(row.place_before),
            "place_after": "" if row.place_after is None else voice.count(row.place_after),
        }  # fmt: skip

    return {
        "before": [told(row) for row in effect.top_before if row.customer_id not in gone],
        "after": [told(row) for row in effect.top_after if row.customer_id not in gone],
        "grades": [
            (word("grade", grade, voice=voice), voice.count(effect.grades_before[grade]),
             voice.count(effect.grades_after[grade]))
            for grade in reversed(what_if.GRADES)
        ],
    }  # fmt: skip
