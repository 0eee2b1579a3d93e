"""Will this customer buy? What was asked, which candidate answers, and whether the chances told came true."""

from math import exp
from typing import Any

from regulars.core import date
from regulars.reports._drawing import ACCENT, INK, Chart, chart_of, curve, diagonal, frame, percent, percent_axis
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._model_card import ModelCard
from regulars.reports._sentences import why_text
from regulars.reports._table import Table, cells, columns
from regulars.reports._trials import drawn_text, left_out_text, tested_on, trials, winner_text
from regulars.reports._voice import Voice
from regulars.reports._words import word

_FEATURES_SHOWN = 8
_MODEL = "logistic"


def purchase_card(folder: ResultFolder, *, voice: Voice) -> ModelCard | None:
    """Return what is to be said of the forecast of purchases; None for a result without one."""
    model = folder.optional("models/purchase.json")
    if model is None:
        return None
    days = voice.count(model["horizon"]["days"])
    title = voice.t("Will this customer buy within {days} days?", days=days)
    asked = _horizon_text(model["horizon"], voice=voice)
    if model["verdict"] is None:
        return ModelCard(title=title, lines=[asked, _nobody(model, voice=voice)])
    if model["in_use"] is None:
        return ModelCard(title=title, lines=[asked, _test_text(model, voice=voice), _too_few(model, voice=voice)])
    caption = voice.t("Who foresaw best who would buy")
    lines = [
        asked,
        _test_text(model, voice=voice),
        winner_text(model, voice=voice),
        _same_for_all(model, voice=voice),
        left_out_text(model, voice=voice),
    ]
    features = _features(model, voice=voice)
    return ModelCard(
        title=title,
        lines=[line for line in lines if line],
        trials=trials(model["verdict"], in_use=model["in_use"], caption=caption, voice=voice),
        chart="calibration" if _bins(model) else "",
        after=_overfitting(model, voice=voice),
        tables=[features] if features else [],
    )


def calibration_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return the shares that bought by the chance told, beside the line on which both are the same."""
    model = folder.optional("models/purchase.json")
    bins = [] if model is None else _bins(model)
    if model is None or not bins:
        return None
    title = voice.t(
        "Chance told by “{model}” and share that bought, in the test",
        model=word("candidate", model["in_use"], voice=voice),
    )
    told, bought = voice.t("Chance told"), voice.t("Share that bought")
    points: list[dict[str, Any]] = []
    table = Table(caption=title, columns=columns(told, "#" + bought, "#" + voice.t("Customers")))
    for one in bins:
        row = voice.share(one["mean_p"]), voice.share(one["share_bought"]), voice.count(one["customers"])
        table.rows.append(cells(*row))
        text = voice.t("told {told}, bought {bought} ({n} customers)", told=row[0], bought=row[1], n=row[2])
        points.append({"value": [percent(one["mean_p"]), percent(one["share_bought"])], "tooltip": {"formatter": text}})
    # Nothing is stacked up under this line, so nothing is shaded.
    seen = {name: value for name, value in curve(bought, points).items() if name != "areaStyle"}
    middle = {"nameLocation": "middle", "nameGap": 30, "nameTextStyle": {"color": INK}}
    option = {
        **frame(),
        "grid": {"left": 52, "right": 24, "top": 32, "bottom": 56},
        "xAxis": {**percent_axis(), **middle, "name": told, "max": 100},
        "yAxis": {**percent_axis(), "name": bought, "nameTextStyle": {"color": INK, "align": "left"}, "max": 100},
        "series": [{**seen, "itemStyle": {"color": ACCENT}}, diagonal(voice.t("If all came as told"))],
    }
    return chart_of(title, option, table, height=340, voice=voice)


def _bins(model: Row) -> list[Row]:
    """Return the bins of who is in use, those with customers."""
    return [one for one in model["calibration"].get(model["in_use"], []) if one["customers"]]


def _horizon_text(horizon: Row, *, voice: Voice) -> str:
    days = voice.count(horizon["days"])
    if horizon["reason"] == "no_repeat_orders":
        return voice.t("Nobody has ordered on two days yet, so {days} days are asked about.", days=days)
    if horizon["reason"] == "asked":
        return voice.t("{days} days were set as the time to ask about.", days=days)
    return voice.t(
        "Why {days} days: of {gaps} gaps between two order days of a customer three quarters are no longer than"
        " {gap_days} days. That is rounded up to whole weeks, and kept between two weeks and a year.",
        days=days,
        gaps=voice.count(horizon["gaps"]),
        gap_days=voice.count(horizon["gap_days"]),
    )


def _nobody(model: Row, *, voice: Voice) -> str:
    if model["reason"] != "too_short_history":
        return voice.t("No chances are told: {why}.", why=why_text(model["reason"], voice=voice))
    return voice.t(
        "No chances are told yet: the records reach back {days} days, and a forecast with a test on the past takes"
        " {enough}.",
        days=voice.count(model["cutoffs"]["history_days"]),
        enough=voice.count(model["cutoffs"]["enough_days"]),
    )


def _too_few(model: Row, *, voice: Voice) -> str:
    verdict = model["verdict"]
    return voice.t(
        "No chances are told: the test had {base}, too few to learn a chance from; it takes {enough} who buy and"
        " {enough} who do not.",
        base=tested_on(verdict, voice=voice),
        enough=voice.count(verdict["enough"] or 0),
    )


def _same_for_all(model: Row, *, voice: Voice) -> str:
    """Return what to say of a rule that ranked the wrong way; empty for any other, and for a model."""
    if model["rule"] is None or model["rule"]["slope"] > 0:
        return ""
    return voice.t(
        "On the days it learned from, “{rule}” put those who bought last; so everybody is told the same chance, the"
        " share that bought.",
        rule=word("candidate", model["in_use"], voice=voice),
    )


def _test_text(model: Row, *, voice: Voice) -> str:
    cutoffs, sample = model["cutoffs"], model["sample"]
    said = voice.t(
        "The test: with what was known on {day}, who would buy in the {days} days after? The candidates had learned"
        " from {training} only; what came after no candidate had seen.",
        day=voice.day(date.fromisoformat(cutoffs["test"])),
        days=voice.count(cutoffs["horizon_days"]),
        training=voice.nt("{n} earlier day", "{n} earlier days", len(cutoffs["training"])),
    )
    drawn = drawn_text(sample, voice=voice)
    return voice.t("{first} {second}", first=said, second=drawn) if drawn else said


def _overfitting(model: Row, *, voice: Voice) -> list[str]:
    card = model["logistic"] or {}
    learned, tested = card.get("training_auc"), card.get("test_auc")
    if learned is None or tested is None:
        return []
    said = voice.t(
        "“{model}” ordered the customers it learned from with {learned} (AUC) and those of the test with {tested}; much"
        " less in the test would mean that it had learned by heart.",
        model=word("candidate", _MODEL, voice=voice),
        learned=voice.precise(learned, digits=3),
        tested=voice.precise(tested, digits=3),
    )
    return [said]


def _features(model: Row, *, voice: Voice) -> Table | None:
    """Return the strongest figures of the regression; None where it is not in use."""
    if model["in_use"] != _MODEL or model["logistic"] is None:
        return None
    found = sorted(
        model["logistic"]["features"], key=lambda one: (-abs(one["coefficient"]), one["column"], one["scale"])
    )
    table = Table(
        caption=voice.t(
            "What “{model}” looks at most: how the odds of buying change where a figure is one standard deviation"
            " higher and all others are the same",
            model=word("candidate", _MODEL, voice=voice),
        ),
        columns=columns(voice.t("Figure"), voice.t("Buying becomes"), "#" + voice.t("Odds times")),
    )
    for one in found[:_FEATURES_SHOWN]:
        way = voice.t("more likely") if one["coefficient"] > 0 else voice.t("less likely")
        odds = voice.precise(exp(one["coefficient"]), digits=2)
        name = word("feature", one["column"], voice=voice)
        if one["scale"] == "known":
            name = voice.t("{figure} (whether known)", figure=name)
        table.rows.append(cells(name, way, odds))
    return table
