"""The headline numbers: which they are, and that earlier ones are what one would have read then."""

from datetime import timedelta

import pytest

import cast
from cast import AS_OF
from regulars import rates
from regulars.core import Settings, Window
from regulars.engines import Engine

NAMES = ["active_customers", "revenue", "retention_rate", "repeat_rate", "nps", "new_customers"]


def test_six_headline_numbers_in_their_order_each_with_base_interval_and_period(shop: Engine) -> None:
    measured = rates.measure(shop, as_of=AS_OF, settings=Settings())
    assert [each.now.name for each in measured.eight] == NAMES
    assert [each.now.value for each in measured.eight] == [4, 310, 1, 0.8, 100, 1]
    for each in measured.eight:
        assert each.now.base > 0
        assert each.now.interval is not None or each.now.name == "nps"
        assert each.now.interval is None or each.now.interval.low <= (each.now.value or 0) <= each.now.interval.high


def test_every_rate_is_there_under_its_name(shop: Engine) -> None:
    names = [figure.name for figure in rates.measure(shop, as_of=AS_OF, settings=Settings()).rates]
    assert names == ["retention_rate", "churn_rate", "repeat_rate", "referral_rate", "nps", "csat", "ces"]


@pytest.mark.parametrize("earlier", ["previous", "year_before"])
def test_an_earlier_figure_is_what_was_read_on_its_last_day(shop: Engine, earlier: str) -> None:
    window = Window(end=AS_OF, days=90)
    then = window.before().end if earlier == "previous" else window.year_before().end
    now = rates.measure(shop, as_of=AS_OF, settings=Settings())
    read_then = rates.measure(shop, as_of=then, settings=Settings())
    for ours, theirs in zip(now.eight, read_then.eight, strict=True):
        assert getattr(ours, earlier) == theirs.now


def test_the_period_is_a_setting(shop: Engine) -> None:
    settings = Settings.model_validate({"windows": {"period_days": 10}})
    active, revenue, *_ = rates.measure(shop, as_of=AS_OF, settings=settings).eight
    assert active.now.period is not None
    assert active.now.period.first_day == AS_OF - timedelta(days=9)
    assert (active.now.value, revenue.now.value) == (2, 25), "cy ordered and ana logged in"


def test_satisfaction_is_the_satisfied_share_where_nobody_was_ever_asked_to_recommend(engine: Engine) -> None:
    tables = cast.rows()
    tables["feedback"] = [cast.feedback(cast.ANA, 9, 4, kind="csat"), cast.feedback(cast.BO, 9, 2, kind="csat")]
    cast.load(engine, tables)
    satisfaction = rates.measure(engine, as_of=AS_OF, settings=Settings()).eight[4]
    assert (satisfaction.now.name, satisfaction.now.value) == ("csat", 0.5)
    assert (satisfaction.previous.name, satisfaction.previous.reason) == ("csat", "no_answers")


def test_the_same_seed_draws_the_same_interval(engine: Engine) -> None:
    answers = [cast.feedback(f"p{number}", 5, number % 11, kind="nps") for number in range(40)]
    cast.load(engine, {"customers": [cast.person(f"p{number}") for number in range(40)], "feedback": answers})
    one, same, other = (rates.net_promoter_score(engine, as_of=AS_OF, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.interval != other.interval


def test_who_answers_often_is_one_person_to_the_interval(engine: Engine) -> None:
    def spread(people: int) -> float:
        given = [
            cast.feedback(f"p{number % people}", 5, 10 * (number % people % 2), kind="nps") for number in range(400)
        ]
        cast.load(engine, {"customers": [cast.person(f"p{number}") for number in range(people)], "feedback": given})
        interval = rates.net_promoter_score(engine, as_of=AS_OF).interval
        assert interval is not None
        return interval.high - interval.low

    assert spread(4) > 3 * spread(400)
