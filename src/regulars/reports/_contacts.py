"""Whom to contact: the ranked list, why, with what, and what it is expected to bring."""

from dataclasses import dataclass
from typing import Any

from regulars.reports._folder import ResultFolder, Row
from regulars.reports._reasons import reason_text
from regulars.reports._table import Cell, Column, Table
from regulars.reports._voice import Voice
from regulars.reports._words import WORDS, word
from regulars.strategy import seen

SHOWN = 25

# Told once above the list, not on every row.
_TOLD_ABOVE = ("effect_assumed", "effect_measured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The list and what is said about it; `more` says where those are who are not shown."""

    table: Table | None
    lines: list[str]
    more: str = ""


def contacts(folder: ResultFolder, *, voice: Voice) -> Contacts:
    """Return the people to contact first; held-out people are counted, not shown."""
    rows = folder.contacts(SHOWN)
    plan = folder.rates.get("plan") or {}
    if not rows:
        return Contacts(table=None, lines=[voice.t("Nobody needs to be contacted now."), *_left_out(plan, voice=voice)])
    people = folder.seen_of([row["customer_id"] for row in rows])
    headings = (
        Column(text=voice.t("Rank"), is_number=True),
        Column(text=voice.t("Customer")),
        Column(text=voice.t("Why")),
        Column(text=voice.t("What to do")),
        Column(text=voice.t("How")),
        Column(text=voice.t("Expected gain, assumed until measured"), is_number=True),
        Column(text=voice.t("Do by")),
    )
    table = Table(
        caption=voice.t("Whom to contact first"),
        columns=headings,
        rows=[_row(row, people[row["customer_id"]], titles(folder), voice=voice) for row in rows],
    )
    more = ""
    if plan.get("contacts", 0) > len(rows):
        more = voice.t(
            "The first {shown} are shown; everybody stands in actions.csv beside this report.",
            shown=voice.count(len(rows)),
        )
    return Contacts(table=table, lines=[*_plan_lines(plan, voice=voice), *_left_out(plan, voice=voice)], more=more)


def titles(folder: ResultFolder) -> dict[str, str]:
    """Return the titles that a business gave its own plays."""
    plays = folder.setting("strategy", "plays", [])
    return {play["code"]: play["title"] for play in plays if play.get("title")}


def action_words(code: str, own: dict[str, str], *, voice: Voice) -> str:
    """Return a play in words: the business's own title, else ours."""
    return own.get(code) or word("action", code, voice=voice)


def why(row: Row, customer: Row, *, voice: Voice) -> list[str]:
    """Return the reasons of an action in words, each with the value behind it."""
    values = seen(row["reasons"], customer, effect=None)
    return [
        reason_text(code, value, language=voice.language, currency=voice.currency)
        for code, value in values.items()
        if code not in _TOLD_ABOVE
    ]


def _row(row: Row, customer: Row, own: dict[str, str], *, voice: Voice) -> list[Cell]:
    advice = WORDS["advice"].get(row["action"])
    offer = float(row["offer_cost"] or 0)
    notes = [voice.t(advice)] if advice and row["action"] not in own else []
    if offer:
        notes.append(voice.t("offer worth up to {cost}", cost=voice.money(offer)))
    return [
        Cell(text=voice.count(row["rank"])),
        Cell(text=row["customer_id"]),
        Cell(text=voice.t("; ").join(why(row, customer, voice=voice))),
        Cell(text=action_words(row["action"], own, voice=voice), notes=tuple(notes)),
        Cell(text=word("channel", row["channel"], voice=voice)),
        Cell(
            text=voice.money(row["expected_gain"]),
            notes=(
                voice.t(
                    "{low} to {high}",
                    low=voice.money(row["expected_gain_low"]),
                    high=voice.money(row["expected_gain_high"]),
                ),
            ),
        ),
        Cell(text=voice.short_day(row["do_by"])),
    ]


def _plan_lines(plan: dict[str, Any], *, voice: Voice) -> list[str]:
    if not plan.get("contacts"):
        return []
    return [
        voice.t(
            "Contacting all {contacts} costs {cost} and is expected to bring {gain} after that cost"
            " ({low} to {high}). Gains and their ranges are assumed until measured.",
            contacts=voice.count(plan["contacts"]),
            cost=voice.money(float(plan["cost"])),
            gain=voice.money(plan["expected_gain"]),
            low=voice.money(plan["expected_gain_low"]),
            high=voice.money(plan["expected_gain_high"]),
        )
    ]


def _left_out(plan: dict[str, Any], *, voice: Voice) -> list[str]:
    lines = []
    if plan.get("held_out"):
        lines.append(
            voice.nt(
                "{n} more person is held out by lot: do not contact them, so that the effect can be measured."
                " Their ranks are missing below.",
                "{n} more people are held out by lot: do not contact them, so that the effect can be measured."
                " Their ranks are missing below.",
                plan["held_out"],
            )
        )
    if plan.get("blocked_by_consent"):
        lines.append(
            voice.nt(
                "{n} person would be worth contacting but has not agreed to it.",
                "{n} people would be worth contacting but have not agreed to it.",
                plan["blocked_by_consent"],
            )
        )
    if plan.get("over_budget"):
        lines.append(
            voice.nt(
                "{n} more stands behind the end of the budget.",
                "{n} more stand behind the end of the budget.",
                plan["over_budget"],
            )
        )
    return lines
