"""Value by a regression in two parts: it finds a truth that purchases alone do not tell, and says what adds to what."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import spearmanr

from regulars.lifetime.histories import OrdersUnusable, PurchaseSummary, Span
from regulars.lifetime.models import ModelNotFitted
from regulars.lifetime.valuing import RegressionLifetimeValue, RegressionUnusable

Array = NDArray[np.float64]
CUSTOMERS = 3000
END = np.datetime64("2024-12-31")


def shop(*, seed: int) -> tuple[PurchaseSummary, pa.Table]:
    """Return a shop whose app users buy three times as often and whose members spend twice as much, and who is who."""
    random = np.random.default_rng(seed)
    app, member = random.random(CUSTOMERS) < 0.4, random.random(CUSTOMERS) < 0.3
    often = random.poisson(np.where(app, 1.5, 0.5))
    who = np.concatenate([np.arange(CUSTOMERS), np.repeat(np.arange(CUSTOMERS), often)])
    first = random.integers(200, 400, CUSTOMERS)
    ago = np.concatenate([first, random.integers(0, 200, often.sum())])
    money = np.round(random.gamma(5.0, 8.0, who.size) * np.where(member[who], 2, 1), 2)
    orders = pa.table(
        {"customer_id": np.char.mod("c%05d", who), "ordered_at": END - ago.astype("timedelta64[D]"), "amount": money}
    )
    known = pa.table(
        {"member": member, "app": app.astype(float), "customer_id": np.char.mod("c%05d", range(CUSTOMERS))}
    )
    return PurchaseSummary.from_orders(orders, as_of=date(2024, 12, 31)), known


@pytest.fixture(scope="module")
def learned() -> tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table]:
    summary, known = shop(seed=1)
    return RegressionLifetimeValue(horizon=Span(180, "day")).fit(summary, features=known), summary, known


def test_what_only_the_features_know_is_found(
    learned: tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table],
) -> None:
    model, _, _ = learned
    summary, known = shop(seed=2)
    cut = summary.split(date(2024, 7, 4))
    assert cut.spend is not None
    said = model.expected_spend(cut.calibration, features=known)
    assert said.sum() == pytest.approx(cut.spend.sum(), rel=0.08)
    blind = RegressionLifetimeValue(horizon=Span(180, "day")).fit(shop(seed=1)[0]).expected_spend(cut.calibration)
    assert spearmanr(said, cut.spend).statistic > spearmanr(blind, cut.spend).statistic + 0.2
    chances = model.probability_of_purchase(cut.calibration, features=known)
    # Three standard deviations of the difference of two samples of a half.
    assert chances.mean() == pytest.approx((cut.spend > 0).mean(), abs=3 * np.sqrt(2 * 0.25 / CUSTOMERS))


def test_contributions_add_up(learned: tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table]) -> None:
    model, summary, known = learned
    parts = model.contributions(summary, features=known)

    def line(name: str) -> Array:
        columns = [parts[each].to_numpy() for each in parts.column_names if each.startswith(name)]
        return np.asarray(np.sum(columns, axis=0), dtype=np.float64)

    total = expit(line("chance_")) * np.exp(line("money_"))
    assert total == pytest.approx(model.expected_spend(summary, features=known), rel=1e-12)
    is_member = np.asarray(known["member"].to_numpy())
    money = parts["money_member"].to_numpy()
    assert money[is_member].mean() - money[~is_member].mean() == pytest.approx(np.log(2), abs=0.1)


def test_neither_units_nor_the_order_of_features_matter(
    learned: tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table],
) -> None:
    model, summary, known = learned
    turned = known.take(np.random.default_rng(0).permutation(CUSTOMERS))
    moved = turned.set_column(1, "app", pa.array(turned["app"].to_numpy() * 1000 - 5))
    other = RegressionLifetimeValue(horizon=Span(180, "day")).fit(summary, features=moved)
    assert other.expected_spend(summary, features=moved) == pytest.approx(
        model.expected_spend(summary, features=known), rel=1e-6
    )


def test_a_value_is_spread_over_the_horizon_and_discounted(
    learned: tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table],
) -> None:
    model, summary, known = learned
    spend = model.expected_spend(summary, features=known)
    plain = model.lifetime_value(summary, Span(90, "day"), features=known, annual_rate=0, margin=0.5)
    assert plain.value == pytest.approx(spend * 0.25, rel=1e-9)
    dear = model.lifetime_value(summary, Span(90, "day"), features=known, annual_rate=0.5, margin=0.5)
    assert (dear.value < plain.value).all()


def test_what_it_cannot_be_asked_is_said(learned: tuple[RegressionLifetimeValue, PurchaseSummary, pa.Table]) -> None:
    model, summary, known = learned
    with pytest.raises(RegressionUnusable, match="fitted with member"):
        model.expected_spend(summary)
    with pytest.raises(RegressionUnusable, match="lack 2999 of 3000"):
        model.expected_spend(summary, features=known.slice(0, 1))
    with pytest.raises(RegressionUnusable, match="app is no number"):
        model.fit(summary, features=known.set_column(1, "app", pa.array(["yes"] * CUSTOMERS)))
    with pytest.raises(RegressionUnusable, match="customer_id"):
        model.expected_spend(summary, features=known.drop(["customer_id"]))
    with pytest.raises(RegressionUnusable, match="takes 50"):
        RegressionLifetimeValue(horizon=Span(2, "day")).fit(summary)
    with pytest.raises(OrdersUnusable):
        RegressionLifetimeValue().fit(PurchaseSummary.from_columns([1], [2], [3], [10], time_unit="week"))
    with pytest.raises(ModelNotFitted):
        RegressionLifetimeValue().expected_spend(summary)
