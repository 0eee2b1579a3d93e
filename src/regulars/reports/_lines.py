"""Answers for a terminal: the list of contacts as rows, one customer explained in lines."""

from collections.abc import Callable, Mapping, Sequence
from math import exp
from pathlib import Path

from regulars.reports._contacts import action_words, titles, why
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._reasons import reason_text
from regulars.reports._sentences import FIGURES
from regulars.reports._voice import Language, Voice
from regulars.reports._words import readable, word

_SCORES = ("value_score", "satisfaction_score", "loyalty_score")


def action_rows(
    folder: Path, *, limit: int, names: Mapping[str, str] | None = None, language: Language = "en"
) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of whom to contact first; `names` (by customer_id) adds a column of who they are."""
    result = ResultFolder(path=Path(folder))
    voice = Voice(language=language, currency=result.currency)
    people = result.contacts(limit)
    customers = result.seen_of([row["customer_id"] for row in people])
    own = titles(result)
    heads = [
        voice.t("Rank"),
        voice.t("Customer"),
        *([] if names is None else [voice.t("Name")]),
        voice.t("Why"),
        voice.t("What to do"),
        voice.t("How"),
        voice.t("Expected gain"),
        voice.t("Do by"),
    ]
    rows = [
        [
            voice.count(row["rank"]),
            row["customer_id"],
            *([] if names is None else [names.get(row["customer_id"], "")]),
            voice.t("; ").join(why(row, customers[row["customer_id"]], voice=voice)),
            action_words(row["action"], own, voice=voice),
            word("channel", row["channel"], voice=voice),
            voice.money(row["expected_gain"]),
            voice.short_day(row["do_by"]),
        ]
        for row in people
    ]
    return heads, rows


def explanation_lines(folder: Path, customer: Row, reasons: Sequence[Row], *, language: Language = "en") -> list[str]:
    """Return why a customer has these scores, this chance and this next action: a line a figure, a line a part."""
    result = ResultFolder(path=Path(folder))
    voice = Voice(language=language, currency=result.currency)
    lines = [_who(customer, voice=voice)]
    for name in _SCORES:
        lines.append(_figure_line(name, customer, voice=voice))
        lines.extend(_part_lines(name, reasons, voice=voice))
    if customer.get("p_purchase") is not None:
        chance = voice.share(customer["p_purchase"])
        lines.append(voice.t("{name}: {value}", name=voice.t(FIGURES["p_purchase"]), value=chance))
        lines.extend(_part_lines("p_purchase", reasons, voice=voice))
    action = customer.get("next_action")
    if action is not None:
        lines.append(
            voice.t(
                "{name}: {value}",
                name=voice.t(FIGURES["next_action"]),
                value=action_words(action, titles(result), voice=voice),
            )
        )
        lines.extend(_part_lines("next_action", reasons, voice=voice))
    return lines


def _who(customer: Row, *, voice: Voice) -> str:
    stage = word("stage", customer.get("lifecycle_stage"), voice=voice)
    group = word("group", customer.get("rfm_group"), voice=voice)
    kind = voice.list([text for text in (stage, group) if text])
    who = voice.t("Customer {customer}", customer=customer["customer_id"])
    return voice.t("{name}: {value}", name=who, value=kind) if kind else who


def _figure_line(name: str, customer: Row, *, voice: Voice) -> str:
    value = customer.get(name)
    said = voice.t("not known") if value is None else voice.score(value)
    return voice.t("{name}: {value}", name=voice.t(FIGURES[name]), value=said)


def _part_lines(figure: str, reasons: Sequence[Row], *, voice: Voice) -> list[str]:
    own = [row for row in reasons if row["figure"] == figure]
    own.sort(key=lambda row: (-abs(row["contribution"] or 0), row["code"]))
    return ["  " + _part(figure, row, voice=voice) for row in own]


def _part(figure: str, row: Row, *, voice: Voice) -> str:
    reason = reason_text(row["code"], row["value"], language=voice.language, currency=voice.currency)
    if not row["contribution"]:
        return reason or readable(row["code"])
    said = _POINTS.get(figure, Voice.score)
    return voice.t("{reason}: {points}", points=said(voice, row["contribution"]), reason=reason)


def _odds(voice: Voice, contribution: float) -> str:
    """Return what is added to the log-odds as what the odds are multiplied by: products need no logarithms."""
    return voice.t("odds times {value}", value=voice.precise(exp(contribution), digits=2))


# A part of a score is in points; these figures have parts of another kind.
_POINTS: Mapping[str, Callable[[Voice, float], str]] = {"next_action": Voice.money, "p_purchase": _odds}
