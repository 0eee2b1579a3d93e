"""The forecasts of the tea shop: the files of models and forecasts that a result may hold, by hand.

Figures need not follow from one another; they have the shapes that `prediction`, `lifetime` and `analysis` write.
"""

import json
from pathlib import Path
from typing import Any

Change = dict[str, Any]

FILES = ("forecast.json", "models/purchase.json", "models/lifetime.json", "levers.json",
         "subscriptions.json", "acquisition.json")  # fmt: skip


def write_all(folder: Path) -> None:
    """Write every file of forecasts into a result."""
    for file, content in zip(
        FILES, (forecast(), purchase(), lifetime(), levers(), subscriptions(), acquisition()), strict=True
    ):
        write(folder, file, content)


def write(folder: Path, file: str, content: Change) -> None:
    """Write one file of forecasts into a result."""
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(json.dumps(content), encoding="utf-8")


def forecast() -> Change:
    """Return the revenue expected of today's customers."""
    return {
        "rule": "bg_nbd",
        "revenue": [
            {"days": days, "value": value, "expected_low": 0.9 * value, "expected_high": 1.1 * value,
             "range_low": 0.7 * value, "range_high": 1.3 * value, "customers": 103}
            for days, value in ((30, 812.4), (90, 2310.0), (365, 8120.75))
        ],
        "tested": {"cutoff": "2024-03-31", "days": 91, "expected": 2101.5, "range_low": 1500.0, "range_high": 2700.0,
                   "came": 2244.1, "customers": 98},
        "why_untested": None,
    }  # fmt: skip


def purchase() -> Change:
    """Return the account of the forecast of purchases: a model that beat the rules."""
    return {
        "horizon": {"days": 91, "gaps": 389, "gap_days": 88, "reason": None},
        "sample": {"prefix": "", "population": 119, "size": 119, "seed": 0, "tables": []},
        "horizon_days": 91,
        "cutoffs": {"as_of": "2024-06-30", "horizon_days": 91, "test": "2024-03-31",
                    "training": ["2023-10-01", "2023-12-31"], "reason": None, "history_days": 668,
                    "enough_days": 273},
        "in_use": "logistic",
        "reason": "model_better",
        "verdict": {
            "winner": "logistic", "reason": "model_better", "decided_by": "auc", "best_rule": "rfm",
            "trials": [
                trial("recency", is_rule=True, auc=0.751, lapse_pr_auc=0.8, brier=0.2, ece=0.05, lift=1.9),
                trial("rfm", is_rule=True, auc=0.795, lapse_pr_auc=0.84, brier=0.18, ece=0.04, lift=2.0),
                trial("hiatus", is_rule=True, auc=0.702, lapse_pr_auc=0.77, brier=0.21, ece=0.06, lift=1.7),
                trial("bg_nbd", gain=(-0.004, -0.03, 0.021), auc=0.791, brier=0.181, ece=0.05, lift=2.1),
                trial("logistic", gain=(0.0171, 0.0023, 0.0322), auc=0.812, lapse_pr_auc=0.86, brier=0.17, ece=0.03,
                      lift=2.2),
            ],
            "customers": 98, "positives": 41, "enough": None,
            "resampling": {"seed": 0, "draws": 1000, "level": 0.95},
        },
        "left_out": {},
        "logistic": {
            "features": [
                {"column": "days_since_last", "scale": "log", "coefficient": -0.91, "centre": 4.1, "spread": 1.2},
                {"column": "orders_365d", "scale": "log", "coefficient": 0.44, "centre": 1.0, "spread": 0.6},
                {"column": "gap_mean_days", "scale": "known", "coefficient": 0.02, "centre": 0.6, "spread": 0.5},
            ],
            "intercept": -1.1, "fitted_on": ["2023-10-01", "2023-12-31", "2024-03-31"], "rows": 251, "customers": 98,
            "without_spread": [], "training_auc": 0.834, "test_auc": 0.812,
        },
        "rule": None,
        "bg_nbd": None,
        "calibration": {
            "logistic": [
                {"low": place / 10, "high": (place + 1) / 10, "customers": 8 + place, "mean_p": 0.05 + place / 10,
                 "share_bought": 0.9 * place / 10}
                for place in range(9)
            ] + [{"low": 0.9, "high": 1.0, "customers": 0, "mean_p": None, "share_bought": None}],
        },
    }  # fmt: skip


def lifetime() -> Change:
    """Return the account of the lifetime value: models that were fitted and did not beat the plain rule."""
    return {
        "in_use": "plain",
        "reason": "rule_not_beaten",
        "verdict": {
            "winner": "plain", "reason": "rule_not_beaten", "decided_by": "rmse", "best_rule": "plain",
            "trials": [
                trial("plain", is_rule=True, rmse=61.2, mae=33.1, bias=0.08, gini=0.61),
                trial("bg_nbd", gain=(1.1, -2.4, 4.6), rmse=60.1, mae=32.0, bias=-0.05, gini=0.64),
            ],
            "customers": 98, "positives": None, "enough": None,
            "resampling": {"seed": 0, "draws": 1000, "level": 0.95},
        },
        "purchases": fit("bg_nbd", {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, time_unit_days=7.0),
        "margins": {
            **fit("gamma_gamma", {"p": 6.249, "q": 3.745, "v": 15.448}, time_unit_days=None),
            "checks": {"pearson_frequency_spend": 0.1139},
        },
        "discounting": {"months": 12, "annual_rate": 0.1, "paid_at": "month_end"},
    }  # fmt: skip


def fit(model: str, parameters: Change, *, time_unit_days: float | None, **changes: Any) -> Change:
    """Return one fitted model."""
    return {
        "model": model, "reason": None, "customers": 108, "repeaters": 66, "needed": None, "distinct_rows": 97,
        "parameters": parameters, "standard_errors": {name: value / 10 for name, value in parameters.items()},
        "log_covariance": [], "log_likelihood": -958.2, "iterations": 17, "time_unit_days": time_unit_days,
        "conventions": {}, "checks": {}, "fitted_at": "2024-03-31",
        "fitted_to": {"whom": "everybody", "amounts": None if model == "bg_nbd" else "spend"}, **changes,
    }  # fmt: skip


def trial(
    name: str, *, is_rule: bool = False, gain: tuple[float, float, float] | None = None, **figures: float
) -> Change:
    """Return how one candidate did; every figure within a tenth of itself."""
    measured = {
        metric: _measured(value, 0.9 * value, 1.1 * value, method="bootstrap") for metric, value in figures.items()
    }
    gained = None if gain is None else _measured(*gain, method="paired_bootstrap")
    return {"name": name, "is_rule": is_rule, "figures": measured, "gain": gained}


def _measured(value: float, low: float, high: float, *, method: str) -> Change:
    low, high = min(low, high), max(low, high)
    return {"value": value, "interval": {"low": low, "high": high, "method": method, "level": 0.95}}


def levers() -> Change:
    """Return what would move the value of the base, by the models; no costs were recorded."""
    gains = {"margin": 0.1, "purchase_rate": 0.0921, "dropout": 0.0113, "discount_rate": 0.0047}
    told = [
        {"lever": name, "change": -0.1 if name in {"dropout", "discount_rate"} else 0.1, "gain": share * 5000,
         "gain_low": share * 4000, "gain_high": share * 6000, "share": share, "reason": None}
        for name, share in gains.items()
    ]  # fmt: skip
    unknown = dict.fromkeys(("gain", "gain_low", "gain_high", "share"))
    told.append({"lever": "cost_to_serve", "change": -0.1, **unknown, "reason": "no_costs_recorded"})
    return {
        "rule": "bg_nbd", "base_value": 5000.0, "cost_to_serve": None, "customers": 103, "months": 12,
        "annual_rate": 0.1, "levers": told,
    }  # fmt: skip


def subscriptions() -> Change:
    """Return two plans and both together: one of months that the model follows, one of years too small for it."""
    monthly = plan("Tea", months=14, contracts=80, residual=True)
    yearly = {**plan(None, months=8, contracts=9), "unit_months": 12, "reason": "too_few_customers"}
    both = {**plan(None, months=14, contracts=89), "is_all": True, "unit_months": None, "reason": "mixed_periods"}
    return {"plans": [both, monthly, yearly]}


def plan(name: str | None, *, months: int, contracts: int, residual: bool = False) -> Change:
    """Return the subscriptions of one plan, of whom every month a tenth leaves."""
    rows = []
    for month in range(1, months + 1):
        left = 0.9**month
        rows.append(
            {"month": month, "at_risk": contracts, "lost": contracts // 10, "retention": 0.9, "retention_low": 0.8,
             "retention_high": 0.96, "survival": left, "survival_low": left * 0.9, "survival_high": left**0.9,
             "expected": left + 0.01 if residual else None}
        )  # fmt: skip
    to_come = {"contracts": 40, "renewals": 8.5, "value": 3400.0, "value_low": 3000.0, "value_high": 3900.0,
               "value_12_months": 2100.0}  # fmt: skip
    return {"plan": name, "is_all": False, "unit_months": 1, "contracts": contracts, "running": contracts // 2,
            "too_new": 3, "months": rows, "fit": None, "residual": to_come if residual else None,
            "reason": None}  # fmt: skip


def acquisition() -> Change:
    """Return what three channels cost: one earned back, one perhaps, and one that cost nothing."""
    earned = [{"month": month, "customers": 60 - month, "share": 0.4 * month} for month in range(1, 8)]
    slow = [{"month": month, "customers": 40 - month, "share": 0.15 * month} for month in range(1, 8)]
    web = won("web", 60, cost=1200.0, ratio=(4.21, 3.5, 4.92), payback=(2, 3, 4), months=earned)
    ads = won("ad", 40, cost=900.0, ratio=(1.1, 0.7, 1.5), payback=(5, 7, None), months=slow)
    free = won("", 3, cost=0.0, ratio=(None, None, None))
    together = won(None, 103, cost=2100.0, ratio=(2.9, 2.5, 3.3), payback=(3, 4, 5), months=earned)
    cohorts = [
        {**won(None, 8, cost=160.0, ratio=(3.0, 2.0, 4.0)), "cohort": f"2023-{month:02}-01", "months_seen": 12 - month}
        for month in range(1, 13)
    ]
    return {"together": together, "channels": [web, ads, free], "cohorts": cohorts, "cells": [], "sample": 103}


def won(
    channel: str | None, customers: int, *, cost: float, ratio: tuple[float | None, float | None, float | None],
    payback: tuple[int | None, int | None, int | None] = (None, None, None), months: list[Change] | None = None,
) -> Change:  # fmt: skip
    """Return the customers of a channel; of a ratio the middle and both ends, of a payback both ends about it."""
    return {
        "channel": channel, "cohort": None, "customers": customers, "buyers": customers - 1, "cost": cost,
        "margin": 2000.0, "value_ahead": 900.0, "ratio": ratio[0], "ratio_low": ratio[1], "ratio_high": ratio[2],
        "payback_low": payback[0], "payback_month": payback[1], "payback_high": payback[2],
        "months_seen": len(months or []), "months": months or [],
    }  # fmt: skip
