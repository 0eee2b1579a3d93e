"""What customers answered: net promoter score, satisfaction, effort.

Answers of other scales are brought to the usual one by their place between its ends (`rating`, 0-100).
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from regulars.core import Figure, Interval, Window, wilson
from regulars.engines import Engine
from regulars.rates._history import period_of, unknown

RESAMPLES = 2_000
"""How often a bootstrap draws. Customers are drawn with all their answers, so that one who answers often is one."""

LARGEST_BOOTSTRAP = 1_000
"""With more different sets of answers than this the central limit theorem takes over: it costs nothing."""

_ANSWERS = """
SELECT customer_id, CASE WHEN rating >= 90 THEN 1 WHEN rating <= 60 THEN -1 ELSE 0 END AS promotes,
    CASE WHEN rating >= 75 THEN 1 ELSE 0 END AS is_content, 1 + 6 * rating / 100 AS ease
FROM feedback
WHERE kind = $kind AND rating IS NOT NULL AND local_day BETWEEN $first_day AND $last_day
"""

# Customers who gave the same number of answers with the same sum are alike to a mean: their number is enough.
_ALIKE = f"""
WITH answers AS ({_ANSWERS}), people AS (
    SELECT customer_id, count(*) AS answers,
        round(CAST(sum(CASE WHEN $kind = 'nps' THEN promotes ELSE ease END) AS DOUBLE), 6) AS total
    FROM answers GROUP BY customer_id
)
SELECT answers, total, count(*) AS customers FROM people GROUP BY answers, total ORDER BY answers, total
"""

_CONTENT = f"SELECT count(*) AS base, CAST(sum(is_content) AS BIGINT) AS count FROM ({_ANSWERS})"

_KINDS = "SELECT DISTINCT kind FROM feedback WHERE rating IS NOT NULL AND local_day <= $as_of ORDER BY kind"

Numbers = NDArray[np.float64]


def satisfaction_kind(engine: Engine, *, as_of: date) -> str | None:
    """Return which question tells satisfaction: nps if it was ever answered, else csat, else None."""
    kinds = engine.fetch(_KINDS, as_of=as_of)["kind"].to_pylist()
    return next((kind for kind in ("nps", "csat") if kind in kinds), None)


def satisfaction(engine: Engine, *, kind: str | None, window: Window, seed: int) -> Figure:
    """Return the net promoter score or the satisfied share, whichever the business asks for."""
    if kind is None:
        return unknown(engine, "satisfaction", "share", "no_feedback", window=window)
    if kind == "nps":
        return net_promoter_score(engine, as_of=window.end, window_days=window.days, seed=seed)
    return customer_satisfaction(engine, as_of=window.end, window_days=window.days)


def net_promoter_score(engine: Engine, *, as_of: date, window_days: int = 90, seed: int = 0) -> Figure:
    """Return the net promoter score of the answers given in the window, -100 to 100.

    NPS = 100 · (answers 9 and 10 - answers 0 to 6) / answers, on the scale 0 to 10. The 95 % interval is a seeded
    bootstrap over customers (`RESAMPLES` draws), or the central limit theorem's with more than
    `LARGEST_BOOTSTRAP` different sets of answers; none where all answer alike. Missing: `no_answers`.
    """
    return _mean("nps", 100.0, engine, window=Window(end=as_of, days=window_days), seed=seed)


def customer_effort_score(engine: Engine, *, as_of: date, window_days: int = 90, seed: int = 0) -> Figure:
    """Return the mean answer to "how easy was it?" in the window, on the scale 1 to 7, 7 being easiest.

    CES = sum of answers / answers. Interval and missing value as for `net_promoter_score`.
    """
    return _mean("ces", 1.0, engine, window=Window(end=as_of, days=window_days), seed=seed)


def customer_satisfaction(engine: Engine, *, as_of: date, window_days: int = 90) -> Figure:
    """Return the share of satisfied answers in the window.

    CSAT = answers 4 and 5 / answers, on the scale 1 to 5, with Wilson's 95 % interval. Missing: `no_answers`.
    """
    window = Window(end=as_of, days=window_days)
    row = engine.fetch(_CONTENT, kind="csat", first_day=window.start, last_day=window.end).to_pylist()[0]
    base = int(row["base"])
    if not base:
        return unknown(engine, "csat", "share", "no_answers", window=window)
    count = int(row["count"])
    return Figure(
        name="csat",
        unit="share",
        value=count / base,
        base=base,
        count=count,
        interval=wilson(count, base),
        period=period_of(window),
    )


def _mean(kind: str, scale: float, engine: Engine, *, window: Window, seed: int) -> Figure:
    alike = engine.fetch(_ALIKE, kind=kind, first_day=window.start, last_day=window.end)
    if not alike.num_rows:
        return unknown(engine, kind, "score", "no_answers", window=window)
    answers, totals, customers = (
        alike[name].to_numpy().astype(np.float64) for name in ("answers", "total", "customers")
    )
    given = float(answers @ customers)
    interval = ratio_interval(totals, answers, customers, seed=seed)
    return Figure(
        name=kind,
        unit="score",
        value=scale * float(totals @ customers) / given,
        base=int(given),
        interval=None if interval is None else interval.scaled(scale),
        period=period_of(window),
    )


def ratio_interval(totals: Numbers, sizes: Numbers, people: Numbers, *, seed: int) -> Interval | None:
    """Return the 95 % interval of sum(totals) / sum(sizes) over groups of `people` alike customers.

    None where the answers have no spread: they cannot tell how sure they are.
    """
    count = people.sum()
    ratio = float(totals @ people) / float(sizes @ people)
    off = totals - ratio * sizes
    if count < 2 or np.allclose(off, 0):
        return None
    if len(people) > LARGEST_BOOTSTRAP:
        spread = 1.959964 * np.sqrt(count / (count - 1) * float((off * off) @ people)) / float(sizes @ people)
        return Interval(low=ratio - spread, high=ratio + spread, method="normal")
    drawn = np.random.default_rng(seed).multinomial(int(count), people / count, size=RESAMPLES)
    low, high = np.quantile((drawn @ totals) / (drawn @ sizes), [0.025, 0.975])
    return Interval(low=float(low), high=float(high), method="bootstrap")
