"""ECharts options, with the numbers each chart draws beside it as a table.

Options are plain data: every label and tooltip is a finished text, so that a page needs no formatting code and
says numbers as the sentences do. Lines are never smoothed: a curve between two points would be invented.
"""

from pathlib import Path
from typing import Any

from regulars.reports._folder import ResultFolder, Row
from regulars.reports._groups import segment_rows
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Language, Voice
from regulars.reports._words import WORDS, Vocabulary, word

ACCENT, QUIET, INK, LINE = "#0b6e5f", "#b5bdba", "#414a47", "#dfe4e1"
_BAR_HEIGHT, _LABEL_WIDTH = 46, 112

Chart = dict[str, Any]


def charts(folder: Path, language: Language = "en") -> dict[str, Chart]:
    """Return the charts of a result: name -> title, description, ECharts option, height and the data as a table."""
    result = ResultFolder(path=folder)
    voice = Voice(language=language, currency=result.currency)
    drawn = {
        "lifecycle": _shares(result, "lifecycle_stage", "stage", voice=voice),
        "groups": _shares(result, "rfm_group", "group", voice=voice),
        "concentration": _concentration(result, voice=voice),
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
        **_frame(),
        "legend": {"data": [of_customers, of_spend], "top": 0, "left": 0, "textStyle": {"color": INK}},
        "grid": {"left": _LABEL_WIDTH + 8, "right": 48, "top": 36, "bottom": 8},
        "xAxis": {**_percent_axis(), "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}},
            "axisLabel": {"color": INK, "fontSize": 13, "width": _LABEL_WIDTH, "overflow": "break"},
        },
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
    return _chart(titles[vocabulary], option, table, height=64 + _BAR_HEIGHT * len(rows), voice=voice)


def _bars(name: str, measure: str, rows: list[Row], names: list[str], colour: str, *, voice: Voice) -> Chart:
    data = []
    for row, segment in zip(rows, names, strict=True):
        share = row[measure] or 0
        data.append(
            {
                "value": _percent(share),
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
            "value": [_percent(point["share_of_customers"]), _percent(point["share_of_spend"])],
            "tooltip": {"formatter": text},
        }
        for point, text in zip(points, said, strict=True)
    ]
    of_customers, of_spend = voice.t("Share of customers, best first"), voice.t("Share of spend")
    middle = {"nameLocation": "middle", "nameGap": 30, "nameTextStyle": {"color": INK}}
    option = {
        **_frame(),
        "grid": {"left": 52, "right": 24, "top": 32, "bottom": 56},
        "xAxis": {**_percent_axis(), **middle, "name": of_customers, "max": 100},
        "yAxis": {**_percent_axis(), "name": of_spend, "nameTextStyle": {"color": INK, "align": "left"}, "max": 100},
        "series": [_curve(title, data), _diagonal(voice.t("If all spent alike"))],
    }
    table = Table(caption=title, columns=columns(voice.t("Best customers"), "#" + voice.t("Share of spend")))
    for point in points:
        table.rows.append(cells(voice.share(point["share_of_customers"]), voice.share(point["share_of_spend"])))
    return _chart(title, option, table, height=340, voice=voice)


def _curve(name: str, data: list[Chart]) -> Chart:
    return {
        "type": "line",
        "name": name,
        "data": data,
        "symbolSize": 6,
        "lineStyle": {"color": ACCENT, "width": 2},
        "itemStyle": {"color": ACCENT},
        "areaStyle": {"color": ACCENT, "opacity": 0.08},
    }


def _diagonal(name: str) -> Chart:
    return {
        "type": "line",
        "name": name,
        "data": [[0, 0], [100, 100]],
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": QUIET, "width": 1, "type": "dashed"},
    }


def _point_text(point: Row, *, voice: Voice) -> str:
    return voice.t(
        "The best {customers} of customers bring {spend} of the spend.",
        customers=voice.share(point["share_of_customers"]),
        spend=voice.share(point["share_of_spend"]),
    )


def _chart(title: str, option: Chart, table: Table, *, height: int, voice: Voice) -> Chart:
    description = voice.t("{title}. The same numbers stand in the table below.", title=title)
    return {
        "title": title,
        "description": description,
        "height": height,
        "option": {**option, "aria": {"enabled": True, "label": {"description": description}}},
        "columns": [column.text for column in table.columns],
        "rows": [[cell.text for cell in row] for row in table.rows],
    }


def _frame() -> Chart:
    # Rich text is drawn, not parsed: a customer's own channel name can never become markup.
    return {"animation": False, "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True}}


def _percent_axis() -> Chart:
    return {
        "type": "value",
        "min": 0,
        "axisLabel": {"formatter": "{value}%", "color": INK},
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLine": {"show": False},
    }


def _percent(share: float) -> float:
    return round(100 * share, 2)
