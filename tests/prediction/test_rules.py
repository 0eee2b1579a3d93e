"""The plain rules, against counting by hand."""

import numpy as np
import pytest

from prediction.shoppers import TEST, shoppers, told
from regulars.engines import Engine
from regulars.prediction._known import Observed, observed
from regulars.prediction._rules import RULES, by_rule, calibrated, score


def seen(engine: Engine, **columns: list[float]) -> Observed:
    """Return customers of whom the given figures are known."""
    people = len(next(iter(columns.values())))
    figures = shoppers(people, seed=1) | {name: np.array(values, dtype=float) for name, values in columns.items()}
    bought = (np.arange(people) % 2).astype(float)
    return observed(engine, [told(engine, figures, bought=bought, cutoff=TEST)], scratch="by_hand")


def test_equal_values_share_the_percentile_of_their_mid_rank(engine: Engine) -> None:
    rows = seen(
        engine,
        repeat_count=[0, 0, 0, 1, 2],
        days_since_last=[10, 20, 20, 30, 5],
        spend_total=[5, 5, 5, 5, 5],
    )
    assert rows.columns["frequency_rank"].tolist() == pytest.approx([0.3, 0.3, 0.3, 0.7, 0.9])
    assert rows.columns["recency_rank"].tolist() == pytest.approx([0.7, 0.4, 0.4, 0.1, 0.9])
    assert rows.columns["monetary_rank"].tolist() == pytest.approx([0.5] * 5)
    assert score("rfm", rows.columns).tolist() == pytest.approx([1.5, 1.2, 1.2, 1.3, 2.3])


def test_the_hiatus_is_told_in_own_gaps_and_without_one_in_the_usual_gap(engine: Engine) -> None:
    rows = seen(engine, days_since_last=[40, 40, 40, 40], gap_mean_days=[10, 20, 30, np.nan])
    assert score("hiatus", rows.columns).tolist() == pytest.approx([-4, -2, -40 / 30, -2])


def test_where_nobody_has_a_gap_the_hiatus_is_recency(engine: Engine) -> None:
    rows = seen(engine, days_since_last=[40, 3, 8], gap_mean_days=[np.nan] * 3)
    assert score("hiatus", rows.columns).tolist() == score("recency", rows.columns).tolist() == [-40, -3, -8]


def test_who_never_bought_is_no_observation(engine: Engine) -> None:
    rows = seen(engine, order_count=[1, 0, 2], days_since_last=[7, 8, 9])
    assert rows.customer_ids.tolist() == ["c00000", "c00002"]
    assert rows.columns["recency_rank"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("name", RULES)
def test_a_calibrated_rule_keeps_its_order_and_says_as_many_purchases_as_there_were(engine: Engine, name: str) -> None:
    people = shoppers(400, seed=2)
    bought = (np.argsort(np.argsort(people["days_since_last"])) < 130).astype(float)
    rows = observed(engine, [told(engine, people, bought=bought, cutoff=TEST)], scratch="calibrated")
    said = by_rule(calibrated(name, rows), rows.columns)
    order = np.argsort(score(name, rows.columns), kind="stable")
    assert (np.diff(said[order]) >= 0).all()
    assert said.mean() == pytest.approx(bought.mean(), abs=0.01)
