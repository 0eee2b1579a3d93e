"""Was it worth winning them? By channel and by month of arrival: what was paid, what came, and when it came back."""

from dataclasses import dataclass

from regulars.core import date
from regulars.reports._amounts import amount
from regulars.reports._curves import HEIGHT, MOST_LINES, curves
from regulars.reports._drawing import Chart, chart_of
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Cell, Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word

_LATEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionTold:
    """The channels, the latest months of arrival, and what is said of them."""

    lines: list[str]
    channels: Table
    cohorts: Table


def acquisition(folder: ResultFolder, *, voice: Voice) -> AcquisitionTold | None:
    """Return what winning customers was worth; None where no cost of it was recorded."""
    found = _found(folder)
    if found is None:
        return None
    lines = [
        voice.t(
            "Of {customers} customers it is recorded what winning them cost, {cost} in all. Value is the margin they"
            " have brought so far and what they are expected to bring in the next {months} months.",
            customers=voice.count(found["together"]["customers"]),
            cost=amount(found["together"]["cost"], voice=voice),
            months=voice.count(folder.setting("lifetime", "horizon_months", 12)),
        ),
        voice.t(
            "A month of return is the first one by whose end customers who were seen that long have brought, in the"
            " mean, as much margin as they cost, counted from their first order."
        ),
    ]
    by_channel = [(_name(row, voice=voice), row) for row in (found["together"], *found["channels"])]
    by_month = [(voice.month(date.fromisoformat(row["cohort"])), row) for row in found["cohorts"][-_LATEST:]]
    return AcquisitionTold(
        lines=lines,
        channels=_table(voice.t("Cost and value by channel"), voice.t("Channel"), by_channel, voice=voice),
        cohorts=_table(voice.t("Cost and value by month of first order"), voice.t("Month"), by_month, voice=voice),
    )


def acquisition_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return a line for each of the dearest channels: how much of the cost came back by the end of each month."""
    found = _found(folder)
    channels = [] if found is None else [row for row in found["channels"] if row["months"]][:MOST_LINES]
    if not channels:
        return None
    title = voice.t("How much of the cost of winning customers has come back")
    lines = {
        _name(row, voice=voice): [(0, 0.0), *((month["month"], month["share"]) for month in row["months"])]
        for row in channels
    }
    option = curves(lines, months=voice.t("Months since the first order"), voice=voice)
    table = Table(caption=title, columns=columns(voice.t("Month"), *("#" + name for name in lines)))
    shares = [dict(points) for points in lines.values()]
    for month in range(1, max(max(each) for each in shares) + 1):
        said = (voice.share(each[month]) if month in each else "–" for each in shares)
        table.rows.append(cells(voice.count(month), *said))
    return chart_of(title, option, table, height=HEIGHT, voice=voice)


def _found(folder: ResultFolder) -> Row | None:
    found = folder.optional("acquisition.json")
    return found if found is not None and found["together"] is not None else None


def _table(caption: str, heading: str, rows: list[tuple[str, Row]], *, voice: Voice) -> Table:
    table = Table(
        caption=caption,
        columns=columns(
            heading,
            "#" + voice.t("Customers"),
            "#" + voice.t("Cost"),
            "#" + voice.t("Cost of one"),
            "#" + voice.t("Value for one paid (95%)"),
            "#" + voice.t("Came back in month (95%)"),
        ),
    )
    for name, row in rows:
        # What was paid is known to the cent; one customer may have cost a few.
        of_one = voice.money(row["cost"] / row["customers"])
        told = cells(name, voice.count(row["customers"]), amount(row["cost"], voice=voice), of_one)
        table.rows.append([*told, _ratio(row, voice=voice), _payback(row, voice=voice)])
    return table


def _ratio(row: Row, *, voice: Voice) -> Cell:
    if row["ratio"] is None:
        return Cell(text=voice.t("not known"), notes=(voice.t("nothing was paid"),))
    said = {end: voice.precise(row[end], digits=1) for end in ("ratio_low", "ratio_high") if row[end] is not None}
    between = voice.t("{low} to {high}", low=said["ratio_low"], high=said["ratio_high"]) if len(said) == 2 else ""
    return Cell(text=voice.precise(row["ratio"], digits=1), notes=(between,) if between else ())


def _payback(row: Row, *, voice: Voice) -> Cell:
    """Return the month and its interval; a month that was not reached within what was seen is said to be later."""
    if row["ratio"] is None:
        return Cell(text="–")
    if not row["months_seen"]:
        return Cell(text=voice.t("not known"), notes=(voice.t("too few were seen for a month"),))
    if row["payback_month"] is None:
        return Cell(text=voice.t("not yet"))
    low = voice.count(row["payback_low"])
    if row["payback_high"] is None:
        return Cell(text=voice.count(row["payback_month"]), notes=(voice.t("{low} or later", low=low),))
    if row["payback_low"] == row["payback_high"]:
        return Cell(text=low)
    between = voice.t("{low} to {high}", low=low, high=voice.count(row["payback_high"]))
    return Cell(text=voice.count(row["payback_month"]), notes=(between,))


def _name(row: Row, *, voice: Voice) -> str:
    if row["channel"] is None:
        return voice.t("All together")
    return word("channel", row["channel"] or "unknown", voice=voice)
