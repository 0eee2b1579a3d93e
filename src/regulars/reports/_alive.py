"""Who still is a customer: the chance of it by how often and how lately somebody bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regulars.reports._folder import ResultFolder
from regulars.reports._table import Cell, Column, Table, heat
from regulars.reports._voice import Voice
from regulars.reports._words import word

_ORDER_DAYS = (1, 2, 3, 5, 10)
_SILENT = (0, 31, 61, 91, 181, 366)
# By these nobody leaves before a second purchase, so that of one who bought once they say nothing.
_CERTAIN_OF_ONE = ("bg_nbd", "bg_cnbd_k")
_COLUMNS = ("p_alive", "order_day_count", "days_since_last")


@dataclass(frozen=True, slots=True, kw_only=True)
class AliveGrid:
    """What is to be said first, and the grid: silence down, order days across."""

    lines: list[str]
    table: Table


def alive(folder: ResultFolder, *, voice: Voice) -> AliveGrid | None:
    """Return the mean chance to still be a customer in each cell; None where no model tells one."""
    told = folder.table("customers.parquet", _COLUMNS)
    model = folder.optional("models/lifetime.json")
    if told is None or model is None or len(told.column_names) < len(_COLUMNS):
        return None
    chance, orders, silent = (
        np.asarray(told[name].to_numpy(zero_copy_only=False), dtype=np.float64) for name in _COLUMNS
    )
    first = 1 if model["in_use"] in _CERTAIN_OF_ONE else 0
    known = ~np.isnan(chance) & (orders >= _ORDER_DAYS[first])
    if not known.any():
        return None
    lines = [
        voice.t(
            "How likely it is that somebody still is a customer, by “{model}”: the mean of each group, over {customers}"
            " customers.",
            model=word("candidate", model["in_use"], voice=voice),
            customers=voice.count(int(known.sum())),
        )
    ]
    if first:
        lines.append(
            voice.t(
                "By this model nobody leaves before a second purchase. It says nothing of who bought on one day only:"
                " they are left out."
            )
        )
    table = Table(
        caption=voice.t("Chance to still be a customer, by order days and days since the last order"),
        columns=(
            Column(text=voice.t("Last order")),
            *(Column(text=_days(*each, voice=voice)) for each in _bins(first)),
        ),
    )
    for low, high in _spans(_SILENT):
        row = [Cell(text=_silence(low, high, voice=voice))]
        for least, most in _bins(first):
            inside = known & (silent >= low) & (silent < high) & (orders >= least) & (orders < most)
            row.append(_cell(chance[inside], voice=voice))
        table.rows.append(row)
    return AliveGrid(lines=lines, table=table)


def _bins(first: int) -> list[tuple[float, float]]:
    return _spans(_ORDER_DAYS[first:])


def _spans(edges: Sequence[int]) -> list[tuple[float, float]]:
    return list(pairwise((*edges, np.inf)))


def _cell(chances: NDArray[np.float64], *, voice: Voice) -> Cell:
    if not chances.size:
        return Cell(text="", heat=0, notes=(voice.t("nobody"),))
    mean = float(chances.mean())
    people = voice.nt("{n} customer", "{n} customers", chances.size)
    return Cell(text=voice.share(mean), heat=heat(mean, top=1), notes=(people,))


def _days(low: float, high: float, *, voice: Voice) -> str:
    if high == np.inf:
        return voice.t("{n} order days or more", n=voice.count(int(low)))
    if high - low > 1:
        return voice.t("{low} to {high} order days", low=voice.count(int(low)), high=voice.count(int(high) - 1))
    return voice.nt("{n} order day", "{n} order days", int(low))


def _silence(low: float, high: float, *, voice: Voice) -> str:
    if high == np.inf:
        return voice.t("longer ago")
    return voice.t("{low} to {high} days ago", low=voice.count(int(low)), high=voice.count(int(high) - 1))
