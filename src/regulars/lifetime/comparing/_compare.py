"""The contest: models of purchases beside plain rules on a shop's own past, customer by customer and week by week.

The best likelihood is not the best forecast (on CDNOW, Pareto/NBD has the worst of one and the best of the other), so
models are chosen by what they foretold. Customers of several cut-offs are drawn whole in the bootstrap.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.backtest import Resampling, Verdict, judge, metrics
from regulars.lifetime.histories import OrdersUnusable, PurchaseSummary, QuestionInvalid, Span
from regulars.lifetime.models import FitFailed, PurchaseModel

Array = NDArray[np.float64]

METRICS = (
    metrics.rmse,
    metrics.mae,
    metrics.msle,
    metrics.bias,
    metrics.spearman,
    metrics.gini,
    metrics.pearson,
)
"""The first decides: it is least for expected values, and nothing else."""

_RULES = ("last_period", "steady_rate")
_EPOCH = date(1970, 1, 1)
_TENTHS = 10
_EQUAL = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """How every candidate did; tables have a column candidate, and cutoff where a row is of one cut-off.

    `verdict` has every figure over all cut-offs with its interval by customer, and the winner by the interval rule.
    `tenths`: tenth (1 has the highest forecasts), customers, expected and actual, mean purchases of one.
    `coverage`: of models only: level, range_coverage (the share of customers whose purchases fell within their range)
    and expected_coverage (the share of tenths whose mean fell within that of their expectations' intervals, which
    knows of no chance, so that it may well be far below the level).
    `tracking`: week, expected and actual purchases of all in it, and the same cumulated. `left_out`: the models that
    could not be fitted, and the code of the error, or same_as_… where an earlier one said the same.
    """

    cutoffs: tuple[date, ...]
    horizon: Span
    verdict: Verdict
    tenths: pa.Table
    coverage: pa.Table
    tracking: pa.Table
    left_out: Mapping[str, str]

    @property
    def figures(self) -> pa.Table:
        """The figures of the verdict as a table: candidate, is_rule, metric, value, low, high."""
        rows = [
            {
                "candidate": trial.name,
                "is_rule": trial.is_rule,
                "metric": name,
                "value": found.value,
                "low": None if found.interval is None else found.interval.low,
                "high": None if found.interval is None else found.interval.high,
            }
            for trial in self.verdict.trials
            for name, found in trial.figures.items()
        ]
        return pa.Table.from_pylist(rows)


def compare(
    models: Sequence[PurchaseModel] | Mapping[str, PurchaseModel],
    summary: PurchaseSummary,
    calibration_end: date | Sequence[date],
    *,
    horizon_days: int | None = None,
    level: float = 0.9,
    resampling: Resampling | None = None,
) -> Comparison:
    """Return how models foretold purchases beside two plain rules, at one day that is past or several.

    The rules: `last_period`, as many purchases as in as many days before; `steady_rate`, repeat purchases by age.
    A model is fitted anew at every cut-off to what was known then; one that cannot be fitted at all of them is left
    out, and so is one that says what an earlier one says. Customers are those who had bought by the cut-off. `fit` is
    called on copies. Of models that beat the rules the largest gain wins; an analysis asks more (docs/decisions/0016).

    Args:
        models: of purchases, unfitted; of two of one kind each needs a name of its own: {"free": …, "penalised": …}.
        summary: made from orders.
        calibration_end: the last day that is known, or several.
        horizon_days: how many days after each are foretold; default: those from the last cut-off to the summary's end.
        level: of the ranges and intervals whose coverage is told.
        resampling: of the bootstrap; default 1,000 draws, seed 0, 95 %.

    Raises:
        OrdersUnusable: the summary was made of columns, or a cut-off is not as many days before its end, or nobody had
            bought by it.
        QuestionInvalid: two candidates have one name, or the level is no share between 0 and 1.
    """
    named = models if isinstance(models, Mapping) else {model.name: model for model in models}
    if len(named) < len(models) or set(named) & set(_RULES):
        raise QuestionInvalid(problem="two candidates have one name; give a mapping of names of your own to models")
    cutoffs = (calibration_end,) if isinstance(calibration_end, date) else tuple(sorted(calibration_end))
    if summary.as_of is None or not cutoffs or not all(isinstance(each, date) for each in cutoffs):
        raise OrdersUnusable(problem="comparing takes a summary made from orders, and a day to cut it at")
    days = (summary.as_of - cutoffs[-1]).days if horizon_days is None else horizon_days
    cuts = [_Cut.of(summary, cutoff, days, level) for cutoff in cutoffs]
    left_out: dict[str, str] = {}
    for name, model in named.items():
        try:
            said = [cut.asked(copy(model)) for cut in cuts]
        except FitFailed as error:
            left_out[name] = error.code
            continue
        if (other := _same(said, cuts)) is not None:
            left_out[name] = f"same_as_{other}"
            continue
        for cut, (weeks, coverage) in zip(cuts, said, strict=True):
            cut.said[name], cut.covered[name] = weeks, coverage | {"candidate": name}
    return _told(cuts, Span(days, "day"), left_out, resampling)


def _same(said: Sequence[tuple[Array, object]], cuts: "Sequence[_Cut]") -> str | None:
    """Return the name of who said the same already at every cut-off, as BG/NBD does where k is 1; None if nobody."""
    for name in cuts[0].covered:
        pairs = [(weeks, cut.said[name]) for cut, (weeks, _) in zip(cuts, said, strict=True)]
        if all(np.allclose(weeks, others, rtol=_EQUAL, atol=_EQUAL) for weeks, others in pairs):
            return name
    return None


def _told(
    cuts: "Sequence[_Cut]", horizon: Span, left_out: Mapping[str, str], resampling: Resampling | None
) -> Comparison:
    """Return the figures of all cut-offs together, and the tables of each."""
    pooled = {name: np.concatenate([cut.said[name][-1] for cut in cuts]) for name in cuts[0].said}
    verdict = judge(
        np.concatenate([cut.came.sum(axis=0) for cut in cuts]),
        models={name: each for name, each in pooled.items() if name not in _RULES},
        rules={name: pooled[name] for name in _RULES},
        customers=np.concatenate([cut.customers for cut in cuts]),
        metrics=METRICS,
        resampling=resampling,
    )
    return Comparison(
        cutoffs=tuple(cut.cutoff for cut in cuts),
        horizon=horizon,
        verdict=verdict,
        tenths=pa.Table.from_pylist([row for cut in cuts for name in cut.said for row in cut.tenths(name)]),
        coverage=pa.Table.from_pylist([row for cut in cuts for row in cut.covered.values()], schema=_COVERAGE),
        tracking=pa.Table.from_pylist([row for cut in cuts for name in cut.said for row in cut.tracking(name)]),
        left_out=left_out,
    )


_COVERAGE = pa.schema(
    [("cutoff", pa.date32()), ("candidate", pa.string())]
    + [(name, pa.float64()) for name in ("level", "range_coverage", "expected_coverage")]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One cut-off: what was known, what came week by week, shape (weeks, customers), and what was said, cumulated."""

    cutoff: date
    known: PurchaseSummary
    customers: NDArray[np.object_]
    ends: tuple[int, ...]
    came: Array
    level: float
    said: dict[str, Array] = field(default_factory=dict)
    covered: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, summary: PurchaseSummary, cutoff: date, days: int, level: float) -> "_Cut":
        last = cutoff + timedelta(days=days)
        assert summary.as_of is not None  # noqa: S101  (`compare` has looked)
        if days < 1 or last > summary.as_of:
            raise OrdersUnusable(problem=f"{days} days after {cutoff} do not end by {summary.as_of}")
        seen = summary if last == summary.as_of else summary.split(last).calibration
        known = seen.split(cutoff).calibration
        ends = (*range(7, days, 7), days)
        who, since = _bought(seen, known, cutoff)
        after = (since > 0) & (since <= days)
        came = np.zeros((len(ends), len(known)))
        np.add.at(came, ((since[after] - 1) // 7, who[after]), 1.0)
        before = np.bincount(who[(since <= 0) & (since > -days)], minlength=len(known)) / days
        age = known.T * known.time_unit_days
        steady = np.divide(known.frequency, age, out=np.zeros_like(age), where=age > 0)
        time = np.array(ends, dtype=np.float64)[:, np.newaxis]
        assert known.customer_id is not None  # noqa: S101  (made from orders)
        return cls(
            cutoff=cutoff,
            known=known,
            customers=known.customer_id.to_numpy(zero_copy_only=False),
            ends=ends,
            came=came,
            level=level,
            said={"last_period": time * before, "steady_rate": time * steady},
        )

    def asked(self, model: PurchaseModel) -> tuple[Array, dict[str, object]]:
        """Return the purchases that a model expects by the end of each week, and how its intervals held."""
        model.fit(self.known)
        weeks = np.stack([model.expected_purchases(self.known, Span(end, "day")) for end in self.ends])
        told = model.predict(self.known, Span(self.ends[-1], "day"), level=self.level)
        names = ("range_low", "range_high", "expected_low", "expected_high")
        low, high, below, above = (np.asarray(told[name].to_numpy(), dtype=np.float64) for name in names)
        came = self.came.sum(axis=0)
        groups = _tenths_of(weeks[-1])
        means = [[values[group].mean() for group in groups] for values in (came, below, above)]
        return weeks, {
            "cutoff": self.cutoff,
            "candidate": model.name,
            "level": self.level,
            "range_coverage": metrics.coverage(came, low, high),
            "expected_coverage": metrics.coverage(*means),
        }

    def tenths(self, name: str) -> list[dict[str, object]]:
        """Return the rows of `Comparison.tenths` of one candidate."""
        forecast, came = self.said[name][-1], self.came.sum(axis=0)
        return [
            {
                "cutoff": self.cutoff,
                "candidate": name,
                "tenth": place,
                "customers": len(group),
                "expected": float(forecast[group].mean()),
                "actual": float(came[group].mean()),
            }
            for place, group in enumerate(_tenths_of(forecast), start=1)
        ]

    def tracking(self, name: str) -> list[dict[str, object]]:
        """Return the rows of `Comparison.tracking` of one candidate."""
        expected, actual = self.said[name].sum(axis=1), np.cumsum(self.came.sum(axis=1))
        steps = np.diff(expected, prepend=0.0), np.diff(actual, prepend=0.0)
        columns = zip(self.ends, *steps, expected, actual, strict=True)
        return [
            {
                "cutoff": self.cutoff,
                "candidate": name,
                "week": week,
                "last_day": self.cutoff + timedelta(days=end),
                "expected": float(more),
                "actual": float(came),
                "expected_cumulative": float(so_far),
                "actual_cumulative": float(came_so_far),
            }
            for week, (end, more, came, so_far, came_so_far) in enumerate(columns, start=1)
        ]


def _bought(seen: PurchaseSummary, known: PurchaseSummary, cutoff: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return who of the known bought, purchase by purchase, and how many days after the cut-off."""
    if seen.purchases is None:
        raise OrdersUnusable(problem="the summary was made of columns, which have no days to split at")
    who, time, _ = seen.purchases.netted()
    place = pc.index_in(seen.purchases.customer_id, value_set=known.customer_id).fill_null(-1)
    places = np.asarray(place.to_numpy(zero_copy_only=False), dtype=np.int64)[who]
    there = places >= 0
    since = np.floor(time[there]).astype(np.int64) - (cutoff - _EPOCH).days
    return places[there], since


def _tenths_of(forecast: Array) -> list[NDArray[np.int64]]:
    """Return the customers of each tenth, the highest forecasts first; equal ones in the order of their ids."""
    return [group for group in np.array_split(np.argsort(-forecast, kind="stable"), _TENTHS) if group.size]
