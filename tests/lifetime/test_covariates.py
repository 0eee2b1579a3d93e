"""Covariates: each customer has parameters of their own, and what is known of them says which."""

from copy import copy
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lifetime.histories import slope_by_differences
from regulars.backtest import Resampling
from regulars.lifetime.comparing import compare
from regulars.lifetime.histories import CovariatesUnusable, HistoryInvalid, PurchaseSummary, Span
from regulars.lifetime.models import (
    BetaGeometricNBD,
    CovariatesInvalid,
    ModifiedBetaGeometricNBD,
    ParametersInvalid,
    ParetoNBD,
    PurchaseModel,
)
from regulars.lifetime.models._with_covariates import ModelWithCovariates
from regulars.lifetime.valuing import PurchasesAndSpend, lifetime_value

Array = NDArray[np.float64]

TRUTHS: dict[str, tuple[type[ModelWithCovariates], dict[str, float], dict[str, float]]] = {
    "bg_nbd": (
        BetaGeometricNBD,
        {"r": 0.8, "alpha": 9.0, "a": 0.9, "b": 2.8},
        {"gamma_purchase_web": 0.5, "gamma_dropout_a_web": -0.6, "gamma_dropout_b_web": 0.3},
    ),
    "mbg_nbd": (
        ModifiedBetaGeometricNBD,
        {"r": 0.8, "alpha": 9.0, "a": 0.9, "b": 2.8},
        {"gamma_purchase_web": 0.5, "gamma_dropout_a_web": -0.6, "gamma_dropout_b_web": 0.3},
    ),
    "pareto_nbd": (
        ParetoNBD,
        {"r": 0.8, "alpha": 9.0, "s": 0.9, "beta": 20.0},
        {"gamma_purchase_web": 0.5, "gamma_dropout_web": -0.6},
    ),
}
every_model = pytest.mark.parametrize("name", TRUTHS)
MANY, FEW = 1500, 100


@cache
def lived(name: str, customers: int = MANY) -> PurchaseSummary:
    """Return customers, half of them from the web, who live by their own parameters."""
    kind, letters, gammas = TRUTHS[name]
    web = np.arange(customers) % 2
    ages = np.linspace(20, 150, customers).round(1)
    return (
        kind.with_parameters(**letters, **gammas).simulate(customers, seed=3, age=ages, covariates={"web": web}).summary
    )


@cache
def fitted(name: str) -> ModelWithCovariates:
    return TRUTHS[name][0](covariates=("web",)).fit(lived(name))


def answers(model: PurchaseModel, summary: PurchaseSummary) -> dict[str, Array]:
    told = model.predict(summary, 12)
    found = {each: told[each].to_numpy() for each in told.column_names if each != "customer_id"}
    found["residual"] = model.discounted_residual_transactions(summary, 0.1)
    found["twice"] = model.probability_of_count(summary, 2, 12)
    return found


def with_covariates(summary: PurchaseSummary, **covariates: Array) -> PurchaseSummary:
    return PurchaseSummary.from_columns(
        summary.frequency, summary.recency, summary.T, weight=summary.weight, time_unit="week", covariates=covariates
    )


@every_model
def test_who_was_simulated_is_recovered(name: str) -> None:
    known, (kind, letters, gammas) = lived(name, 6000), TRUTHS[name]
    found = kind(covariates=("web",)).fit(known)
    assert list(found.parameters_) == [*letters, *gammas]
    for parameter, truth in (letters | gammas).items():
        assert abs(found.parameters_[parameter] - truth) < 3 * found.standard_errors_[parameter], parameter
    errors = np.sqrt(np.diag(found.covariance_))
    assert errors == pytest.approx(list(found.standard_errors_.values()), rel=1e-9)
    # Coefficients that are there are worth their degrees of freedom, and others cannot be: the likelihood is the same.
    assert found.bic_ < kind().fit(known).bic_


@every_model
def test_each_customer_is_answered_by_their_own_parameters(name: str) -> None:
    kind, letters, gammas = TRUTHS[name]
    model, known = kind.with_parameters(**letters, **gammas), lived(name, FEW)
    web = known.covariates["web"] == 1
    own = dict(letters)
    for parameter, gamma in gammas.items():
        letter, sign = kind.acts[parameter.removeprefix("gamma_").removesuffix("_web")]
        own[letter] = letters[letter] * float(np.exp(sign * gamma))
    mixed = answers(model, known)
    for told, who in ((letters, ~web), (own, web)):
        rows = PurchaseSummary.from_columns(known.frequency[who], known.recency[who], known.T[who], time_unit="week")
        for answer, values in answers(kind.with_parameters(**told), rows).items():
            assert mixed[answer][who] == pytest.approx(values, rel=1e-9, abs=1e-12, nan_ok=True), answer
    # The interval of the expectation is that of a delta method by differences, over parameters and coefficients.
    found, one = fitted(name), PurchaseSummary.new_customer(covariates={"web": 1.0})

    def expected(point: Array) -> Array:
        moved = dict(zip(found.parameters_, [*np.exp(point[:4]), *point[4:]], strict=True))
        return np.log(kind.with_parameters(**moved).expected_purchases(one, 12))

    values = np.array(list(found.parameters_.values()))
    slopes = slope_by_differences(expected, np.append(np.log(values[:4]), values[4:]), 1e-4)[:, 0]
    doubt = np.sqrt(slopes @ np.array(found.fit_.log_covariance) @ slopes)
    told_one = found.predict(one, 12, level=0.95).to_pylist()[0]
    low = told_one["expected_purchases"] * np.exp(-1.959964 * doubt)
    assert told_one["expected_low"] == pytest.approx(low, rel=1e-5)


@every_model
def test_coefficients_of_zero_change_nothing(name: str) -> None:
    kind, letters, gammas = TRUTHS[name]
    plain, zero = kind.with_parameters(**letters), kind.with_parameters(**letters, **dict.fromkeys(gammas, 0.0))
    told = answers(zero, lived(name, FEW))
    for answer, values in answers(plain, lived(name, FEW)).items():
        assert told[answer] == pytest.approx(values, rel=1e-9, abs=1e-13, nan_ok=True)


@every_model
@settings(max_examples=20, deadline=None)
@given(point=st.lists(st.floats(-1.5, 1.5), min_size=8, max_size=8), seed=st.integers(0, 99))
def test_slopes_are_those_of_differences(name: str, point: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    x = random.poisson(1.5, 6).astype(np.float64)
    age = random.uniform(0.1, 2, 6)
    t_x = np.where(x > 0, random.uniform(0, 1, 6) * age, 0.0)
    model = TRUTHS[name][0](purchase_covariates=("web", "age"), dropout_covariates=("age",))
    traits, at = random.normal(size=(2, 6)), np.array(point[: 4 + len(model._effects().names)])
    likelihood = model._likelihood_of(x, t_x, age, *traits, random.uniform(0.5, 3, 6))
    gradient = likelihood.slope(at)[1]
    assert gradient == pytest.approx(
        slope_by_differences(lambda here: likelihood.slope(here)[0], at), rel=1e-5, abs=1e-7
    )
    curvature = slope_by_differences(lambda here: likelihood.slope(here)[1], at)
    assert likelihood.curvature(at) == pytest.approx(curvature, rel=1e-5, abs=1e-6)
    # Without effect it is the likelihood of the model without covariates.
    at[4:] = 0
    alone = model._likelihood(x, t_x, age, np.ones(6)).slope(at[:4])
    ours = model._likelihood_of(x, t_x, age, *traits, np.ones(6)).slope(at)
    assert ours[0] == pytest.approx(alone[0], rel=1e-11)
    assert ours[1][:4] == pytest.approx(alone[1], rel=1e-9, abs=1e-12)


@every_model
def test_units_and_zeros_of_a_covariate_say_nothing_and_neither_does_the_order_of_rows(name: str) -> None:
    known, plain, (kind, letters, _) = lived(name), fitted(name), TRUTHS[name]
    web = known.covariates["web"]
    turned = np.random.default_rng(1).permutation(MANY)
    rows = PurchaseSummary.from_columns(
        known.frequency[turned], known.recency[turned], known.T[turned], time_unit="week",
        covariates={"web": (500 + 40 * web)[turned]},
    )  # fmt: skip
    moved = kind(covariates=("web",)).fit(rows)
    for parameter, value in plain.parameters_.items():
        gamma = parameter.startswith("gamma_")
        if gamma:
            assert moved.parameters_[parameter] * 40 == pytest.approx(value, rel=1e-6, abs=1e-8)
            assert moved.standard_errors_[parameter] * 40 == pytest.approx(plain.standard_errors_[parameter], rel=1e-4)
    assert moved.parameters_["r"] == pytest.approx(plain.parameters_["r"], rel=1e-7)
    assert moved.parameters_["alpha"] != pytest.approx(plain.parameters_["alpha"], rel=0.5)
    assert moved.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-12)
    some = lived(name, FEW)
    theirs = answers(moved, with_covariates(some, web=500 + 40 * some.covariates["web"]))
    for answer, values in answers(plain, some).items():
        assert theirs[answer] == pytest.approx(values, rel=1e-5, abs=1e-9), answer
    assert letters.keys() < plain.parameters_.keys()


def test_weights_are_repetitions() -> None:
    known = lived("bg_nbd", 600)
    times = np.arange(600) % 3
    columns = known.frequency, known.recency, known.T
    age = np.linspace(-3, 3, 600) ** 2
    weighted = PurchaseSummary.from_columns(*columns, weight=times, time_unit="week", covariates={"age": age})
    repeated = PurchaseSummary.from_columns(
        *(np.repeat(column, times) for column in columns), time_unit="week", covariates={"age": np.repeat(age, times)}
    )
    one, other = (ModifiedBetaGeometricNBD(purchase_covariates=("age",)).fit(each) for each in (weighted, repeated))
    assert list(one.parameters_) == ["r", "alpha", "a", "b", "gamma_purchase_age"]
    assert list(one.parameters_.values()) == pytest.approx(list(other.parameters_.values()), rel=1e-6)
    assert one.bic_ == pytest.approx(other.bic_, rel=1e-10)


def test_a_penalty_is_on_coefficients_of_standard_covariates_and_on_the_average_customer() -> None:
    known, far = lived("bg_nbd", 600), []
    for l2 in (0.0, 0.01, 0.1, 10.0):
        r, alpha, a, b, *gammas = BetaGeometricNBD(covariates=("web",), l2=l2).fit(known).parameters_.values()
        half = np.array(gammas) / 2  # half of them are from the web, so that one half is the standard deviation too
        average = np.log([r, alpha / known.T.mean(), a, b]) + np.array([0, -half[0], *half[1:]])
        far.append(float((average**2).sum() + (half**2).sum()))
    assert far == sorted(far, reverse=True)
    assert far[-1] < 0.1
    assert far[0] > 1


@every_model
def test_values_and_comparisons_take_models_with_covariates(name: str) -> None:
    known, found = lived(name), fitted(name)
    worth = PurchasesAndSpend(TRUTHS[name][0](covariates=("web",)), spend=10.0).fit(known).lifetime_value(known).table
    assert (worth["value_low"].to_numpy() <= worth["value"].to_numpy()).all()
    assert (worth["value"].to_numpy() <= worth["value_high"].to_numpy() * (1 + 1e-12)).all()
    for web in (0.0, 1.0):
        own = known.covariates["web"] == web
        alone = with_covariates(known, web=np.full(MANY, web))
        value = lifetime_value(alone, purchases=found, spend=10.0).table
        for column in ("value", "value_low", "value_high"):
            assert worth[column].to_numpy()[own] == pytest.approx(value[column].to_numpy()[own], rel=1e-6)
        assert value["expected_purchases"].to_numpy() == pytest.approx(
            found.expected_purchases(alone, Span(12, "month"))
        )


def test_a_log_of_orders_takes_covariates_and_models_are_compared_on_it() -> None:
    first, random, rows = date(2023, 1, 2), np.random.default_rng(6), []
    for who in range(300):
        day, rate, leaving = float(random.uniform(0, 300)), random.gamma(1.0, 1 / 40.0), random.beta(1, 4)
        while day < 600:
            rows.append((f"c{who:03}", first + timedelta(days=int(day))))
            day += random.exponential(1 / rate) / (3 if who % 2 else 1)
            if random.random() < leaving:
                break
    names, days = zip(*rows, strict=True)
    table = pa.table(
        {"customer_id": [f"c{who:03}" for who in range(350)][::-1], "web": [who % 2 for who in range(350)][::-1]}
    )
    log = pa.table({"customer_id": names, "ordered_at": days})
    summary = PurchaseSummary.from_orders(log, as_of=first + timedelta(days=600), covariates=table)
    assert summary.covariates["web"].tolist() == [who % 2 for who in range(300)]
    calibration = summary.in_unit("day").split(first + timedelta(days=150)).calibration
    assert calibration.customer_id is not None
    assert calibration.covariates["web"].tolist() == [int(who[1:]) % 2 for who in calibration.customer_id.to_pylist()]
    found = compare([BetaGeometricNBD(purchase_covariates=("web",))], summary, first + timedelta(days=450),
                    resampling=Resampling(draws=10))  # fmt: skip
    assert not found.left_out
    assert "bg_nbd" in {trial.name for trial in found.verdict.trials}
    for wrong, problem in (
        (table.slice(150), "100 of 300 customers are not in the table, the first is c200"),
        (pa.concat_tables([table, table]), "more than once"),
        (table.rename_columns(["who", "web"]), "no column customer_id"),
        (table.append_column("kind", pa.array(["x"] * 350)), "kind is string"),
    ):
        with pytest.raises(CovariatesUnusable, match=problem):
            PurchaseSummary.from_orders(log, covariates=wrong)
    gap = pa.table({"customer_id": table["customer_id"], "web": pa.array([*range(349), None])})
    with pytest.raises(HistoryInvalid, match=r"Row 0.*web is missing"):
        PurchaseSummary.from_orders(log, covariates=gap)


def test_what_cannot_be_read_is_refused_by_its_name() -> None:
    known = lived("bg_nbd")
    for model in (BetaGeometricNBD(covariates=("age",)), fitted("bg_nbd")):
        other = with_covariates(known, channel=known.T)
        with pytest.raises(CovariatesInvalid, match=r"lacks (age|web) \(it has channel\)"):
            copy(model).fit(other)
    with pytest.raises(CovariatesInvalid, match=r"lacks web \(it has none\)"):
        fitted("bg_nbd").predict(PurchaseSummary.new_customer(), 12)
    with pytest.raises(CovariatesInvalid, match="lacks web"):
        fitted("bg_nbd").simulate(3, seed=1, age=5.0)
    for column in (np.full(MANY, 0.1), 1e9 + known.covariates["web"]):
        with pytest.raises(CovariatesInvalid, match="web is the same for everybody"):
            BetaGeometricNBD(covariates=("web",)).fit(with_covariates(known, web=column))
    for names in ("web", ("web", "web")):
        with pytest.raises(CovariatesInvalid, match="each of them once"):
            BetaGeometricNBD(covariates=names).fit(known)
    for ages, problem in (
        ([1.0, np.nan], "Row 1: the covariate age"),
        ([1.0], "1 values of age for 2"),
        (["old", "young"], "age holds no numbers"),
    ):
        with pytest.raises(HistoryInvalid, match=problem):
            PurchaseSummary.from_columns([1, 2], [1, 1], [5, 5], time_unit="week", covariates={"age": np.array(ages)})
    letters = TRUTHS["bg_nbd"][1]
    for gammas in ({"gamma_dropout_a_web": 0.1}, {"gamma_purchase_web": np.nan}, {"gamma_web": 0.1}):
        with pytest.raises(ParametersInvalid):
            BetaGeometricNBD.with_parameters(**letters, **gammas)
