"""Values in money: the published ones, the conventions they were made by, and how sure they are."""

from dataclasses import replace

import numpy as np
import pytest

from lifetime.histories import cdnow_summary
from regulars.lifetime import Discounting, PeriodsInvalid, RateInvalid, level_annuity
from regulars.lifetime.histories import PurchaseSummary, QuestionInvalid, Span
from regulars.lifetime.models import (
    BetaGeometricNBD,
    GammaGamma,
    ModelNotFitted,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    PurchaseModel,
)
from regulars.lifetime.valuing import MarginInvalid, PurchasesAndSpend, lifetime_value, total_purchases

TOLD = BetaGeometricNBD.with_parameters(r=0.6, alpha=9.0, a=0.9, b=2.8)
SPENDS = GammaGamma.with_parameters(p=6.0, q=4.0, v=15.0)
PEOPLE = PurchaseSummary.from_columns(
    [3, 0, 1, 900], [20, 0, 2, 1], [30, 30, 30, 2000], [25, np.nan, 80, 10], time_unit="week"
)


def crowd(model: PurchaseModel = TOLD, *, customers: int = 1500) -> PurchaseSummary:
    """Return the histories of people who live by the model and spend alike, however often they buy."""
    lived = model.simulate(customers, seed=8, age=np.linspace(20, 90, customers)).summary
    random = np.random.default_rng(3)
    kinds = 1 / random.gamma(4.0, 1 / 60.0, customers)
    x = np.maximum(lived.frequency, 1)
    return PurchaseSummary.from_columns(
        lived.frequency, lived.recency, lived.T, random.gamma(5.0 * x, kinds / x), time_unit="week"
    )


def test_the_first_customer_of_cdnow_is_worth_36_30_whatever_the_time_unit() -> None:
    everybody = PurchaseSummary.from_columns(*cdnow_summary(), time_unit="week")
    fitted = PurchasesAndSpend().fit(everybody)
    one_per_cent_a_month = 1.01**12 - 1
    worth = fitted.lifetime_value(everybody, annual_rate=one_per_cent_a_month)
    assert round(float(worth.value[0]), 2) == 36.30
    low, high = (float(worth.table[name][0].as_py()) for name in ("value_low", "value_high"))
    assert low < 36.30 < high
    assert worth.dependence == "small"
    assert worth.conventions()["pearson_frequency_spend"] == pytest.approx(0.113884, abs=5e-7)
    in_days = everybody.in_unit("day")
    again = PurchasesAndSpend().fit(in_days).lifetime_value(in_days, annual_rate=one_per_cent_a_month)
    assert again.value == pytest.approx(worth.value, rel=1e-5)


def test_a_value_prints_the_conventions_it_was_made_by() -> None:
    worth = lifetime_value(PEOPLE, purchases=TOLD, spend=20.0, horizon=Span(26, "week"), margin=0.3, annual_rate=0.1)
    assert [line.split(maxsplit=1) for line in str(worth).splitlines()] == [
        ["model", "bg_nbd and 20 a purchase"],
        ["horizon_months", "5.97947"],
        ["days_of_a_month", "30.4375"],
        ["annual_rate", "0.1"],
        ["monthly_rate", "0.00797414"],
        ["paid_at", "month_end"],
        ["margin", "0.3"],
        ["interval", "95% of the expected value"],
        ["time_unit_days", "7"],
        ["first_order", "excluded"],
    ]
    told = worth.conventions()
    assert (told["margin"], told["paid_at"], told["time_unit_days"]) == (0.3, "month_end", 7.0)


def test_a_value_is_discounted_purchases_times_money_times_margin() -> None:
    worth = lifetime_value(PEOPLE, purchases=TOLD, spend=SPENDS, margin=0.25, annual_rate=0.2)
    ahead = TOLD.discounted_purchases(PEOPLE, Discounting(annual_rate=0.2))
    assert worth.value == pytest.approx(ahead * SPENDS.expected_spend(PEOPLE) * 0.25, rel=1e-12)
    assert worth.table["value_low"].null_count == len(PEOPLE)
    # Who was told nothing of amounts is expected to spend what everybody does; who is certainly gone is worth nothing.
    assert worth.table["expected_spend"][1].as_py() == pytest.approx(SPENDS.population_mean())
    assert worth.value[3] == pytest.approx(0, abs=1e-200)
    days = PEOPLE.in_unit("day")
    plain_number, span = (lifetime_value(days, purchases=TOLD, spend=1.0, horizon=h) for h in (182, Span(26, "week")))
    assert plain_number.table.equals(span.table)


def test_a_horizon_of_months_and_a_half_lies_between_those_of_whole_ones() -> None:
    values = [
        lifetime_value(PEOPLE, purchases=TOLD, spend=1.0, horizon=Span(months, "month"), annual_rate=0.3).value[:3]
        for months in (2, 2.5, 3)
    ]
    assert (values[0] < values[1]).all()
    assert (values[1] < values[2]).all()
    plain = lifetime_value(PEOPLE, purchases=TOLD, spend=1.0, horizon=Span(2.5, "month"), annual_rate=0)
    assert plain.value == pytest.approx(TOLD.expected_purchases(PEOPLE, Span(2.5, "month")), rel=1e-12)
    # A level stream, by hand: two months and a half at their ends.
    discounting = Discounting(months=2.5, annual_rate=0.3)
    assert discounting.month_ends_days().tolist() == [30.4375, 60.875, 76.09375]
    assert discounting.factors() == pytest.approx([1.3 ** (-wait / 12) for wait in (1, 2, 2.5)])
    assert Discounting(months=2.5, annual_rate=0.3, paid_at="month_start").factors()[0] == 1
    year = Discounting(annual_rate=0.1)
    assert year.factors().sum() == pytest.approx(level_annuity(1, 1.1 ** (1 / 12) - 1, 12))


@pytest.mark.parametrize("model", [BetaGeometricNBD(), ModifiedBetaGeometricNBD(), ParetoNBD()], ids=lambda m: m.name)
def test_the_interval_holds_the_value_by_the_true_parameters(model: PurchaseModel) -> None:
    parameters = {
        "bg_nbd": {"r": 0.6, "alpha": 9.0, "a": 0.9, "b": 2.8},
        "mbg_nbd": {"r": 0.8, "alpha": 9.0, "a": 0.9, "b": 2.8},
        "pareto_nbd": {"r": 0.8, "alpha": 9.0, "s": 0.9, "beta": 20.0},
    }[model.name]
    truth = type(model).with_parameters(**parameters)
    people = crowd(truth, customers=2000)
    spends = GammaGamma.with_parameters(p=5.0, q=4.0, v=60.0)
    fitted = PurchasesAndSpend(model, GammaGamma()).fit(people).lifetime_value(people, level=0.999)
    low, high = (fitted.table[name].to_numpy() for name in ("value_low", "value_high"))
    true = lifetime_value(people, purchases=truth, spend=spends).value
    assert (low <= fitted.value).all()
    assert (fitted.value <= high).all()
    assert ((low <= true) & (true <= high)).mean() > 0.99
    # And it says something: for the typical customer the ends are no more than a factor of three apart.
    assert np.median(high / low) < 3


def test_the_interval_is_the_one_that_purchases_have_where_money_is_told_and_nothing_is_discounted() -> None:
    people = crowd()
    fitted = BetaGeometricNBD().fit(people)
    worth = lifetime_value(people, purchases=fitted, spend=10.0, annual_rate=0).table
    told = fitted.predict(people, Span(12, "month"))
    for mine, theirs in (
        ("value_low", "expected_low"),
        ("value", "expected_purchases"),
        ("value_high", "expected_high"),
    ):
        assert worth[mine].to_numpy() == pytest.approx(10 * told[theirs].to_numpy(), rel=1e-5)


@pytest.mark.parametrize(("more_a_purchase", "found"), [(0.0, "none"), (20.0, "doubtful")])
def test_spend_that_rises_with_purchases_is_told(more_a_purchase: float, found: str) -> None:
    people = crowd()
    assert people.monetary is not None
    mean = people.monetary + more_a_purchase * people.frequency
    more = PurchaseSummary.from_columns(people.frequency, people.recency, people.T, mean, time_unit="week")
    assert lifetime_value(more, purchases=TOLD, spend=GammaGamma().fit(more)).dependence == found


def test_conventions_that_mean_nothing_are_refused() -> None:
    for margin in (0.0, -1.0, float("nan")):
        with pytest.raises(MarginInvalid):
            lifetime_value(PEOPLE, purchases=TOLD, spend=1.0, margin=margin)
    with pytest.raises(RateInvalid):
        lifetime_value(PEOPLE, purchases=TOLD, spend=1.0, annual_rate=-1)
    with pytest.raises(PeriodsInvalid):
        lifetime_value(PEOPLE, purchases=TOLD, spend=1.0, horizon=Span(0, "month"))
    for level, spend, paid_at in ((95, 1.0, "month_end"), (0.95, -1.0, "month_end"), (0.95, 1.0, "never")):
        with pytest.raises(QuestionInvalid):
            lifetime_value(PEOPLE, purchases=TOLD, spend=spend, level=level, paid_at=paid_at)  # type: ignore[arg-type]
    with pytest.raises(ModelNotFitted):
        PurchasesAndSpend().lifetime_value(PEOPLE)


@pytest.mark.parametrize(
    "model", [TOLD, ParetoNBD.with_parameters(r=0.8, alpha=9.0, s=0.9, beta=20.0)], ids=["bg", "p"]
)
def test_the_doubt_of_a_total_is_that_of_lives_lived(model: PurchaseModel) -> None:
    many = 40_000
    lived = model.simulate(many, seed=5, age=0.0, horizon=39.0)
    found = total_purchases(model, PurchaseSummary.new_customer(), 39.0)
    assert found.sd_of_chance == pytest.approx(lived.purchases.std(), rel=0.05)
    assert found.expected == pytest.approx(lived.purchases.mean(), abs=4 * found.sd_of_chance / np.sqrt(many))
    everybody = replace(PurchaseSummary.new_customer(), weight=np.array([float(many)]))
    total = total_purchases(model, everybody, 39.0)
    assert total.sd_of_chance == pytest.approx(found.sd_of_chance * np.sqrt(many), rel=1e-9)
    assert total.high - total.expected == pytest.approx(1.6448536 * total.sd_of_chance) == total.expected - total.low
    assert np.isnan(total.sd_of_parameters)


def test_what_is_not_known_of_parameters_moves_everybody_alike() -> None:
    people = crowd()
    model = BetaGeometricNBD().fit(people)
    half = replace(people, weight=np.full(len(people), 0.5))
    whole, part = total_purchases(model, people, 39.0), total_purchases(model, half, 39.0)
    assert part.sd_of_parameters == pytest.approx(whole.sd_of_parameters / 2, rel=1e-9)
    assert part.sd_of_chance == pytest.approx(whole.sd_of_chance / np.sqrt(2), rel=1e-9)
    assert whole.expected == pytest.approx(model.expected_purchases(people, 39.0).sum(), rel=1e-12)
    assert total_purchases(model, people, 0.0).high == 0
    nobody = PurchaseSummary.from_columns([], [], [], time_unit="week")
    assert total_purchases(model, nobody, 39.0).high == 0
