"""What would make the base worth more: each lever a tenth better, and what that adds."""

from dataclasses import dataclass

from regulars.reports._amounts import amount, amounts_between
from regulars.reports._drawing import Chart, chart_of, histogram, histogram_height
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class LeversTold:
    """The levers and what is said of them."""

    lines: list[str]
    table: Table


def levers(folder: ResultFolder, *, voice: Voice) -> LeversTold | None:
    """Return what a tenth of each lever adds to the value of the base; None for a result without values."""
    found = _found(folder)
    if found is None:
        return None
    best = next(row for row in found["levers"] if row["gain"] is not None)
    lines = [
        voice.t(
            "Today's {customers} customers are worth {value} over {months} months. A tenth of each lever, all else as"
            " it is, would add this to it; the greatest is “{best}”.",
            customers=voice.count(found["customers"]),
            value=amount(found["base_value"], voice=voice),
            months=voice.count(found["months"]),
            best=_name(best, voice=voice),
        ),
        voice.t("What it would take to move a lever, and whether that can be done, the records do not say."),
    ]
    if any(row["lever"] == "duration" for row in found["levers"]):
        lines.append(
            voice.t(
                "The plain rule knows no drop-out: keeping customers longer is counting what they bring for a tenth"
                " more months."
            )
        )
    if found["cost_to_serve"] is None:
        lines.append(
            voice.t(
                "No costs of contacts with these customers were recorded in the last 365 days, so nothing can be said"
                " of serving them for less."
            )
        )
    return LeversTold(lines=lines, table=_table(found["levers"], voice=voice))


def levers_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return a bar for each lever: what a tenth of it adds."""
    found = _found(folder)
    if found is None:
        return None
    rows = [row for row in found["levers"] if row["gain"] is not None]
    names = [_name(row, voice=voice) for row in rows]
    said = [amount(row["gain"], voice=voice) for row in rows]
    title = voice.t("What a tenth of each lever adds to the value of the base")
    option = histogram(names, [round(row["gain"], 2) for row in rows], said)
    return chart_of(title, option, _table(rows, voice=voice), height=histogram_height(len(rows)), voice=voice)


def _found(folder: ResultFolder) -> Row | None:
    found = folder.optional("levers.json")
    return found if found is not None and any(row["gain"] is not None for row in found["levers"]) else None


def _table(rows: list[Row], *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t("What a tenth adds"),
        columns=columns(
            voice.t("Lever"),
            "#" + voice.t("Added value"),
            "#" + voice.t("It lies within (95%)"),
            "#" + voice.t("Share of the value"),
        ),
    )
    for row in rows:
        is_known = row["gain"] is not None
        table.rows.append(
            cells(
                _name(row, voice=voice),
                amount(row["gain"], voice=voice) if is_known else voice.t("not known"),
                amounts_between(row["gain_low"], row["gain_high"], voice=voice) if is_known else "–",
                "–" if row["share"] is None else voice.precise(100 * row["share"], digits=1) + "%",
            )
        )
    return table


def _name(row: Row, *, voice: Voice) -> str:
    return word("lever", row["lever"], voice=voice)
