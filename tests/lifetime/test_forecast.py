"""The models learned from the table of features and put to everybody in it."""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

import cast
from feature_rows import by_customer
from lifetime.histories import CDNOW_LAST_DAY, cdnow_orders, simulated, simulated_spend
from regulars import features
from regulars.core import MONEY
from regulars.engines import Engine
from regulars.lifetime import (
    Discounting,
    forecast,
    learn,
)
from regulars.lifetime._forecast import FORECAST_SCHEMA, forecast_batches
from regulars.lifetime.histories import PurchaseSummary, Span
from regulars.lifetime.models import BetaGeometricNBD, ContinuousModel, GammaGamma, ModelNotFitted

FIGURES = ("expected_orders", "p_alive", "value", "value_low", "value_high")
YEAR = Discounting()

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("order_count", pa.int64()),
        ("repeat_count", pa.int64()),
        ("age_at_last_days", pa.int64()),
        ("tenure_days", pa.int64()),
        ("margin_total", MONEY),
        ("spend_total", MONEY),
        ("may_profile", pa.bool_()),
    ]
)


def crowd(*, customers: int = 400, seed: int = 1) -> list[dict[str, object]]:
    """Return features of people who live by the models, two in ten of them without a cost."""
    x, t_x, age, _ = simulated((0.6, 9.0, 0.9, 2.8), customers=customers, ages=(5, 150), seed=seed)
    _, mean = simulated_spend((4.0, 3.5, 60.0), customers=customers, seed=seed)
    rows = []
    for place in range(customers):
        days = round(age[place] * 7)
        money = Decimal(f"{mean[place] * (x[place] + 1):.2f}")
        rows.append(
            person(
                f"p{place:04}",
                repeats=int(x[place]),
                last=max(1, min(days, round(t_x[place] * 7))) if x[place] else 0,
                days=days,
                spend=money,
                margin=None if place % 5 == 0 else money / 2,
            )
        )
    return rows


def person(
    who: str, *, repeats: int, last: int, days: int, spend: object = 100, margin: object = None, **more: object
) -> dict[str, object]:
    return {
        "customer_id": who,
        "order_count": repeats + 1,
        "repeat_count": repeats,
        "age_at_last_days": last,
        "tenure_days": days,
        "margin_total": margin if margin is None else Decimal(str(margin)),
        "spend_total": Decimal(str(spend)),
        "may_profile": True,
        **more,
    }


def load(engine: Engine, rows: Iterable[dict[str, object]]) -> None:
    engine.load("features", pa.Table.from_pylist(list(rows), schema=SCHEMA))


def forecasts(
    engine: Engine, rows: list[dict[str, object]], models: tuple[ContinuousModel, GammaGamma]
) -> dict[str, dict[str, object]]:
    load(engine, rows)
    purchases, margins = models
    forecast(engine, forecast_batches(purchases, margins, discounting=YEAR), margin_share=0.5)
    return by_customer(engine, "forecast")


def number(row: dict[str, object], name: str) -> float:
    value = row[name]
    assert isinstance(value, float)
    return value


@pytest.fixture
def models(engine: Engine) -> tuple[ContinuousModel, GammaGamma]:
    load(engine, crowd())
    return learn(engine, margin_share=0.5)


def test_everybodys_figures_are_those_of_the_models(engine: Engine, models: tuple[ContinuousModel, GammaGamma]) -> None:
    rows = crowd()
    found = forecasts(engine, rows, models)
    purchases, margins = models
    assert purchases.fit_.is_usable
    assert margins.fit_.is_usable
    for row in rows[:40]:
        x, t_x, age = (int(str(row[name])) for name in ("repeat_count", "age_at_last_days", "tenure_days"))
        margin = float(str(row["spend_total"])) / 2 / (x + 1)  # half of the spend, told or taken
        history = PurchaseSummary.from_columns([x], [t_x], [age], [margin], time_unit="day", first_order="included")
        ahead = found[str(row["customer_id"])]
        assert ahead["forecast_reason"] is None
        assert ahead["p_alive"] == pytest.approx(purchases.probability_alive(history)[0])
        assert ahead["expected_orders"] == pytest.approx(purchases.expected_purchases(history, Span(12, "month"))[0])
        worth = purchases.discounted_purchases(history, YEAR) * margins.expected_spend(history)
        assert ahead["value"] == pytest.approx(worth[0])
        assert number(ahead, "value_low") < number(ahead, "value") < number(ahead, "value_high")


def test_the_interval_is_that_of_draws_of_the_parameters(
    engine: Engine, models: tuple[ContinuousModel, GammaGamma]
) -> None:
    found = forecasts(
        engine, [person("ana", repeats=5, last=300, days=330), person("cy", repeats=0, last=0, days=20)], models
    )
    random = np.random.default_rng(6)
    drawn = [
        np.exp(random.multivariate_normal(np.log(model.theta()), np.array(model.fit_.log_covariance), 1500))
        for model in models
    ]
    for who, x, t_x, age in (("ana", 5, 300, 330), ("cy", 0, 0, 20)):
        mean = 100 * 0.5 / (x + 1)
        history = PurchaseSummary.from_columns([x], [t_x], [age], [mean], time_unit="day", first_order="included")
        worths = [
            BetaGeometricNBD.with_parameters(r=r, alpha=alpha, a=a, b=b).discounted_purchases(history, YEAR)[0]
            * GammaGamma.with_parameters(p=p, q=q, v=v).expected_spend(history)[0]
            for (r, alpha, a, b), (p, q, v) in zip(*drawn, strict=True)
        ]
        spread = np.std(np.log(worths))
        stated = np.log(number(found[who], "value_high") / number(found[who], "value_low")) / (2 * 1.959963984540054)
        assert stated == pytest.approx(spread, rel=0.15)


def test_nobody_is_worth_more_than_if_they_were_certainly_still_there(
    engine: Engine, models: tuple[ContinuousModel, GammaGamma]
) -> None:
    gone = forecasts(engine, [person("bo", repeats=60, last=120, days=1000)], models)["bo"]
    there = forecasts(engine, [person("ana", repeats=60, last=1000, days=1000)], models)["ana"]
    assert number(gone, "p_alive") < 1e-6
    assert 0 <= number(gone, "value_low") <= number(gone, "value") <= number(gone, "value_high")
    assert number(gone, "value_high") < number(there, "value_high")


def test_a_buyer_gone_for_good_has_finite_figures(engine: Engine, models: tuple[ContinuousModel, GammaGamma]) -> None:
    gone = forecasts(engine, [person("bo", repeats=1000, last=1001, days=8000)], models)["bo"]
    assert [gone[name] for name in FIGURES] == [0.0] * len(FIGURES)


def test_ed_who_withdrew_consent_teaches_nothing_and_is_told_nothing(
    engine: Engine, models: tuple[ContinuousModel, GammaGamma]
) -> None:
    rows = crowd()
    ed = [person(f"ed{i}", repeats=90, last=95, days=99, may_profile=maybe) for i, maybe in enumerate((False, None))]
    load(engine, rows + ed)
    again = learn(engine, margin_share=0.5)
    assert [model.fit_ for model in again] == [model.fit_ for model in models]
    found = forecasts(engine, [*ed, rows[0]], models)
    for who in ("ed0", "ed1"):
        assert found[who] == {**dict.fromkeys(FIGURES), "customer_id": who, "forecast_reason": "no_consent"}


def test_who_never_bought_has_no_forecast(engine: Engine, models: tuple[ContinuousModel, GammaGamma]) -> None:
    lee = person("lee", repeats=0, last=0, days=50, spend=0, order_count=0) | {"age_at_last_days": None}
    found = forecasts(engine, [lee], models)["lee"]
    assert found == {**dict.fromkeys(FIGURES), "customer_id": "lee", "forecast_reason": "no_orders"}


def test_the_order_of_the_rows_changes_nothing(engine: Engine, models: tuple[ContinuousModel, GammaGamma]) -> None:
    rows = crowd()
    once = forecasts(engine, rows, models)
    assert forecasts(engine, rows[::-1], models) == once
    again = learn(engine, margin_share=0.5)
    assert [model.fit_ for model in again] == [model.fit_ for model in models]


def test_told_parameters_have_no_interval(engine: Engine) -> None:
    told = (
        BetaGeometricNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426),
        GammaGamma.with_parameters(p=6.25, q=3.74, v=15.44),
    )
    ana = forecasts(engine, [person("ana", repeats=2, last=213, days=272)], told)["ana"]
    assert number(ana, "value") > 0
    assert (ana["value_low"], ana["value_high"]) == (None, None)


def test_an_empty_shop_has_an_empty_table_and_models_that_say_why(engine: Engine) -> None:
    load(engine, [])
    purchases, margins = learn(engine, margin_share=1.0)
    assert (purchases.fit_.reason, margins.fit_.reason) == ("too_few_customers", "too_few_repeaters")
    with pytest.raises(ModelNotFitted):
        forecast_batches(purchases, margins, discounting=YEAR)
    told = (
        BetaGeometricNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426),
        GammaGamma.with_parameters(p=6.25, q=3.74, v=15.44),
    )
    assert forecasts(engine, [], told) == {}
    assert engine.columns("forecast") == tuple(FORECAST_SCHEMA.names)


def test_cdnow_has_its_published_parameters_through_the_table_of_features(engine: Engine) -> None:
    bought = cdnow_orders()
    orders = [cast.order(who, (CDNOW_LAST_DAY - day).days, amount, ordered_at=None) for who, day, amount in bought]
    # The last of a dictionary's equal keys stays: the first day, where the days go backwards.
    first_days = {who: day for who, day, _ in sorted(bought, key=lambda order: order[1], reverse=True)}
    people = [cast.person(who, first_day=cast.AS_OF - (CDNOW_LAST_DAY - first)) for who, first in first_days.items()]
    cast.load(engine, {"orders": orders, "customers": people})
    features.build(engine, as_of=cast.AS_OF)
    purchases, _ = learn(engine, margin_share=1.0)
    assert purchases.theta() == pytest.approx([0.242595, 4.413602, 0.792922, 2.425907], rel=5e-6)
    assert purchases.fit_.log_likelihood == pytest.approx(-9582.4292, abs=5e-5)
