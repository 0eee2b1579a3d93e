"""What kinds of customers there are: lifecycle, the recency x frequency grid and its groups, cohorts."""

from dataclasses import dataclass

from regulars import segments
from regulars.core import date
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Cell, Column, Table, cells, columns, heat
from regulars.reports._voice import Voice
from regulars.reports._words import WORDS, word

COHORTS_SHOWN, MONTHS_SHOWN = 18, 13


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTables:
    """Two readings of the cohorts, and a line on what is not shown."""

    retention: Table
    revenue: Table
    line: str


def segment_rows(folder: ResultFolder, segmentation: str, order: list[str]) -> list[Row]:
    """Return the rows of one segmentation in the order in which they are spoken of."""
    rows = [row for row in folder.rows("segments.parquet") if row["segmentation"] == segmentation]
    place = {segment: number for number, segment in enumerate(order)}
    return sorted(rows, key=lambda row: (place.get(row["segment"], len(place)), row["segment"] or ""))


def lifecycle(folder: ResultFolder, *, voice: Voice) -> Table:
    """Return the stages, how many are in each and what they spent."""
    rows = segment_rows(folder, "lifecycle_stage", list(WORDS["stage"]))
    table = _summary(voice.t("Customers by stage of life"), voice.t("Stage"), voice=voice)
    for row in rows:
        meaning = WORDS["stage_meaning"].get(row["segment"])
        head = Cell(text=word("stage", row["segment"], voice=voice), notes=(voice.t(meaning),) if meaning else ())
        table.rows.append([head, *_summary_cells(row, voice=voice)])
    return table


def groups(folder: ResultFolder, *, voice: Voice) -> Table:
    """Return the groups of the grid, how many are in each and what they spent."""
    rows = segment_rows(folder, "rfm_group", list(WORDS["group"]))
    table = _summary(voice.t("Customers by group"), voice.t("Group"), voice=voice)
    for row in rows:
        table.rows.append([Cell(text=word("group", row["segment"], voice=voice)), *_summary_cells(row, voice=voice)])
    return table


def grid(folder: ResultFolder, *, voice: Voice) -> Table | None:
    """Return the 5 x 5 grid: recency down, frequency across, shaded by the number of customers."""
    rows = [row for row in folder.rows("segments.parquet") if row["segmentation"] == "rf_grid"]
    by_place = {(row["recency_score"], row["frequency_score"]): row for row in rows}
    if not by_place:
        return None
    top = max(row["share_of_customers"] or 0 for row in rows)
    table = Table(
        caption=voice.t("Recency (down) by frequency (across): customers and their share of spend"),
        columns=(
            Column(text=voice.t("Bought last")),
            *(Column(text=_frequency(score, voice=voice)) for score in range(1, 6)),
        ),
    )
    for recency in range(5, 0, -1):
        found = [
            _grid_cell(by_place.get((recency, frequency)), recency, frequency, top=top, voice=voice)
            for frequency in range(1, 6)
        ]
        head = Cell(text=_recency(recency, voice=voice))
        table.rows.append([head, *found])
    return table


def cohorts(folder: ResultFolder, *, voice: Voice) -> CohortTables | None:
    """Return retention and revenue a customer by month of the first order and months since."""
    rows = folder.rows("cohorts.parquet")
    months = sorted({row["cohort"] for row in rows})
    if not months:
        return None
    shown = set(months[-COHORTS_SHOWN:])
    rows = [row for row in rows if row["cohort"] in shown and row["month_number"] < MONTHS_SHOWN]
    line = ""
    if len(months) > min(COHORTS_SHOWN, MONTHS_SHOWN):
        line = voice.t(
            "Shown are the newest {shown} of {all} months, each for at most {after} months after.",
            shown=voice.count(len(shown)),
            all=voice.count(len(months)),
            after=voice.count(MONTHS_SHOWN - 1),
        )
    return CohortTables(
        retention=_cohort_table(
            rows, "retention", voice.t("Share of each month's new customers who bought again"), voice
        ),
        revenue=_cohort_table(
            rows, "revenue_per_customer", voice.t("Revenue so far for each of the month's new customers"), voice
        ),
        line=line,
    )


def _summary(caption: str, first: str, *, voice: Voice) -> Table:
    return Table(
        caption=caption,
        columns=columns(
            first,
            "#" + voice.t("Customers"),
            "#" + voice.t("Share of customers"),
            "#" + voice.t("Share of spend"),
            "#" + voice.t("Value of the next 12 months"),
            "#" + voice.t("Orders each"),
            "#" + voice.t("Days since the last order"),
        ),
    )


def _summary_cells(row: Row, *, voice: Voice) -> list[Cell]:
    mean, silent, value = row["order_count_mean"], row["days_since_last_mean"], row["lifetime_value"]
    return cells(
        voice.count(row["customers"]),
        voice.share(row["share_of_customers"] or 0),
        voice.share(row["share_of_spend"] or 0),
        voice.money(value) if value is not None else "–",
        voice.number(mean) if mean is not None else "–",
        voice.count(silent) if silent is not None else "–",
    )


def _recency(score: int, *, voice: Voice) -> str:
    ends = {5: voice.t("5 most recently"), 1: voice.t("1 longest ago")}
    return ends.get(score, voice.count(score))


def _frequency(score: int, *, voice: Voice) -> str:
    ends = {5: voice.t("5 most orders"), 1: voice.t("1 fewest orders")}
    return ends.get(score, voice.count(score))


def _grid_cell(row: Row | None, recency: int, frequency: int, *, top: float, voice: Voice) -> Cell:
    group = word("group", segments.rfm_group(recency=recency, frequency=frequency), voice=voice)
    if row is None or not row["customers"]:
        return Cell(text=group, heat=0, notes=(voice.t("nobody"),))
    notes = (
        voice.nt("{n} customer", "{n} customers", row["customers"]),
        voice.t("{share} of spend", share=voice.share(row["share_of_spend"] or 0)),
    )
    shade = heat(row["share_of_customers"] or 0, top=top)
    return Cell(text=group, heat=shade, notes=notes)


def _cohort_table(rows: list[Row], measure: str, caption: str, voice: Voice) -> Table:
    last = max(row["month_number"] for row in rows)
    # Month 0 is when everybody bought: it would drown the rest.
    top = max((row[measure] or 0 for row in rows if measure != "retention" or row["month_number"] > 0), default=0.0)
    table = Table(
        caption=caption,
        columns=columns(
            voice.t("First order in"), "#" + voice.t("New customers"), *("#" + voice.count(n) for n in range(last + 1))
        ),
    )
    by_cohort: dict[date, dict[int, Row]] = {}
    for row in rows:
        by_cohort.setdefault(row["cohort"], {})[row["month_number"]] = row
    for cohort in sorted(by_cohort):
        months = by_cohort[cohort]
        first = next(iter(months.values()))
        table.rows.append(
            [
                Cell(text=voice.month(first["cohort"])),
                Cell(text=voice.count(first["cohort_size"])),
                *(_cohort_cell(months.get(number), measure, top, voice=voice) for number in range(last + 1)),
            ]
        )
    return table


def _cohort_cell(row: Row | None, measure: str, top: float, *, voice: Voice) -> Cell:
    if row is None or row[measure] is None:
        return Cell(text="")
    value = row[measure]
    is_first = measure == "retention" and row["month_number"] == 0
    return Cell(
        text=voice.share(value) if measure == "retention" else voice.rounded_money(value),
        heat=0 if is_first else heat(value, top=top),
        is_running=bool(row["is_partial"]),
    )
