"""The models of a result as JSON: what each learned, how it did beside the plain rule, and which one is in use."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from regulars.lifetime import Discounting, models

if TYPE_CHECKING:
    from regulars.analysis._run import Run


def model_files(run: "Run") -> dict[str, dict[str, object]]:
    """Return the content of every JSON file about models, by its place in the result folder."""
    return {
        "models/purchase.json": _purchase(run),
        "models/lifetime.json": _lifetime(run),
        "forecast.json": _forecast(run),
        "levers.json": asdict(run.facts.economics.levers),
        "acquisition.json": asdict(run.facts.economics.acquisition),
        "subscriptions.json": {"plans": run.facts.economics.plans},
    }


def _purchase(run: "Run") -> dict[str, object]:
    facts = run.facts
    past, predicted = facts.past, facts.predicted
    content = {"horizon": past.horizon, "sample": past.sample, **asdict(predicted)}
    if predicted.bg_nbd is not None:
        content["bg_nbd"] = _fitted(run, predicted.bg_nbd, is_todays=predicted.in_use == "bg_nbd")
    return content


def _lifetime(run: "Run") -> dict[str, object]:
    valued = run.facts.valued
    trial, learned = valued.trial, valued.learned
    fits = learned or trial.learned
    is_todays = learned is not None
    return {
        "in_use": valued.rule,
        "reason": trial.reason if learned is None or learned.is_usable else learned.reason,
        "verdict": trial.verdict,
        "left_out": trial.left_out,
        "sample": run.facts.past.sample,
        "tracking": trial.tracking,
        "purchases": None if fits is None else _fitted(run, fits.purchases, is_todays=is_todays),
        "margins": None if fits is None else _fitted(run, fits.margins, is_todays=is_todays),
        "discounting": Discounting.of(run.settings),
    }


def _fitted(run: "Run", fit: models.ModelFit, *, is_todays: bool) -> dict[str, object]:
    """Return a fit and what it was made of: everybody's histories of today, or what was known at the test's cut-off."""
    past = run.facts.past
    amounts = None if fit.model != "gamma_gamma" else "margin" if is_todays else "spend"
    whom = "everybody" if is_todays or not past.sample.prefix else "sample"
    return {
        **asdict(fit),
        "fitted_at": run.facts.as_of if is_todays else past.cutoffs.test,
        "fitted_to": {"whom": whom, "amounts": amounts},
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
    return {
        "rule": revenue[0].rule if revenue else run.facts.valued.rule,
        "revenue": revenue,
        "tested": tested,
        # Where the records reach back far enough, there were too few whose values could be added up.
        "why_untested": None if tested else run.facts.past.cutoffs.reason or "too_few_customers",
    }
