"""From which amount on an order is far out, and that it is not learnt from what came later."""

from math import expm1, log1p

import pytest

import cast
from cast import AS_OF
from regulars.customers import outlier_bound
from regulars.engines import Engine

pytestmark = pytest.mark.both_engines(slow=True)

USUAL = [str(amount) for amount in range(10, 50)]


def bound_of(engine: Engine, *orders: dict[str, object], days_ago: int = 0) -> float | None:
    cast.load(engine, {"orders": list(orders)})
    return outlier_bound(engine, as_of=cast._day(days_ago), fence=3.0)


def test_the_bound_is_the_outer_fence_on_the_logarithm(engine: Engine) -> None:
    bound = bound_of(engine, *(cast.order("ana", 0, amount) for amount in [*USUAL, "90000"]))
    # By nearest rank, of 41 amounts the 11th (20) and the 31st (40).
    assert bound == pytest.approx(expm1(log1p(40) + 3 * (log1p(40) - log1p(20))))


def test_what_is_far_out_is_not_learnt_from_later_orders_nor_from_refunds(engine: Engine) -> None:
    known = [cast.order("ana", 1, amount) for amount in USUAL]
    later = [cast.order("bo", 0, "5000")] * 100
    refunds = [cast.order("bo", 1, "-5000")] * 100
    alone = bound_of(engine, *known, days_ago=1)
    assert alone is not None
    assert bound_of(engine, *known, *later, *refunds, days_ago=1) == alone
    assert outlier_bound(engine, as_of=AS_OF, fence=3.0) != alone


def test_one_price_has_no_outliers(engine: Engine) -> None:
    assert bound_of(engine, *[cast.order("ana", 0, "10")] * 50, cast.order("ana", 0, "11")) is None


def test_before_the_first_order_nothing_is_far_out(engine: Engine) -> None:
    assert bound_of(engine, cast.order("ana", 0, "10"), cast.order("ana", 0, "11"), days_ago=1) is None
