"""The models of a result as JSON: what each learned, how it did beside the plain rule, and which one is in use."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from regulars.lifetime import Discounting

if TYPE_CHECKING:
    from regulars.analysis._run import Run


def model_files(run: "Run") -> dict[str, dict[str, object]]:
    """Return the content of every JSON file about models, by its place in the result folder."""
    return {
        "models/purchase.json": _purchase(run),
        "models/lifetime.json": _lifetime(run),
        "forecast.json": _forecast(run),
    }


def _purchase(run: "Run") -> dict[str, object]:
    facts = run.facts
    past, predicted = facts.past, facts.predicted
    return {"horizon": past.horizon, "sample": past.sample, **asdict(predicted)}


def _lifetime(run: "Run") -> dict[str, object]:
    valued = run.facts.valued
    trial, learned = valued.trial, valued.learned
    fits = learned or trial.learned
    return {
        "in_use": valued.rule,
        "reason": trial.reason if learned is None or learned.is_usable else learned.reason,
        "verdict": trial.verdict,
        "purchases": None if fits is None else fits.purchases,
        "margins": None if fits is None else fits.margins,
        "discounting": Discounting.of(run.settings),
    }


def _forecast(run: "Run") -> dict[str, object]:
    trial = run.facts.valued.trial
    tested = None
    if trial.tested is not None:
        said = trial.tested.forecast
        tested = {
            "cutoff": run.facts.past.cutoffs.test,
            "days": said.days,
            "expected": said.value,
            "range_low": said.range_low,
            "range_high": said.range_high,
            "came": trial.tested.came,
            "customers": said.customers,
        }
    revenue = run.facts.valued.revenue
    return {"rule": revenue[0].rule if revenue else run.facts.valued.rule, "revenue": revenue, "tested": tested}
