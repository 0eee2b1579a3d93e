"""F7 and F8 give the published examples, agree with each other, and refuse what means nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.lifetime import PeriodsInvalid, RateInvalid, discounted_cash_flow, level_annuity

rates = st.floats(-0.5, 2)


@given(revenue=st.floats(-1e6, 1e6), rate=rates, periods=st.integers(0, 60))
def test_a_level_annuity_is_the_cash_flow_of_equal_payments(revenue: float, rate: float, periods: int) -> None:
    assert level_annuity(revenue, rate, periods) == pytest.approx(
        discounted_cash_flow([revenue] * periods, rate), rel=1e-9, abs=1e-6
    )


@given(revenues=st.lists(st.floats(0, 1e6), max_size=20), rate=rates, factor=st.floats(0.1, 10))
def test_twice_the_money_is_worth_twice_as_much(revenues: list[float], rate: float, factor: float) -> None:
    scaled = discounted_cash_flow([factor * revenue for revenue in revenues], rate)
    assert scaled == pytest.approx(factor * discounted_cash_flow(revenues, rate), rel=1e-9, abs=1e-9)


def test_a_thousand_a_year_for_five_years_at_ten_per_cent() -> None:
    assert round(discounted_cash_flow([1000] * 5, 0.10), 2) == 3790.79
    assert round(level_annuity(1000, 0.10, 5), 2) == 3790.79


def test_without_a_rate_later_money_is_worth_as_much() -> None:
    assert level_annuity(1000, 0, 5) == 5000


def test_a_tiny_rate_is_almost_no_rate() -> None:
    assert level_annuity(1000, 1e-13, 5) == pytest.approx(5000, rel=1e-9)
    assert level_annuity(1.5, 5e-324, 1) == 1.5
    assert level_annuity(1.5, -5e-324, 0.7) == pytest.approx(1.05, rel=1e-15)


def test_a_hundred_a_month_at_ten_per_cent_a_year() -> None:
    assert round(level_annuity(100, 1.10 ** (1 / 12) - 1, 12), 2) == 1140.05


@pytest.mark.parametrize("rate", [-1.0, -2.0, float("nan")])
def test_a_rate_of_minus_one_or_less_is_refused(rate: float) -> None:
    with pytest.raises(RateInvalid, match="above -1"):
        discounted_cash_flow([1.0], rate)
    with pytest.raises(RateInvalid):
        level_annuity(1.0, rate, 1)


@pytest.mark.parametrize("periods", [-1.0, float("nan")])
def test_periods_below_zero_are_refused(periods: float) -> None:
    with pytest.raises(PeriodsInvalid, match="such as 12"):
        level_annuity(1.0, 0.1, periods)
