"""ECharts options, with the numbers each chart draws beside it as a table.

Options are plain data: every label and tooltip is a finished text, so that a page needs no formatting code and
says numbers as the sentences do. Lines are never smoothed: a curve between two points would be invented.
"""

from pathlib import Path

from regulars.reports._acquisition import acquisition_chart
from regulars.reports._chances import chances_chart
from regulars.reports._drawing import (
    ACCENT,
    INK,
    QUIET,
    Chart,
    chart_of,
    curve,
    diagonal,
    frame,
    name_axis,
    name_grid,
    percent,
    percent_axis,
)
from regulars.reports._flow import flow_chart
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._forecasts import revenue_chart
from regulars.reports._groups import segment_rows
from regulars.reports._levers import levers_chart
from regulars.reports._purchase_card import calibration_chart
from regulars.reports._subscriptions import subscriptions_chart
from regulars.reports._table import Table, cells, columns
from regulars.reports._tracking import tracking_chart
from regulars.reports._values import values_chart
from regulars.reports._voice import Language, Voice
from regulars.reports._words import WORDS, Vocabulary, word

_BAR_HEIGHT = 46


def charts(folder: Path, language: Language = "en") -> dict[str, Chart]:
    """Return the charts of a result: name -> title, description, ECharts option, height and the data as a table."""
    result = ResultFolder(path=folder)
    voice = Voice(language=language, currency=result.currency)
    drawn = {
        "lifecycle": _shares(result, "lifecycle_stage", "stage", voice=voice),
        "flow": flow_chart(result, voice=voice),
        "groups": _shares(result, "rfm_group", "group", voice=voice),
        "concentration": _concentration(result, voice=voice),
        "revenue": revenue_chart(result, voice=voice),
        "chances": chances_chart(result, voice=voice),
        "values": values_chart(result, voice=voice),
        "levers": levers_chart(result, voice=voice),
        "subscriptions": subscriptions_chart(result, voice=voice),
        "acquisition": acquisition_chart(result, voice=voice),
        "calibration": calibration_chart(result, voice=voice),
        "tracking": tracking_chart(result, voice=voice),
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


def _shares(result: ResultFolder, segmentation: str, vocabulary: Vocabulary, *, voice: Voice) -> Chart | None:
    """Return pairs of bars: each segment's share of the customers and of the spend."""
    rows = segment_rows(result, segmentation, list(WORDS[vocabulary]))
    if not rows:
        return None
    names = [word(vocabulary, row["segment"], voice=voice) for row in rows]
    of_customers, of_spend = voice.t("Share of customers"), voice.t("Share of spend")
    titles = {
        "stage": voice.t("Customers and spend by stage of life"),
        "group": voice.t("Customers and spend by group"),
    }
    option = {
        **frame(),
        "legend": {"data": [of_customers, of_spend], "top": 0, "left": 0, "textStyle": {"color": INK}},
        "grid": name_grid(top=36),
        "xAxis": {**percent_axis(), "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": name_axis(names),
        "series": [
            _bars(of_customers, "share_of_customers", rows, names, ACCENT, voice=voice),
            _bars(of_spend, "share_of_spend", rows, names, QUIET, voice=voice),
        ],
    }
    table = Table(
        caption=titles[vocabulary],
        columns=columns(voice.t("Group"), "#" + voice.t("Customers"), "#" + of_customers, "#" + of_spend),
    )
    for name, row in zip(names, rows, strict=True):
        shares = (voice.share(row[measure] or 0) for measure in ("share_of_customers", "share_of_spend"))
        table.rows.append(cells(name, voice.count(row["customers"]), *shares))
    return chart_of(titles[vocabulary], option, table, height=64 + _BAR_HEIGHT * len(rows), voice=voice)


def _bars(name: str, measure: str, rows: list[Row], names: list[str], colour: str, *, voice: Voice) -> Chart:
    data = []
    for row, segment in zip(rows, names, strict=True):
        share = row[measure] or 0
        data.append(
            {
                "value": percent(share),
                "label": {"formatter": voice.share(share)},
                "tooltip": {"formatter": f"{segment}\n{name}: {voice.share(share)}"},
            }
        )
    return {
        "type": "bar",
        "name": name,
        "data": data,
        "barWidth": 13,
        "barGap": "20%",
        "itemStyle": {"color": colour, "borderRadius": [0, 2, 2, 0]},
        "label": {"show": True, "position": "right", "color": INK, "fontSize": 12},
    }


def _concentration(result: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return the curve: the best x percent of the customers bring y percent of the spend."""
    points = result.rates.get("concentration") or []
    if not points:
        return None
    title = voice.t("How much of the spend comes from the best customers")
    said = [_point_text(point, voice=voice) for point in points]
    data = [
        {
            "value": [percent(point["share_of_customers"]), percent(point["share_of_spend"])],
            "tooltip": {"formatter": text},
        }
        for point, text in zip(points, said, strict=True)
    ]
    of_customers, of_spend = voice.t("Share of customers, best first"), voice.t("Share of spend")
    middle = {"nameLocation": "middle", "nameGap": 30, "nameTextStyle": {"color": INK}}
    option = {
        **frame(),
        "grid": {"left": 52, "right": 24, "top": 32, "bottom": 56},
        "xAxis": {**percent_axis(), **middle, "name": of_customers, "max": 100},
        "yAxis": {**percent_axis(), "name": of_spend, "nameTextStyle": {"color": INK, "align": "left"}, "max": 100},
        "series": [curve(title, data), diagonal(voice.t("If all spent alike"))],
    }
    table = Table(caption=title, columns=columns(voice.t("Best customers"), "#" + voice.t("Share of spend")))
    for point in points:
        table.rows.append(cells(voice.share(point["share_of_customers"]), voice.share(point["share_of_spend"])))
    return chart_of(title, option, table, height=340, voice=voice)


def _point_text(point: Row, *, voice: Voice) -> str:
    return voice.t(
        "The best {customers} of customers bring {spend} of the spend.",
        customers=voice.share(point["share_of_customers"]),
        spend=voice.share(point["share_of_spend"]),
    )
