"""Where customers went within a period: from which stage of life to which, in numbers and as a drawing."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from regulars.reports._drawing import ACCENT, INK, QUIET, Chart, chart_of, frame, name_axis, name_grid
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._table import Cell, Table, cells, columns, heat
from regulars.reports._voice import Voice
from regulars.reports._words import WORDS, word

_PAIR_HEIGHT = 46


def flow(folder: ResultFolder, *, voice: Voice) -> Table | None:
    """Return the stages a period ago (down) and now (across); None where that was not asked for, or is not known."""
    told = folder.rates.get("flow")
    if not told or not told["moves"]:
        return None
    counts = {(move["was"], move["is_now"]): move["customers"] for move in told["moves"]}
    arrived = _in_order(now for _, now in counts)
    table = Table(
        caption=voice.t("Customers by their stage then (down) and now (across)"),
        columns=columns(voice.t("Stage then"), *("#" + word("stage", each, voice=voice) for each in arrived)),
    )
    for was in (*_in_order(was for was, _ in counts if was), None):
        row = [counts.get((was, now), 0) for now in arrived]
        if not any(row):
            continue
        head = voice.t("not a customer yet") if was is None else word("stage", was, voice=voice)
        shaded = [Cell(text=voice.count(n), heat=heat(n / sum(row), top=1)) for n in row]
        table.rows.append([Cell(text=head), *shaded])
    return table


def flow_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return pairs of bars: how many were in each stage then, and how many are now; with who came, left and stayed."""
    told = folder.rates.get("flow")
    if not told or not told["moves"]:
        return None
    moves: list[Row] = told["moves"]
    then, now, stayed = (Counter[str]() for _ in range(3))
    for move in moves:
        now[move["is_now"]] += move["customers"]
        if move["was"]:
            then[move["was"]] += move["customers"]
        if move["was"] == move["is_now"]:
            stayed[move["is_now"]] += move["customers"]
    stages = _in_order({*then, *now})
    names = [word("stage", each, voice=voice) for each in stages]
    days = voice.day(date.fromisoformat(told["since"])), voice.day(folder.as_of)
    title = voice.t("Customers by stage of life, on {then} and on {now}", then=days[0], now=days[1])
    option = {
        **frame(),
        "legend": {"data": list(days), "top": 0, "left": 0, "textStyle": {"color": INK}},
        "grid": name_grid(top=36),
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": name_axis(names),
        "series": [
            _bars(day, [counted[each] for each in stages], names, colour, voice=voice)
            for day, counted, colour in zip(days, (then, now), (QUIET, ACCENT), strict=True)
        ],
    }
    table = Table(
        caption=title,
        columns=columns(
            voice.t("Stage"), *("#" + day for day in days),
            "#" + voice.t("Stayed"), "#" + voice.t("Came"), "#" + voice.t("Left"),
        ),
    )  # fmt: skip
    for name, each in zip(names, stages, strict=True):
        counted = then[each], now[each], stayed[each], now[each] - stayed[each], then[each] - stayed[each]
        table.rows.append(cells(name, *(voice.count(n) for n in counted)))
    return chart_of(title, option, table, height=64 + _PAIR_HEIGHT * len(stages), voice=voice)


def _in_order(stages: Iterable[str]) -> list[str]:
    """Return each of the stages once, in the order of a life."""
    order = list(WORDS["stage"])
    return sorted(set(stages), key=order.index)


def _bars(name: str, counts: list[int], names: list[str], colour: str, *, voice: Voice) -> Chart:
    data = [
        {
            "value": n,
            "label": {"formatter": voice.count(n)},
            "tooltip": {"formatter": f"{stage}\n{name}: {voice.count(n)}"},
        }
        for n, stage in zip(counts, names, strict=True)
    ]
    return {
        "type": "bar",
        "name": name,
        "data": data,
        "barWidth": 13,
        "barGap": "20%",
        "itemStyle": {"color": colour, "borderRadius": [0, 2, 2, 0]},
        "label": {"show": True, "position": "right", "color": INK, "fontSize": 12},
    }
