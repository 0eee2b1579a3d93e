"""The strokes that every chart is drawn with: colours, axes, bars, a curve, and the numbers beside the drawing."""

from collections.abc import Sequence
from typing import Any

from regulars.reports._table import Table
from regulars.reports._voice import Voice

ACCENT, QUIET, INK, LINE = "#0b6e5f", "#b5bdba", "#414a47", "#dfe4e1"
LABEL_WIDTH = 112
# From one amount to another: numbers that would otherwise be broken in two.
_RANGE_WIDTH = 144
_ROW_HEIGHT = 30

Chart = dict[str, Any]


def name_axis(names: Sequence[str], *, width: int = LABEL_WIDTH) -> Chart:
    """Return an upright axis of names, the first one on top."""
    return {
        "type": "category",
        "data": list(names),
        "inverse": True,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": INK, "fontSize": 13, "width": width, "overflow": "break"},
    }


def name_grid(*, top: int) -> Chart:
    """Return the frame of a chart with names on the left and room for the labels on the right."""
    return {"left": LABEL_WIDTH + 8, "right": 48, "top": top, "bottom": 8}


def histogram(names: Sequence[str], counts: Sequence[float], said: Sequence[str]) -> Chart:
    """Return the option of lying bars, one a bin: how much is in it, and how that is said."""
    data = [
        {"value": count, "label": {"formatter": text}, "tooltip": {"formatter": f"{name}\n{text}"}}
        for name, count, text in zip(names, counts, said, strict=True)
    ]
    return {
        **frame(),
        "grid": {**name_grid(top=4), "left": _RANGE_WIDTH + 8, "right": 84},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": name_axis(names, width=_RANGE_WIDTH),
        "series": [
            {
                "type": "bar",
                "data": data,
                "barWidth": 16,
                "itemStyle": {"color": ACCENT, "borderRadius": [0, 2, 2, 0]},
                "label": {"show": True, "position": "right", "color": INK, "fontSize": 12},
            }
        ],
    }


def histogram_height(bins: int) -> int:
    """Return the height of a histogram in pixels."""
    return 16 + _ROW_HEIGHT * bins


def curve(name: str, data: list[Chart]) -> Chart:
    """Return a line through points, each marked."""
    return {
        "type": "line",
        "name": name,
        "data": data,
        "symbolSize": 6,
        "lineStyle": {"color": ACCENT, "width": 2},
        "itemStyle": {"color": ACCENT},
        "areaStyle": {"color": ACCENT, "opacity": 0.08},
    }


def diagonal(name: str) -> Chart:
    """Return the line on which both percentages are the same."""
    return {
        "type": "line",
        "name": name,
        "data": [[0, 0], [100, 100]],
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": QUIET, "width": 1, "type": "dashed"},
    }


def chart_of(title: str, option: Chart, table: Table, *, height: int, voice: Voice) -> Chart:
    """Return a drawing with its title, its description and its numbers."""
    description = voice.t("{title}. The same numbers stand in the table below.", title=title)
    return {
        "title": title,
        "description": description,
        "height": height,
        "option": {**option, "aria": {"enabled": True, "label": {"description": description}}},
        "columns": [column.text for column in table.columns],
        "rows": [[cell.text for cell in row] for row in table.rows],
    }


def frame() -> Chart:
    """Return what all options share."""
    # Rich text is drawn, not parsed: a customer's own channel name can never become markup.
    return {"animation": False, "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True}}


def percent_axis() -> Chart:
    """Return an axis of percentages from 0."""
    return {
        "type": "value",
        "min": 0,
        "axisLabel": {"formatter": "{value}%", "color": INK},
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLine": {"show": False},
    }


def percent(share: float) -> float:
    """Return a share as a percentage to draw.

    >>> percent(0.12345)
    12.35
    """
    return round(100 * share, 2)
