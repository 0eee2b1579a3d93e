"""Models beside the plain rules: how each did in the test, who won, and what the measures mean."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from regulars.reports._folder import Row
from regulars.reports._sentences import why_text
from regulars.reports._table import Cell, Column, Table
from regulars.reports._voice import N_, Voice
from regulars.reports._words import word

Said = Literal["ratio", "times", "money", "share"]

# Metric -> how its value is said, its heading, and what it means to somebody who has never heard of it.
MEASURES: Mapping[str, tuple[Said, str, str]] = {
    "auc": (
        "ratio",
        N_("Order (AUC)"),
        N_(
            "the chance that, of one who bought and one who did not, the right one was put first; 0.5 is tossing a coin"
        ),
    ),
    "lapse_pr_auc": (
        "ratio",
        N_("Finding who lapses (PR-AUC)"),
        N_("how pure the list of those who will not buy is, from its top down; 1 is a list without a mistake"),
    ),
    "brier": (
        "ratio",
        N_("Distance from the truth (Brier)"),
        N_("mean squared distance between the chance told and what happened; less is better"),
    ),
    "ece": (
        "ratio",
        N_("Distance from the shares seen (ECE)"),
        N_("how far the chances told are from the shares that then bought, on average; less is better"),
    ),
    "lift": (
        "times",
        N_("The best tenth (lift)"),
        N_("how many times more often the tenth put first bought than everybody did"),
    ),
    "rmse": (
        "money",
        N_("Typical error (RMSE)"),
        N_("the root of the mean squared distance from what came, where large errors weigh more; less is better"),
    ),
    "mae": ("money", N_("Mean error (MAE)"), N_("the mean distance from what came; less is better")),
    "bias": (
        "share",
        N_("Sum too high (+) or too low (-)"),
        N_("how far the sum of all forecasts was from the sum that came"),
    ),
    "gini": (
        "ratio",
        N_("Order (Gini)"),
        N_("how well the forecasts put who brings much before who brings little; 1 is perfect, 0 is chance"),
    ),
}


# What a test that had enough customers says; any other reason speaks against a fit.
_JUDGED = frozenset({"model_better", "rule_not_beaten"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Every candidate with its figures, and what each figure means."""

    table: Table
    measures: list[tuple[str, str]]


def trials(verdict: Row, *, in_use: str, caption: str, voice: Voice) -> Trials | None:
    """Return how the candidates did; None where there was no test."""
    rows: list[Row] = list(verdict["trials"])
    if not rows:
        return None
    is_one_by_one = sum(row.get("met") is not None for row in rows) > 1
    shown = [name for name in MEASURES if any(name in row["figures"] for row in rows)]
    table = Table(
        caption=caption,
        columns=(
            Column(text=voice.t("Candidate")),
            *(Column(text=voice.t(MEASURES[name][1]), is_number=True) for name in shown),
            Column(text=voice.t("Gain over the best plain rule"), is_number=True),
            *([Column(text=voice.t("Gain over who was in place"), is_number=True)] if is_one_by_one else []),
        ),
    )
    for row in rows:
        notes = [voice.t("plain rule") if row["is_rule"] else voice.t("model")]
        if row["name"] == in_use:
            notes.append(voice.t("in use"))
        table.rows.append(
            [
                Cell(text=word("candidate", row["name"], voice=voice), notes=(voice.list(notes),)),
                *(_figure(row["figures"].get(name), name, voice=voice) for name in shown),
                _gain(row["gain"], verdict["decided_by"], voice=voice),
                *([_step(row, verdict["decided_by"], voice=voice)] if is_one_by_one else []),
            ]
        )
    told = [(voice.t(MEASURES[name][1]), voice.t(MEASURES[name][2])) for name in shown]
    return Trials(table=table, measures=told)


def winner_text(model: Row, *, voice: Voice) -> str:
    """Return who is used and why: by how much a model won, or what kept it from winning."""
    verdict = model["verdict"]
    if verdict is not None and model["reason"] == "too_few_customers" and verdict["enough"] is not None:
        return _too_few(model, voice=voice)
    if verdict is None or model["reason"] not in _JUDGED:
        return used_because(model, why_text(model["reason"], voice=voice), voice=voice)
    tried = [row for row in verdict["trials"] if row["gain"] and row["gain"]["value"] is not None]
    if not tried:
        return voice.t(
            "“{rule}” is used: no model could be put beside it.", rule=word("candidate", model["in_use"], voice=voice)
        )
    best = max(tried, key=lambda row: (row["name"] == verdict["winner"], row["gain"]["value"]))
    return _compared(best, model, voice=voice)


def steps_text(model: Row, *, voice: Voice) -> str:
    """Return how the model in use stands beside the others: whose place it took, and who came nearest to taking its.

    Empty where no other was tried, or no model won.
    """
    verdict = model["verdict"]
    if verdict is None or verdict["reason"] != "model_better" or model["in_use"] != verdict["winner"]:
        return ""
    measure, winner = verdict["decided_by"], verdict["winner"]
    rows = {row["name"]: row for row in verdict["trials"]}
    said = []
    if rows[winner].get("met") not in {None, verdict["best_rule"]}:
        said.append(
            voice.t(
                "It took the place of “{model}”, a simpler one: gain {gain}.",
                model=word("candidate", rows[winner]["met"], voice=voice),
                gain=_gained(rows[winner]["step"], measure, voice=voice),
            )
        )
    others = [row for row in rows.values() if row.get("met") == winner and row["step"]["value"] is not None]
    if others:
        nearest = max(others, key=lambda row: row["step"]["value"])
        said.append(
            voice.t(
                "No model that is less simple did better than it beyond doubt; the nearest, “{model}”: gain {gain}.",
                model=word("candidate", nearest["name"], voice=voice),
                gain=_gained(nearest["step"], measure, voice=voice),
            )
        )
    return " ".join(said) if voice.language == "en" else "".join(said)


def left_out_text(model: Row, *, voice: Voice) -> str:
    """Return who was not tried, and why; empty where everybody was."""
    reasons = [
        voice.t("{name}: {value}", name=word("candidate", name, voice=voice), value=why_text(reason, voice=voice))
        for name, reason in model.get("left_out", {}).items()
    ]
    return voice.t("Not tried: {reasons}.", reasons=voice.t("; ").join(reasons)) if reasons else ""


def drawn_text(sample: Row | None, *, voice: Voice) -> str:
    """Return of how many customers the test was; empty where it was everybody."""
    if sample is None or sample["size"] == sample["population"]:
        return ""
    return voice.t(
        "Learned from and tested on {size} of {population} customers, drawn by lot.",
        size=voice.count(sample["size"]),
        population=voice.count(sample["population"]),
    )


def used_because(model: Row, why: str, *, voice: Voice) -> str:
    """Return who is used for a reason that no test gave."""
    return voice.t("“{rule}” is used: {why}.", rule=word("candidate", model["in_use"], voice=voice), why=why)


def tested_on(verdict: Row, *, voice: Voice) -> str:
    """Return what the test was counted over."""
    customers = voice.nt("{n} customer", "{n} customers", verdict["customers"])
    if verdict["positives"] is None:
        return customers
    return voice.t(
        "{customers}, of whom {buyers} bought", customers=customers, buyers=voice.count(verdict["positives"])
    )


def _compared(best: Row, model: Row, *, voice: Voice) -> str:
    verdict = model["verdict"]
    measure = verdict["decided_by"]
    rule = next((row for row in verdict["trials"] if row["name"] == verdict["best_rule"]), best)
    said: dict[str, Any] = {
        "model": word("candidate", best["name"], voice=voice),
        "rule": word("candidate", rule["name"], voice=voice),
        "measure": voice.t(MEASURES[measure][1]),
        "one": _value(best["figures"].get(measure, {}).get("value"), measure, voice=voice),
        "other": _value(rule["figures"].get(measure, {}).get("value"), measure, voice=voice),
        "gain": _gained(best["gain"], measure, voice=voice),
        "base": tested_on(verdict, voice=voice),
    }
    if model["reason"] == "model_better":
        return voice.t(
            "“{model}” is used: on the past it did better than the best plain rule, “{rule}”. {measure}: {one} against"
            " {other}, gain {gain}, over {base}.",
            **said,
        )
    return voice.t(
        "“{rule}” is used: no model did better beyond doubt. The nearest, “{model}”: {measure} {one} against {other},"
        " gain {gain}, over {base}. A model is used only where the whole interval of its gain lies above 0.",
        **said,
    )


def _too_few(model: Row, *, voice: Voice) -> str:
    verdict = model["verdict"]
    return voice.t(
        "“{rule}” is used: the test had {base}, too few to tell; it takes {enough}.",
        rule=word("candidate", model["in_use"], voice=voice),
        base=tested_on(verdict, voice=voice),
        enough=voice.count(verdict["enough"] or 0),
    )


def _figure(measured: Row | None, name: str, *, voice: Voice) -> Cell:
    if measured is None or measured["value"] is None:
        return Cell(text="–")
    doubt = measured["interval"]
    notes = (_between(doubt, name, voice=voice),) if doubt else ()
    return Cell(text=_value(measured["value"], name, voice=voice), notes=notes)


def _step(row: Row, measure: str, *, voice: Voice) -> Cell:
    """Return by how much a model beat the one it met, and which that was."""
    if row.get("met") is None:
        return Cell(text="–")
    cell = _gain(row["step"], measure, voice=voice)
    met = voice.t("over “{model}”", model=word("candidate", row["met"], voice=voice))
    return replace(cell, notes=(*cell.notes, met))


def _gain(gain: Row | None, measure: str, *, voice: Voice) -> Cell:
    if gain is None or gain["value"] is None:
        return Cell(text="–")
    notes = (_between(gain["interval"], measure, voice=voice, digits=4),) if gain["interval"] else ()
    return Cell(text=_value(gain["value"], measure, voice=voice, digits=4), notes=notes)


def _gained(gain: Row, measure: str, *, voice: Voice) -> str:
    value = _value(gain["value"], measure, voice=voice, digits=4)
    doubt = gain["interval"]
    if not doubt:
        return value
    between = voice.t(
        "{level} interval {low} to {high}",
        level=voice.number(100 * doubt["level"]) + "%",
        low=_value(doubt["low"], measure, voice=voice, digits=4),
        high=_value(doubt["high"], measure, voice=voice, digits=4),
    )
    return voice.t("{value} ({doubt})", value=value, doubt=between)


def _between(doubt: Row, measure: str, *, voice: Voice, digits: int = 3) -> str:
    low, high = (_value(doubt[end], measure, voice=voice, digits=digits) for end in ("low", "high"))
    return voice.t("{low} to {high}", low=low, high=high)


def _value(value: float | None, measure: str, *, voice: Voice, digits: int = 3) -> str:
    """Return a figure as its measure is said; gains are small and take one more digit."""
    if value is None:
        return "–"
    said = MEASURES[measure][0]
    if said == "money":
        return voice.money(value)
    if said == "share":
        return ("+" if value > 0 else "") + voice.share(value)
    return voice.precise(value, digits=2 if said == "times" else digits)
