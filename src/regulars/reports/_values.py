"""What customers are worth: how the lifetime values of all of them are spread."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from regulars.reports._drawing import Chart, chart_of, histogram, histogram_height
from regulars.reports._folder import ResultFolder
from regulars.reports._sentences import people_without
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Voice

# One in fifty may stand outside the bins' even steps at either end: they share the first and the last bin.
_TAIL = 0.02
# A thousandth of what the best are worth is as good as nothing.
_SPAN = 1000

Floats = NDArray[np.float64]


def values(folder: ResultFolder, *, voice: Voice) -> list[str]:
    """Return the middle value, what the best tenth holds, and who has no value; none if nobody has one."""
    worth = np.sort(folder.numbers("lifetime_value"))
    if not len(worth):
        return []
    months = voice.count(folder.setting("lifetime", "horizon_months", 12))
    lines = [_middle(worth, months=months, voice=voice)]
    best, total = ceil(len(worth) / 10), float(worth.sum())
    if total > 0:
        lines.append(
            voice.t(
                "The most valuable tenth ({best} of {customers} customers) holds {share} of {total} in all.",
                best=voice.count(best),
                customers=voice.count(len(worth)),
                share=voice.share(float(worth[-best:].sum()) / total),
                total=voice.money(total),
            )
        )
    missing = people_without(folder.without("lifetime_value", "lifetime_reason"), voice=voice)
    return [*lines, missing] if missing else lines


def values_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return the histogram of lifetime values: losses, nothing, and steps of 1, 2, 5, 10, ... between."""
    worth = folder.numbers("lifetime_value")
    if not len(worth):
        return None
    months = voice.count(folder.setting("lifetime", "horizon_months", 12))
    title = voice.t("What customers are expected to be worth in the next {months} months", months=months)
    table = Table(
        caption=title,
        columns=columns(
            voice.t("Value"), "#" + voice.t("Customers"), "#" + voice.t("Share of customers"), "#" + voice.t("Together")
        ),
    )
    bins = list(_bins(worth, voice=voice))
    for name, inside in bins:
        share = voice.share(len(inside) / len(worth))
        table.rows.append(cells(name, voice.count(len(inside)), share, voice.money(float(inside.sum()))))
    said = [voice.t("{value} ({doubt})", value=row[1].text, doubt=row[2].text) for row in table.rows]
    option = histogram([name for name, _ in bins], [len(inside) for _, inside in bins], said)
    return chart_of(title, option, table, height=histogram_height(len(bins)), voice=voice)


def _middle(worth: Floats, *, months: str, voice: Voice) -> str:
    middle = float(np.median(worth))
    said = {"customers": voice.count(len(worth)), "months": months}
    if voice.money(middle) == voice.money(0):
        return voice.t(
            "At least half of {customers} customers are expected to bring nothing in {months} months.", **said
        )
    return voice.t(
        "Half of {customers} customers are expected to bring {middle} or more in {months} months.",
        middle=voice.money(middle),
        **said,
    )


def _bins(worth: Floats, *, voice: Voice) -> Iterator[tuple[str, Floats]]:
    """Yield each bin's name and the values in it; a bin holds its lower edge."""
    losses, nothing, gains = worth[worth < 0], worth[worth == 0], worth[worth > 0]
    if len(losses):
        yield voice.t("a loss"), losses
    if len(nothing):
        yield voice.t("nothing"), nothing
    if not len(gains):
        return
    low, high = (float(end) for end in np.quantile(gains, [_TAIL, 1 - _TAIL]))
    edges = steps(max(low, high / _SPAN), high)
    said = voice.money if edges[0] < 1 else voice.rounded_money
    below, above = gains[gains < edges[0]], gains[gains >= edges[-1]]
    if len(below):
        yield voice.t("below {value}", value=said(edges[0])), below
    for low, high in pairwise(edges):
        inside = gains[(gains >= low) & (gains < high)]
        yield voice.t("{low} to {high}", low=said(low), high=said(high)), inside
    if len(above):
        yield voice.t("{value} and more", value=said(edges[-1])), above


def steps(low: float, high: float) -> list[float]:
    """Return the round numbers 1, 2, 5, 10, ... from at most `low` to at least `high`, both above 0.

    >>> steps(3, 80)
    [2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    """
    # One power further at either end: the logarithm of a number just below a power of ten may be that power's.
    first, last = floor(log10(low)) - 1, ceil(log10(high)) + 2
    # Read from text: 10.0**-1 * 2 is not the double nearest to 0.2.
    every = [float(f"{head}e{power}") for power in range(first, last) for head in (1, 2, 5)]
    at_most = max(place for place, edge in enumerate(every) if edge <= low)
    at_least = next(place for place, edge in enumerate(every) if edge >= high and place > at_most)
    return every[at_most : at_least + 1]
