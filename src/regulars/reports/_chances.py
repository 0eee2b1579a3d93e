"""Who is likely to buy: how the chances of all customers are spread."""

import numpy as np

from regulars.reports._drawing import Chart, chart_of, histogram, histogram_height
from regulars.reports._folder import ResultFolder
from regulars.reports._sentences import people_without
from regulars.reports._table import Table, cells, columns
from regulars.reports._voice import Voice

_BINS = 10
_LIKELY = 0.5


def chances(folder: ResultFolder, *, voice: Voice) -> list[str]:
    """Return how many customers are likely to buy within the horizon, and how many have no chance told."""
    told, days = folder.numbers("p_purchase"), _horizon(folder)
    if not len(told) or days is None:
        return []
    likely = int(np.count_nonzero(told >= _LIKELY))
    lines = [
        voice.t(
            "{likely} of {customers} customers ({share}) are more likely than not to buy within {days} days.",
            likely=voice.count(likely),
            customers=voice.count(len(told)),
            share=voice.share(likely / len(told)),
            days=voice.count(days),
        )
    ]
    missing = people_without(folder.without("p_purchase", "prediction_reason"), voice=voice)
    return [*lines, missing] if missing else lines


def chances_chart(folder: ResultFolder, *, voice: Voice) -> Chart | None:
    """Return the histogram of the chances to buy, in ten bins: each holds its lower edge, the last one both."""
    told, days = folder.numbers("p_purchase"), _horizon(folder)
    if not len(told) or days is None:
        return None
    title = voice.t("How likely customers are to buy within {days} days", days=voice.count(days))
    places = np.minimum((told * _BINS).astype(np.int64), _BINS - 1)
    counts = [int(count) for count in np.bincount(places, minlength=_BINS)]
    names = [
        voice.t("{low} to {high}", low=voice.share(place / _BINS), high=voice.share((place + 1) / _BINS))
        for place in range(_BINS)
    ]
    shares = [voice.share(count / len(told)) for count in counts]
    said = [
        voice.t("{value} ({doubt})", value=voice.count(count), doubt=share)
        for count, share in zip(counts, shares, strict=True)
    ]
    table = Table(
        caption=title,
        columns=columns(voice.t("Chance"), "#" + voice.t("Customers"), "#" + voice.t("Share of customers")),
    )
    table.rows.extend(
        cells(name, voice.count(count), share) for name, count, share in zip(names, counts, shares, strict=True)
    )
    option = histogram(names, counts, said)
    return chart_of(title, option, table, height=histogram_height(_BINS), voice=voice)


def _horizon(folder: ResultFolder) -> int | None:
    model = folder.optional("models/purchase.json")
    return None if model is None else int(model["horizon"]["days"])
