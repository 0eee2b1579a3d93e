"""Scores and their parts: of the business as a whole, and of its most valuable customers."""

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.reports._folder import ResultFolder, Row
from regulars.reports._reasons import reason_text
from regulars.reports._sentences import FIGURES
from regulars.reports._table import Cell, Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import readable, word

TOP = 10
SCORES: Mapping[str, str] = {"value": "value_score", "satisfaction": "satisfaction_score", "loyalty": "loyalty_score"}
_GRADES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The section's tables."""

    portfolio: Table
    grades: Table
    weights: Table
    customers: Table


def scores(folder: ResultFolder, *, voice: Voice) -> Scores:
    """Return everything the scores section shows."""
    return Scores(
        portfolio=_portfolio(folder, voice=voice),
        grades=_grades(folder, voice=voice),
        weights=_weights(folder, voice=voice),
        customers=_customers(folder, voice=voice),
    )


def _portfolio(folder: ResultFolder, *, voice: Voice) -> Table:
    portfolio = folder.rates.get("portfolio") or {}
    table = Table(
        caption=voice.t("Mean score of all customers (0 to 100)"),
        columns=columns(voice.t("Score"), "#" + voice.t("Mean")),
    )
    for short, name in SCORES.items():
        mean = portfolio.get(short, portfolio.get(name))
        known = Cell(text=voice.score(mean), meter=mean / 100) if mean is not None else Cell(text=voice.t("not known"))
        table.rows.append([Cell(text=voice.t(FIGURES[name])), known])
    return table


def _grades(folder: ResultFolder, *, voice: Voice) -> Table:
    grades = folder.rates.get("grades") or {}
    medium, high = folder.setting("scoring", "grade_medium", 30), folder.setting("scoring", "grade_high", 60)
    ranges = {
        "low": voice.t("below {value}", value=voice.number(medium)),
        "medium": voice.t("{low} to {high}", low=voice.number(medium), high=voice.number(high)),
        "high": voice.t("{value} and more", value=voice.number(high)),
    }
    total = sum(grades.get(grade, 0) for grade in _GRADES)
    table = Table(
        caption=voice.t("Loyalty grades"),
        columns=columns(voice.t("Grade"), voice.t("Score"), "#" + voice.t("Customers")),
    )
    for grade in _GRADES:
        number = grades.get(grade, 0)
        table.rows.append(
            [
                Cell(text=word("grade", grade, voice=voice)),
                Cell(text=ranges[grade]),
                Cell(text=voice.count(number), meter=number / total if total else 0.0),
            ]
        )
    return table


def _weights(folder: ResultFolder, *, voice: Voice) -> Table:
    scoring = folder.manifest.get("scoring") or {}
    table = Table(
        caption=voice.t("What the scores are made of"),
        columns=columns(voice.t("Score"), voice.t("Parts and their weights"), voice.t("Left out for want of records")),
    )
    for short, name in SCORES.items():
        weights = scoring.get("weights", {}).get(name) or scoring.get("weights", {}).get(short) or {}
        dropped = scoring.get("dropped", {}).get(name) or scoring.get("dropped", {}).get(short) or []
        parts = [
            voice.t("{part} {share}", part=_part(part, voice=voice), share=voice.share(weight))
            for part, weight in weights.items()
            if weight
        ]
        without = [_part(part, voice=voice) for part in dropped]
        row = cells(
            voice.t(FIGURES[name]), voice.list(parts) or voice.t("none"), voice.list(without) or voice.t("none")
        )
        table.rows.append(row)
    return table


def _part(code: str, *, voice: Voice) -> str:
    return word("part", code.removesuffix("_behaviour"), voice=voice)


def _customers(folder: ResultFolder, *, voice: Voice) -> Table:
    people = folder.most_valuable(TOP)
    reasons = folder.reasons([row["customer_id"] for row in people])
    table = Table(
        caption=voice.t("The most valuable customers, and what their scores are made of"),
        columns=columns(
            voice.t("Customer"),
            "#" + voice.t("Value of the next 12 months"),
            *(voice.t(FIGURES[name]) for name in SCORES.values()),
            voice.t("Grade"),
        ),
    )
    for row in people:
        own = reasons[row["customer_id"]]
        table.rows.append(
            [
                Cell(text=row["customer_id"]),
                Cell(text=voice.money(row["lifetime_value"])),
                *(_score_cell(row, name, own, voice=voice) for name in SCORES.values()),
                Cell(text=word("grade", row.get("loyalty_grade"), voice=voice)),
            ]
        )
    return table


def _score_cell(row: Row, name: str, reasons: list[Row], *, voice: Voice) -> Cell:
    own = [reason for reason in reasons if reason["figure"] == name]
    if row.get(name) is None:
        why = own[0]["code"] if own else "no_records"
        return Cell(text=voice.t("not known"), notes=(_words(why, None, voice=voice),))
    own.sort(key=lambda reason: (-(reason["contribution"] or 0), reason["code"]))
    notes = tuple(
        voice.t(
            "{reason}: {points}",
            points=voice.score(reason["contribution"]),
            reason=_words(reason["code"], reason["value"], voice=voice),
        )
        for reason in own
        if reason["contribution"] is not None
    )
    return Cell(text=voice.score(row[name]), notes=notes)


def _words(code: str, value: float | None, *, voice: Voice) -> str:
    return reason_text(code, value, language=voice.language, currency=voice.currency) or readable(code)
