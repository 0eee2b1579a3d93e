"""Shares by month as lines, a few side by side: told apart by their dashes, in print and without colours too."""

from collections.abc import Mapping, Sequence

from regulars.reports._drawing import ACCENT, INK, LINE, Chart, frame, percent, percent_axis
from regulars.reports._voice import Voice

MOST_LINES = 4
HEIGHT = 340

Points = Sequence[tuple[int, float]]

_STROKES = ((ACCENT, "solid"), ("#b4561f", "dashed"), ("#3d5a98", "dotted"), ("#7a4a86", [8, 3, 2, 3]))


def curves(lines: Mapping[str, Points], *, months: str, voice: Voice) -> Chart:
    """Return the option of at most `MOST_LINES` lines, by name; `months` says what they are counted from."""
    return {
        **frame(),
        "legend": {"data": list(lines), "top": 0, "left": 0, "textStyle": {"color": INK}},
        "grid": {"left": 52, "right": 24, "top": 60, "bottom": 56},
        "xAxis": {
            "type": "value", "min": 0, "minInterval": 1, "nameLocation": "middle", "nameGap": 30,
            "nameTextStyle": {"color": INK}, "name": months, "axisLabel": {"color": INK}, "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": percent_axis(),
        "series": [
            _line(name, points, *stroke, voice=voice)
            for (name, points), stroke in zip(lines.items(), _STROKES, strict=False)
        ],
    }  # fmt: skip


def _line(name: str, points: Points, colour: str, dash: object, *, voice: Voice) -> Chart:
    return {
        "type": "line",
        "name": name,
        "showSymbol": False,
        "data": [
            {
                "value": [month, percent(share)],
                "tooltip": {"formatter": f"{name}\n{voice.nt('{n} month', '{n} months', month)}: {voice.share(share)}"},
            }
            for month, share in points
        ],
        "lineStyle": {"color": colour, "width": 2, "type": dash},
        "itemStyle": {"color": colour},
    }
