"""The horizon: three quarters of the gaps between a business's order days, in whole weeks."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cast
from cast import AS_OF, order
from features.shops import Tables, shops
from regulars.backtest import Horizon, horizon_days
from regulars.engines import Engine

laws = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def horizon_of(engine: Engine, gaps: Sequence[int]) -> Horizon:
    """Return the horizon of a shop where each gap belongs to a customer of their own, who bought twice."""
    orders = [order(f"c{place}", days_ago, "10.00") for place, gap in enumerate(gaps) for days_ago in (400, 400 - gap)]
    cast.load(engine, {"orders": orders})
    return horizon_days(engine, as_of=AS_OF)


@laws
@given(shop=shops(), days_back=st.sampled_from([0, 30, 90]))
def test_it_is_the_nearest_rank_of_gaps_counted_by_hand(engine: Engine, shop: Tables, days_back: int) -> None:
    cast.load(engine, shop)
    as_of = AS_OF - timedelta(days=days_back)
    gaps = []
    refused = {row["customer_id"] for row in shop["customers"] if not row["may_profile"]}
    for who in {row["customer_id"] for row in shop["orders"]} - refused:
        days = sorted(
            {
                row["local_day"]
                for row in shop["orders"]
                if row["customer_id"] == who and not row["is_refund"] and row["local_day"] <= as_of
            }
        )
        gaps += [(later - day).days for day, later in pairwise(days)]
    found = horizon_days(engine, as_of=as_of)
    assert found.gaps == len(gaps)
    if gaps:
        gap = sorted(gaps)[ceil(0.75 * len(gaps)) - 1]
        assert (found.gap_days, found.reason) == (gap, None)
        assert found.days == min(max(7 * ceil(gap / 7), 14), 365)


@pytest.mark.parametrize(
    ("gaps", "days"),
    [([21], 21), ([22], 28), ([1, 1, 1, 300], 14), ([1, 1, 300, 300], 301), ([399], 365), ([3], 14)],
)
def test_whole_weeks_between_two_weeks_and_a_year(engine: Engine, gaps: list[int], days: int) -> None:
    assert horizon_of(engine, gaps).days == days


def test_where_nobody_came_back_it_is_a_season(engine: Engine) -> None:
    cast.load(engine, {"orders": [order("ana", 10, "5.00"), order("bo", 90, "5.00")]})
    assert horizon_days(engine, as_of=AS_OF) == Horizon(days=90, gaps=0, reason="no_repeat_orders")


def test_two_orders_of_a_day_are_one_visit(engine: Engine) -> None:
    cast.load(engine, {"orders": [order("ana", 10, "5.00"), order("ana", 10, "6.00")]})
    assert horizon_days(engine, as_of=AS_OF).reason == "no_repeat_orders"


def test_the_cast_comes_back_within_three_months(shop: Engine) -> None:
    # Ana six times after 90 days, once after 60 and three times after 30; Bo after 30 and 20; Di after 120 and 60;
    # Ed's 240 are not counted, for he refused profiling. The eleventh of fourteen.
    assert horizon_days(shop, as_of=AS_OF) == Horizon(days=91, gaps=14, gap_days=90)


def test_who_refused_profiling_sets_no_rhythm(engine: Engine) -> None:
    orders = [order("ed", days, "10.00") for days in (400, 398, 396, 394)]
    orders += [order("ana", days, "10.00") for days in (400, 300)]
    cast.load(engine, {"orders": orders, "customers": [cast.person("ana"), cast.person("ed", may_profile=False)]})
    assert horizon_days(engine, as_of=AS_OF).gaps == 1
