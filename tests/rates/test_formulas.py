"""The published formulas, on their worked examples and on counts made by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from cast import AS_OF
from regulars import rates
from regulars.core import Settings
from regulars.engines import Engine

pytestmark = pytest.mark.both_engines(slow=True)

Rows = list[dict[str, object]]


def people(count: int, **more: object) -> Rows:
    return [{**cast.person(f"p{number:03}", **more), "first_day": cast._day(150)} for number in range(count)]


def orders_on(days_ago: int, numbers: range) -> Rows:
    return [cast.order(f"p{number:03}", days_ago, "10.00") for number in numbers]


def answers(kind: str, *scores: float) -> Rows:
    return [cast.feedback(f"p{number:03}", 10, score, kind=kind) for number, score in enumerate(scores)]


def test_nine_of_seventy_five_who_left_are_twelve_percent_between_six_and_twenty_one(engine: Engine) -> None:
    orders = orders_on(120, range(75)) + orders_on(20, range(9, 75))
    cast.load(engine, {"customers": people(75), "orders": orders})
    left = rates.churn_rate(engine, as_of=AS_OF)
    assert left.value == pytest.approx(0.12)
    assert (left.count, left.base) == (9, 75)
    assert left.interval is not None
    assert (round(left.interval.low, 2), round(left.interval.high, 2)) == (0.06, 0.21)
    stayed = rates.retention_rate(engine, as_of=AS_OF)
    assert stayed.value == pytest.approx(0.88)
    assert (stayed.count, stayed.base) == (66, 75)


def test_retention_asks_only_those_who_were_active_in_the_window_before(engine: Engine) -> None:
    orders = orders_on(120, range(4)) + orders_on(20, range(2, 10))
    cast.load(engine, {"customers": people(10), "orders": orders})
    stayed = rates.retention_rate(engine, as_of=AS_OF)
    assert (stayed.count, stayed.base) == (2, 4)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("usage", [{"customer_id": "p000", "local_day": cast._day(days)} for days in (20, 120)]),
        ("subscriptions", [{"customer_id": "p000", "started_day": cast._day(140)}]),
        ("subscriptions", [{"customer_id": "p000", "started_day": cast._day(140), "ended_day": cast._day(88)}]),
    ],
)
def test_using_or_subscribing_is_being_active_too(engine: Engine, kind: str, rows: Rows) -> None:
    cast.load(engine, {"customers": people(1), kind: rows})
    assert rates.retention_rate(engine, as_of=AS_OF).value == 1


def test_a_subscription_that_ended_on_the_first_day_of_the_window_did_not_run_in_it(engine: Engine) -> None:
    plan = {"customer_id": "p000", "started_day": cast._day(140), "ended_day": cast._day(89)}
    cast.load(engine, {"customers": people(1), "subscriptions": [plan]})
    assert rates.retention_rate(engine, as_of=AS_OF).value == 0


def test_a_refund_is_no_activity(engine: Engine) -> None:
    orders = [*orders_on(120, range(1)), cast.order("p000", 20, "-5.00")]
    cast.load(engine, {"customers": people(1), "orders": orders})
    assert rates.retention_rate(engine, as_of=AS_OF).value == 0


def test_repeat_purchase_rate_counts_orders_over_the_whole_history(engine: Engine) -> None:
    orders = [*orders_on(140, range(4)), *orders_on(1, range(1)), cast.order("p001", 3, "-1.00")]
    cast.load(engine, {"customers": people(6), "orders": orders})
    again = rates.repeat_purchase_rate(engine, as_of=AS_OF)
    assert (again.name, again.value, again.count, again.base) == ("repeat_rate", 0.25, 1, 4)


def test_referral_rate_counts_customers_who_brought_somebody_else(engine: Engine) -> None:
    referrals: Rows = [
        {"referrer_id": "p000", "referred_id": "p001", "referred_day": cast._day(5)},
        {"referrer_id": "p000", "referred_id": "p002", "referred_day": None},
        {"referrer_id": "p003", "referred_id": "p003", "referred_day": cast._day(5)},
        {"referrer_id": "p004", "referred_id": "p005", "referred_day": AS_OF + timedelta(days=1)},
    ]
    referrals.append({"referrer_id": "gus", "referred_id": "p006", "referred_day": None})
    later = {**cast.person("gus"), "first_day": AS_OF + timedelta(days=9)}
    cast.load(engine, {"customers": [*people(8), later], "referrals": referrals})
    brought = rates.referral_rate(engine, as_of=AS_OF)
    assert (brought.value, brought.count, brought.base) == (0.125, 1, 8)


def test_net_promoter_score_is_promoters_less_detractors(engine: Engine) -> None:
    cast.load(engine, {"customers": people(10), "feedback": answers("nps", 10, 9, 9, 9, 8, 7, 7, 6, 0, 10)})
    score = rates.net_promoter_score(engine, as_of=AS_OF)
    assert score.value == pytest.approx(30)
    assert (score.base, score.unit) == (10, "score")
    assert score.interval is not None
    assert -100 <= score.interval.low < 30 < score.interval.high <= 100


def test_customer_satisfaction_is_the_share_of_the_two_best_answers(engine: Engine) -> None:
    cast.load(engine, {"customers": people(5), "feedback": answers("csat", 5, 4, 3, 2, 1)})
    content = rates.customer_satisfaction(engine, as_of=AS_OF)
    assert (content.value, content.count, content.base) == (0.4, 2, 5)


def test_customer_effort_score_is_the_mean_answer_of_seven(engine: Engine) -> None:
    cast.load(engine, {"customers": people(4), "feedback": answers("ces", 7, 7, 4, 1)})
    ease = rates.customer_effort_score(engine, as_of=AS_OF)
    assert ease.value == pytest.approx(4.75)
    assert ease.base == 4


def test_answers_before_the_window_do_not_count(engine: Engine) -> None:
    old = [{**row, "local_day": cast._day(90)} for row in answers("nps", 0)]
    cast.load(engine, {"customers": people(2), "feedback": [*old, *answers("nps", 10)]})
    assert rates.net_promoter_score(engine, as_of=AS_OF).value == 100
    assert rates.net_promoter_score(engine, as_of=AS_OF, window_days=91).value == 0


def test_answers_all_alike_cannot_say_how_sure_they_are(engine: Engine) -> None:
    cast.load(engine, {"customers": people(3), "feedback": answers("nps", 9, 10, 10)})
    score = rates.net_promoter_score(engine, as_of=AS_OF)
    assert (score.value, score.interval) == (100, None)


def test_revenue_is_net_of_refunds_and_new_customers_are_first_orders(engine: Engine) -> None:
    orders = [*orders_on(100, range(2)), *orders_on(30, range(1, 4)), cast.order("p001", 30, "-4.00")]
    cast.load(engine, {"customers": people(4), "orders": orders})
    _, revenue, _, _, _, new = rates.measure(engine, as_of=AS_OF, settings=Settings()).eight
    assert revenue.now.value == pytest.approx(26)
    assert revenue.previous.value == pytest.approx(20)
    assert (new.now.value, new.previous.value) == (2, 2)
    assert revenue.now.interval is not None
    assert revenue.now.interval.low < 26 < revenue.now.interval.high


def test_sales_efficiency_credits_an_order_once_to_the_latest_contact_before_it(engine: Engine) -> None:
    touches = [touch("p000", 50, "email", minutes=1.0), touch("p000", 40, "call", minutes=30.0, cost=Decimal(4))]
    orders = [cast.order("p000", days, amount) for days, amount in ((60, "1"), (45, "8"), (40, "16"), (9, "32"))]
    orders.append(cast.order("p000", 40, "-2"))
    cast.load(engine, {"customers": people(1), "touches": touches, "orders": orders})
    call, email = rates.sales_efficiency(engine, as_of=AS_OF)
    assert (call.channel, call.orders, call.revenue) == ("call", 1, Decimal(14))
    assert (call.revenue_per_touch, call.revenue_per_hour, call.revenue_per_cost) == (14, 28, 3.5)
    assert (call.orders_per_touch, call.orders_per_hour, call.orders_per_cost) == (1, 2, 0.25)
    assert (email.orders, email.revenue, email.cost, email.revenue_per_cost) == (1, Decimal(8), None, None)


def test_a_contact_that_nobody_answered_brought_nothing_and_divides_by_nothing(engine: Engine) -> None:
    touches = [touch("p000", 5, None, cost=Decimal(0))]
    cast.load(engine, {"customers": people(1), "touches": touches})
    (unknown,) = rates.sales_efficiency(engine, as_of=AS_OF)
    assert (unknown.channel, unknown.touches, unknown.orders) == ("unknown", 1, 0)
    assert unknown.revenue_per_touch == 0
    assert unknown.hours is unknown.revenue_per_hour is unknown.revenue_per_cost is None


def touch(who: str, days_ago: int, kind: str | None, **more: object) -> dict[str, object]:
    return {"customer_id": who, "local_day": cast._day(days_ago), "kind": kind, **more}


def test_the_best_fifth_of_five_buyers_is_one_person(engine: Engine) -> None:
    orders = [cast.order(f"p00{number}", 9, amount) for number, amount in enumerate(("50", "20", "10", "10", "10"))]
    cast.load(engine, {"customers": people(7), "orders": orders})
    points = {point.share_of_customers: point for point in rates.concentration(engine, as_of=AS_OF)}
    assert list(points) == [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert (points[0.2].customers, points[0.2].share_of_spend) == (1, 0.5)
    assert (points[0.5].customers, points[0.5].share_of_spend) == (3, 0.8)
    assert points[1.0].share_of_spend == 1
