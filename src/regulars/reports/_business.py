"""How the whole does: the rates in sentences, and what a contact, an hour and a unit of cost bring."""

from collections.abc import Callable, Mapping
from typing import Any

from regulars.core import Figure
from regulars.reports._folder import ResultFolder, figure
from regulars.reports._sentences import meaning_of, name_of, sentence
from regulars.reports._table import Cell, Column, Table, columns
from regulars.reports._voice import N_, Voice
from regulars.reports._words import word

EFFICIENCY_COLUMNS: Mapping[str, tuple[str, str]] = {
    "touches": (N_("Contacts"), "count"),
    "hours": (N_("Hours"), "number"),
    "cost": (N_("Cost"), "money"),
    "orders": (N_("Orders"), "count"),
    "revenue": (N_("Revenue"), "money"),
    "revenue_per_touch": (N_("Revenue a contact"), "money"),
    "revenue_per_hour": (N_("Revenue an hour"), "money"),
    "revenue_per_cost": (N_("Revenue a unit of cost"), "number"),
    "orders_per_touch": (N_("Orders a contact"), "two_digits"),
    "orders_per_hour": (N_("Orders an hour"), "two_digits"),
    "orders_per_cost": (N_("Orders a unit of cost"), "two_digits"),
}


def rates(folder: ResultFolder, *, voice: Voice) -> Table:
    """Return every rate as a sentence with its base and interval."""
    table = Table(
        caption=voice.t("Rates of the whole business"), columns=columns(voice.t("Rate"), "", voice.t("In words"))
    )
    for stored in folder.rates.get("rates", []):
        rate = figure(stored)
        if rate is not None:
            table.rows.append(_rate_row(rate, voice=voice))
    return table


def _rate_row(rate: Figure, *, voice: Voice) -> list[Cell]:
    meaning, name = meaning_of(rate, voice=voice), name_of(rate, voice=voice)
    period = rate.period
    days = (voice.days_between(period.first_day, period.last_day),) if period else ()
    said = sentence(rate, language=voice.language, currency=voice.currency)
    return [
        Cell(text=name, notes=(meaning,) if meaning else ()),
        Cell(text="", meter=rate.value if rate.unit == "share" else None),
        Cell(text=said, notes=days),
    ]


def efficiency(folder: ResultFolder, *, voice: Voice) -> Table | None:
    """Return what was made of contacts, by channel; None where no contacts were recorded."""
    rows: list[dict[str, Any]] = folder.rates.get("sales_efficiency") or []
    if not rows:
        return None
    known = [name for name in EFFICIENCY_COLUMNS if any(row.get(name) is not None for row in rows)]
    table = Table(
        caption=voice.t("What contacts bring, by channel"),
        columns=(
            Column(text=voice.t("Channel")),
            *(Column(text=voice.t(EFFICIENCY_COLUMNS[name][0]), is_number=True) for name in known),
        ),
    )
    for row in rows:
        numbers = [_number(row.get(name), EFFICIENCY_COLUMNS[name][1], voice=voice) for name in known]
        table.rows.append([Cell(text=word("channel", row.get("channel") or "unknown", voice=voice)), *numbers])
    return table


def _number(value: float | None, kind: str, *, voice: Voice) -> Cell:
    if value is None:
        return Cell(text="–")
    said: Mapping[str, Callable[[float], str]] = {
        "count": voice.count,
        "money": voice.money,
        "number": voice.number,
        "two_digits": lambda number: voice.number(number, digits=2),
    }
    return Cell(text=said[kind](float(value)))
