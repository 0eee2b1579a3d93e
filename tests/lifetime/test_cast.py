"""What the cast will be worth, from their records."""

import pytest

import cast
from feature_rows import by_customer
from regulars import features
from regulars.core import Settings
from regulars.engines import Engine
from regulars.lifetime import add

pytestmark = pytest.mark.both_engines(slow=True)

UNDISCOUNTED = Settings.model_validate({"lifetime": {"annual_discount_rate": 0}})


@pytest.fixture
def worth(shop: Engine) -> dict[str, dict[str, object]]:
    features.build(shop, as_of=cast.AS_OF)
    add(shop, settings=UNDISCOUNTED)
    return by_customer(shop, "lifetime")


def test_ana_is_worth_what_she_spent_in_the_last_year(worth: dict[str, dict[str, object]]) -> None:
    assert worth[cast.ANA]["lifetime_value"] == pytest.approx(7 * 40)


def test_bo_who_stopped_buying_is_worth_nothing(worth: dict[str, dict[str, object]]) -> None:
    assert (worth[cast.BO]["lifetime_value"], worth[cast.BO]["lifetime_reason"]) == (0, "silent_a_year")


def test_di_has_bought_for_two_hundred_days_and_a_refund_counts(worth: dict[str, dict[str, object]]) -> None:
    assert worth[cast.DI]["lifetime_value"] == pytest.approx((60 + 60 - 15 + 90) * 365 / 200)


def test_cy_who_is_new_is_worth_the_mean_of_the_others(worth: dict[str, dict[str, object]]) -> None:
    known = [float(str(worth[who]["lifetime_value"])) for who in (cast.ANA, cast.BO, cast.DI)]
    assert worth[cast.CY]["lifetime_value"] == pytest.approx(sum(known) / 3)


def test_ed_who_withdrew_consent_has_no_value(worth: dict[str, dict[str, object]]) -> None:
    assert (worth[cast.ED]["lifetime_value"], worth[cast.ED]["lifetime_reason"]) == (None, "no_consent")
