"""How the cast score, from their records."""

import pytest

import cast
from feature_rows import by_customer
from regulars import features
from regulars.core import Settings
from regulars.engines import Engine
from regulars.scoring import ScoringSummary, add

pytestmark = pytest.mark.both_engines(slow=True)

Scored = tuple[dict[str, dict[str, object]], ScoringSummary]


@pytest.fixture
def scored(shop: Engine) -> Scored:
    features.build(shop, as_of=cast.AS_OF)
    summary = add(shop, settings=Settings())
    return by_customer(shop, "scores"), summary


def points(scored: Scored, who: str, figure: str) -> float:
    return float(str(scored[0][who][figure]))


def test_ana_is_loyal(scored: Scored) -> None:
    assert scored[0][cast.ANA]["loyalty_grade"] == "high"
    assert points(scored, cast.ANA, "loyalty_coverage") == 1


def test_bo_who_stopped_buying_is_not_loyal(scored: Scored) -> None:
    assert points(scored, cast.BO, "loyalty_score") < points(scored, cast.ANA, "loyalty_score")
    assert scored[0][cast.BO]["loyalty_grade"] != "high"


def test_bo_gave_three_of_ten_and_is_content_with_thirty(scored: Scored) -> None:
    assert points(scored, cast.BO, "satisfaction_score") == pytest.approx(30)
    assert scored[1].dropped["satisfaction_score"] == ("service",)


def test_di_who_refers_friends_has_value_from_it(scored: Scored) -> None:
    assert points(scored, cast.DI, "referral_behaviour") == 100
    assert points(scored, cast.ANA, "referral_behaviour") == 0


def test_cy_who_is_new_has_a_score_of_what_little_is_known(scored: Scored) -> None:
    assert points(scored, cast.CY, "loyalty_coverage") == pytest.approx(0.4)
    assert scored[0][cast.CY]["value_rate"] is None


def test_ed_who_withdrew_consent_has_no_scores(scored: Scored) -> None:
    assert set(scored[0][cast.ED].values()) == {cast.ED, None}
