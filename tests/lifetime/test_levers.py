"""What a tenth more or less of each lever adds to the value of the base."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import roots_jacobi

import cast
from feature_rows import buyer, by_customer, load, someone
from lifetime.test_rule_in_use import crowd
from regulars.core import MONEY, Figure, Interval, Settings
from regulars.engines import Engine, pa
from regulars.lifetime import Discounting, Learned, Rule, add, level_annuity
from regulars.lifetime.economics import Lever, Levers, levers
from regulars.lifetime.models._bg_nbd_formulas import purchases_while_alive

SETTINGS = Settings()
NDArray = npt.NDArray[np.float64]
Theta = tuple[float, float, float, float]
TOUCHES = pa.schema([("customer_id", pa.string()), ("local_day", pa.date32()), ("cost", MONEY)])


def base_of(engine: Engine, *, doubt: float = 0.1) -> Figure:
    values = [row["lifetime_value"] for row in by_customer(engine, "lifetime").values()]
    known = [float(str(value)) for value in values if value is not None]
    total = sum(known)
    interval = Interval(low=(1 - doubt) * total, high=(1 + doubt) * total, method="normal")
    return Figure(name="base_value", unit="money", value=total, base=len(known), interval=interval)


def touched(engine: Engine, *rows: tuple[str, int, str]) -> None:
    """Put touches into the engine: whom, how many days ago, at what cost."""
    told = [
        {"customer_id": who, "local_day": cast.AS_OF - timedelta(days=ago), "cost": Decimal(cost)}
        for who, ago, cost in rows
    ]
    engine.load("touches", pa.Table.from_pylist(told, schema=TOUCHES))


def asked(engine: Engine, rule: Rule = "plain", learned: Learned | None = None) -> Levers:
    return levers(engine, base=base_of(engine), rule=rule, learned=learned, settings=SETTINGS, as_of=cast.AS_OF)


def lever(found: Levers, name: str) -> Lever:
    return next(one for one in found.levers if one.lever == name)


def test_by_the_plain_rule_a_tenth_more_is_a_tenth_more(engine: Engine) -> None:
    load(engine, [buyer("ana", orders=4, spend=400), buyer("bo", spend=800)])
    touched(engine)
    add(engine, settings=SETTINGS)
    found = asked(engine)
    assert found.base_value == pytest.approx(1140.05, abs=0.01)  # 1,200 a year, as the formulas' page has it
    for name in ("purchase_rate", "margin"):
        one = lever(found, name)
        assert one.share == pytest.approx(0.1)
        assert (one.gain, one.gain_low, one.gain_high) == pytest.approx((114.005, 102.604, 125.405), abs=0.01)
    longer = level_annuity(100, 1.1 ** (1 / 12) - 1, 13.2) - level_annuity(100, 1.1 ** (1 / 12) - 1, 12)
    assert lever(found, "duration").gain == pytest.approx(longer, rel=1e-9)
    cheaper = level_annuity(100, 1.09 ** (1 / 12) - 1, 12) - level_annuity(100, 1.1 ** (1 / 12) - 1, 12)
    assert lever(found, "discount_rate").gain == pytest.approx(cheaper, rel=1e-9)


def test_without_recorded_costs_nothing_is_said_of_serving_for_less(engine: Engine) -> None:
    load(engine, [buyer("ana")])
    touched(engine)
    add(engine, settings=SETTINGS)
    found = asked(engine)
    assert found.cost_to_serve is None
    assert found.levers[-1] == Lever(lever="cost_to_serve", change=-0.1, gain=None, reason="no_costs_recorded")


def test_serving_for_less_counts_the_last_year_of_those_who_have_a_value(engine: Engine) -> None:
    load(engine, [buyer("ana", spend=1200), someone("visitor")])
    touched(engine, ("ana", 10, "20"), ("ana", 300, "40"), ("ana", 365, "999"), ("visitor", 5, "999"))
    add(engine, settings=SETTINGS)
    found = asked(engine)
    year = level_annuity(60 / 12, 1.1 ** (1 / 12) - 1, 12)
    assert found.cost_to_serve == pytest.approx(year)
    one = lever(found, "cost_to_serve")
    assert one.gain == pytest.approx(year / 10)
    assert one.gain_low is not None
    assert one.gain_high is not None
    assert one.gain_low < year / 10 < one.gain_high
    # Serving in later months weighs more at a lower rate: 60 a year off 1,200.
    touched(engine)
    without = lever(asked(engine), "discount_rate").gain
    assert without is not None
    assert lever(found, "discount_rate").gain == pytest.approx(without * 1140 / 1200)


def ahead(theta: Theta, x: float, age: float, ends: NDArray, *, rate: float, leave: float) -> NDArray:
    """Return E[Y(t)] of who is still a customer, his rate and his chance to leave times so much, by quadrature."""
    r, alpha, a, b = theta
    nodes, weights = roots_jacobi(60, b + x - 1, a - 1)  # the density of beta(a, b + x) on -1 to 1
    left = leave * (1 + nodes) / 2
    gone = ((alpha + age) / (alpha + age + rate * np.outer(ends, left))) ** (r + x)
    return np.asarray(((1 - gone) / left) @ weights / weights.sum())


def test_by_the_models_rate_and_drop_out_are_what_an_integral_says(engine: Engine) -> None:
    load(engine, crowd())
    touched(engine)
    learned = add(engine, settings=SETTINGS, rule="bg_nbd")
    assert learned is not None
    theta: Theta = tuple(learned.purchases.parameters.values())  # type: ignore[assignment]
    paid = Discounting.of(SETTINGS)
    ends, weights = paid.month_ends_days() / 7, paid.weights_of_totals()
    # Of one customer alone, so that its cell is the customer.
    load(engine, [buyer("ana", orders=4, spend=200, silent=20, age_at_last_days=280, tenure_days=300)])
    engine.run(
        "SELECT customer_id, CAST(100 AS DOUBLE) AS lifetime_value, 'bg_nbd' AS lifetime_rule FROM features",
        into="lifetime",
    )
    found = asked(engine, "bg_nbd", learned)
    usual = ahead(theta, 3, 300 / 7, ends, rate=1, leave=1) @ weights
    for name, changed in (("purchase_rate", {"rate": 1.1, "leave": 1.0}), ("dropout", {"rate": 1.0, "leave": 0.9})):
        share = ahead(theta, 3, 300 / 7, ends, **changed) @ weights / usual - 1
        assert lever(found, name).share == pytest.approx(share, rel=1e-6)
    assert lever(found, "margin").share == pytest.approx(0.1)


def test_cells_of_four_weeks_say_what_every_customer_says(engine: Engine) -> None:
    load(engine, crowd(customers=300))
    touched(engine)
    learned = add(engine, settings=SETTINGS, rule="bg_nbd")
    found = asked(engine, "bg_nbd", learned)
    rows = engine.fetch("SELECT * FROM features JOIN lifetime USING (customer_id) ORDER BY customer_id")
    x, days, value = (
        rows[name].to_numpy()[:, np.newaxis] for name in ("repeat_count", "tenure_days", "lifetime_value")
    )
    assert learned is not None
    theta, paid = np.array(list(learned.purchases.parameters.values())), Discounting.of(SETTINGS)
    ends, weights = paid.month_ends_days() / 7, paid.weights_of_totals()

    def worth(faster: float) -> NDArray:
        return np.asarray(purchases_while_alive(theta, faster * ends, x, days / 7) @ weights)

    for name, share in (("purchase_rate", worth(1.1) / worth(1)), ("dropout", worth(0.9) / 0.9 / worth(1))):
        assert lever(found, name).gain == pytest.approx(((share - 1) * value[:, 0]).sum(), rel=5e-4)


def test_the_greatest_gain_comes_first_and_doubt_widens_what_a_model_says(engine: Engine) -> None:
    load(engine, crowd())
    touched(engine)
    learned = add(engine, settings=SETTINGS, rule="bg_nbd")
    found = asked(engine, "bg_nbd", learned)
    gains = [one.gain for one in found.levers if one.gain is not None]
    assert gains == sorted(gains, reverse=True)
    assert all(gain > 0 for gain in gains)
    one, margin = lever(found, "dropout"), lever(found, "margin")
    assert one.gain_low is not None and one.gain_high is not None and one.gain is not None  # noqa: PT018
    assert margin.gain_low is not None and margin.gain is not None  # noqa: PT018
    assert one.gain_low / one.gain < margin.gain_low / margin.gain


def test_a_base_without_values_has_no_levers(engine: Engine) -> None:
    load(engine, [someone("visitor")])
    touched(engine)
    add(engine, settings=SETTINGS)
    nobody = Figure(name="base_value", unit="money", value=None, base=0, reason="no_customers")
    found = levers(engine, base=nobody, rule="plain", learned=None, settings=SETTINGS, as_of=cast.AS_OF)
    assert (found.base_value, found.levers) == (None, ())
