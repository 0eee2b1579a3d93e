"""What today's customers are expected to bring: how much, how far it may fall from that, and whether it came true."""

from dataclasses import dataclass

from regulars.core import date
from regulars.reports._amounts import amount, amounts_between
from regulars.reports._drawing import ACCENT, INK, LINE, Chart, chart_of, frame, name_axis, name_grid
from regulars.reports._folder import ResultFolder, Row
from regulars.reports._sentences import people_without
from regulars.reports._table import Cell, Table, columns
from regulars.reports._voice import Voice
from regulars.reports._words import word

_HEIGHT = 230


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """The forecasts and what is said of them."""

    lines: list[str]
    table: Table


def revenue(folder: ResultFolder, *, voice: Voice) -> Revenue | None:
    """Return the revenue expected of today's customers; None for a result without a forecast."""
    forecast = folder.optional("forecast.json")
    if forecast is None or not forecast["revenue"]:
        return None
    lines = [
        voice.nt(
            "Expected of today's {n} customer alone: who is still to be won is not in it. It comes from {rule}.",
            "Expected of today's {n} customers alone: who is still to be won is not in it. It comes from {rule}.",
            forecast["revenue"][0]["customers"],
            rule=word("forecast_rule", forecast["rule"], voice=voice),
        ),
        people_without(folder.without("lifetime_value", "lifetime_reason"), voice=voice),
        _tested(forecast, voice=voice),
    ]
    return Revenue(lines=[line for line in lines if line], table=_table(forecast["revenue"], voice=voice))


def revenue_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return the forecasts as boxes (where the mean lies) with whiskers (where the sum will fall)."""
    forecast = folder.optional("forecast.json")
    if forecast is None or not forecast["revenue"]:
        return None
    title = voice.t(
        "What today's customers are expected to bring (box: the expectation lies within; line: the sum will fall"
        " within)"
    )
    rows: list[Row] = forecast["revenue"]
    names = [_ahead(row, voice=voice) for row in rows]
    option = {
        **frame(),
        "grid": {**name_grid(top=8), "right": 72, "bottom": 32},
        "xAxis": {
            "type": "value",
            "min": min(0, *(_or(row["range_low"], row["value"]) for row in rows)),
            "splitNumber": 4,
            "axisLabel": {"color": INK, "hideOverlap": True},
            "splitLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": name_axis(names),
        "series": [_boxes(rows, names, voice=voice), _marks(rows, voice=voice)],
    }
    return chart_of(title, option, _table(rows, voice=voice), height=_HEIGHT, voice=voice)


def _boxes(rows: list[Row], names: list[str], *, voice: Voice) -> Chart:
    data = []
    for row, name in zip(rows, names, strict=True):
        middle = row["value"]
        low, high = _or(row["expected_low"], middle), _or(row["expected_high"], middle)
        data.append(
            {
                "value": [_or(row["range_low"], low), low, middle, high, _or(row["range_high"], high)],
                "tooltip": {"formatter": f"{name}\n{amount(middle, voice=voice)}\n{_range(row, 'range', voice=voice)}"},
            }
        )
    return {
        "type": "boxplot",
        "layout": "vertical",
        "data": data,
        "boxWidth": [14, 22],
        "itemStyle": {"color": "#d6e9e5", "borderColor": ACCENT, "borderWidth": 1.5},
    }


def _marks(rows: list[Row], *, voice: Voice) -> Chart:
    """Return the middle of each forecast, with its number over it: boxes have no labels."""
    return {
        "type": "scatter",
        "silent": True,
        "symbolSize": 7,
        "itemStyle": {"color": ACCENT, "opacity": 1},
        "data": [
            {"value": [row["value"], place], "label": {"formatter": amount(row["value"], voice=voice)}}
            for place, row in enumerate(rows)
        ],
        "label": {"show": True, "position": "top", "distance": 12, "color": INK, "fontSize": 12},
    }


def _table(rows: list[Row], *, voice: Voice) -> Table:
    table = Table(
        caption=voice.t("Revenue expected of today's customers"),
        columns=columns(
            voice.t("In the next"),
            "#" + voice.t("Expected"),
            "#" + voice.t("The expectation lies within (95%)"),
            "#" + voice.t("The sum will fall within (95%)"),
        ),
    )
    for row in rows:
        table.rows.append(
            [
                Cell(text=_ahead(row, voice=voice)),
                Cell(text=amount(row["value"], voice=voice)),
                Cell(text=_range(row, "expected", voice=voice)),
                Cell(text=_range(row, "range", voice=voice)),
            ]
        )
    return table


def _tested(forecast: Row, *, voice: Voice) -> str:
    tested = forecast["tested"]
    if tested is None and forecast["why_untested"] == "too_few_customers":
        return voice.t(
            "It could not be tested on the past: on the day of the test there were too few customers to value."
        )
    if tested is None:
        return voice.t("It could not be tested on the past: the records do not reach back far enough.")
    said = voice.t(
        "Tested on the past: with what was known of {customers} customers on {cutoff}, {expected} was expected of"
        " them in the next {days} days ({low} to {high}); {came} came.",
        customers=voice.count(tested["customers"]),
        cutoff=voice.day(date.fromisoformat(tested["cutoff"])),
        days=voice.count(tested["days"]),
        expected=amount(tested["expected"], voice=voice),
        low=amount(tested["range_low"], voice=voice),
        high=amount(tested["range_high"], voice=voice),
        came=amount(tested["came"], voice=voice),
    )
    if tested["came"] < tested["range_low"]:
        verdict = voice.t("That is less than the range: take these forecasts for too high.")
    elif tested["came"] > tested["range_high"]:
        verdict = voice.t("That is more than the range: take these forecasts for too low.")
    else:
        verdict = voice.t("That is within the range.")
    return voice.t("{first} {second}", first=said, second=verdict)


def _ahead(row: Row, *, voice: Voice) -> str:
    return voice.nt("{n} day", "{n} days", row["days"])


def _range(row: Row, kind: str, *, voice: Voice) -> str:
    return amounts_between(row[f"{kind}_low"], row[f"{kind}_high"], voice=voice)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
