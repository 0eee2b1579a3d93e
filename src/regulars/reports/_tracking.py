"""Whether purchases came in as expected: those of the test, week by week, beside what the model in use expected."""

from typing import Any

from regulars.reports._drawing import ACCENT, INK, LINE, Chart, chart_of, curve, frame
from regulars.reports._folder import ResultFolder
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word


def tracking_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return both cumulative lines; None where a plain rule is in use, or nothing was tested."""
    model = folder.optional("models/lifetime.json")
    steps = [] if model is None else model.get("tracking") or []
    if model is None or not steps:
        return None
    title = voice.t(
        "Purchases in the test so far: what came, and what “{model}” expected",
        model=word("candidate", model["in_use"], voice=voice),
    )
    days, came, expected = voice.t("Days into the test"), voice.t("Purchases that came"), voice.t("Purchases expected")
    table = Table(caption=title, columns=columns(days, "#" + came, "#" + expected))
    drawn: dict[str, list[dict[str, Any]]] = {came: [], expected: []}
    for step in steps:
        row = voice.count(step["days"]), voice.count(step["came"]), voice.count(round(step["expected"]))
        table.rows.append(cells(*row))
        said = voice.t("after {days} days: {came} came, {expected} expected", days=row[0], came=row[1], expected=row[2])
        for name, value in ((came, step["came"]), (expected, round(step["expected"], 1))):
            drawn[name].append({"value": [step["days"], value], "tooltip": {"formatter": said}})
    middle = {"nameLocation": "middle", "nameGap": 30, "nameTextStyle": {"color": INK}}
    axis = {"type": "value", "min": 0, "axisLabel": {"color": INK}, "axisLine": {"lineStyle": {"color": LINE}}}
    of_came, of_expected = ({**curve(name, points), "areaStyle": None} for name, points in drawn.items())
    option = {
        **frame(),
        "legend": {"data": [came, expected], "top": 0, "left": 0, "textStyle": {"color": INK}},
        "grid": {"left": 64, "right": 24, "top": 44, "bottom": 56},
        "xAxis": {**axis, **middle, "name": days, "max": steps[-1]["days"], "splitLine": {"show": False}},
        "yAxis": {**axis, "splitLine": {"lineStyle": {"color": LINE}}},
        "series": [
            {**of_came, "itemStyle": {"color": ACCENT}},
            {
                **of_expected,
                "symbol": "emptyCircle",
                "lineStyle": {"color": INK, "width": 2, "type": "dashed"},
                "itemStyle": {"color": INK},
            },
        ],
    }
    return chart_of(title, option, table, height=340, voice=voice)
