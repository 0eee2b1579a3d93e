"""One job of one library of lifetime models, in whatever environment that library lives in; `bench/lifetime.py` asks.

    python lifetime_job.py LIBRARY JOB INPUT ANSWER.json

INPUT is an .npz with x, t_x, T (weeks) and m (the mean amount of the repeat purchases, NaN without one), or for the job
`summary` a Parquet file of orders. The answer holds the CPU and wall seconds of the job alone, without start-up and
without the reading of INPUT, the largest memory of the process, and what was found. Whatever a library wants to be set
up with is left at its defaults.
"""

import contextlib
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Columns = dict[str, Any]
Found = dict[str, float]
Job = Callable[[], Found]
HORIZON = 52.0


def main() -> None:
    """Do the job and write the answer."""
    library, job, given, answer = sys.argv[1:]
    prepare = LIBRARIES[library][job]
    with contextlib.redirect_stdout(io.StringIO()):
        run = prepare(Path(given) if job == "summary" else dict(np.load(given)))
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        found = run()
        after = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "wall": time.perf_counter() - began,
        "peak": _peak_mib(),
        "found": found,
    }
    Path(answer).write_text(json.dumps(told), encoding="utf-8")


def _peak_mib() -> float:
    """Return this process's high-water mark; `ru_maxrss` would hand on that of the process that started it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def _repeaters(columns: Columns) -> Columns:
    bought = columns["x"] > 0
    return {name: column[bought] for name, column in columns.items()}


def _traits(columns: Columns) -> dict[str, Any]:
    """Return two covariates that were thrown, a yes or no and a number: the cost of reading them is measured."""
    random = np.random.default_rng(0)
    customers = columns["x"].size
    return {
        "member": random.integers(0, 2, customers).astype(float),
        "distance": random.integers(0, 40, customers) / 10,
    }


def _frame(columns: Columns) -> Any:
    import pandas as pd

    names = {"frequency": "x", "recency": "t_x", "T": "T", "monetary_value": "m"}
    return pd.DataFrame({"customer_id": np.arange(columns["x"].size)} | {to: columns[of] for to, of in names.items()})


# regulars


def _regulars_summary(orders: Path) -> Job:
    from regulars.lifetime.histories import PurchaseSummary

    def run() -> Found:
        summary = PurchaseSummary.from_orders(orders, time_unit="week", refunds="drop")
        return {"customers": len(summary), "x": float(summary.frequency.sum())}

    return run


def _regulars_fit(name: str) -> Callable[[Columns], Job]:
    def prepare(columns: Columns) -> Job:
        import scipy.optimize  # noqa: F401  (the first fit loads it, others as they start: `whole` has it for everybody)

        from regulars.lifetime import models
        from regulars.lifetime.histories import PurchaseSummary

        def run() -> Found:
            monetary = columns["m"] if name == "GammaGamma" else None
            summary = PurchaseSummary.from_columns(
                columns["x"], columns["t_x"], columns["T"], monetary, time_unit="week"
            )
            return dict(getattr(models, name)().fit(summary).parameters_)

        return run

    return prepare


def _regulars_covariates(columns: Columns) -> Job:
    import scipy.optimize  # noqa: F401  (as above)

    from regulars.lifetime.histories import PurchaseSummary
    from regulars.lifetime.models import BetaGeometricNBD

    traits = _traits(columns)

    def run() -> Found:
        times = columns["x"], columns["t_x"], columns["T"]
        summary = PurchaseSummary.from_columns(*times, time_unit="week", covariates=traits)
        fitted = BetaGeometricNBD(covariates=tuple(traits)).fit(summary)
        return {"logl": fitted.log_likelihood_, **fitted.parameters_}

    return run


def _regulars_predict(columns: Columns) -> Job:
    from regulars.lifetime.histories import PurchaseSummary
    from regulars.lifetime.models import BetaGeometricNBD

    summary = PurchaseSummary.from_columns(columns["x"], columns["t_x"], columns["T"], time_unit="week")
    model = BetaGeometricNBD().fit(summary)

    def run() -> Found:
        table = model.predict(summary, HORIZON, level=0.9)
        return {"expected": float(np.sum(table["expected_purchases"].to_numpy()))}

    return run


# lifetimes


def _lifetimes_summary(orders: Path) -> Job:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    frame = pd.read_parquet(orders, columns=["customer_id", "ordered_at", "amount"])

    def run() -> Found:
        summary = summary_data_from_transaction_data(frame, "customer_id", "ordered_at", freq="D")
        return {"customers": len(summary), "x": float(summary["frequency"].sum())}

    return run


def _lifetimes_purchases(fitter: str) -> Callable[[Columns], Job]:
    def prepare(columns: Columns) -> Job:
        import lifetimes

        def run() -> Found:
            model = getattr(lifetimes, fitter)(penalizer_coef=0.0)
            model.fit(columns["x"], columns["t_x"], columns["T"])
            return {name: float(value) for name, value in model.params_.items()}

        return run

    return prepare


def _lifetimes_spend(columns: Columns) -> Job:
    import lifetimes

    bought = _repeaters(columns)

    def run() -> Found:
        model = lifetimes.GammaGammaFitter(penalizer_coef=0.0).fit(bought["x"], bought["m"])
        return {name: float(value) for name, value in model.params_.items()}

    return run


def _lifetimes_predict(columns: Columns) -> Job:
    import lifetimes

    histories = columns["x"], columns["t_x"], columns["T"]
    model = lifetimes.BetaGeoFitter(penalizer_coef=0.0).fit(*histories)

    def run() -> Found:
        model.conditional_probability_alive(*histories)
        expected = model.conditional_expected_number_of_purchases_up_to_time(HORIZON, *histories)
        return {"expected": float(np.sum(expected))}

    return run


# pymc-marketing


def _pymc_summary(orders: Path) -> Job:
    import pandas as pd
    from pymc_marketing.clv.utils import rfm_summary

    frame = pd.read_parquet(orders, columns=["customer_id", "ordered_at", "amount"])

    def run() -> Found:
        summary = rfm_summary(frame, "customer_id", "ordered_at", time_unit="D", time_scaler=7)
        return {"customers": len(summary), "x": float(summary["frequency"].sum())}

    return run


def _pymc_fit(name: str) -> Callable[[Columns], Job]:
    def prepare(columns: Columns) -> Job:
        from pymc_marketing import clv

        frame = _frame(_repeaters(columns) if name == "GammaGammaModel" else columns)

        def run() -> Found:
            model = getattr(clv, name)(data=frame)
            model.fit(method="map", progressbar=False)
            posterior = model.fit_result
            letters = {"GammaGammaModel": "pqv", "BetaGeoModel": ("r", "alpha", "a", "b")}.get(
                name, ("r", "alpha", "s", "beta")
            )
            return {letter: float(posterior[letter].mean()) for letter in letters}

        return run

    return prepare


def _pymc_covariates(columns: Columns) -> Job:
    from pymc_marketing import clv

    traits = _traits(columns)
    frame = _frame(columns).assign(**traits)
    read = {"purchase_covariate_cols": list(traits), "dropout_covariate_cols": list(traits)}

    def run() -> Found:
        model = clv.BetaGeoModel(data=frame, model_config=read)
        model.fit(method="map", progressbar=False)
        found = model.fit_result
        return {name: float(found[name].mean()) for name in ("alpha_scale", "r")}

    return run


# clvkit


def _clvkit_base(columns: Columns) -> Any:
    """Return the table that its models learn from; it is made of a log of orders by default, of columns only so."""
    import pandas as pd
    from clvkit import CustomerBase

    frame = _frame(columns).set_index("customer_id")
    today = pd.Timestamp("2024-12-31")
    return CustomerBase(frame, time_unit="W", observation_period_end=today, has_monetary=True, on_negative="net")


def _clvkit_summary(orders: Path) -> Job:
    import pandas as pd
    from clvkit import CustomerBase

    frame = pd.read_parquet(orders, columns=["customer_id", "ordered_at", "amount"])

    def run() -> Found:
        base = CustomerBase.from_transactions(frame, datetime_col="ordered_at", time_unit="W", collapse="D")
        summary = base.to_pandas()
        return {"customers": len(summary), "x": float(summary["frequency"].sum())}

    return run


def _clvkit_fit(name: str) -> Callable[[Columns], Job]:
    def prepare(columns: Columns) -> Job:
        import clvkit

        base = _clvkit_base(columns)

        def run() -> Found:
            letters = getattr(clvkit, name)().fit(base).params_
            return {{"gamma": "v"}.get(letter, letter): float(value) for letter, value in letters.items()}

        return run

    return prepare


def _clvkit_predict(columns: Columns) -> Job:
    import clvkit

    model = clvkit.BGNBD().fit(_clvkit_base(columns))

    def run() -> Found:
        model.probability_alive()
        return {"expected": float(model.predict(HORIZON).to_pandas().to_numpy()[:, -1].sum())}

    return run


LIBRARIES: dict[str, dict[str, Callable[[Any], Job]]] = {
    "regulars": {
        "summary": _regulars_summary,
        "bg_nbd": _regulars_fit("BetaGeometricNBD"),
        "pareto_nbd": _regulars_fit("ParetoNBD"),
        "gamma_gamma": _regulars_fit("GammaGamma"),
        "predict": _regulars_predict,
        "covariates": _regulars_covariates,
    },
    "lifetimes": {
        "summary": _lifetimes_summary,
        "bg_nbd": _lifetimes_purchases("BetaGeoFitter"),
        "pareto_nbd": _lifetimes_purchases("ParetoNBDFitter"),
        "gamma_gamma": _lifetimes_spend,
        "predict": _lifetimes_predict,
    },
    "pymc-marketing": {
        "summary": _pymc_summary,
        "bg_nbd": _pymc_fit("BetaGeoModel"),
        "pareto_nbd": _pymc_fit("ParetoNBDModel"),
        "gamma_gamma": _pymc_fit("GammaGammaModel"),
        "covariates": _pymc_covariates,
    },
    "clvkit": {
        "summary": _clvkit_summary,
        "bg_nbd": _clvkit_fit("BGNBD"),
        "gamma_gamma": _clvkit_fit("GammaGamma"),
        "predict": _clvkit_predict,
    },
}

if __name__ == "__main__":
    main()
