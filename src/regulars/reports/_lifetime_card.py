"""What will a customer be worth? Which rule makes the lifetime value, why, and what the models found."""

from regulars.core import date
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._model_card import ModelCard
from regulars.reports._table import Table, cells, columns
from regulars.reports._trials import Trials, drawn_text, left_out_text, steps_text, trials, used_because, winner_text
from regulars.reports._voice import Voice
from regulars.reports._words import word

_PLAIN = "plain"


def lifetime_card(folder: ResultFolder, *, voice: Voice) -> ModelCard | None:
    """Return what is to be said of the lifetime value; None for a result without the account of its models."""
    model = folder.optional("models/lifetime.json")
    if model is None:
        return None
    paid = model["discounting"]
    title = voice.t("What will a customer be worth in {months} months?", months=voice.count(paid["months"]))
    tested = model["verdict"] is not None
    lines = [
        _who(model, voice=voice),
        steps_text(model, voice=voice),
        drawn_text(model.get("sample"), voice=voice) if tested else "",
        left_out_text(model, voice=voice),
        _rule_text(model["in_use"], paid, voice=voice),
    ]
    return ModelCard(
        title=title,
        lines=[line for line in lines if line],
        trials=_trials(model, voice=voice),
        chart="tracking" if model.get("tracking") else "",
        after=_checks(model, voice=voice),
        tables=_parameters(model, voice=voice),
    )


def _who(model: Row, *, voice: Voice) -> str:
    """Return who is used and why; too few customers may be too few to fit, or too few to judge by."""
    fit = next((fit for fit in _fits(model) if fit["reason"] == model["reason"]), None)
    if fit is None or fit["needed"] is None:
        return winner_text(model, voice=voice)
    needed = voice.count(fit["needed"])
    why = voice.t(
        "only {people} customers with orders could be learned from, and a model takes {needed}",
        people=voice.count(fit["customers"]),
        needed=needed,
    )
    if fit["reason"] == "too_few_repeaters":
        why = voice.t(
            "only {people} of those to learn from had bought again, and a model takes {needed}",
            people=voice.count(fit["repeaters"]),
            needed=needed,
        )
    return used_because(model, why, voice=voice)


def _rule_text(rule: str, paid: Row, *, voice: Voice) -> str:
    rate = voice.share(paid["annual_rate"])
    at = word("paid_at", paid["paid_at"], voice=voice)
    if rule == _PLAIN:
        return voice.t(
            "It takes the margin of the last 365 days for that of every year to come. Money later is worth less:"
            " {rate} a year, counted at {at}.",
            rate=rate,
            at=at,
        )
    return voice.t(
        "It expects purchases from how often and how lately somebody bought, times the margin of a purchase of theirs."
        " Money later is worth less: {rate} a year, counted at {at}.",
        rate=rate,
        at=at,
    )


def _trials(model: Row, *, voice: Voice) -> Trials | None:
    if model["verdict"] is None:
        return None
    caption = voice.t("Who foresaw best what customers would spend in the test")
    return trials(model["verdict"], in_use=model["in_use"], caption=caption, voice=voice)


def _fits(model: Row) -> list[Row]:
    return [fit for fit in (model.get("purchases"), model.get("margins")) if fit]


def _of_the_test(fit: Row, *, voice: Voice) -> str:
    return voice.t(
        "What is in use, “{rule}”, has nothing to learn. The models below are those of the test: they learned from what"
        " was known on {day}, and of spend, not of margins.",
        rule=word("candidate", _PLAIN, voice=voice),
        day=voice.day(date.fromisoformat(fit["fitted_at"])),
    )


def _parameters(model: Row, *, voice: Voice) -> list[Table]:
    table = Table(
        caption=voice.t("What the models learned"),
        columns=columns(
            voice.t("Model"), voice.t("Parameter"), "#" + voice.t("Value"), "#" + voice.t("Standard error")
        ),
    )
    for fit in _fits(model):
        errors = fit["standard_errors"]
        for name, value in fit["parameters"].items():
            error = voice.precise(errors[name], digits=3) if name in errors else "–"
            model_name = word("candidate", fit["model"], voice=voice)
            table.rows.append(
                cells(model_name, word("parameter", name, voice=voice), voice.precise(value, digits=3), error)
            )
    return [table] if table.rows else []


def _checks(model: Row, *, voice: Voice) -> list[str]:
    said = [
        _of_the_test(fit, voice=voice)
        for fit in _fits(model)
        if fit["parameters"] and fit["fitted_to"]["amounts"] == "spend"
    ]
    purchases, margins = model.get("purchases"), model.get("margins")
    if purchases and purchases["parameters"]:
        said.append(
            voice.t(
                "The purchase model was fitted to {customers} customers as of {day}, {repeaters} of whom bought again;"
                " its unit of time is {days} days.",
                day=voice.day(date.fromisoformat(purchases["fitted_at"])),
                customers=voice.count(purchases["customers"]),
                repeaters=voice.count(purchases["repeaters"]),
                days=voice.number(purchases["time_unit_days"]),
            )
        )
    together = None if margins is None else margins["checks"].get("pearson_frequency_spend")
    if margins is not None and together is not None:
        said.append(
            voice.t(
                "The margin model takes how often and how much somebody buys for unrelated; among the {people} who"
                " bought again their correlation is {value} (0 is none, 1 or -1 is full).",
                people=voice.count(margins["repeaters"]),
                value=voice.precise(together, digits=2),
            )
        )
    return said
