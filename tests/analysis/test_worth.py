"""The value of the base: its interval is as wide as what is not known about the customers behind it."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist, covariance, mean, variance

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feature_rows import by_customer, load
from lifetime.test_rule_in_use import crowd
from regulars import analyze, lifetime
from regulars.analysis._worth import _BY_FORECAST, _BY_STAGE, _at, _Doubtful
from regulars.core import Figure, Settings, Window
from regulars.engines import Engine

WINDOW = Window(end=date(2024, 6, 30), days=90)
Z = NormalDist().inv_cdf(0.975)
SURE = _Doubtful(learned=None, settings=Settings(), features="features")

laws = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Own = list[tuple[float, bool]]
values = st.tuples(st.integers(0, 5_000).map(float), st.booleans())


def figures(engine: Engine, own: Own, *, imputed: int = 0, imputed_at_risk: int = 0) -> tuple[Figure, Figure]:
    """Return both figures of customers with their own value (and whether at risk), and of some who have the mean."""
    usual = mean(value for value, _ in own) if own else None
    rows: list[tuple[float | None, str | None, bool]] = [(value, None, at_risk) for value, at_risk in own]
    rows += [(usual, "short_history", number < imputed_at_risk) for number in range(imputed)]
    names = [f"c{number}" for number in range(len(rows))]
    lifetime = pa.table(
        {
            "customer_id": pa.array(names, pa.string()),
            "lifetime_value": pa.array([row[0] for row in rows], pa.float64()),
            "lifetime_reason": pa.array([row[1] for row in rows], pa.string()),
        }
    )
    stages = pa.array(["at_risk" if row[2] else "growth" for row in rows], pa.string())
    engine.load("lifetime", lifetime)
    engine.load("segments", pa.table({"customer_id": lifetime["customer_id"], "lifecycle_stage": stages}))
    return _at(engine, WINDOW, values="lifetime", told="segments", share_at_risk=_BY_STAGE, doubtful=SURE)


def half_width(figure: Figure) -> float:
    assert figure.interval is not None
    assert figure.value is not None
    return figure.interval.high - figure.value


@laws
@given(some=st.lists(values, min_size=2, max_size=6, unique_by=lambda one: one[0]), copies=st.integers(2, 5))
def test_the_interval_widens_as_customers_with_a_history_become_new_ones(
    engine: Engine, some: Own, copies: int
) -> None:
    # Whole copies turn, so that neither the mean nor the sum changes: only what is known.
    widths = []
    for own_copies in range(copies, 0, -1):
        turned = copies - own_copies
        at_risk = sum(is_at_risk for _, is_at_risk in some)
        base, _ = figures(engine, some * own_copies, imputed=turned * len(some), imputed_at_risk=turned * at_risk)
        assert base.value == pytest.approx(copies * sum(value for value, _ in some))
        widths.append(half_width(base))
    assert all(wider > narrower for narrower, wider in pairwise(widths))


@laws
@given(own=st.lists(values, min_size=2, max_size=8), imputed=st.integers(0, 9), share=st.integers(0, 9))
def test_the_variance_is_that_of_the_sum_written_out(engine: Engine, own: Own, imputed: int, share: int) -> None:
    at_risk = min(imputed, share)
    x = [value for value, _ in own]
    y = [value if is_at_risk else 0.0 for value, is_at_risk in own]
    for figure, summed, k in zip(
        figures(engine, own, imputed=imputed, imputed_at_risk=at_risk), (x, y), (imputed, at_risk), strict=True
    ):
        n = len(own)
        expected = n * variance(summed) + k * k * variance(x) / n + 2 * k * covariance(summed, x)
        assert figure.value == pytest.approx(sum(summed) + k * mean(x))
        assert half_width(figure) == pytest.approx(Z * max(expected, 0.0) ** 0.5, rel=1e-6, abs=1e-2)


@pytest.mark.both_engines(slow=True)
def test_those_at_risk_who_are_new_bring_the_doubt_about_everybodys_mean(engine: Engine) -> None:
    _, at_risk = figures(engine, [(100.0, False), (300.0, False)], imputed=2, imputed_at_risk=1)
    assert (at_risk.value, at_risk.count, at_risk.base) == (200.0, 1, 4)
    assert half_width(at_risk) == pytest.approx(Z * 100)  # s / sqrt(2), with s = 141.4


def test_no_interval_lies_beside_its_sum_where_customers_cost_more_than_they_bring(engine: Engine) -> None:
    base, _ = figures(engine, [(-100.0, False), (-300.0, False), (-200.0, False)])
    assert base.interval is not None
    assert base.interval.low <= -600 <= base.interval.high


@pytest.mark.parametrize("imputed", [0, 4])
def test_one_history_says_nothing_about_the_doubt(engine: Engine, imputed: int) -> None:
    base, at_risk = figures(engine, [(1_140.05, False)], imputed=imputed)
    assert base.value == pytest.approx(1_140.05 * (1 + imputed))
    assert (base.interval, at_risk.interval) == (None, None)


def test_nobody_has_no_value(engine: Engine) -> None:
    base, at_risk = figures(engine, [])
    assert (base.value, base.reason, at_risk.value, at_risk.reason) == (None, "no_customers", None, "no_customers")


def test_one_who_spends_1200_a_year_and_four_new_ones_have_a_value_and_no_interval() -> None:
    day = date(2024, 12, 31)
    bought = [("ana", day - timedelta(days=30 * month + 5), "100") for month in range(12)]
    bought += [
        ("ana", day - timedelta(days=500), "100"),
        *((f"new{n}", day - timedelta(days=n), "50") for n in range(4)),
    ]
    who, days, amounts = zip(*bought, strict=True)
    table = pa.table({"customer_id": who, "ordered_at": [str(one) for one in days], "amount": amounts})
    result = analyze(table, as_of=day, today=day)
    base = next(one["now"] for one in result.rates["eight"] if one["name"] == "base_value")
    assert base["value"] == pytest.approx(5 * 1_140.05, abs=0.05)
    assert (base["base"], base["interval"]) == (5, None)


def test_at_risk_is_each_value_times_the_chance_of_a_lapse(engine: Engine) -> None:
    own = [(100.0, 0.25), (300.0, 0.5), (50.0, 0.0)]
    names = pa.array(["ana", "bo", "cy"])
    engine.load(
        "lifetime",
        pa.table(
            {
                "customer_id": names,
                "lifetime_value": [value for value, _ in own],
                "lifetime_reason": pa.nulls(3, pa.string()),
            }
        ),
    )
    engine.load("prediction", pa.table({"customer_id": names, "p_lapse": [share for _, share in own]}))
    _, at_risk = _at(engine, WINDOW, values="lifetime", told="prediction", share_at_risk=_BY_FORECAST, doubtful=SURE)
    assert at_risk.value == pytest.approx(25 + 150)
    parts = [value * share for value, share in own]
    assert half_width(at_risk) == pytest.approx(Z * (3 * variance(parts)) ** 0.5)


@pytest.mark.both_engines(slow=True)
def test_models_that_make_the_values_add_the_doubt_about_their_parameters(engine: Engine) -> None:
    load(engine, crowd())
    learned = lifetime.add(engine, settings=Settings(), rule="bg_nbd")
    assert learned is not None
    people = sorted(by_customer(engine, "lifetime"))
    engine.load("prediction", pa.table({"customer_id": people, "p_lapse": [0.25] * len(people)}))

    def widths(doubtful: _Doubtful) -> list[float]:
        told = _at(engine, WINDOW, values="lifetime", told="prediction", share_at_risk=_BY_FORECAST, doubtful=doubtful)
        return [half_width(figure) for figure in told]

    sure, unsure = widths(SURE), widths(_Doubtful(learned=learned, settings=Settings(), features="features"))
    rows = by_customer(engine, "lifetime")
    engine.load(
        "parts", pa.table({"customer_id": people, "value": [float(str(rows[who]["lifetime_value"])) for who in people]})
    )
    (share,) = lifetime.doubt_of_sums(engine, learned, parts="parts", columns=["value"], settings=Settings())
    doubt = Z * share * sum(float(str(row["lifetime_value"])) for row in rows.values())
    assert unsure == pytest.approx([(sure[0] ** 2 + doubt**2) ** 0.5, (sure[1] ** 2 + (doubt / 4) ** 2) ** 0.5])
    assert unsure[0] > 1.05 * sure[0]
    assert engine.columns("worth_parts") == ()
