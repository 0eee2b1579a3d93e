"""Figures and reasons in sentences, in both languages."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core import Figure, Interval, Settings, SettingsError, wilson
from regulars.reports import Voice, error_text, note_text, reason_text, sentence
from regulars.reports._sentences import change

CHURN = Figure(name="churn_rate", unit="share", value=0.12, base=75, count=9, interval=wilson(9, 75))
REVENUE = Figure(name="revenue", unit="money", value=5120.5, base=96)
ENGLISH, CHINESE = Voice(language="en"), Voice(language="zh")


def test_a_rate_is_said_with_its_base_and_its_interval() -> None:
    assert sentence(CHURN, language="en") == "12% left (9 of 75 customers; 95% interval 6% to 21%)"
    assert sentence(CHURN, language="zh") == "12% 流失（75 位客户中的 9 位；95% 区间 6% 至 21%）"


def test_a_sum_is_said_in_the_shops_currency() -> None:
    assert sentence(REVENUE, language="en", currency="EUR") == "€5,120.50 of revenue (96 customers)"
    assert sentence(REVENUE, language="zh", currency="CNY") == "营业额 ¥5,120.50（96 位客户）"


def test_a_number_that_is_not_known_says_why() -> None:
    unknown = Figure(name="nps", unit="score", value=None, base=0, reason="no_answers")
    assert sentence(unknown, language="en") == "Net promoter score: not known (nobody has answered yet)"
    assert sentence(unknown, language="zh") == "净推荐值：未知（还没有人回答）"


def test_a_figure_without_words_of_its_own_can_still_be_read() -> None:
    figure = Figure(name="garden_visits", unit="count", value=1200, base=30)
    assert sentence(figure, language="en") == "Garden visits: 1,200 (30 customers)"


def test_shares_move_by_points_and_sums_by_a_share() -> None:
    moved = change(CHURN, replace(CHURN, value=0.15, interval=None), voice=ENGLISH)
    assert moved is not None
    assert (moved.sign, moved.text) == (-1, "down 3 points from 15%")
    moved = change(REVENUE, replace(REVENUE, value=4096.4), voice=ENGLISH)
    assert moved is not None
    assert (moved.sign, moved.text) == (1, "up 25% from 4,096.40")


def test_a_move_within_the_doubt_may_be_chance() -> None:
    moved = change(CHURN, replace(CHURN, value=0.15), voice=CHINESE)
    assert moved is not None
    assert moved.text == "比 15% 下降 3 个点；可能是偶然"
    apart = replace(CHURN, value=0.5, interval=Interval(low=0.4, high=0.6, method="wilson"))
    moved = change(CHURN, apart, voice=ENGLISH)
    assert moved is not None
    assert "chance" not in moved.text


def test_what_reads_the_same_has_not_moved() -> None:
    moved = change(CHURN, replace(CHURN, value=0.1201), voice=ENGLISH)
    assert moved is not None
    assert (moved.sign, moved.text) == (0, "as before (12%)")


def test_from_nothing_a_move_is_said_in_its_own_unit() -> None:
    moved = change(REVENUE, replace(REVENUE, value=0.0), voice=ENGLISH)
    assert moved is not None
    assert moved.text == "up 5,120.50 from 0.00"


def test_without_an_earlier_number_there_is_no_move() -> None:
    assert change(CHURN, None, voice=ENGLISH) is None
    assert change(CHURN, replace(CHURN, value=None), voice=ENGLISH) is None


@pytest.mark.parametrize(
    ("code", "value", "english", "chinese"),
    [
        ("days_since_last", 1.0, "last order 1 day ago", "上次下单在 1 天前"),
        ("days_since_last", 41.0, "last order 41 days ago", "上次下单在 41 天前"),
        ("stage_at_risk", None, "stage: At risk", "阶段：有流失风险"),
        ("group_cant_lose", None, "group: Can't lose", "群体：不能失去"),
        ("order_spend", 1234.5, "an order of theirs is worth 1,234.50", "每笔订单值 1,234.50"),
        ("no_consent", None, "withdrew consent to being profiled", "已撤回画像同意"),
        ("a_new_code", 3.0, "A new code", "A new code"),
    ],
)
def test_reasons_are_said_in_words(code: str, value: float | None, english: str, chinese: str) -> None:
    assert reason_text(code, value, language="en") == english
    assert reason_text(code, value, language="zh") == chinese


def test_errors_are_said_in_the_readers_language() -> None:
    error = SettingsError(file="shop.toml", place="windows", problem="?")
    assert error_text(error, language="en") == str(error)
    assert error_text(error, language="zh") == "shop.toml：windows：?。全部设置及其默认值见 docs/settings.md。"


def test_notes_say_codes_among_their_parameters_in_words() -> None:
    params = {"figure": "loyalty_score", "behaviour": "usage"}
    assert (
        note_text("behaviour_dropped", params, language="zh") == "忠诚度评分：没有“使用”的记录，其权重分给了其他部分。"
    )
    assert note_text("strange_thing", {"n": 1200}, language="en") == "Strange thing; n: 1,200"


def test_numbers_follow_the_language() -> None:
    assert (ENGLISH.count(1_000_000), CHINESE.count(1_000_000)) == ("1,000,000", "1,000,000")
    assert Voice(language="en", currency="USD").money(123_456_789.1) == "$123.46M"
    assert Voice(language="zh", currency="CNY").money(123_456_789.1) == "¥1.23亿"
    assert Voice(language="zh", currency="CNY").money(2_500_315.63) == "¥250.03万"
    assert (ENGLISH.day(date(2024, 6, 30)), CHINESE.day(date(2024, 6, 30))) == ("June 30, 2024", "2024年6月30日")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0%"), (0.004, "0.4%"), (0.0644, "6%"), (0.996, "99.6%"), (1.0, "100%"), (-0.004, "-0.4%")],
)
def test_a_share_that_is_nearly_none_or_nearly_all_is_not_rounded_to_it(share: float, said: str) -> None:
    assert ENGLISH.share(share) == said


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(["", "CNY", "EUR", "JPY", "USD"]))
def test_every_amount_fits_a_card(amount: float, currency: str) -> None:
    for language in ("en", "zh"):
        said = Voice(language=language, currency=currency).money(amount)
        assert len(said) <= 15
        assert said.count("-") <= 1
        assert amount >= 0 or not said.startswith("+")


@given(st.floats(min_value=0, max_value=1))
def test_only_all_is_said_as_all_and_only_none_as_none(share: float) -> None:
    said = ENGLISH.share(share)
    assert 0 <= float(said.removesuffix("%")) <= 100
    assert abs(float(said.removesuffix("%")) - 100 * share) <= 0.5 + 1e-9


def test_the_default_settings_have_no_currency_and_amounts_no_sign() -> None:
    assert Voice(language="en", currency=Settings().business.currency).money(3) == "3.00"
