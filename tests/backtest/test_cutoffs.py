"""Cut-offs: nothing a model is fitted on tells what it is tested on, and too little history is said to be so."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.backtest import Cutoffs, plan_cutoffs
from regulars.backtest._cutoffs import HorizonInvalid, WindowTooLate

LAST = date(2024, 6, 30)
horizons = st.integers(1, 365)


@settings(max_examples=50, deadline=None)
@given(history=st.integers(-10, 3000), horizon=horizons, most=st.integers(1, 5))
def test_every_window_ends_before_what_is_asked_next(history: int, horizon: int, most: int) -> None:
    plan = plan_cutoffs(first_day=LAST - timedelta(days=history), as_of=LAST, horizon_days=horizon, most_training=most)
    step = timedelta(days=horizon)
    if plan.test is None:
        assert history < 3 * horizon
        return
    assert plan.test + step == LAST
    assert 1 <= len(plan.training) <= most
    assert list(plan.training) == sorted(plan.training)
    assert all(cutoff + step <= plan.test for cutoff in plan.training)
    assert plan.training[0] - step >= LAST - timedelta(days=history), "too little to see at the oldest cut-off"
    assert all(cutoff + step <= LAST for cutoff in plan.final)
    assert plan.final == (*plan.training, plan.test)


@settings(max_examples=50, deadline=None)
@given(history=st.integers(0, 3000), horizon=horizons)
def test_more_history_never_takes_a_cutoff_away(history: int, horizon: int) -> None:
    less, more = (
        plan_cutoffs(first_day=LAST - timedelta(days=days), as_of=LAST, horizon_days=horizon)
        for days in (history, history + 1)
    )
    assert set(less.final) <= set(more.final)


def test_cdnow_is_cut_as_published_but_for_whole_horizons() -> None:
    plan = plan_cutoffs(first_day=date(1997, 1, 1), as_of=date(1998, 4, 1), horizon_days=91)
    assert plan.test == date(1997, 12, 31)
    assert plan.training == (date(1997, 7, 2), date(1997, 10, 1))
    published = Cutoffs(
        as_of=date(1998, 4, 1),
        horizon_days=91,
        test=date(1997, 12, 31),
        training=(date(1997, 6, 30), date(1997, 9, 30)),
    )
    assert published.final == (date(1997, 6, 30), date(1997, 9, 30), date(1997, 12, 31))


@pytest.mark.parametrize(("days", "cutoffs"), [(269, 0), (270, 1), (449, 1), (450, 2), (540, 3), (3000, 3)])
def test_how_much_history_is_enough(days: int, cutoffs: int) -> None:
    plan = plan_cutoffs(first_day=LAST - timedelta(days=days), as_of=LAST, horizon_days=90)
    assert len(plan.training) == cutoffs
    assert (plan.history_days, plan.enough_days) == (days, 270)
    assert plan.reason == (None if cutoffs else "too_short_history")


def test_with_too_little_history_there_is_nothing_to_fit_on() -> None:
    plan = plan_cutoffs(first_day=LAST, as_of=LAST, horizon_days=90)
    assert (plan.test, plan.training, plan.final) == (None, (), ())


def test_a_training_window_may_not_reach_into_the_test() -> None:
    with pytest.raises(WindowTooLate, match="end on 2024-04-02, and they must end by 2024-04-01"):
        Cutoffs(as_of=LAST, horizon_days=90, test=date(2024, 4, 1), training=(date(2024, 1, 3),))
    Cutoffs(as_of=LAST, horizon_days=90, test=date(2024, 4, 1), training=(date(2024, 1, 2),))


def test_the_tests_own_window_must_be_over() -> None:
    with pytest.raises(WindowTooLate, match="must end by 2024-06-30"):
        Cutoffs(as_of=LAST, horizon_days=91, test=date(2024, 4, 1))


@pytest.mark.parametrize("days", [0, -7])
def test_a_horizon_looks_ahead(days: int) -> None:
    with pytest.raises(HorizonInvalid):
        plan_cutoffs(first_day=date(2020, 1, 1), as_of=LAST, horizon_days=days)
    with pytest.raises(HorizonInvalid):
        Cutoffs(as_of=LAST, horizon_days=days, test=None)
